/* bench_load: loads a REST catalog, and says what that cost the catalog.
 *
 *   bench_load PID PORT WHAT [--writers N] [--seconds N] [--tables N]
 *              [--cpu N] [--count N] [--tag WORD]
 *
 * It goes on for --seconds, or until the server has used --cpu seconds of CPU
 * time, if that is sooner. PID is the server's: its CPU time, of all threads,
 * is read before and after. Any catalog that speaks the specification will do;
 * all get the same bytes. create      --count tables, TAG0, TAG1, ..., each
 * with one snapshot load        GET of one of --tables of them, any append a
 * commit: add-snapshot and set-snapshot-ref, each on the one before; a new
 * table every 100, old metadata files deleted properties  a commit:
 * set-properties; tables as for append touch       set-properties on one of
 * --tables of create's, any grow        --count snapshots for a new table TAG0,
 * 500 a commit more        appends to TAG0, which has --count snapshots by grow
 *   hold        --count connections, each with a GET, all kept, a second GET
 * Prints "bench REQUESTS MICROSECONDS CPU-MICROSECONDS BAD RESIDENT-KB"; BAD
 * answers were not 2xx. Requests that only prepare (a new table) are not
 * counted, their cost is. Namespace "bench" must be there.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    PER_TABLE = 100, /* commits */
    KEPT = 10,       /* metadata files of a table, besides the current one */
    GROW_BY = 500,
    ROOM = 4096,
    OUT_MAX = 1 << 20
};

struct link { /* one writer's connection */
    int fd;
    unsigned ordinal;
    uint64_t draw; /* of the random numbers */
    bool creating; /* the answer under way is to a createTable */
    char table[64], uuid[40];
    unsigned tables, commits; /* commits to this table */
    int64_t snapshot, sequence;
    char *in; /* what came of an answer */
    size_t len, cap;
    size_t body_at; /* 0: the head is not complete */
    size_t body_len, chunk_at;
    bool chunked;
    char *out;
    size_t out_len;
};

static struct options {
    long pid, port, writers, seconds, cpu, tables, count;
    const char *what, *tag;
} o = {.writers = 1, .seconds = 3, .tables = 1, .count = 1, .tag = "t"};

static struct link *links;
static uint64_t answered, bad, begun;

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_load: %s failed: %s\n", what, strerror(errno));
    exit(3);
}

static int64_t now_us(clockid_t which)
{
    struct timespec t;

    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- what it costs ---- */

static int64_t cpu_us(void)
{
    char path[64], text[1024];
    unsigned long user = 0, system = 0;

    snprintf(path, sizeof(path), "/proc/%ld/stat", o.pid);
    FILE *f = fopen(path, "r");
    must(f != NULL, path);
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = 0;
    char *end = strrchr(text, ')');
    must(end && sscanf(end + 2,
                       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                       &user, &system) == 2,
         "reading the server's CPU time");
    return (int64_t)(user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

static long resident_kb(void)
{
    char path[64];
    long pages = 0;

    snprintf(path, sizeof(path), "/proc/%ld/statm", o.pid);
    FILE *f = fopen(path, "r");
    must(f && fscanf(f, "%*d %ld", &pages) == 1, path);
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* ---- requests ---- */

static void send_all(struct link *l)
{
    size_t sent = 0;

    while (sent < l->out_len) {
        ssize_t n = send(l->fd, l->out + sent, l->out_len - sent, MSG_NOSIGNAL);
        must(n > 0 || errno == EINTR, "send");
        sent += n > 0 ? (size_t)n : 0;
    }
}

/* The body is at l->out + ROOM, n bytes; the head goes before it. */
static void post(struct link *l, const char *path, size_t n)
{
    char head[512];
    int h = snprintf(head, sizeof(head),
                     "POST /v1/namespaces/bench/tables%s HTTP/1.1\r\n"
                     "Host: 127.0.0.1:%ld\r\n"
                     "Content-Type: application/json\r\n"
                     "Accept: */*\r\nContent-Length: %zu\r\n\r\n",
                     path, o.port, n);

    memmove(l->out + h, l->out + ROOM, n);
    memcpy(l->out, head, (size_t)h);
    l->out_len = (size_t)h + n;
    send_all(l);
}

static char *body_of(const struct link *l)
{
    return l->out + ROOM;
}

static void post_table(struct link *l)
{
    int n = snprintf(
        body_of(l), OUT_MAX - ROOM,
        "{\"name\":\"%s\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,"
        "\"fields\":["
        "{\"id\":1,\"name\":\"id\",\"type\":\"long\",\"required\":true},"
        "{\"id\":2,\"name\":\"at\",\"type\":\"timestamptz\",\"required\":true},"
        "{\"id\":3,\"name\":\"kind\",\"type\":\"string\",\"required\":false},"
        "{\"id\":4,\"name\":\"value\",\"type\":\"double\",\"required\":false}]}"
        ",\"partition-spec\":{\"spec-id\":0,\"fields\":[{\"name\":\"at_day\","
        "\"transform\":\"day\",\"source-id\":2,\"field-id\":1000}]},"
        "\"properties\":{\"write.format.default\":\"parquet\","
        "\"write.metadata.delete-after-commit.enabled\":\"true\","
        "\"write.metadata.previous-versions-max\":\"%d\"}}",
        l->table, KEPT);

    l->creating = true;
    l->commits = 0;
    l->snapshot = 0;
    l->sequence = 0;
    post(l, "", (size_t)n);
}

static int add_snapshot(char *to, size_t room, const struct link *l)
{
    char parent[64] = "";

    if (l->sequence > 1)
        snprintf(parent, sizeof(parent), ",\"parent-snapshot-id\":%lld",
                 (long long)l->snapshot - 1);
    return snprintf(
        to, room,
        "{\"action\":\"add-snapshot\",\"snapshot\":{\"sequence-number\":%lld,"
        "\"snapshot-id\":%lld%s,\"timestamp-ms\":%lld,\"summary\":{"
        "\"operation\":\"append\",\"added-data-files\":\"1\","
        "\"added-records\":\"1000\",\"added-files-size\":\"123456\","
        "\"changed-partition-count\":\"1\",\"total-records\":\"%lld\","
        "\"total-files-size\":\"%lld\",\"total-data-files\":\"%lld\","
        "\"total-delete-files\":\"0\",\"total-position-deletes\":\"0\","
        "\"total-equality-deletes\":\"0\"},\"manifest-list\":"
        "\"s3://data-lake/warehouse/bench/%s/metadata/snap-%lld-1-"
        "0f5b2c7e-3d41-4c3a-9f63-5b1f2a7d9e10.avro\",\"schema-id\":0}}",
        (long long)l->sequence, (long long)l->snapshot, parent,
        (long long)(now_us(CLOCK_REALTIME) / 1000),
        (long long)l->sequence * 1000, (long long)l->sequence * 123456,
        (long long)l->sequence, l->table, (long long)l->snapshot);
}

static void assert_uuid(const struct link *l, char out[128])
{
    snprintf(out, 128, "{\"type\":\"assert-table-uuid\",\"uuid\":\"%s\"},",
             l->uuid);
}

enum { FIRST_ID = 1000000007 };

/* n appends in one commit. */
static void post_append(struct link *l, long n)
{
    char *to = body_of(l), *end = l->out + OUT_MAX;
    char path[80], was[32] = "null", uuid[128] = "";

    if (*l->uuid)
        assert_uuid(l, uuid);
    if (l->sequence > 0)
        snprintf(was, sizeof(was), "%lld", (long long)l->snapshot);
    to += snprintf(to, (size_t)(end - to),
                   "{\"requirements\":[%s{\"type\":\"assert-ref-snapshot-id\","
                   "\"ref\":\"main\",\"snapshot-id\":%s}],\"updates\":[",
                   uuid, was);
    for (long i = 0; i < n; i++) {
        l->sequence++;
        l->snapshot = FIRST_ID + l->sequence;
        to += add_snapshot(to, (size_t)(end - to), l);
        *to++ = ',';
    }
    to += snprintf(to, (size_t)(end - to),
                   "{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\","
                   "\"type\":\"branch\",\"snapshot-id\":%lld}]}",
                   (long long)l->snapshot);
    snprintf(path, sizeof(path), "/%s", l->table);
    post(l, path, (size_t)(to - body_of(l)));
}

static void post_properties(struct link *l, bool assert)
{
    char path[80], uuid[128] = "";

    if (assert)
        assert_uuid(l, uuid);
    int n =
        snprintf(body_of(l), OUT_MAX - ROOM,
                 "{\"requirements\":[%s{\"type\":\"assert-current-schema-id\","
                 "\"current-schema-id\":0}],\"updates\":[{\"action\":"
                 "\"set-properties\",\"updates\":{\"owner\":\"bench\","
                 "\"touched\":\"%llu\"}}]}",
                 uuid, (unsigned long long)begun);
    snprintf(path, sizeof(path), "/%s", l->table);
    post(l, path, (size_t)n);
}

static void get_table(struct link *l)
{
    int n = snprintf(l->out, OUT_MAX,
                     "GET /v1/namespaces/bench/tables/%s HTTP/1.1\r\n"
                     "Host: 127.0.0.1:%ld\r\nAccept: */*\r\n\r\n",
                     l->table, o.port);

    l->out_len = (size_t)n;
    send_all(l);
}

/* ---- what is asked next; false: nothing ---- */

static void any_table(struct link *l)
{
    l->draw = l->draw * 6364136223846793005U + 1442695040888963407U;
    snprintf(l->table, sizeof(l->table), "%s%llu", o.tag,
             (unsigned long long)((l->draw >> 33) % (uint64_t)o.tables));
}

static bool next_load(struct link *l)
{
    any_table(l);
    get_table(l);
    return true;
}

static bool next_touch(struct link *l)
{
    any_table(l);
    post_properties(l, false);
    return true;
}

/* The table to commit to is there; false: it is being made. */
static bool has_table(struct link *l)
{
    if (l->tables > 0 && l->commits < PER_TABLE) {
        l->commits++;
        return true;
    }
    snprintf(l->table, sizeof(l->table), "%s-%u-%u", o.tag, l->ordinal,
             l->tables++);
    post_table(l);
    return false;
}

static bool next_append(struct link *l)
{
    if (has_table(l))
        post_append(l, 1);
    return true;
}

static bool next_properties(struct link *l)
{
    if (has_table(l))
        post_properties(l, true);
    return true;
}

/* Makes a table, then its first snapshot. */
static bool next_create(struct link *l)
{
    if (l->tables > 0 && l->sequence == 0) {
        post_append(l, 1);
        return true;
    }
    unsigned at = l->tables++ * (unsigned)o.writers + l->ordinal;
    if (at >= o.count)
        return false;
    snprintf(l->table, sizeof(l->table), "%s%u", o.tag, at);
    post_table(l);
    return true;
}

static bool next_grow(struct link *l)
{
    if (l->tables == 0) {
        l->tables = 1;
        snprintf(l->table, sizeof(l->table), "%s0", o.tag);
        post_table(l);
    } else {
        long left = o.count - l->sequence;
        if (left <= 0)
            return false;
        post_append(l, left < GROW_BY ? left : GROW_BY);
    }
    return true;
}

static bool next_more(struct link *l)
{
    if (l->tables == 0) {
        l->tables = 1;
        l->sequence = o.count;
        l->snapshot = FIRST_ID + o.count;
        snprintf(l->table, sizeof(l->table), "%s0", o.tag);
    }
    post_append(l, 1);
    return true;
}

/* Twice each, the second time when all are connected. */
static bool next_hold(struct link *l)
{
    if (l->commits++ > 0)
        return false;
    any_table(l);
    get_table(l);
    return true;
}

static const struct plan {
    const char *what;
    bool (*next)(struct link *l);
    bool timed; /* until --seconds are over; else until nothing is next */
} plans[] = {
    {"create", next_create, false}, {"load", next_load, true},
    {"append", next_append, true},  {"properties", next_properties, true},
    {"touch", next_touch, true},    {"grow", next_grow, false},
    {"more", next_more, true},      {"hold", next_hold, false}};

/* ---- answers ---- */

static void read_head(struct link *l)
{
    char *end = memmem(l->in, l->len, "\r\n\r\n", 4);

    if (!end)
        return;
    l->body_at = (size_t)(end - l->in) + 4;
    l->chunk_at = l->body_at;
    l->chunked = false;
    l->body_len = 0;
    *end = 0;
    char *length = strcasestr(l->in, "\r\ncontent-length:");
    if (length)
        l->body_len = strtoul(length + 17, NULL, 10);
    else
        l->chunked = strcasestr(l->in, "\r\ntransfer-encoding: chunked");
    *end = '\r';
}

static bool chunks_complete(struct link *l)
{
    for (;;) {
        char *from = l->in + l->chunk_at;
        char *line = memmem(from, l->len - l->chunk_at, "\r\n", 2);
        if (!line)
            return false;
        size_t n = strtoul(from, NULL, 16);
        size_t end = (size_t)(line - l->in) + 2 + n + 2;
        if (l->len < end)
            return false;
        l->chunk_at = end;
        if (n == 0)
            return true;
    }
}

static bool complete(struct link *l)
{
    if (l->body_at == 0)
        read_head(l);
    if (l->body_at == 0)
        return false;
    return l->chunked ? chunks_complete(l) : l->len >= l->body_at + l->body_len;
}

static void take_uuid(struct link *l)
{
    static const char name[] = "\"table-uuid\":\"";
    char *at = memmem(l->in, l->len, name, sizeof(name) - 1);

    if (at)
        snprintf(l->uuid, sizeof(l->uuid), "%.36s", at + sizeof(name) - 1);
}

static void take_answer(struct link *l)
{
    if (l->in[9] != '2') {
        if (bad++ == 0)
            fprintf(stderr, "bench_load: %.*s\n",
                    (int)(l->len < 600 ? l->len : 600), l->in);
    } else if (l->creating) {
        take_uuid(l);
    }
    if (!l->creating)
        answered++;
    l->creating = false;
    l->len = l->body_at = 0;
}

static void receive(struct link *l)
{
    if (l->cap - l->len < ROOM) {
        l->cap = 2 * l->cap + 4 * ROOM;
        l->in = realloc(l->in, l->cap);
        must(l->in != NULL, "realloc");
    }
    ssize_t n = recv(l->fd, l->in + l->len, l->cap - l->len - 1, MSG_DONTWAIT);
    must(n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)), "recv");
    if (n > 0) {
        l->len += (size_t)n;
        l->in[l->len] = 0;
    }
}

/* ---- running ---- */

static void open_link(struct link *l, unsigned ordinal, int poll)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)o.port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = l}};

    *l = (struct link){.ordinal = ordinal, .draw = ordinal + 1};
    l->fd = socket(AF_INET, SOCK_STREAM, 0);
    must(l->fd >= 0, "socket");
    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    must(connect(l->fd, (struct sockaddr *)&to, sizeof(to)) == 0, "connect");
    l->out = malloc(o.writers > 64 ? 2 * ROOM : OUT_MAX);
    must(l->out && epoll_ctl(poll, EPOLL_CTL_ADD, l->fd, &e) == 0, "epoll");
}

enum { LOOK_US = 50000 };

/* Looks at the server's CPU time now and then only. */
static bool is_over(int64_t until_us, int64_t until_cpu_us)
{
    static int64_t look_us;
    int64_t now = now_us(CLOCK_MONOTONIC);

    if (now >= until_us)
        return true;
    if (o.cpu == 0 || now < look_us)
        return false;
    look_us = now + LOOK_US;
    return cpu_us() >= until_cpu_us;
}

/* One round: asks on every link, and on until nothing is next. */
static void play(const struct plan *plan, int poll, int64_t until_us,
                 int64_t until_cpu_us)
{
    struct epoll_event e[256];
    long busy = 0;

    for (long i = 0; i < o.writers; i++, begun++)
        busy += plan->next(&links[i]);
    while (busy > 0) {
        int n = epoll_wait(poll, e, 256, -1);
        bool over = plan->timed && is_over(until_us, until_cpu_us);
        for (int i = 0; i < n; i++) {
            struct link *l = e[i].data.ptr;
            receive(l);
            if (!complete(l))
                continue;
            take_answer(l);
            begun++;
            if (over || !plan->next(l))
                busy--;
        }
    }
}

static void run(const struct plan *plan)
{
    bool hold = plan->next == next_hold;
    int poll = epoll_create1(0);

    if (hold)
        o.writers = o.count;
    links = calloc((size_t)o.writers, sizeof(*links));
    must(poll >= 0 && links, "epoll_create1");
    for (long i = 0; i < o.writers; i++)
        open_link(&links[i], (unsigned)i, poll);
    int64_t cpu = cpu_us(), from = now_us(CLOCK_MONOTONIC);
    play(plan, poll, from + o.seconds * 1000000, cpu + o.cpu * 1000000);
    if (hold) {
        for (long i = 0; i < o.writers; i++)
            links[i].commits = 0;
        play(plan, poll, 0, 0);
    }
    int64_t us = now_us(CLOCK_MONOTONIC) - from;
    printf("bench %llu %lld %lld %llu %ld\n", (unsigned long long)answered,
           (long long)us, (long long)(cpu_us() - cpu), (unsigned long long)bad,
           resident_kb());
}

static bool read_options(int n, char **word)
{
    const struct {
        const char *name;
        long *to;
    } numbers[] = {{"--writers", &o.writers},
                   {"--seconds", &o.seconds},
                   {"--cpu", &o.cpu},
                   {"--tables", &o.tables},
                   {"--count", &o.count}};
    size_t k;

    for (int i = 0; i + 1 < n; i += 2) {
        for (k = 0; k < 5 && strcmp(numbers[k].name, word[i]) != 0; k++)
            ;
        if (k < 5)
            *numbers[k].to = strtol(word[i + 1], NULL, 10);
        else if (strcmp(word[i], "--tag") == 0)
            o.tag = word[i + 1];
        else
            return false;
    }
    return n % 2 == 0 && o.writers > 0 && o.tables > 0;
}

int main(int argc, char **argv)
{
    struct rlimit files;

    if (argc < 4 || !read_options(argc - 4, argv + 4))
        goto usage;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    o.pid = strtol(argv[1], NULL, 10);
    o.port = strtol(argv[2], NULL, 10);
    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
        if (strcmp(plans[i].what, argv[3]) == 0) {
            run(&plans[i]);
            return bad ? 4 : 0;
        }
usage:
    fprintf(stderr, "usage: bench_load PID PORT WHAT [options]\n");
    return 1;
}
