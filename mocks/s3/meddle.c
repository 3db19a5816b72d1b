/* meddle: what state faults and a scenario's operator do to the store. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "mocks/s3/upload.h"

static bool lose_file(struct s3 *s, struct exchange *x, const cJSON *params,
                      char why[160])
{
    const char *bucket = json_str(params, "bucket");
    const char *key = json_str(params, "key");

    if (!bucket && x)
        bucket = x->names.bucket;
    if (!key && x)
        key = x->names.key;
    if (!bucket || !key) {
        snprintf(why, 160, "bucket and key must be given");
        return false;
    }
    if (s3_remove(s, bucket, key))
        return true;
    snprintf(why, 160, "there is no s3://%.60s/%.80s", bucket, key);
    return false;
}

/* The exchange's own DeleteObjects will find some keys locked. */
static bool partial_delete(struct s3 *s, struct exchange *x,
                           const cJSON *params, char why[160])
{
    const char *type = json_str(params, "type");

    if (!x || !x->op || strcmp(x->op->name, "DeleteObjects") != 0) {
        snprintf(why, 160, "only a DeleteObjects can be done in part");
        return false;
    }
    s->refusal = (struct s3_refusal){
        .exchange = x->ordinal,
        .keys = (size_t)json_i64(params, "keys", 1),
        .code = arena_strdup(&x->arena, type ? type : "InternalError")};
    return true;
}

/* The text from its element's beginning to its end; p NULL: there is none. */
static struct slice element(struct slice body, const char *open,
                            const char *close)
{
    const char *from =
        body.len ? memmem(body.p, body.len, open, strlen(open)) : NULL;
    size_t left = from ? (size_t)(body.p + body.len - from) : 0;
    const char *to = from ? memmem(from, left, close, strlen(close)) : NULL;

    if (!to)
        return (struct slice){NULL, 0};
    return (struct slice){from, (size_t)(to - from) + strlen(close)};
}

/* There is a next page, says the answer; its token is one that is understood,
 * of a place behind all keys. */
static void add_endless(struct str *out, struct exchange *x, bool fresh)
{
    char place[40];

    snprintf(place, sizeof(place),
             "k\x7f"
             "endless");
    if (fresh)
        snprintf(place, sizeof(place),
                 "k\x7f"
                 "endless-%llu",
                 (unsigned long long)x->ordinal);
    str_addz(out, "<IsTruncated>true</IsTruncated><NextContinuationToken>");
    base64_encode(out, slice_of(place));
    str_addz(out, "</NextContinuationToken>");
}

static bool repeat_page_token(struct s3 *s, struct exchange *x,
                              const cJSON *params, char why[160])
{
    struct slice body = x ? x->answer.body : (struct slice){NULL, 0};
    struct slice more = element(body, "<IsTruncated>", "</IsTruncated>");
    struct slice token =
        element(body, "<NextContinuationToken>", "</NextContinuationToken>");
    struct str out;

    (void)s;
    if (!more.p) {
        snprintf(why, 160, "only a listing has pages");
        return false;
    }
    str_init(&out, S3_MAX_TEXT);
    for (const char *p = body.p; p < body.p + body.len;) {
        if (p == more.p) {
            add_endless(&out, x, json_bool(params, "fresh"));
            p += more.len;
        } else if (p == token.p) {
            p += token.len;
        } else {
            str_addc(&out, *p++);
        }
    }
    exchange_answer(x, x->answer.status, NULL, str_slice(&out));
    str_fini(&out);
    return true;
}

/* ---- uploads ---- */

/* That of the exchange's target, else the last one of its key or of the
 * parameters'. */
static struct s3_upload *find_upload(struct s3 *s, struct exchange *x,
                                     const cJSON *params, struct s3_bucket **b)
{
    const char *bucket = json_str(params, "bucket");
    const char *key = json_str(params, "key");
    const char *id = x && x->request && x->request->query.len
                         ? http_query(x->request, "uploadId", &x->arena)
                         : NULL;
    uint64_t n;

    if (!bucket && x)
        bucket = x->names.bucket;
    if (!key && x)
        key = x->names.key;
    *b = bucket ? store_bucket(&s->store, slice_of(bucket), false) : NULL;
    if (!*b || !key)
        return NULL;
    if (!id)
        return store_last_upload(*b, slice_of(key));
    return upload_id_parse(s, id, &n) ? store_upload(*b, slice_of(key), n)
                                      : NULL;
}

static bool forget_upload(struct s3 *s, struct exchange *x, const cJSON *params,
                          char why[160])
{
    struct s3_bucket *b;
    struct s3_upload *u = find_upload(s, x, params, &b);

    if (u)
        store_drop_upload(b, u);
    else
        snprintf(why, 160, "there is no such upload");
    return u != NULL;
}

static bool lose_part(struct s3 *s, struct exchange *x, const cJSON *params,
                      char why[160])
{
    unsigned number = (unsigned)json_i64(params, "part", 1);
    struct s3_bucket *b;
    struct s3_upload *u = find_upload(s, x, params, &b);
    struct s3_upload_part *part = u ? upload_part(u, number) : NULL;

    if (part)
        upload_drop_part(u, part);
    else
        snprintf(why, 160, "there is no part %u", number);
    return part != NULL;
}

static bool expire(struct s3 *s, char why[160])
{
    if (sessions_expire(s) > 0)
        return true;
    snprintf(why, 160, "there is no session that could expire");
    return false;
}

bool s3_meddle(void *state, struct exchange *x, enum meddle what,
               const cJSON *params, char why[160])
{
    switch (what) {
    case MEDDLE_LOSE_FILE:
        return lose_file(state, x, params, why);
    case MEDDLE_PARTIAL_DELETE:
        return partial_delete(state, x, params, why);
    case MEDDLE_FORGET_UPLOAD:
        return forget_upload(state, x, params, why);
    case MEDDLE_LOSE_PART:
        return lose_part(state, x, params, why);
    case MEDDLE_EXPIRE_SESSIONS:
        return expire(state, why);
    case MEDDLE_REPEAT_PAGE_TOKEN:
        return repeat_page_token(state, x, params, why);
    default:
        snprintf(why, 160, "the mock S3 cannot do that");
        return false;
    }
}
