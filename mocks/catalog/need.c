/* Members that must be there, in the words of the reference's parser. */
#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/schema.h"

enum { SHOWN_MAX = 100 };

static bool refuse(const cJSON *item, const char *kind, const char *a,
                   const char *name, struct failure *f)
{
    struct str s;
    if (!item)
        return fail(f, "BadRequestException", "Cannot parse missing %s: %s",
                    kind, name);
    str_init(&s, JSON_MAX_BYTES);
    json_print(item, &s);
    fail(f, "BadRequestException", "Cannot parse to %s value: %s: %.*s", a,
         name, SHOWN_MAX, str_z(&s));
    str_fini(&s);
    return false;
}

bool need_int(const cJSON *obj, const char *name, int64_t *out,
              struct failure *f)
{
    const cJSON *item = json_get(obj, name);
    int64_t n;
    if (!json_int64(item, &n) || n < INT32_MIN || n > INT32_MAX)
        return refuse(item, "int", "an integer", name, f);
    *out = n;
    return true;
}

bool need_long(const cJSON *obj, const char *name, int64_t *out,
               struct failure *f)
{
    const cJSON *item = json_get(obj, name);
    return json_int64(item, out) || refuse(item, "long", "a long", name, f);
}

const char *need_text(const cJSON *obj, const char *name, struct failure *f)
{
    const char *z = json_str(obj, name);
    if (!z)
        refuse(json_get(obj, name), "string", "a string", name, f);
    return z;
}
