/* bench_s3: loads an S3 server, or any HTTP server, and says what it cost.
 *
 *   bench_s3 PID PORT WHAT [--path /BUCKET/KEY] [--connections N]
 *            [--seconds N] [--count N] [--size BYTES] [--key KEY]
 *            [--secret SECRET] [--plain]
 *
 * PID is the server's: its CPU time, of all threads, is read before and after,
 * and its resident memory after. Every request is signed (AWS Signature
 * Version 4, UNSIGNED-PAYLOAD, region us-east-1) unless --plain is given.
 *   get, head, put  of --path, again and again for --seconds, one request at a
 *                   time on each connection; put: --size bytes
 *   list            the same, of a page of 1000 keys of /BUCKET behind the key
 *   fill            --count objects of --size bytes: --path with a number
 *   hold            --count connections, each with a GET of --path, all kept,
 *                   and then a second GET on each
 *   bucket          PUT of /BUCKET, once
 * Prints "bench REQUESTS MICROSECONDS CPU-MICROSECONDS BAD RESIDENT-KB PEAK-KB
 * BYTES"; BAD answers were not 2xx; BYTES is what came. The peak is that since
 * the start, where the kernel lets us begin anew.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 4096, IN = 256 << 10, MOST_CONNECTIONS = 65536 };

struct link { /* one connection */
    int fd;
    char head[HEAD_MAX];
    size_t head_len, sent; /* sent: of head and body */
    char in[HEAD_MAX];     /* the answer's head */
    size_t in_len;
    int64_t left; /* of the answer's body; -1: the head is not complete */
    bool closes;  /* the server will not keep the connection */
};

static struct {
    int pid, port;
    const char *what, *path, *key, *secret;
    long connections, seconds, count, size;
    bool plain;
    char *body;
    unsigned char signing[32]; /* today's key */
    char day[9];
    long begun, done, bad;
    int64_t bytes, deadline_us;
} o = {.path = "/data-lake/4k",
       .key = "minioadmin",
       .secret = "minioadmin",
       .connections = 32,
       .seconds = 3,
       .count = 1000,
       .size = 4096};

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_s3: %s: %s\n", what, strerror(errno));
    exit(3);
}

static int64_t now_us(clockid_t clock)
{
    struct timespec t;

    must(clock_gettime(clock, &t) == 0, "clock");
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- signing ---- */

static void hex(const unsigned char *p, char out[65])
{
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void hmac(unsigned char out[32], const void *key, size_t n,
                 const char *text)
{
    must(HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)text,
              strlen(text), out, NULL) != NULL,
         "HMAC");
}

static void derive(const char *day)
{
    unsigned char a[32], b[32];
    char first[256];
    int n = snprintf(first, sizeof(first), "AWS4%.200s", o.secret);

    hmac(a, first, (size_t)n, day);
    hmac(b, a, 32, "us-east-1");
    hmac(a, b, 32, "s3");
    hmac(o.signing, a, 32, "aws4_request");
    snprintf(o.day, sizeof(o.day), "%s", day);
}

/* The three header lines that a signature needs. */
static void sign(char *out, size_t size, const char *method, const char *path,
                 const char *query)
{
    char text[HEAD_MAX], digest[65], at[17], day[9];
    unsigned char raw[32];
    time_t now = now_us(CLOCK_REALTIME) / 1000000;

    strftime(at, sizeof(at), "%Y%m%dT%H%M%SZ", gmtime(&now));
    snprintf(day, sizeof(day), "%.8s", at);
    if (strcmp(day, o.day) != 0)
        derive(day);
    snprintf(text, sizeof(text),
             "%s\n%s\n%s\nhost:127.0.0.1:%d\nx-amz-content-sha256:"
             "UNSIGNED-PAYLOAD\nx-amz-date:%s\n\n"
             "host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD",
             method, path, query, o.port, at);
    SHA256((const unsigned char *)text, strlen(text), raw);
    hex(raw, digest);
    snprintf(text, sizeof(text),
             "AWS4-HMAC-SHA256\n%s\n%s/us-east-1/s3/aws4_request\n%s", at, day,
             digest);
    hmac(raw, o.signing, 32, text);
    hex(raw, digest);
    snprintf(out, size,
             "x-amz-date: %s\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"
             "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s/us-east-1/s3/"
             "aws4_request, SignedHeaders=host;x-amz-content-sha256;"
             "x-amz-date, Signature=%s\r\n",
             at, o.key, day, digest);
}

/* ---- requests ---- */

static bool is(const char *what)
{
    return strcmp(o.what, what) == 0;
}

static bool has_body(void)
{
    return is("put") || is("fill");
}

static const char *method_of(void)
{
    return has_body() || is("bucket") ? "PUT" : is("head") ? "HEAD" : "GET";
}

/* What is asked for; *path ends where the query begins. */
static void target_of(char *path, char *query)
{
    *query = 0;
    snprintf(path, 512, "%s", o.path);
    if (is("fill"))
        snprintf(path, 512, "%s%08ld", o.path, o.begun);
    char *slash = strchr(path + 1, '/');
    if (is("bucket") && slash)
        *slash = 0;
    if (!is("list") || !slash)
        return;
    snprintf(query, 512, "list-type=2&max-keys=1000&start-after=%s", slash + 1);
    *slash = 0;
}

static void make_request(struct link *l)
{
    char path[512], query[512], lines[1024] = "", length[128] = "";

    target_of(path, query);
    if (!o.plain)
        sign(lines, sizeof(lines), method_of(), path, query);
    if (has_body())
        snprintf(length, sizeof(length),
                 "Content-Type: application/octet-stream\r\n"
                 "Content-Length: %ld\r\n",
                 o.size);
    l->head_len = (size_t)snprintf(
        l->head, sizeof(l->head),
        "%s %s%s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s\r\n", method_of(),
        path, *query ? "?" : "", query, o.port, lines, length);
}

static bool over(void)
{
    if (o.deadline_us)
        return now_us(CLOCK_MONOTONIC) >= o.deadline_us;
    return o.begun >= o.count;
}

static void push(struct link *l)
{
    size_t all = l->head_len + (has_body() ? (size_t)o.size : 0);

    while (l->sent < all) {
        bool head = l->sent < l->head_len;
        ssize_t n = head ? send(l->fd, l->head + l->sent, l->head_len - l->sent,
                                has_body() ? MSG_MORE : 0)
                         : send(l->fd, o.body + (l->sent - l->head_len),
                                all - l->sent, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        must(n > 0, "send");
        l->sent += (size_t)n;
    }
}

/* A signature holds for a quarter of an hour: where all requests are the same
 * it is made once a connection, and costs the server as much each time. */
static void ask(struct link *l)
{
    if (is("fill") || !l->head_len)
        make_request(l);
    l->sent = l->in_len = 0;
    l->left = -1;
    o.begun++;
    push(l);
}

/* ---- answers ---- */

static void read_head(struct link *l, const char *end)
{
    const char *n = strcasestr(l->in, "\r\nContent-Length:");

    if (l->in[9] != '2' && !o.bad++)
        fprintf(stderr, "bench_s3: the first bad answer: %.*s\n",
                (int)l->in_len, l->in);
    l->left = is("head") || !n ? 0 : strtoll(n + 17, NULL, 10);
    must(n || is("head") || has_body() || is("bucket"), "an answer's length");
    l->left -= (int64_t)l->in_len - (end + 4 - l->in);
    n = strcasestr(l->in, "\r\nConnection: close");
    l->closes = n && n < end;
}

static void take(struct link *l, const char *p, size_t n)
{
    const char *end;

    o.bytes += (int64_t)n;
    if (l->left >= 0) {
        l->left -= (int64_t)n;
        return;
    }
    if (n > sizeof(l->in) - 1 - l->in_len) { /* some of the body came along */
        size_t room = sizeof(l->in) - 1 - l->in_len;

        memcpy(l->in + l->in_len, p, room);
        l->in_len += room;
        l->in[l->in_len] = 0;
        end = strstr(l->in, "\r\n\r\n");
        must(end != NULL, "an answer's head");
        read_head(l, end);
        l->left -= (int64_t)(n - room);
        return;
    }
    memcpy(l->in + l->in_len, p, n);
    l->in_len += n;
    l->in[l->in_len] = 0;
    end = strstr(l->in, "\r\n\r\n");
    if (end)
        read_head(l, end);
}

/* True: the answer is complete. */
static bool pull(struct link *l)
{
    static char in[IN];
    ssize_t n;

    while (l->left != 0 && (n = recv(l->fd, in, sizeof(in), 0)) != -1) {
        must(n > 0, "the server closed a connection");
        take(l, in, (size_t)n);
        if (n < IN)
            break;
    }
    must(l->left == 0 || n > 0 || errno == EAGAIN, "recv");
    return l->left == 0;
}

/* ---- connections ---- */

static void watch(int poll, struct link *l, int op)
{
    size_t all = l->head_len + (has_body() ? (size_t)o.size : 0);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = l};

    if (l->sent < all)
        e.events |= EPOLLOUT;
    must(epoll_ctl(poll, op, l->fd, &e) == 0, "epoll_ctl");
}

static void open_link(struct link *l)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)o.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;

    l->fd = socket(AF_INET, SOCK_STREAM, 0);
    must(l->fd >= 0 && !connect(l->fd, (struct sockaddr *)&at, sizeof(at)),
         "connect");
    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    must(fcntl(l->fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
}

/* Plays until all is over: each link that has its answer asks again. */
static void play(struct link *links, long n)
{
    int poll = epoll_create1(0);
    struct epoll_event events[256];
    long under_way = 0;

    for (long i = 0; i < n && !over(); i++, under_way++) {
        if (links[i].fd == 0)
            open_link(&links[i]);
        ask(&links[i]);
        watch(poll, &links[i], EPOLL_CTL_ADD);
    }
    while (under_way > 0) {
        int got = epoll_wait(poll, events, 256, 10000);
        must(got > 0, "no answer within 10 s");
        for (int i = 0; i < got; i++) {
            struct link *l = events[i].data.ptr;

            if (events[i].events & EPOLLOUT) {
                push(l);
                watch(poll, l, EPOLL_CTL_MOD);
            }
            if (!pull(l))
                continue;
            o.done++;
            if (over()) {
                under_way--;
                must(!epoll_ctl(poll, EPOLL_CTL_DEL, l->fd, NULL), "epoll");
                continue;
            }
            if (l->closes) {
                close(l->fd);
                open_link(l);
                ask(l);
                watch(poll, l, EPOLL_CTL_ADD);
                continue;
            }
            ask(l);
            if (has_body() && l->sent < l->head_len + (size_t)o.size)
                watch(poll, l, EPOLL_CTL_MOD);
        }
    }
    close(poll);
}

/* ---- all of it ---- */

static long kb_of(const char *field)
{
    char name[64], line[256];
    long kb = 0;

    snprintf(name, sizeof(name), "/proc/%d/status", o.pid);
    FILE *f = fopen(name, "r");
    must(f != NULL, name);
    while (fgets(line, sizeof(line), f))
        if (strncmp(line, field, strlen(field)) == 0)
            kb = strtol(line + strlen(field), NULL, 10);
    fclose(f);
    return kb;
}

static void begin_peak_anew(void)
{
    char name[64];

    snprintf(name, sizeof(name), "/proc/%d/clear_refs", o.pid);
    FILE *f = fopen(name, "w");
    if (f) {
        fputs("5", f);
        fclose(f);
    }
}

static void read_options(int argc, char **argv)
{
    static const struct {
        const char *name;
        long *number;
        const char **text;
    } known[] = {{"--path", NULL, &o.path},
                 {"--key", NULL, &o.key},
                 {"--secret", NULL, &o.secret},
                 {"--connections", &o.connections, NULL},
                 {"--seconds", &o.seconds, NULL},
                 {"--count", &o.count, NULL},
                 {"--size", &o.size, NULL}};
    size_t k;

    must(argc >= 4, "usage: bench_s3 PID PORT WHAT [options]");
    o.pid = (int)strtol(argv[1], NULL, 10);
    o.port = (int)strtol(argv[2], NULL, 10);
    o.what = argv[3];
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "--plain") == 0) {
            o.plain = true;
            continue;
        }
        for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
            if (strcmp(argv[i], known[k].name) == 0)
                break;
        must(k < sizeof(known) / sizeof(known[0]) && i + 1 < argc, argv[i]);
        if (known[k].text)
            *known[k].text = argv[++i];
        else
            *known[k].number = strtol(argv[++i], NULL, 10);
    }
}

static void run(struct link *links)
{
    bool timed = is("get") || is("head") || is("put") || is("list");

    if (is("hold"))
        o.connections = o.count;
    if (is("bucket"))
        o.connections = o.count = 1;
    if (timed && o.seconds)
        o.deadline_us = now_us(CLOCK_MONOTONIC) + o.seconds * 1000000;
    play(links, o.connections);
    if (!is("hold"))
        return;
    o.count *= 2;
    play(links, o.connections);
}

int main(int argc, char **argv)
{
    struct rlimit files;
    clockid_t clock;

    read_options(argc, argv);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    struct link *links = calloc(MOST_CONNECTIONS, sizeof(*links));
    o.body = malloc((size_t)o.size + 1);
    must(links && o.body && o.count <= 1 << 30, "memory");
    memset(o.body, 'x', (size_t)o.size);
    must(clock_getcpuclockid(o.pid, &clock) == 0, "the server's clock");
    begin_peak_anew();
    int64_t cpu = now_us(clock), from = now_us(CLOCK_MONOTONIC);
    run(links);
    cpu = now_us(clock) - cpu;
    printf("bench %ld %lld %lld %ld %ld %ld %lld\n", o.done,
           (long long)(now_us(CLOCK_MONOTONIC) - from), (long long)cpu, o.bad,
           kb_of("VmRSS:"), kb_of("VmHWM:"), (long long)o.bytes);
    free(links);
    free(o.body);
    return 0;
}
