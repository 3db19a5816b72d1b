/* A bucket's policy, a blank line, and a request that nobody signed: without a
 * policy it is let in nowhere, with one that allows nothing neither, and what
 * is refused changes nothing.
 */
#include "mocks/s3/access.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/s3/policy.h"

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

static void act(struct exchange *x, bool may_be_let_in)
{
    x->service->name_operation(x);
    if (x->op)
        x->op->handle(x);
    else
        x->service->handle_unknown(x);
    if (x->answer.status < 300 && strcmp(x->op->name, "Preflight") != 0)
        must(may_be_let_in);
    if (x->answer.status == 403)
        must(!x->change.publish);
    if (x->change.publish)
        x->change.publish(x, x->change.ctx);
    x->service->finish_answer(x);
}

static void ask(struct s3 *s, struct slice wire, bool may_be_let_in)
{
    struct exchange x = {.service = s3_service(s), .ordinal = 1};

    arena_init(&x.arena);
    struct http1 *p = http1_new(&http1_default_limits, &x.arena);
    if (parse(p, wire)) {
        x.request = http1_request(p);
        act(&x, may_be_let_in);
    }
    answer_reset(&x.answer);
    http1_free(p);
    arena_fini(&x.arena);
}

/* Sets the policy when it is one. */
static bool set(struct s3 *s, struct slice policy)
{
    struct s3_bucket *b =
        store_bucket(&s->store, SLICE_LIT("data-lake"), false);
    struct arena a;
    struct ask c = {.s = s, .a = &a, .bucket_name = b->name};
    bool right;

    arena_init(&a);
    right = !policy_wrong(&c, policy.p, policy.len);
    if (right)
        bucket_set_document(b, DOCUMENT_POLICY,
                            arena_memdup(&a, policy.p, policy.len));
    arena_fini(&a);
    return right;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *p = (const char *)data;
    const char *gap = n ? memmem(p, n, "\n\n", 2) : NULL;
    struct slice policy = {p, gap ? (size_t)(gap - p) : 0}, wire;
    cJSON *options = json_parse("{\"profile\":\"aws\"}", 17, NULL);
    char why[200] = "";
    struct s3 *s = s3_new(options, &fixed, 7, NULL, why);

    cJSON_Delete(options);
    must(s && s3_put(s, "data-lake", "kept", slice_of("0123456789"), why));
    if (gap) {
        wire = (struct slice){gap + 2, n - policy.len - 2};
        ask(s, wire, false);
        if (set(s, policy))
            ask(s, wire,
                memmem(policy.p, policy.len, "Allow", 5) ||
                    memchr(policy.p, '\\', policy.len));
    }
    s3_free(s);
    return 0;
}
