/* The profiles, and how they answer what is wrong. See profile.h. */
#include "mocks/catalog/profile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/utf8.h"

enum { MINUTE_MS = 60000, SHOWN_MAX = 2000 };

static const struct profile profiles[] = {
    {.name = "spec", .doc = "what the specification says"},
    {.name = "reference",
     .doc = "Apache Iceberg's reference server, quirks included",
     .separator = "%2E",
     .idempotency_ms = 30 * MINUTE_MS,
     .hides_keys = true,
     .unreadable = 500,
     .errors = {{"BadRequestException", 500, true},
                {"IllegalStateException", 500, false}},
     .refuses_paths = true,
     .bare_names = true,
     .plus_is_blank = true,
     .tags_by_query = true,
     .pages_by_size = true,
     .plain_tokens = true,
     .refuses_overwrite = true,
     .view_summary = "Apache Iceberg 1.11.0 (commit "
                     "6976e020b894f6a6777704df2b8c4458cb291ae9)"},
};

const char *const profile_words[] = {"spec", "reference", NULL};

const struct profile *profile_at(int number)
{
    return &profiles[number];
}

/* ---- pages of a servlet container ---- */

static const char *own_url(struct exchange *x)
{
    struct slice host = http_header(x->request, "host");
    struct slice target = x->request->target;
    if (target.len > SHOWN_MAX)
        target.len = SHOWN_MAX;
    return arena_printf(&x->arena, "http://" SLICE_FMT SLICE_FMT,
                        SLICE_ARG(host), SLICE_ARG(target));
}

static void page(struct exchange *x, int status, const char *message)
{
    cJSON *body = cJSON_CreateObject();
    json_set_str(body, "message", message);
    json_set_str(body, "url", own_url(x));
    json_set_str(body, "status", arena_printf(&x->arena, "%d", status));
    exchange_answer_json(x, status, body);
    cJSON_Delete(body);
}

static void html_page(struct exchange *x, int status, const char *message)
{
    const char *text = arena_printf(
        &x->arena,
        "<html>\n<head>\n<title>Error %d %s</title>\n</head>\n<body>\n"
        "<h2>HTTP ERROR %d %s</h2>\n</body>\n</html>\n",
        status, message, status, message);
    exchange_answer(x, status, "text/html;charset=iso-8859-1", slice_of(text));
}

void profile_answer(const struct profile *p, struct exchange *x,
                    const struct failure *f)
{
    const struct profile_error *e = p->errors;
    while (e->type && strcmp(e->type, f->type) != 0)
        e++;
    if (f->reading && p->unreadable)
        page(x, p->unreadable, f->message);
    else if (e->type && e->page)
        page(x, e->status, f->message);
    else
        error_answer(x, f->type, e->type ? e->status : f->status, f->message);
}

/* ---- paths and queries ---- */

static bool has_escape(struct slice path, const char *escape)
{
    for (size_t i = 0; i + 3 <= path.len; i++)
        if (strncasecmp(path.p + i, escape, 3) == 0)
            return true;
    return false;
}

static bool escaped_slash(struct slice path)
{
    return has_escape(path, "%2F");
}

static bool escaped_percent(struct slice path)
{
    return has_escape(path, "%25");
}

/* A segment that is nothing but dots, at least one of them escaped. */
static bool escaped_dots(struct slice path)
{
    static const char *const dots[] = {"%2E", "%2E%2E", ".%2E", "%2E."};
    while (path.len > 0) {
        const char *end = memchr(path.p, '/', path.len);
        size_t n = end ? (size_t)(end - path.p) : path.len;
        for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
            if (strlen(dots[i]) == n && strncasecmp(path.p, dots[i], n) == 0)
                return true;
        n += end != NULL;
        path.p += n;
        path.len -= n;
    }
    return false;
}

static bool empty_segment(struct slice path)
{
    for (size_t i = 1; i < path.len; i++)
        if (path.p[i] == '/' && path.p[i - 1] == '/')
            return true;
    return false;
}

static bool illegal_character(struct slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.p[i] && strchr("|<>\"{}^`", path.p[i]))
            return true;
    return false;
}

/* The three that follow judge the path with its escapes undone. */
static bool bad_escape(struct slice path)
{
    return memchr(path.p, 0, path.len) != NULL;
}

static bool control_character(struct slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (c < 0x20 || c == 0x7f || c == '\\')
            return true;
    }
    return false;
}

static bool not_utf8(struct slice path)
{
    while (path.len > 0) {
        size_t n = utf8_length(path.p, path.len);
        if (n == 0)
            return true;
        path.p += n;
        path.len -= n;
    }
    return false;
}

static const struct path_rule {
    bool (*broken)(struct slice path);
    bool decoded, html;
    const char *message;
} path_rules[] = {
    {bad_escape, true, true, "Bad Request"},
    {escaped_slash, false, false, "Ambiguous URI path separator"},
    {escaped_percent, false, false, "Ambiguous URI path encoding"},
    {escaped_dots, false, false, "Ambiguous URI path segment"},
    {empty_segment, false, false, "Ambiguous URI empty segment"},
    {not_utf8, true, false, "Bad UTF-8 encoding"},
    {control_character, true, false, "Suspicious Path Character"},
    {illegal_character, false, false, "Illegal Path Character"},
};

static const struct path_rule query_rule = {NULL, true, false,
                                            "Unable to parse URI query"};

static bool query_broken(struct slice raw)
{
    struct str plain;
    str_init(&plain, raw.len + 1);
    bool broken =
        !percent_decode(&plain, raw, true) || not_utf8(str_slice(&plain));
    str_fini(&plain);
    return broken;
}

static const struct path_rule *path_judge(const struct exchange *x)
{
    struct slice raw = x->request->path;
    const struct path_rule *broken = NULL;
    struct str plain;
    str_init(&plain, raw.len + 1);
    if (!percent_decode(&plain, raw, false))
        broken = &path_rules[0];
    size_t n = sizeof path_rules / sizeof *path_rules;
    for (size_t i = 0; i < n && !broken; i++)
        if (path_rules[i].broken(path_rules[i].decoded ? str_slice(&plain)
                                                       : raw))
            broken = &path_rules[i];
    str_fini(&plain);
    return broken || !query_broken(x->request->query) ? broken : &query_rule;
}

bool profile_refuses(const struct profile *p, const struct exchange *x)
{
    return p->refuses_paths && path_judge(x);
}

bool profile_refuse(const struct profile *p, struct exchange *x)
{
    const struct path_rule *rule = p->refuses_paths ? path_judge(x) : NULL;
    if (!rule)
        return false;
    (rule->html ? html_page : page)(x, 400, rule->message);
    return true;
}
