/* http: one request at a time through libcurl, in a poll loop of our own.
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

enum { IDLE_CONNECTIONS = 4, MOST_REDIRECTS = 5 };

struct ice_http {
    struct ice_http_options o;
    CURLM *multi;
    CURL *easy;
    char error[CURL_ERROR_SIZE];
};

struct flight { /* one request under way */
    struct ice_http *h;
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
    h->easy = curl_easy_init();
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    return h;
}

void ice__http_free(struct ice_http *h, bool leak)
{
    if (!h)
        return;
    curl_easy_cleanup(h->easy);
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

static void answer_began(struct flight *f)
{
    if (f->first_ms < 0)
        f->first_ms = now_ms(f->h);
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
    struct flight *f = ctx;
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
    struct flight *f = ctx;

    str_add(&f->raw, p, size * n);
    return f->raw.failed ? 0 : size * n;
}

static int on_trace(CURL *easy, curl_infotype type, char *p, size_t n,
                    void *ctx)
{
    struct flight *f = ctx;

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
    struct flight *f = ctx;

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
    struct flight *f = ctx;

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

static void set_headers(struct flight *f)
{
    const struct ice_request *r = f->r;

    /* Neither of these is wanted from libcurl itself. */
    f->lines = curl_slist_append(NULL, "Expect:");
    if (!r->body.p || r->body.len == 0)
        f->lines = curl_slist_append(f->lines, "Content-Type:");
    if (f->h->o.gunzip && !r->sigv4)
        f->lines = curl_slist_append(f->lines, "Accept-Encoding: gzip");
    for (size_t i = 0; i < r->n_headers; i++)
        f->lines = curl_slist_append(f->lines, r->headers[i]);
    curl_easy_setopt(f->h->easy, CURLOPT_HTTPHEADER, f->lines);
    if (r->sigv4) {
        curl_easy_setopt(f->h->easy, CURLOPT_AWS_SIGV4, r->sigv4);
        curl_easy_setopt(f->h->easy, CURLOPT_USERPWD, r->user_password);
    }
}

static void set_transport(const struct ice_http *h, const struct ice_request *r)
{
    CURL *c = h->easy;

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

static void set_callbacks(struct flight *f)
{
    CURL *c = f->h->easy;

    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->h->error);
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

static void prepare(struct flight *f)
{
    CURL *c = f->h->easy;

    curl_easy_reset(c);
    f->h->error[0] = 0;
    curl_easy_setopt(c, CURLOPT_URL, f->r->url);
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "icefault/" ICEFAULT_VERSION);
    set_transport(f->h, f->r);
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
static int64_t due_ms(const struct flight *f, enum ice_timer t)
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
static int64_t next_timer(const struct flight *f, enum ice_event *event)
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

/* ---- the loop ---- */

static bool watches(const struct ice_http *h, enum ice_cancel_watch where)
{
    return h->o.cancel_fd >= 0 && (h->o.cancel & where);
}

static bool cancelled(const struct ice_http *h)
{
    struct pollfd p = {.fd = h->o.cancel_fd, .events = POLLIN};

    return watches(h, ICE_CANCEL_IN_REQUEST) && poll(&p, 1, 0) > 0;
}

static void note_first_byte(struct flight *f)
{
    curl_off_t us = 0;

    curl_easy_getinfo(f->h->easy, CURLINFO_STARTTRANSFER_TIME_T, &us);
    if (us > 0 && f->connected_ms >= 0)
        answer_began(f);
}

/* Waits for something to happen. False: cancelled. */
static bool wait_some(struct flight *f, int64_t until_ms)
{
    struct curl_waitfd extra = {.fd = f->h->o.cancel_fd,
                                .events = CURL_WAIT_POLLIN};
    bool watch = watches(f->h, ICE_CANCEL_IN_REQUEST);
    int64_t ms = until_ms == INT64_MAX ? INT_MAX : until_ms - now_ms(f->h);
    int ready = 0;

    curl_multi_poll(f->h->multi, &extra, watch, clamp_ms(ms), &ready);
    if (watch && extra.revents)
        return false;
    if (ready > 0)
        f->active_ms = now_ms(f->h);
    return true;
}

static bool finished(struct ice_http *h, CURLcode *code)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(h->multi, &left))) {
        if (m->msg == CURLMSG_DONE) {
            *code = m->data.result;
            return true;
        }
    }
    return false;
}

/* Runs the transfer. True: libcurl ended it with *code; false: *event did. */
static bool fly(struct flight *f, CURLcode *code, enum ice_event *event)
{
    for (;;) {
        enum ice_event timer;
        int64_t due;
        int running;

        curl_multi_perform(f->h->multi, &running);
        if (finished(f->h, code))
            return true;
        note_first_byte(f);
        due = next_timer(f, &timer);
        if (due <= now_ms(f->h)) {
            *event = timer;
            return false;
        }
        if (!wait_some(f, due)) {
            *event = ICE_EV_CANCELLED;
            return false;
        }
    }
}

/* ---- the end of it ---- */

static void decode_body(struct flight *f)
{
    struct ice_answer *a = f->a;
    struct slice coding = ice__answer_header(a, "Content-Encoding");

    if (!coding.len || slice_ieqz(coding, "identity") || !f->raw.len) {
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

static void conclude(struct flight *f, CURLcode code)
{
    struct ice_answer *a = f->a;
    struct ice_ending end = {.code = code,
                             .easy = f->h->easy,
                             .error = f->h->error,
                             .connected = a->connected,
                             .head_huge = f->head_huge,
                             .head_ended = f->head_ended,
                             .body_huge = f->raw.failed,
                             .name_tls_check = f->h->o.name_tls_check};
    long status = 0;

    curl_easy_getinfo(f->h->easy, CURLINFO_RESPONSE_CODE, &status);
    a->status = (int)status;
    ice__event_of(&end, a);
    if (a->event == ICE_EV_ANSWER)
        decode_body(f);
}

static void flight_init(struct flight *f, struct ice_http *h,
                        const struct ice_request *r, struct ice_answer *a)
{
    *f = (struct flight){.h = h, .r = r, .a = a};
    f->start_ms = f->connecting_ms = now_ms(h);
    f->connected_ms = f->out_ms = f->first_ms = f->active_ms = -1;
    str_init(&f->raw, h->o.body_bytes);
    ice__answer_fini(a);
    ice__answer_init(a);
    a->head.max = h->o.head_bytes;
}

void ice__http_send(struct ice_http *h, const struct ice_request *r,
                    struct ice_answer *a)
{
    struct flight f;
    enum ice_event event = ICE_EV_CANCELLED;
    CURLcode code = CURLE_OK;

    flight_init(&f, h, r, a);
    if (cancelled(h)) {
        ice__event_set(a, event, "cancelled");
        goto out;
    }
    prepare(&f);
    curl_multi_add_handle(h->multi, h->easy);
    if (fly(&f, &code, &event))
        conclude(&f, code);
    else
        ice__event_set(a, event, "%s", ice__event_says(event));
    curl_multi_remove_handle(h->multi, h->easy);
    curl_easy_reset(h->easy);
out:
    curl_slist_free_all(f.lines);
    str_fini(&f.raw);
    a->elapsed_ms = now_ms(h) - f.start_ms;
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
