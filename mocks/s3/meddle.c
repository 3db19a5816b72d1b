/* meddle: what state faults and a scenario's operator do to the store. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "mocks/s3/internal.h"

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

bool s3_meddle(void *state, struct exchange *x, enum meddle what,
               const cJSON *params, char why[160])
{
    switch (what) {
    case MEDDLE_LOSE_FILE:
        return lose_file(state, x, params, why);
    case MEDDLE_PARTIAL_DELETE:
        return partial_delete(state, x, params, why);
    default:
        snprintf(why, 160, "the mock S3 cannot do that");
        return false;
    }
}
