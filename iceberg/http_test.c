/* One request, one answer, and everything that can go wrong between. */
#include "base/unit.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <zlib.h>

#include "base/arena.h"
#include "iceberg/http.h"
#include "iceberg/peer_test.h"

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define TURNS(t) (t), sizeof(t) / sizeof((t)[0])

static struct ice_http_options options(void)
{
    return (struct ice_http_options){.clock = &clock_system,
                                     .gunzip = true,
                                     .name_tls_check = true,
                                     .timers = ICE_TIMER_ALL,
                                     .cancel = ICE_CANCEL_EVERYWHERE,
                                     .cancel_fd = -1,
                                     .body_bytes = 100000,
                                     .head_bytes = 65536};
}

static struct ice_request request(const char *url)
{
    return (struct ice_request){.method = "GET",
                                .url = url,
                                .connect_ms = 5000,
                                .first_byte_ms = 5000,
                                .idle_ms = 5000,
                                .request_ms = 5000,
                                .deadline_ms = INT64_MAX};
}

/* One request to a peer that plays one turn; what it read is dropped. */
static void meet(const struct peer_turn *t, struct ice_request *r,
                 struct ice_answer *a)
{
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct peer p;

    ice__answer_init(a);
    peer_start(&p, t, 1);
    r->url = p.url;
    ice__http_send(h, r, a);
    free(peer_stop(&p));
    r->url = NULL;
    ice__http_free(h, false);
}

static enum ice_event event_of(const char *reply, enum peer_end end, bool *sent)
{
    struct peer_turn t = {.reply = reply, .end = end};
    struct ice_request r = request(NULL);
    struct ice_answer a;
    enum ice_event event;

    meet(&t, &r, &a);
    event = a.event;
    *sent = a.sent;
    CU_ASSERT(event == ICE_EV_ANSWER || a.cause[0]);
    ice__answer_fini(&a);
    return event;
}

static void a_whole_answer_is_read(void)
{
    struct peer_turn t = {.reply = "HTTP/1.1 100 Continue\r\nX: early\r\n\r\n"
                                   "HTTP/1.1 404 No\r\nRetry-After:  7 \r\n"
                                   "Content-Length: 2\r\n\r\nno"};
    struct ice_request r = request(NULL);
    struct ice_answer a;

    meet(&t, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_ANSWER);
    CU_ASSERT_EQUAL(a.status, 404);
    CU_ASSERT(a.sent && a.connected);
    CU_ASSERT_STRING_EQUAL(str_z(&a.body), "no");
    CU_ASSERT(slice_eqz(ice__answer_header(&a, "retry-after"), "7"));
    CU_ASSERT_PTR_NULL(ice__answer_header(&a, "X").p);
    ice__answer_fini(&a);
}

static void broken_answers_have_their_own_events(void)
{
    static const struct {
        const char *reply;
        enum peer_end end;
        enum ice_event event;
    } all[] = {
        {NULL, PEER_RESET, ICE_EV_RESET},
        {NULL, PEER_CLOSE, ICE_EV_RESET},
        {"HTTP/1.1 200 OK\r\nContent-Le", PEER_RESET, ICE_EV_RESET},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", PEER_CLOSE,
         ICE_EV_CUT},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", PEER_RESET,
         ICE_EV_CUT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
         PEER_CLOSE, ICE_EV_CUT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhel",
         PEER_CLOSE, ICE_EV_BAD_HTTP},
        {"complete nonsense\r\n\r\n", PEER_CLOSE, ICE_EV_BAD_HTTP},
        {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx", PEER_CLOSE,
         ICE_EV_BAD_HTTP},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n"
         "\r\nhel",
         PEER_CLOSE, ICE_EV_BAD_HTTP},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n"
         "\r\nhel",
         PEER_CLOSE, ICE_EV_BAD_HTTP},
        {"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n",
         PEER_CLOSE, ICE_EV_ANSWER},
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
         "Content-Length: 0\r\n\r\n",
         PEER_CLOSE, ICE_EV_ANSWER},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        bool sent;
        enum ice_event got = event_of(all[i].reply, all[i].end, &sent);

        if (got != all[i].event)
            printf("case %zu: event %d\n", i, (int)got);
        CU_ASSERT_EQUAL(got, all[i].event);
        CU_ASSERT(sent);
    }
}

static void a_refused_connection_sent_nothing(void)
{
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct ice_request r;
    struct ice_answer a;
    char url[64];
    int port;

    close(peer_listen(1, &port));
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
    r = request(url);
    ice__answer_init(&a);
    ice__http_send(h, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_REFUSED);
    CU_ASSERT(!a.sent && !a.connected);
    ice__answer_fini(&a);
    ice__http_free(h, false);
}

/* A listener whose queue is full drops the third SYN. */
static void a_blackholed_connect_ends_in_its_time(void)
{
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int port, listener = peer_listen(0, &port), fill[2];
    struct ice_request r;
    struct ice_answer a;
    char url[64];

    to.sin_port = htons((uint16_t)port);
    for (int i = 0; i < 2; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        CU_ASSERT(connect(fill[i], (struct sockaddr *)&to, sizeof(to)) == 0 ||
                  errno == EINPROGRESS);
    }
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
    r = request(url);
    r.connect_ms = 40;
    ice__answer_init(&a);
    ice__http_send(h, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_CONNECT_TIMEOUT);
    CU_ASSERT(!a.sent);
    ice__answer_fini(&a);
    ice__http_free(h, false);
    close(fill[0]);
    close(fill[1]);
    close(listener);
}

static void each_timer_ends_the_wait_it_is_for(void)
{
    static const char part[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel";
    struct peer_turn silent = {.end = PEER_HOLD};
    struct peer_turn partial = {.reply = part, .end = PEER_HOLD};
    struct peer_turn line = {.reply = "HTTP/1.1 200", .end = PEER_HOLD};
    struct ice_request r = request(NULL);
    struct ice_answer a;

    r.first_byte_ms = 30;
    meet(&silent, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_FIRST_BYTE_TIMEOUT);
    ice__answer_fini(&a);
    r.idle_ms = 30;
    meet(&line, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_IDLE_TIMEOUT);
    ice__answer_fini(&a);
    meet(&partial, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_IDLE_TIMEOUT);
    ice__answer_fini(&a);
    r.request_ms = 20;
    meet(&partial, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_REQUEST_TIMEOUT);
    ice__answer_fini(&a);
    r.deadline_ms = clock_ms(&clock_system) + 10;
    meet(&partial, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_DEADLINE);
    ice__answer_fini(&a);
}

static void a_cancel_ends_a_request_under_way(void)
{
    struct ice_http_options o = options();
    struct peer_turn t = {.end = PEER_HOLD};
    struct ice_http *h;
    struct ice_request r;
    struct ice_answer a;
    struct peer p;

    o.cancel_fd = eventfd(0, EFD_CLOEXEC);
    t.signal_fd = o.cancel_fd;
    h = ice__http_new(&o);
    ice__answer_init(&a);
    peer_start(&p, &t, 1);
    r = request(p.url);
    ice__http_send(h, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_CANCELLED);
    CU_ASSERT(a.sent);
    CU_ASSERT(!ice__http_wait(h, clock_ms(&clock_system) + 10000));
    ice__http_send(h, &r, &a); /* and one that starts later */
    CU_ASSERT_EQUAL(a.event, ICE_EV_CANCELLED);
    CU_ASSERT(!a.sent);
    free(peer_stop(&p));
    ice__answer_fini(&a);
    ice__http_free(h, false);
    close(o.cancel_fd);
}

static void a_wait_lasts_as_long_as_asked(void)
{
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    int64_t start = clock_ms(&clock_system);

    CU_ASSERT(ice__http_wait(h, start + 5));
    CU_ASSERT(clock_ms(&clock_system) >= start + 5);
    ice__http_free(h, false);
}

static void endless_answers_are_bounded(void)
{
    struct peer_turn body = {.reply = "HTTP/1.1 200 OK\r\n\r\n",
                             .fill = "0123456789012345678901234567890123456789",
                             .times = 3000};
    struct peer_turn lines = {.reply = "HTTP/1.1 200 OK\r\n",
                              .fill =
                                  "X-Many: 0123456789012345678901234567\r\n",
                              .times = 2000};
    struct peer_turn line = {.reply = "HTTP/1.1 200 OK\r\nX: ",
                             .fill = "0123456789012345678901234567890123456789",
                             .times = 8000};
    struct ice_request r = request(NULL);
    struct ice_answer a;

    meet(&body, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_BODY_HUGE);
    CU_ASSERT(a.body.len <= 100000);
    ice__answer_fini(&a);
    meet(&lines, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_HEAD_HUGE);
    ice__answer_fini(&a);
    meet(&line, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_HEAD_HUGE);
    ice__answer_fini(&a);
}

/* An answer that unpacks to n zeros. */
static struct peer_turn zipped(size_t n, char *out, size_t size)
{
    unsigned char *plain = mem_alloc(n);
    z_stream z = {0};
    char packed[4096];
    int head;
    size_t len;

    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = plain;
    z.avail_in = (unsigned)n;
    z.next_out = (unsigned char *)packed;
    z.avail_out = sizeof(packed);
    CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
    len = sizeof(packed) - z.avail_out;
    deflateEnd(&z);
    free(plain);
    head = snprintf(out, size,
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                    "Content-Length: %zu\r\n\r\n",
                    len);
    memcpy(out + head, packed, len);
    return (struct peer_turn){.reply = out, .n = (size_t)head + len};
}

static void gzip_is_unpacked_within_bounds(void)
{
    char buffer[8192];
    struct peer_turn t = zipped(1000, buffer, sizeof(buffer));
    struct ice_request r = request(NULL);
    struct ice_answer a;

    meet(&t, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_ANSWER);
    CU_ASSERT_EQUAL(a.body.len, 1000);
    ice__answer_fini(&a);
    t = zipped(1000000, buffer, sizeof(buffer));
    meet(&t, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_BODY_HUGE);
    ice__answer_fini(&a);
}

/* Two requests on one handle; the requests that the peer read. */
static char *twice(const struct peer_turn *t, size_t n, bool fresh,
                   struct ice_answer *second)
{
    static const char *const lines[] = {"X-Mark: here"};
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct ice_request r;
    struct peer p;
    char *all;

    ice__answer_init(second);
    peer_start(&p, t, n);
    r = request(p.url);
    ice__http_send(h, &r, second);
    CU_ASSERT_EQUAL(second->event, ICE_EV_ANSWER);
    r.method = fresh ? "POST" : "GET";
    r.fresh = fresh;
    r.headers = lines;
    r.n_headers = 1;
    if (fresh)
        r.body = SLICE_LIT("{}");
    ice__http_send(h, &r, second);
    all = peer_stop(&p);
    ice__http_free(h, false);
    return all;
}

static void a_read_survives_a_kept_connection_that_died(void)
{
    static const struct peer_turn t[] = {{.reply = OK_HELLO, .end = PEER_KEEP},
                                         {.end = PEER_CLOSE},
                                         {.reply = OK_HELLO}};
    struct ice_answer a;
    char *all = twice(TURNS(t), false, &a);

    CU_ASSERT_EQUAL(a.event, ICE_EV_ANSWER);
    CU_ASSERT_EQUAL(a.resent, 1);
    CU_ASSERT_EQUAL(peer_count(all), 3);
    free(all);
    ice__answer_fini(&a);
}

static void a_fresh_request_never_goes_out_twice(void)
{
    static const struct peer_turn t[] = {
        {.reply = OK_HELLO}, {.end = PEER_CLOSE}, {.reply = OK_HELLO}};
    struct ice_answer a;
    char *all = twice(TURNS(t), true, &a);

    CU_ASSERT_EQUAL(a.event, ICE_EV_RESET);
    CU_ASSERT_EQUAL(a.resent, 0);
    CU_ASSERT_EQUAL(peer_count(all), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(all, "X-Mark: here\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(all, "\r\n\r\n{}"));
    CU_ASSERT_PTR_NULL(strstr(all, "Expect"));
    free(all);
    ice__answer_fini(&a);
}

static void the_environment_names_no_proxy(void)
{
    bool sent;

    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    CU_ASSERT_EQUAL(event_of(OK_HELLO, PEER_CLOSE, &sent), ICE_EV_ANSWER);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

static void a_path_goes_out_as_it_stands(void)
{
    struct peer_turn t = {.reply = OK_HELLO};
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct ice_request r;
    struct ice_answer a;
    struct peer p;
    char url[128], *all;

    peer_start(&p, &t, 1);
    snprintf(url, sizeof(url), "%s/v1/a%%20b/../%%2E%%2e/c%%2Bd?x=%%1F", p.url);
    r = request(url);
    ice__answer_init(&a);
    ice__http_send(h, &r, &a);
    all = peer_stop(&p);
    CU_ASSERT_EQUAL(
        strncmp(all, "GET /v1/a%20b/../%2E%2e/c%2Bd?x=%1F HTTP/1.1", 44), 0);
    free(all);
    ice__answer_fini(&a);
    ice__http_free(h, false);
}

static void tls_to_a_server_without_tls_sends_nothing(void)
{
    struct peer_turn t = {.reply = OK_HELLO};
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct ice_request r;
    struct ice_answer a;
    struct peer p;
    char url[128];

    peer_start(&p, &t, 1);
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/", p.port);
    r = request(url);
    r.connect_ms = 100;
    ice__answer_init(&a);
    ice__http_send(h, &r, &a);
    CU_ASSERT(a.event == ICE_EV_TLS_CUT || a.event == ICE_EV_CONNECT_TIMEOUT);
    CU_ASSERT(!a.sent);
    free(peer_stop(&p));
    ice__answer_fini(&a);
    ice__http_free(h, false);
}

/* ---- side by side ---- */

static void several_go_side_by_side(void)
{
    static const struct peer_turn silent = {.end = PEER_HOLD};
    static const struct peer_turn hello = {.reply = OK_HELLO};
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct ice_request r[2];
    struct ice_answer a[2];
    struct ice_flight *f[2];
    struct peer p[2];

    peer_start(&p[0], &silent, 1);
    peer_start(&p[1], &hello, 1);
    for (int i = 0; i < 2; i++) {
        r[i] = request(p[i].url);
        ice__answer_init(&a[i]);
    }
    r[0].first_byte_ms = 200;
    for (int i = 0; i < 2; i++)
        f[i] = ice__http_start(h, &r[i], &a[i]);
    CU_ASSERT(ice__http_go_on(h, INT64_MAX)); /* the silent one holds nobody */
    CU_ASSERT_FALSE(ice__flight_ended(f[0]));
    CU_ASSERT(ice__flight_ended(f[1]));
    CU_ASSERT_STRING_EQUAL(str_z(&a[1].body), "hello");
    ice__flight_free(f[1]);
    CU_ASSERT(ice__http_go_on(h, INT64_MAX));
    CU_ASSERT_EQUAL(a[0].event, ICE_EV_FIRST_BYTE_TIMEOUT);
    ice__flight_free(f[0]);
    for (int i = 0; i < 2; i++) {
        ice__answer_fini(&a[i]);
        free(peer_stop(&p[i]));
    }
    ice__http_free(h, false);
}

static void going_on_ends_at_its_time_and_a_flight_may_be_given_up(void)
{
    static const struct peer_turn silent = {.end = PEER_HOLD};
    struct ice_http_options o = options();
    struct ice_http *h = ice__http_new(&o);
    struct ice_request r;
    struct ice_answer a;
    struct ice_flight *f;
    struct peer p;

    peer_start(&p, &silent, 1);
    r = request(p.url);
    ice__answer_init(&a);
    f = ice__http_start(h, &r, &a);
    CU_ASSERT_FALSE(ice__http_go_on(h, clock_ms(&clock_system) + 20));
    CU_ASSERT_FALSE(ice__flight_ended(f));
    ice__flight_free(f);
    free(peer_stop(&p)); /* ends, since the peer saw the connection close */
    ice__answer_fini(&a);
    ice__http_free(h, false);
}

static void a_cancel_ends_all_that_fly(void)
{
    static const struct peer_turn silent = {.end = PEER_HOLD};
    struct ice_http_options o = options();
    struct ice_http *h;
    struct ice_request r;
    struct ice_answer a[3];
    struct ice_flight *f[3];
    struct peer p;

    o.cancel_fd = eventfd(0, EFD_CLOEXEC);
    h = ice__http_new(&o);
    peer_start(&p, &silent, 1);
    r = request(p.url);
    for (int i = 0; i < 2; i++) {
        ice__answer_init(&a[i]);
        f[i] = ice__http_start(h, &r, &a[i]);
    }
    CU_ASSERT_EQUAL(eventfd_write(o.cancel_fd, 1), 0);
    CU_ASSERT(ice__http_go_on(h, INT64_MAX));
    ice__answer_init(&a[2]);
    f[2] = ice__http_start(h, &r, &a[2]); /* and what would be begun now */
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(ice__flight_ended(f[i]));
        CU_ASSERT_EQUAL(a[i].event, ICE_EV_CANCELLED);
        ice__flight_free(f[i]);
        ice__answer_fini(&a[i]);
    }
    free(peer_stop(&p));
    ice__http_free(h, false);
    close(o.cancel_fd);
}

static void a_raw_body_comes_as_it_is(void)
{
    struct peer_turn t = {.reply = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip"
                                   "\r\nContent-Length: 5\r\n\r\nhello"};
    struct ice_request r = request(NULL);
    struct ice_answer a;

    r.raw = true;
    meet(&t, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_ANSWER);
    CU_ASSERT_STRING_EQUAL(str_z(&a.body), "hello");
    ice__answer_fini(&a);
    r.body_bytes = 4;
    meet(&t, &r, &a);
    CU_ASSERT_EQUAL(a.event, ICE_EV_BODY_HUGE);
    ice__answer_fini(&a);
}

UNIT_MAIN("http", UNIT(a_whole_answer_is_read),
          UNIT(broken_answers_have_their_own_events),
          UNIT(a_refused_connection_sent_nothing),
          UNIT(a_blackholed_connect_ends_in_its_time),
          UNIT(each_timer_ends_the_wait_it_is_for),
          UNIT(a_cancel_ends_a_request_under_way),
          UNIT(a_wait_lasts_as_long_as_asked),
          UNIT(endless_answers_are_bounded),
          UNIT(gzip_is_unpacked_within_bounds),
          UNIT(a_read_survives_a_kept_connection_that_died),
          UNIT(a_fresh_request_never_goes_out_twice),
          UNIT(the_environment_names_no_proxy),
          UNIT(a_path_goes_out_as_it_stands),
          UNIT(tls_to_a_server_without_tls_sends_nothing),
          UNIT(several_go_side_by_side),
          UNIT(going_on_ends_at_its_time_and_a_flight_may_be_given_up),
          UNIT(a_cancel_ends_all_that_fly), UNIT(a_raw_body_comes_as_it_is))
