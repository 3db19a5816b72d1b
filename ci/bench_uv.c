/* bench_uv: the yardstick for `make bench`: a bare HTTP server on libuv.
 *
 * Answers 200 with a fixed body of 4 KiB to anything that ends with an empty
 * line; knows nothing else of HTTP. With --hash it does, for every request,
 * one SHA-256 and one HMAC of the request's bytes: what a verified signature
 * cannot do without. Prints "port N" when ready; ends on SIGTERM.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { BODY = 4096, BUFFER = 64 << 10 };

struct client {
    uv_tcp_t tcp;
    char buffer[BUFFER];
    size_t matched; /* of the empty line that ends a request */
};

struct reply {
    uv_write_t write;
};

static char answer[BODY + 256];
static size_t answer_bytes;
static bool hashing;
static EVP_MD *sha256;
static EVP_MD_CTX *digest;
static EVP_MAC_CTX *mac;

static void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_uv: %s failed\n", what);
    exit(3);
}

static void make_answer(void)
{
    int n = snprintf(answer, sizeof(answer),
                     "HTTP/1.1 200 OK\r\nContent-Type: "
                     "application/octet-stream\r\nContent-Length: %d\r\n\r\n",
                     BODY);

    memset(answer + n, 'x', BODY);
    answer_bytes = (size_t)n + BODY;
}

static void init_hashing(void)
{
    char name[] = "SHA256";
    unsigned char key[32] = {1};
    OSSL_PARAM params[2] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    digest = EVP_MD_CTX_new();
    must(sha256 && digest && hmac, "OpenSSL");
    mac = EVP_MAC_CTX_new(hmac);
    must(mac && EVP_MAC_init(mac, key, sizeof(key), params), "HMAC");
}

static void hash(const char *p, size_t n)
{
    unsigned char out[32];
    size_t len;

    must(EVP_DigestInit_ex2(digest, sha256, NULL) &&
             EVP_DigestUpdate(digest, p, n) &&
             EVP_DigestFinal_ex(digest, out, NULL),
         "SHA-256");
    must(EVP_MAC_init(mac, NULL, 0, NULL) &&
             EVP_MAC_update(mac, out, sizeof(out)) &&
             EVP_MAC_final(mac, out, &len, sizeof(out)),
         "HMAC");
}

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

static void on_written(uv_write_t *w, int status)
{
    (void)status;
    free(w);
}

static void reply(struct client *c)
{
    uv_buf_t buf = uv_buf_init(answer, (unsigned)answer_bytes);
    struct reply *r;

    if (uv_try_write((uv_stream_t *)&c->tcp, &buf, 1) == (int)answer_bytes)
        return;
    r = malloc(sizeof(*r)); /* a full socket: good enough for a yardstick */
    must(r != NULL, "malloc");
    uv_write(&r->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written);
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
    struct client *c = h->data;

    (void)hint;
    *buf = uv_buf_init(c->buffer, BUFFER);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    static const char end[] = "\r\n\r\n";
    struct client *c = s->data;

    if (n < 0) {
        if (!uv_is_closing((uv_handle_t *)s))
            uv_close((uv_handle_t *)s, on_closed);
        return;
    }
    for (ssize_t i = 0; i < n; i++) {
        c->matched = buf->base[i] == end[c->matched] ? c->matched + 1
                     : buf->base[i] == '\r'          ? 1
                                                     : 0;
        if (c->matched < 4)
            continue;
        c->matched = 0;
        if (hashing)
            hash(buf->base, (size_t)n);
        reply(c);
    }
}

static void on_connection(uv_stream_t *server, int status)
{
    struct client *c = calloc(1, sizeof(*c));

    must(status == 0 && c, "accepting");
    uv_tcp_init(server->loop, &c->tcp);
    c->tcp.data = c;
    uv_accept(server, (uv_stream_t *)&c->tcp);
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    struct sockaddr_in at;
    struct sockaddr_storage real;
    int size = sizeof(real);
    uv_tcp_t server;

    hashing = argc > 1 && strcmp(argv[1], "--hash") == 0;
    make_answer();
    init_hashing();
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop, &server);
    must(uv_tcp_bind(&server, (struct sockaddr *)&at, 0) == 0, "bind");
    must(uv_listen((uv_stream_t *)&server, 511, on_connection) == 0, "listen");
    uv_tcp_getsockname(&server, (struct sockaddr *)&real, &size);
    printf("port %d\n", ntohs(((struct sockaddr_in *)&real)->sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
