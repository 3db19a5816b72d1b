/* Any request to the mock S3, unsigned requests let in: it has an answer of
 * HTTP, an error is XML (where no control character of a key is in it, which
 * AWS writes as no XML reader takes it), and an object that was there before is
 * unharmed by what only reads.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
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
    (void)text;
    return path[0] != 0;
}

static void check_answer(const struct exchange *x)
{
    const char *type = answer_get(&x->answer, "Content-Type");

    must(x->answer.status >= 200 && x->answer.status < 600);
    if (x->answer.status >= 400 && x->answer.body.len) {
        must(type && (!strcmp(type, "application/xml") || /* STS: */
                      !strcmp(type, "text/xml")));
        if (!memmem(x->answer.body.p, x->answer.body.len, "&#x", 3))
            must(xml_read(x->answer.body, any_element, NULL));
    }
}

static void act(struct s3 *s, struct exchange *x)
{
    struct slice bytes;

    x->service->name_operation(x);
    if (x->op)
        x->op->handle(x);
    else
        x->service->handle_unknown(x);
    if (x->change.publish)
        x->change.publish(x, x->change.ctx);
    x->service->finish_answer(x);
    check_answer(x);
    if (!x->op || !x->op->writes)
        must(s3_get(s, "data-lake", "kept", &bytes) && bytes.len == 10);
}

/* True when all of it is a whole request. */
static bool parse(struct http1 *p, struct slice wire)
{
    size_t at = 0, used = 0;
    enum http1_event e;

    do {
        e = http1_feed(p, wire.p + at, wire.len - at, &used);
        at += used;
    } while (e == HTTP1_HEAD);
    return e == HTTP1_DONE;
}

static void ask(struct s3 *s, struct slice wire, uint64_t ordinal)
{
    struct exchange x = {.service = s3_service(s), .ordinal = ordinal};

    arena_init(&x.arena);
    struct http1 *p = http1_new(&http1_default_limits, &x.arena);
    if (parse(p, wire)) {
        x.request = http1_request(p);
        act(s, &x);
    }
    answer_reset(&x.answer);
    http1_free(p);
    arena_fini(&x.arena);
}

static void with(const char *profile, struct slice wire)
{
    cJSON *options = json_parse(profile, strlen(profile), NULL);
    char why[200] = "";
    struct s3 *s = s3_new(options, &fixed, 7, NULL, why);

    cJSON_Delete(options);
    must(s != NULL);
    must(s3_put(s, "data-lake", "kept", slice_of("0123456789"), why));
    ask(s, wire, 1);
    s3_put(s, "data-lake", "kept", slice_of("0123456789"), why);
    ask(s, wire, 2);
    s3_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice wire = {(const char *)data, n};

    with("{\"anonymous\":true}", wire);
    with("{\"anonymous\":true,\"profile\":\"aws\"}", wire);
    return 0;
}
