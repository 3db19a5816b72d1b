/* Namespace and table names as they come in and go out. See names.h. */
#include "mocks/catalog/names.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/utf8.h"

static bool is_utf8(struct slice s)
{
    while (s.len > 0) {
        size_t n = utf8_length(s.p, s.len);
        if (n == 0)
            return false;
        s.p += n;
        s.len -= n;
    }
    return true;
}

bool name_from_path(struct slice raw, const char **out, struct failure *f)
{
    struct str s;
    str_init(&s, raw.len + 1);
    bool ok = percent_decode(&s, raw, false) && !s.failed &&
              !memchr(str_z(&s), 0, s.len) && is_utf8(str_slice(&s));
    if (ok)
        *out = arena_strdup(f->arena, str_z(&s));
    else
        fail(f, "BadRequestException", "Malformed name in path: %.*s",
             (int)(raw.len > 200 ? 200 : raw.len), raw.p);
    str_fini(&s);
    return ok;
}

bool name_check(const char *name, const char *what, struct failure *f)
{
    if (!name)
        return fail(f, "IllegalArgumentException", "Invalid %s: null", what);
    if (!*name)
        return fail(f, "IllegalArgumentException", "Invalid %s: null or empty",
                    what);
    if (strlen(name) > NAME_MAX_BYTES)
        return fail(f, "IllegalArgumentException",
                    "Invalid %s: longer than %d bytes", what, NAME_MAX_BYTES);
    return true;
}

static bool add_level(struct ns_name *ns, const char *level, struct failure *f)
{
    if (ns->n == NAME_MAX_LEVELS)
        return fail(f, "BadRequestException",
                    "Invalid namespace: more than %d levels", NAME_MAX_LEVELS);
    ns->level[ns->n++] = level;
    return true;
}

static void begin(struct ns_name *ns, struct failure *f)
{
    ns->n = 0;
    ns->level = arena_alloc(f->arena, NAME_MAX_LEVELS * sizeof *ns->level);
    ns->dotted = "";
}

static bool finish(struct ns_name *ns, struct failure *f)
{
    size_t len = 1;
    for (size_t i = 0; i < ns->n; i++)
        len += strlen(ns->level[i]) + 1;
    char *z = arena_alloc(f->arena, len), *at = z;
    for (size_t i = 0; i < ns->n; i++) {
        size_t n = strlen(ns->level[i]);
        if (i > 0)
            *at++ = '.';
        memcpy(at, ns->level[i], n);
        at += n;
    }
    ns->dotted = z;
    return true;
}

/* How many bytes of a separator s begins with, or 0. */
static size_t separator_at(struct slice s, const char *const *seps)
{
    for (; *seps && s.len > 0; seps++) {
        if ((**seps | 0x20) != (*s.p | 0x20))
            continue;
        size_t n = strlen(*seps);
        if (n > 0 && s.len >= n && strncasecmp(s.p, *seps, n) == 0)
            return n;
    }
    return 0;
}

/* Cuts text at any of the separators; decode undoes percent-encoding. */
static bool split(struct slice text, const char *const *seps, bool decode,
                  struct ns_name *out, struct failure *f)
{
    size_t from = 0, i = 0;
    begin(out, f);
    for (;;) {
        struct slice rest = {text.p + i, text.len - i};
        size_t n = separator_at(rest, seps);
        if (i < text.len && n == 0) {
            i++;
            continue;
        }
        struct slice part = {text.p + from, i - from};
        const char *level = arena_memdup(f->arena, part.p, part.len);
        if (decode && !name_from_path(part, &level, f))
            return false;
        if (!add_level(out, level, f))
            return false;
        if (i >= text.len)
            return finish(out, f);
        i += n;
        from = i;
    }
}

static const char *decoded(const char *separator, struct arena *a)
{
    struct str s;
    if (!separator)
        return NULL;
    str_init(&s, 64);
    const char *z = separator;
    if (percent_decode(&s, slice_of(separator), false) && !s.failed)
        z = arena_strdup(a, str_z(&s));
    str_fini(&s);
    return z;
}

/* What need not be encoded may be: %2E and '.' are one (RFC 3986, 2.3). */
bool ns_from_path(struct slice raw, const char *separator, struct ns_name *out,
                  struct failure *f)
{
    const char *seps[] = {"%1F", "\x1f", separator,
                          decoded(separator, f->arena), NULL};
    return split(raw, seps, true, out, f);
}

bool ns_from_query(const char *text, const char *separator, struct ns_name *out,
                   struct failure *f)
{
    const char *seps[] = {"\x1f", decoded(separator, f->arena), NULL};
    return split(slice_of(text), seps, false, out, f);
}

bool ns_from_dotted(const char *text, struct ns_name *out, struct failure *f)
{
    const char *seps[] = {".", NULL};
    return split(slice_of(text), seps, false, out, f);
}

bool ns_from_json(const cJSON *levels, const char *separator,
                  struct ns_name *out, struct failure *f)
{
    const char *sep = decoded(separator, f->arena);
    const cJSON *level;
    begin(out, f);
    if (!cJSON_IsArray(levels))
        return fail(f, "BadRequestException",
                    "Cannot parse namespace: not a list of levels");
    cJSON_ArrayForEach(level, levels)
    {
        if (!cJSON_IsString(level))
            return fail(f, "BadRequestException",
                        "Cannot parse namespace: level is not a string");
        const char *z = level->valuestring;
        if (!name_check(z, "namespace level", f))
            return false;
        if (strchr(z, 0x1f) || (sep && *sep && strstr(z, sep)))
            return fail(f, "BadRequestException",
                        "Invalid namespace: level contains the separator: %s",
                        z);
        if (!add_level(out, arena_strdup(f->arena, z), f))
            return false;
    }
    if (out->n == 0)
        return fail(f, "BadRequestException", "Invalid namespace: empty");
    return finish(out, f);
}

cJSON *ns_to_json(const struct ns_name *ns)
{
    cJSON *a = cJSON_CreateArray();
    for (size_t i = 0; i < ns->n; i++)
        cJSON_AddItemToArray(a, cJSON_CreateString(ns->level[i]));
    return a;
}

const char *name_dotted(const struct ns_name *ns, const char *table,
                        struct arena *a)
{
    return arena_printf(a, "%s%s%s", ns->dotted, ns->n > 0 ? "." : "", table);
}
