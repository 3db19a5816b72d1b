/* Any bytes as the body of DeleteObjects, through the whole of the mock S3:
 * 200 and the answer is XML that can be read, or MalformedXML and nothing is
 * gone. And XML read by itself ends with the elements it began.
 */
#include <openssl/md5.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static int64_t fixed_ns(void *ctx)
{
    (void)ctx;
    return INT64_C(1700000000000000000);
}

static int64_t fixed_ms(void *ctx)
{
    return fixed_ns(ctx) / 1000000;
}

static const struct clock fixed = {fixed_ns, fixed_ms, NULL};

static bool any_element(void *ctx, const char *path, struct slice text)
{
    (void)ctx;
    must(path[0] && path[0] != '/' && (text.p || !text.len));
    return true;
}

static void add_head(struct str *wire, struct digests *d, struct slice body)
{
    uint8_t md5[MD5_SIZE];

    digest_md5(d, body, md5);
    str_addz(wire, "POST /data-lake?delete HTTP/1.1\r\nHost: a\r\n"
                   "Content-MD5: ");
    base64_encode(wire, (struct slice){(char *)md5, sizeof(md5)});
    str_addf(wire, "\r\nContent-Length: %zu\r\n\r\n", body.len);
}

/* Feeds all of it: a whole request by its length. */
static void parse(struct http1 *p, const struct str *wire)
{
    size_t at = 0, used = 0;

    while (http1_feed(p, wire->p + at, wire->len - at, &used) == HTTP1_HEAD)
        at += used;
}

static void act(struct s3 *s, struct exchange *x)
{
    x->service->name_operation(x);
    must(x->op && !strcmp(x->op->name, "DeleteObjects"));
    x->op->handle(x);
    if (x->answer.status != 200)
        must((x->answer.status == 400 || x->answer.status == 411) &&
             !x->change.publish); /* 411: MinIO's word for an empty one */
    else
        x->change.publish(x, x->change.ctx);
    x->service->finish_answer(x);
    must(xml_read(x->answer.body, any_element, NULL));
    must(s3_has_bucket(s, "data-lake"));
}

static void ask(struct s3 *s, struct slice body)
{
    struct exchange x = {.service = s3_service(s), .ordinal = 1};
    struct str wire;

    arena_init(&x.arena);
    str_init(&wire, 8 << 20);
    add_head(&wire, &s->digests, body);
    str_adds(&wire, body);
    struct http1 *p = http1_new(&http1_default_limits, &x.arena);
    parse(p, &wire);
    x.request = http1_request(p);
    act(s, &x);
    answer_reset(&x.answer);
    http1_free(p);
    arena_fini(&x.arena);
    str_fini(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice body = {(const char *)data, n};
    cJSON *options = json_parse("{\"anonymous\":true}", 18, NULL);
    char why[200] = "";
    struct s3 *s = s3_new(options, &fixed, 7, NULL, why);

    cJSON_Delete(options);
    must(s != NULL);
    s3_put(s, "data-lake", "kept", slice_of("x"), why);
    ask(s, body);
    xml_read(body, any_element, NULL);
    s3_free(s);
    return 0;
}
