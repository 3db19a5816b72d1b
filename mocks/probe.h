/* probe: one fault, one request, one connection, in virtual time; for
 * fault_probe_test.c only.
 *
 * A cell is an action, a phase, a server, a scheme, and a connection that is
 * fresh or was used before. It is probed by the same request twice, each time
 * in a world of its own: without the fault, which gives the answer as it should
 * be, byte for byte (seed, ordinals and clock are the same), and with it.
 *
 * Time is virtual: libuv and the mock see a clock that stands still while
 * anything can be read or written, and then jumps to the next timer.
 */
#ifndef MOCKS_PROBE_H
#define MOCKS_PROBE_H

#include <poll.h>
#include <stdio.h>

#include "mocks/s3/testing.h"
#include "mocks/testing.h"

enum { MS = 1000000, MOST_MS = 2 * 3600 * 1000, MOST_SETTLES = 1 << 20 };
enum { MOST_REQUEST = 1 << 16, NAME_SIZE = 256 };

/* ---- virtual time -------------------------------------------------------- */

static struct {
    int64_t ns;       /* what CLOCK_MONOTONIC says */
    int64_t start_ns; /* of this world */
    long settles;     /* in this world */
} vt = {.ns = INT64_C(1000) * 1000 * MS};

static inline int64_t vt_ns(void *ctx)
{
    (void)ctx;
    return vt.ns - vt.start_ns;
}

static inline int64_t vt_unix_ms(void *ctx)
{
    return NOW_MS + vt_ns(ctx) / MS;
}

static inline int64_t vt_ms(void) /* since the world's start */
{
    return vt_ns(NULL) / MS;
}

static const struct clock vt_clock = {vt_ns, vt_unix_ms, NULL};

/* Is there anything that the loop has not seen yet? */
static inline bool vt_busy(void)
{
    struct pollfd p = {.fd = uv_backend_fd(&w.loop), .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

/* Turns until nothing moves any more, at this moment. */
static inline void settle(void)
{
    for (int quiet = 0; quiet < 3 && !w.late; quiet++) {
        uv_run(&w.loop, UV_RUN_NOWAIT);
        if (vt_busy())
            quiet = -1;
        w.late = ++vt.settles > MOST_SETTLES;
    }
}

/* Jumps to the next timer. False when there is none until then. */
static inline bool step_until(int64_t ms)
{
    int64_t next = uv_backend_timeout(&w.loop);

    if (next < 0 || vt_ms() + next > ms || w.late)
        return false;
    vt.ns += next * MS;
    settle();
    return true;
}

static inline void advance_to(int64_t ms)
{
    while (step_until(ms))
        ;
    if (vt_ms() < ms)
        vt.ns = vt.start_ns + ms * MS;
    settle();
}

/* ---- what is asked ------------------------------------------------------- */

enum op {
    OP_WRITE, /* makes "new" */
    OP_READ,  /* of "old", which is there from the start */
    OP_LIST,
    OP_COMMIT, /* to "old", if nobody else did */
    OP_SET,    /* to "old", whoever did */
    OP_STATE,  /* reads "new" */
    OP_DELETE, /* of "old" and two that are not there */
    OP_UPLOAD, /* begins one of "up" */
    OP_PLAIN,  /* something that no rule is for */
    OPS
};

struct request {
    const char *operation, *method, *path, *body;
};

#define SCHEMA                                                                 \
    "{\"type\":\"struct\",\"fields\":[{\"id\":1,\"name\":\"id\","              \
    "\"required\":true,\"type\":\"long\"},{\"id\":2,\"name\":\"data\","        \
    "\"required\":false,\"type\":\"string\"}]}"
#define TABLES "/v1/namespaces/db/tables"
#define SET                                                                    \
    "\"updates\":[{\"action\":\"set-properties\","                             \
    "\"updates\":{\"colour\":\"blue\"}}]}"

static const struct request requests[OPS][2] = {
    [OP_WRITE] = {{"createTable", "POST", TABLES,
                   "{\"name\":\"new\",\"schema\":" SCHEMA "}"},
                  {"PutObject", "PUT", "/data-lake/new", "some new bytes"}},
    [OP_READ] = {{"loadTable", "GET", TABLES "/old", NULL},
                 {"GetObject", "GET", "/data-lake/old", NULL}},
    [OP_LIST] = {{"listNamespaces", "GET", "/v1/namespaces", NULL},
                 {"ListObjectsV2", "GET", "/data-lake", NULL}},
    [OP_COMMIT] = {{"updateTable", "POST", TABLES "/old",
                    "{\"requirements\":[{\"type\":\"assert-ref-snapshot-id\","
                    "\"ref\":\"main\",\"snapshot-id\":null}]," SET}},
    [OP_SET] = {{"updateTable", "POST", TABLES "/old",
                 "{\"requirements\":[]," SET}},
    [OP_STATE] = {{"loadTable", "GET", TABLES "/new", NULL},
                  {"GetObject", "GET", "/data-lake/new", NULL}},
    [OP_DELETE] = {{NULL, NULL, NULL, NULL},
                   {"DeleteObjects", "POST", "/data-lake",
                    "<Delete><Object><Key>old</Key></Object><Object><Key>x"
                    "</Key></Object><Object><Key>y</Key></Object></Delete>"}},
    [OP_UPLOAD] = {{NULL, NULL, NULL, NULL},
                   {"CreateMultipartUpload", "POST", "/data-lake/up", ""}},
    [OP_PLAIN] = {{"getConfig", "GET", "/v1/config", NULL},
                  {"ListBuckets", "GET", "/", NULL}}};

static inline void add_signature(struct str *out, const struct request *r,
                                 const char *query)
{
    static struct testing signer;
    char hash[65], date[DATE_BASIC_SIZE];
    const char *body = r->body ? r->body : "";

    date_basic(vt_unix_ms(NULL), date);
    signer.date = date;
    testing_hash(body, strlen(body), hash);
    str_addf(out, "x-amz-date: %s\r\nx-amz-content-sha256: %s\r\n", date, hash);
    testing_sign(&signer, r->method, r->path, query, hash, out);
}

/* query: in its canonical form, "" for none. The caller ends *out. */
static inline void write_request(struct str *out, const struct request *r,
                                 const char *query)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(r->operation);
    str_init(out, MOST_REQUEST);
    str_addf(out, "%s %s%s%s HTTP/1.1\r\nHost: 127.0.0.1\r\n", r->method,
             r->path, *query ? "?" : "", query);
    if (w.which == MOCK_S3)
        add_signature(out, r, query);
    if (!strcmp(query, "delete="))
        str_addz(out, "Content-MD5: d63PqJYrfCX8EJWmDf2grw==\r\n");
    if (r->body)
        str_addf(out, "Content-Length: %zu\r\n", strlen(r->body));
    str_addf(out, "\r\n%s", r->body ? r->body : "");
}

static inline const char *query_of(enum op op)
{
    static const char *const queries[OPS] = {[OP_LIST] = "list-type=2",
                                             [OP_DELETE] = "delete=",
                                             [OP_UPLOAD] = "uploads="};

    return w.which == MOCK_S3 && queries[op] ? queries[op] : "";
}

static inline void say_query(struct client *c, const struct request *r,
                             const char *query)
{
    struct str out;

    write_request(&out, r, query);
    say_bytes(c, str_z(&out), out.len);
    str_fini(&out);
}

static inline void say_op(struct client *c, enum op op)
{
    say_query(c, &requests[op][w.which], query_of(op));
}

/* ---- cells and what is expected of them ---------------------------------- */

struct cell {
    const struct fault_action *action;
    enum fault_phase phase;
    enum mock_server which; /* MOCK_CATALOG, MOCK_S3 */
    bool tls, kept;
};

enum ending {
    ENDS_OPEN,  /* and the next request on it is answered */
    ENDS_RST,   /* ECONNRESET */
    ENDS_FIN,   /* end of file, and nobody reads what is sent after it */
    ENDS_HALF,  /* end of file, and what is sent after it is read */
    ENDS_SILENT /* nothing more comes for hours, until calm */
};
enum effect { NOT_APPLIED, APPLIED, APPLIED_TWICE, APPLIED_LATE };
enum there { AS_APPLIED, IS_THERE, IS_GONE }; /* what OP_WRITE makes, after */

struct probe;

struct row {
    enum fault_kind kind;
    unsigned phases, servers; /* bits */
    unsigned schemes;         /* bits 1 http, 2 https; 0: both */
    enum op op;
    const char *const *does; /* what is done, NULL-ended; EXAMPLE: of the table
                                of actions */
    void (*bytes)(struct probe *p); /* judges what came, when */
    const char *answer[2]; /* for bytes_text; of catalog and S3; NULL: the
                              same for both */
    enum ending ending;
    enum effect effect;
    enum there there;
    bool changed; /* "old" was changed just before */
    bool slowly;  /* the request goes out byte by byte */
    bool misses;  /* it cannot be done here, and does not count as fired */
    void (*also)(struct probe *p);  /* asks more of the world */
    void (*whole)(struct probe *p); /* of connections: instead of all this */
};

#define EXAMPLE ""
#define DOES(...) ((const char *const[]){__VA_ARGS__, NULL})

struct probe {
    const struct cell *cell;
    const struct row *row;
    const char *do_; /* JSON */
    cJSON *params;   /* of do_; NULL: none */
    char name[NAME_SIZE];
    struct str plain;            /* the answer as it should be */
    size_t status_end, head_end; /* its parts */
    struct client other;         /* sees how things are */
    bool observed;               /* it is connected */
    struct client c;
    struct str got;
    size_t seen;                            /* bytes so far */
    size_t said, request_head, request_all; /* bytes of the request */
    size_t read;                            /* of them, as the journal tells */
    size_t at_once;   /* bytes that came without time passing */
    size_t arrivals;  /* moments at which bytes came */
    int64_t sent_ms;  /* the request, since the world's start; the rest */
    int64_t first_ms; /* since then: first and last byte, -1: none */
    int64_t last_ms;
    int64_t over_ms; /* end of the connection, -1: it did not end */
    bool early;      /* "new" was there when the answer was due */
};

/* Says which cell it was. */
static inline void expect(const struct probe *p, bool ok, unsigned line,
                          const char *what)
{
    if (!ok)
        fprintf(stderr, "%s: not so: %s\n", p->name, what);
    CU_assertImplementation(ok, line, what, __FILE__, p->name, CU_FALSE);
}

#define EXPECT(p, ...) expect(p, (__VA_ARGS__), __LINE__, #__VA_ARGS__)

/* ---- worlds -------------------------------------------------------------- */

static const char world_of_catalog[] =
    "{\"namespaces\":[\"db\"],\"tables\":[{\"namespace\":\"db\","
    "\"name\":\"old\",\"schema\":" SCHEMA "}]}";

static const char world_of_s3[] =
    "{\"sessions\":[{\"key\":\"K\",\"secret\":\"sssss\",\"token\":\"ttttt\","
    "\"lifetime\":\"1h\"}]}";

#define OLD_BYTES "these bytes are there from the very start, and nobody asks"

static inline void put_old(const char *bytes)
{
    char why[160];

    CU_ASSERT(
        s3_put(mock_s3(w.mock), "data-lake", "old", slice_of(bytes), why));
}

static inline void change_old_table(void)
{
    static const char names[] = "{\"namespace\":\"db\",\"table\":\"old\"}";
    cJSON *params = json_parse(names, sizeof(names) - 1, NULL);
    struct service *s = mock_service(w.mock, MOCK_CATALOG);
    char why[160];

    CU_ASSERT(s->meddle(s->state, NULL, MEDDLE_RIVAL_COMMIT, params, why));
    cJSON_Delete(params);
}

/* told: the mock is told of every connection attempt, as in simulation. */
static inline void open_cell(const struct cell *cell, bool changed, bool told)
{
    struct mock_options o;
    char why[200] = "";
    cJSON *catalog =
        json_parse(world_of_catalog, strlen(world_of_catalog), NULL);
    cJSON *s3 = json_parse(world_of_s3, strlen(world_of_s3), NULL);

    vt.start_ns = vt.ns;
    vt.settles = 0;
    mock_default_options(&o);
    o.clock = &vt_clock;
    o.seed = 7;
    o.catalog = catalog;
    o.s3 = s3;
    o.tls[cell->which] = cell->tls ? TLS_GOOD : TLS_OFF;
    if (told)
        o.authority[cell->which] = "127.0.0.1:8181";
    open_world(&o);
    cJSON_Delete(catalog);
    cJSON_Delete(s3);
    uv_timer_stop(&w.guard);
    w.which = cell->which;
    w.turn = settle;
    put_old(OLD_BYTES);
    if (changed && w.which == MOCK_S3)
        put_old("others");
    else if (changed)
        change_old_table();
    CU_ASSERT_FATAL(mock_listen(w.mock, why));
    settle();
}

/* A connection, with its handshake done. */
static inline void connect_to(struct client *c, bool tls)
{
    call(c);
    if (tls)
        start_tls(c);
    settle();
}

static inline bool answered_with(const struct client *c, const char *head)
{
    return !over(c) && slice_starts(str_slice(&c->got), head);
}

/* A request that no rule is for, on a connection that works. */
static inline bool works(struct client *c)
{
    str_reset(&c->got);
    say_op(c, OP_PLAIN);
    settle();
    return answered_with(c, "HTTP/1.1 200 OK\r\n");
}

/* Another client, which keeps its connection while it can. */
static inline struct client *observer(struct probe *p)
{
    struct client *c = &p->other;

    if (p->observed && over(c)) {
        hang_up(c);
        p->observed = false;
    }
    if (!p->observed)
        connect_to(c, p->cell->tls);
    p->observed = true;
    str_reset(&c->got);
    return c;
}

static inline void dismiss_observer(struct probe *p)
{
    if (p->observed)
        hang_up(&p->other);
    p->observed = false;
}

/* Is there what OP_WRITE makes? */
static inline bool is_there(struct probe *p)
{
    struct client *c = observer(p);

    say_op(c, OP_STATE);
    settle();
    bool there = answered_with(c, "HTTP/1.1 200 OK\r\n");
    EXPECT(p, there || answered_with(c, "HTTP/1.1 404 Not Found\r\n"));
    return there;
}

/* ---- one run ------------------------------------------------------------- */

static inline void look(struct probe *p)
{
    int64_t now = vt_ms() - p->sent_ms;

    if (p->c.got.len > p->seen) {
        p->seen = p->c.got.len;
        p->arrivals += p->last_ms != now;
        p->last_ms = now;
        if (p->first_ms < 0)
            p->first_ms = now;
    }
    if (over(&p->c) && p->over_ms < 0)
        p->over_ms = now;
}

static inline void arm_tree(const cJSON *rule)
{
    struct spec_error e;
    bool ok = fault_add(mock_faults(w.mock), rule, &e);

    if (!ok)
        fprintf(stderr, "%s: %s\n", e.path, e.message);
    CU_ASSERT_FATAL(ok);
    settle();
}

/* Slowly: until the server has had enough. */
static inline void say_request(struct probe *p)
{
    struct str out;

    write_request(&out, &requests[p->row->op][w.which], query_of(p->row->op));
    p->request_all = out.len;
    p->request_head = out.len - strlen(strstr(str_z(&out), "\r\n\r\n") + 4);
    while (p->row->slowly && p->said < out.len && !over(&p->c)) {
        say_bytes(&p->c, out.p + p->said++, 1);
        settle();
    }
    if (!p->row->slowly)
        say_bytes(&p->c, out.p, out.len);
    str_fini(&out);
}

/* The request and all that follows from it; rule NULL: without the fault. The
 * world stays open. */
static inline void perform(struct probe *p, const cJSON *rule, int64_t pause_ms)
{
    open_cell(p->cell, rule && p->row->changed, false);
    connect_to(&p->c, p->cell->tls);
    if (p->cell->kept)
        EXPECT(p, works(&p->c));
    str_reset(&p->c.got);
    if (rule)
        arm_tree(rule);
    advance_to(vt_ms() + pause_ms);
    p->sent_ms = vt_ms();
    p->first_ms = p->last_ms = p->over_ms = -1;
    say_request(p);
    settle();
    look(p);
    p->at_once = p->seen;
    if (rule)
        p->early = is_there(p);
    look(p);
    while (step_until(p->sent_ms + MOST_MS))
        look(p);
    p->got = p->c.got;
    str_init(&p->c.got, MOST);
}

static inline void close_cell(struct probe *p)
{
    dismiss_observer(p);
    hang_up(&p->c);
    end();
}

/* The answer without the fault, pause_ms later than with it. */
static inline void perform_plain(const struct probe *p, int64_t pause_ms,
                                 struct str *out)
{
    struct probe q = {.cell = p->cell, .row = p->row};

    memcpy(q.name, p->name, NAME_SIZE);
    perform(&q, NULL, pause_ms);
    close_cell(&q);
    *out = q.got;
}

/* ---- texts --------------------------------------------------------------- */

/* Where the needle begins; the end, if nowhere. */
static inline size_t find_in(struct slice s, size_t from, const char *needle)
{
    const char *at = memmem(s.p + from, s.len - from, needle, strlen(needle));

    return at ? (size_t)(at - s.p) : s.len;
}

static inline size_t behind(struct slice s, const char *needle)
{
    size_t at = find_in(s, 0, needle) + strlen(needle);

    return at < s.len ? at : s.len;
}

static inline bool same_bytes(const struct str *a, const struct str *b)
{
    return a->len == b->len && !memcmp(str_z(a), str_z(b), a->len);
}

static inline cJSON *body_tree(const struct str *answer)
{
    size_t at = behind(str_slice(answer), "\r\n\r\n");

    return json_parse(str_z(answer) + at, answer->len - at, NULL);
}

#endif
