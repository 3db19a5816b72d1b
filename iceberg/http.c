/* http: requests through libcurl, one or several at a time, in a poll loop of
 * our own.
 *
 * libcurl is asked for as little as possible: it connects, speaks TLS and
 * HTTP/1.1. Time-outs are ours, because it cannot tell a silent server from a
 * slow one, and so is gunzip, because its own has no bound. Whether a byte of
 * the request reached a socket is what its trace callback says: it is called
 * with what was written, after the write.
 */
#include "iceberg/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "iceberg/http_event.h"

#ifndef ICEFAULT_VERSION
#define ICEFAULT_VERSION "0"
#endif

enum { IDLE_CONNECTIONS = 4, MOST_REDIRECTS = 5, SPARE = 8 };

struct ice_http {
    struct ice_http_options o;
    CURLM *multi;
    CURL *spare[SPARE]; /* easy handles for the next flights */
    size_t n_spare;
    struct ice_flight *first, **last; /* all that were started, in order */
};

struct ice_flight { /* one request under way */
    struct ice_flight *next;
    struct ice_http *h;
    CURL *easy;
    char error[CURL_ERROR_SIZE];
    bool flying, ended;
    const struct ice_request *r;
    struct ice_answer *a;
    struct curl_slist *lines;
    struct str raw; /* body as it came */
    int64_t start_ms, connecting_ms;
    int64_t connected_ms, out_ms, first_ms, active_ms; /* -1: not yet */
    size_t head_total;
    bool head_huge, head_ended;
};

static int64_t now_ms(const struct ice_http *h)
{
    return clock_ms(h->o.clock);
}

/* ---- life ---- */

struct ice_http *ice__http_new(const struct ice_http_options *o)
{
    struct ice_http *h = mem_alloc(sizeof(*h));

    curl_global_init(CURL_GLOBAL_DEFAULT);
    h->o = *o;
    h->multi = curl_multi_init();
    h->last = &h->first;
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    return h;
}

void ice__http_free(struct ice_http *h, bool leak)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->n_spare; i++)
        curl_easy_cleanup(h->spare[i]);
    if (!leak)
        curl_multi_cleanup(h->multi);
    curl_global_cleanup();
    free(h);
}

void ice__answer_init(struct ice_answer *a)
{
    memset(a, 0, sizeof(*a));
    str_init(&a->head, SIZE_MAX);
    str_init(&a->body, SIZE_MAX);
}

void ice__answer_fini(struct ice_answer *a)
{
    str_fini(&a->head);
    str_fini(&a->body);
}

/* ---- what libcurl tells us ---- */

static void answer_began(struct ice_flight *f)
{
    if (f->first_ms < 0)
        f->first_ms = now_ms(f->h);
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
    struct ice_flight *f = ctx;
    size_t len = size * n;
    struct slice line = {p, len};

    answer_began(f);
    f->head_total += len;
    if (f->head_total > f->h->o.head_bytes) {
        f->head_huge = true;
        return 0;
    }
    if (slice_starts(line, "HTTP/"))
        str_reset(&f->a->head);
    while (line.len &&
           (line.p[line.len - 1] == '\n' || line.p[line.len - 1] == '\r'))
        line.len--;
    f->head_ended = !line.len;
    if (line.len) {
        str_adds(&f->a->head, line);
        str_addc(&f->a->head, '\n');
    }
    return len;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct ice_flight *f = ctx;

    str_add(&f->raw, p, size * n);
    return f->raw.failed ? 0 : size * n;
}

static int on_trace(CURL *easy, curl_infotype type, char *p, size_t n,
                    void *ctx)
{
    struct ice_flight *f = ctx;

    (void)easy;
    (void)p;
    if (n && (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT)) {
        f->a->sent = true;
        f->out_ms = now_ms(f->h);
    }
    return 0;
}

static int on_connected(void *ctx, char *ip, char *own_ip, int port,
                        int own_port)
{
    struct ice_flight *f = ctx;

    (void)ip;
    (void)own_ip;
    (void)port;
    (void)own_port;
    f->a->connected = true;
    f->connected_ms = now_ms(f->h);
    return CURL_PREREQFUNC_OK;
}

/* A socket after something was sent: libcurl found a reused connection dead
 * and sends again on a new one. */
static curl_socket_t on_socket(void *ctx, curlsocktype purpose,
                               struct curl_sockaddr *to)
{
    struct ice_flight *f = ctx;

    (void)purpose;
    if (f->a->sent && f->connected_ms >= 0) {
        f->a->resent++;
        f->connected_ms = f->first_ms = -1;
        f->connecting_ms = now_ms(f->h);
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- setting up ---- */

static void set_body(CURL *c, const struct ice_request *r)
{
    if (!r->body.p)
        return;
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.p);
}

static void set_method(CURL *c, const struct ice_request *r)
{
    set_body(c, r);
    if (!strcmp(r->method, "HEAD"))
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else if (!r->body.p && !strcmp(r->method, "GET"))
        curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    else
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_headers(struct ice_flight *f)
{
    const struct ice_request *r = f->r;

    /* Neither of these is wanted from libcurl itself. */
    f->lines = curl_slist_append(NULL, "Expect:");
    if (!r->body.p || r->body.len == 0)
        f->lines = curl_slist_append(f->lines, "Content-Type:");
    if (f->h->o.gunzip && !r->raw)
        f->lines = curl_slist_append(f->lines, "Accept-Encoding: gzip");
    for (size_t i = 0; i < r->n_headers; i++)
        f->lines = curl_slist_append(f->lines, r->headers[i]);
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->lines);
}

static void set_transport(const struct ice_flight *f)
{
    const struct ice_http *h = f->h;
    const struct ice_request *r = f->r;
    CURL *c = f->easy;

    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* join no resolver */
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, (long)r->fresh);
    curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (h->o.ca_file) {
        curl_easy_setopt(c, CURLOPT_CAINFO, h->o.ca_file);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    if (!h->o.use_proxy) {
        curl_easy_setopt(c, CURLOPT_PROXY, "");
        curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    }
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION,
                     (long)(h->o.redirects != ICE_REDIRECTS_STOP));
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
    curl_easy_setopt(
        c, CURLOPT_UNRESTRICTED_AUTH,
        (long)(h->o.redirects == ICE_REDIRECTS_FOLLOW_WITH_CREDENTIALS));
}

static void set_callbacks(struct ice_flight *f)
{
    CURL *c = f->easy;

    curl_easy_setopt(c, CURLOPT_PRIVATE, f);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->error);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_trace);
    curl_easy_setopt(c, CURLOPT_DEBUGDATA, f);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(c, CURLOPT_PREREQDATA, f);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, f);
}

static void prepare(struct ice_flight *f)
{
    CURL *c = f->easy;

    curl_easy_reset(c);
    f->error[0] = 0;
    curl_easy_setopt(c, CURLOPT_URL, f->r->url);
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "icefault/" ICEFAULT_VERSION);
    set_transport(f);
    set_callbacks(f);
    set_method(c, f->r);
    set_headers(f);
}

/* ---- the timers ---- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When the timer goes off; INT64_MAX: it does not run now. */
static int64_t due_ms(const struct ice_flight *f, enum ice_timer t)
{
    const struct ice_request *r = f->r;

    switch (t) {
    case ICE_TIMER_CONNECT:
        return f->connected_ms < 0 ? f->connecting_ms + r->connect_ms
                                   : INT64_MAX;
    case ICE_TIMER_FIRST_BYTE:
        return f->connected_ms >= 0 && f->first_ms < 0
                   ? later(f->connected_ms, f->out_ms) + r->first_byte_ms
                   : INT64_MAX;
    case ICE_TIMER_IDLE:
        return f->first_ms >= 0 ? later(f->first_ms, f->active_ms) + r->idle_ms
                                : INT64_MAX;
    case ICE_TIMER_REQUEST:
        return f->start_ms + r->request_ms;
    case ICE_TIMER_CALL:
        return r->deadline_ms;
    case ICE_TIMER_ALL:
        break;
    }
    return INT64_MAX;
}

/* The timer that goes off first, and when. */
static int64_t next_timer(const struct ice_flight *f, enum ice_event *event)
{
    static const struct {
        enum ice_timer timer;
        enum ice_event event;
    } timers[] = {
        {ICE_TIMER_CALL, ICE_EV_DEADLINE},
        {ICE_TIMER_CONNECT, ICE_EV_CONNECT_TIMEOUT},
        {ICE_TIMER_FIRST_BYTE, ICE_EV_FIRST_BYTE_TIMEOUT},
        {ICE_TIMER_IDLE, ICE_EV_IDLE_TIMEOUT},
        {ICE_TIMER_REQUEST, ICE_EV_REQUEST_TIMEOUT},
    };
    int64_t first = INT64_MAX;

    *event = ICE_EV_DEADLINE;
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
        int64_t due;

        if (!(f->h->o.timers & timers[i].timer))
            continue;
        due = due_ms(f, timers[i].timer);
        if (due < first) {
            first = due;
            *event = timers[i].event;
        }
    }
    return first;
}

static int clamp_ms(int64_t ms)
{
    return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

/* ---- cancel ---- */

static bool watches(const struct ice_http *h, enum ice_cancel_watch where)
{
    return h->o.cancel_fd >= 0 && (h->o.cancel & where);
}

static bool cancelled(const struct ice_http *h)
{
    struct pollfd p = {.fd = h->o.cancel_fd, .events = POLLIN};

    return watches(h, ICE_CANCEL_IN_REQUEST) && poll(&p, 1, 0) > 0;
}

static void note_first_byte(struct ice_flight *f)
{
    curl_off_t us = 0;

    curl_easy_getinfo(f->easy, CURLINFO_STARTTRANSFER_TIME_T, &us);
    if (us > 0 && f->connected_ms >= 0)
        answer_began(f);
}

/* ---- the end of it ---- */

static void decode_body(struct ice_flight *f)
{
    struct ice_answer *a = f->a;
    struct slice coding = ice__answer_header(a, "Content-Encoding");

    if (f->r->raw || !coding.len || slice_ieqz(coding, "identity") ||
        !f->raw.len) {
        str_fini(&a->body);
        a->body = f->raw;
        str_init(&f->raw, f->h->o.body_bytes);
        return;
    }
    a->body.max = f->h->o.body_bytes;
    if (!slice_ieqz(coding, "gzip") && !slice_ieqz(coding, "x-gzip"))
        ice__event_set(a, ICE_EV_BAD_HTTP,
                       "the answer has a content coding that was not asked "
                       "for");
    else if (!ice__gunzip(str_slice(&f->raw), &a->body))
        ice__event_set(
            a, a->body.failed ? ICE_EV_BODY_HUGE : ICE_EV_BAD_HTTP, "%s",
            a->body.failed ? "the answer's body is too long once unpacked"
                           : "the answer's gzip data are damaged");
}

static void conclude(struct ice_flight *f, CURLcode code)
{
    struct ice_answer *a = f->a;
    struct ice_ending end = {.code = code,
                             .easy = f->easy,
                             .error = f->error,
                             .connected = a->connected,
                             .head_huge = f->head_huge,
                             .head_ended = f->head_ended,
                             .body_huge = f->raw.failed,
                             .name_tls_check = f->h->o.name_tls_check};
    long status = 0;

    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    a->status = (int)status;
    ice__event_of(&end, a);
    if (a->event == ICE_EV_ANSWER)
        decode_body(f);
}

/* Takes the flight out of the loop; its answer is filled. */
static void land(struct ice_flight *f)
{
    if (f->flying)
        curl_multi_remove_handle(f->h->multi, f->easy);
    f->flying = false;
    f->ended = true;
    f->a->elapsed_ms = now_ms(f->h) - f->start_ms;
}

static void land_by(struct ice_flight *f, enum ice_event event)
{
    ice__event_set(f->a, event, "%s", ice__event_says(event));
    land(f);
}

/* ---- the loop ---- */

/* What libcurl has ended. */
static bool land_finished(struct ice_http *h)
{
    bool some = false;
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(h->multi, &left))) {
        CURLcode code = m->data.result;
        char *private = NULL;
        struct ice_flight *f;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
        f = (struct ice_flight *)(void *)private;
        conclude(f, code);
        land(f);
        some = true;
    }
    return some;
}

/* What our timers end. *until_ms comes down to the first that is yet to go
 * off. */
static bool land_late(struct ice_http *h, int64_t *until_ms)
{
    int64_t now = now_ms(h);
    bool some = false;

    for (struct ice_flight *f = h->first; f; f = f->next) {
        enum ice_event event;
        int64_t due;

        if (!f->flying)
            continue;
        note_first_byte(f);
        due = next_timer(f, &event);
        if (due <= now) {
            land_by(f, event);
            some = true;
        } else if (due < *until_ms) {
            *until_ms = due;
        }
    }
    return some;
}

static void land_all(struct ice_http *h, enum ice_event event)
{
    for (struct ice_flight *f = h->first; f; f = f->next)
        if (f->flying)
            land_by(f, event);
}

/* Those whose socket has something to read, or all when there is but one. */
static void note_active(struct ice_http *h)
{
    bool one = h->first && !h->first->next;

    for (struct ice_flight *f = h->first; f; f = f->next) {
        struct pollfd p = {.events = POLLIN};
        curl_socket_t fd = CURL_SOCKET_BAD;

        if (!f->flying)
            continue;
        if (!one)
            curl_easy_getinfo(f->easy, CURLINFO_ACTIVESOCKET, &fd);
        p.fd = fd;
        if (one || (fd != CURL_SOCKET_BAD && poll(&p, 1, 0) > 0))
            f->active_ms = now_ms(h);
    }
}

/* Waits for something to happen. False: cancelled. */
static bool wait_some(struct ice_http *h, int64_t until_ms)
{
    struct curl_waitfd extra = {.fd = h->o.cancel_fd,
                                .events = CURL_WAIT_POLLIN};
    bool watch = watches(h, ICE_CANCEL_IN_REQUEST);
    int64_t ms = until_ms == INT64_MAX ? INT_MAX : until_ms - now_ms(h);
    int ready = 0;

    curl_multi_poll(h->multi, &extra, watch, clamp_ms(ms), &ready);
    if (watch && extra.revents)
        return false;
    if (ready > 0)
        note_active(h);
    return true;
}

static bool some_ended(const struct ice_http *h)
{
    for (const struct ice_flight *f = h->first; f; f = f->next)
        if (f->ended)
            return true;
    return false;
}

bool ice__http_go_on(struct ice_http *h, int64_t until_ms)
{
    if (some_ended(h))
        return true;
    for (;;) {
        int64_t wake = until_ms;
        int running;
        bool some;

        curl_multi_perform(h->multi, &running);
        some = land_finished(h);
        some = land_late(h, &wake) || some;
        if (some)
            return true;
        if (wake >= until_ms && now_ms(h) >= until_ms)
            return false;
        if (!wait_some(h, wake)) {
            land_all(h, ICE_EV_CANCELLED);
            return true;
        }
    }
}

/* ---- flights ---- */

static struct ice_flight *flight_new(struct ice_http *h,
                                     const struct ice_request *r,
                                     struct ice_answer *a)
{
    struct ice_flight *f = mem_alloc(sizeof(*f));

    f->h = h;
    f->r = r;
    f->a = a;
    f->start_ms = f->connecting_ms = now_ms(h);
    f->connected_ms = f->out_ms = f->first_ms = f->active_ms = -1;
    str_init(&f->raw, r->body_bytes ? r->body_bytes : h->o.body_bytes);
    ice__answer_fini(a);
    ice__answer_init(a);
    a->head.max = h->o.head_bytes;
    *h->last = f;
    h->last = &f->next;
    return f;
}

struct ice_flight *ice__http_start(struct ice_http *h,
                                   const struct ice_request *r,
                                   struct ice_answer *a)
{
    struct ice_flight *f = flight_new(h, r, a);

    if (cancelled(h)) {
        land_by(f, ICE_EV_CANCELLED);
        return f;
    }
    f->easy = h->n_spare ? h->spare[--h->n_spare] : curl_easy_init();
    prepare(f);
    curl_multi_add_handle(h->multi, f->easy);
    f->flying = true;
    return f;
}

bool ice__flight_ended(const struct ice_flight *f)
{
    return f->ended;
}

void ice__flight_free(struct ice_flight *f)
{
    struct ice_http *h = f->h;
    struct ice_flight **at = &h->first;

    if (f->flying)
        land(f);
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    if (!*at)
        h->last = at;
    if (f->easy) {
        curl_easy_reset(f->easy);
        if (h->n_spare < SPARE)
            h->spare[h->n_spare++] = f->easy;
        else
            curl_easy_cleanup(f->easy);
    }
    curl_slist_free_all(f->lines);
    str_fini(&f->raw);
    free(f);
}

void ice__http_send(struct ice_http *h, const struct ice_request *r,
                    struct ice_answer *a)
{
    struct ice_flight *f = ice__http_start(h, r, a);

    while (!f->ended)
        ice__http_go_on(h, INT64_MAX);
    ice__flight_free(f);
}

/* ---- helpers of callers ---- */

struct slice ice__answer_header(const struct ice_answer *a, const char *name)
{
    struct slice rest = str_slice(&a->head);

    while (rest.len) {
        const char *end = memchr(rest.p, '\n', rest.len);
        size_t n = end ? (size_t)(end - rest.p) : rest.len;
        const char *colon = memchr(rest.p, ':', n);

        if (colon &&
            slice_ieqz((struct slice){rest.p, (size_t)(colon - rest.p)}, name))
            return slice_trim(
                (struct slice){colon + 1, n - (size_t)(colon + 1 - rest.p)});
        n += end != NULL;
        rest.p += n;
        rest.len -= n;
    }
    return (struct slice){NULL, 0};
}

bool ice__http_wait(struct ice_http *h, int64_t until_ms)
{
    struct pollfd p = {.fd = h->o.cancel_fd, .events = POLLIN};
    nfds_t n = watches(h, ICE_CANCEL_IN_WAIT) ? 1 : 0;

    for (;;) {
        int64_t left = until_ms - now_ms(h);

        if (poll(&p, n, clamp_ms(left)) > 0)
            return false;
        if (left <= 0)
            return true;
    }
}
