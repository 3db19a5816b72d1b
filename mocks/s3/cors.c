/* cors: a bucket's rules for other origins' scripts: preflight requests, and
 * the headers of answers to requests with an Origin. */
#include <string.h>

#include "mocks/s3/documents.h"
#include "mocks/s3/xml.h"

enum { MAX_RULES = 100 };

struct cors_rule { /* lists are joined with ',' */
    struct str origins, methods, headers, exposed;
    const char *max_age;
};

struct cors_reader {
    struct ask *c;
    struct slice origin, method; /* what is looked for; p NULL: only checking */
    struct slice headers;
    struct cors_rule one;
    size_t rules, n_origins, n_methods;
    bool found;
    const char *origin_found; /* as the rule has it */
};

/* Does one of a list like "a,b" fit the text? The one, or NULL. */
static const char *fitting(struct ask *c, const struct str *list,
                           struct slice text, bool any_case)
{
    const char *p = str_z(list);

    while (*p) {
        size_t n = strcspn(p, ",");
        const char *one = ask_text(c, (struct slice){p, n});

        if (slice_glob(one, text) || (any_case && slice_ieqz(text, one)))
            return one;
        p += n + (p[n] == ',');
    }
    return NULL;
}

static bool all_fit(struct ask *c, const struct str *list, struct slice names)
{
    while (names.len) {
        const char *comma = memchr(names.p, ',', names.len);
        size_t n = comma ? (size_t)(comma - names.p) : names.len;
        struct slice one = slice_trim((struct slice){names.p, n});

        names.p += comma ? n + 1 : n;
        names.len -= comma ? n + 1 : n;
        if (one.len && !fitting(c, list, one, true))
            return false;
    }
    return true;
}

static void clear(struct cors_rule *r)
{
    str_reset(&r->origins);
    str_reset(&r->methods);
    str_reset(&r->headers);
    str_reset(&r->exposed);
    r->max_age = NULL;
}

static bool end_rule(struct cors_reader *r)
{
    bool whole = r->n_origins && r->n_methods && ++r->rules <= MAX_RULES;

    r->n_origins = r->n_methods = 0;
    if (!whole || r->found)
        return whole;
    if (r->origin.p) {
        r->origin_found = fitting(r->c, &r->one.origins, r->origin, false);
        r->found = r->origin_found &&
                   fitting(r->c, &r->one.methods, r->method, false) &&
                   all_fit(r->c, &r->one.headers, r->headers);
    }
    if (!r->found)
        clear(&r->one);
    return true;
}

static void add(struct str *list, struct slice text)
{
    if (list->len)
        str_addc(list, ',');
    str_adds(list, text);
}

static bool element(void *ctx, const char *path, struct slice text)
{
    struct cors_reader *r = ctx;
    const char *name = strrchr(path, '/');

    if (!name || r->found)
        return true;
    if (strcmp(name, "/CORSRule") == 0)
        return end_rule(r);
    r->n_origins += strcmp(name, "/AllowedOrigin") == 0;
    r->n_methods += strcmp(name, "/AllowedMethod") == 0;
    if (strcmp(name, "/AllowedOrigin") == 0)
        add(&r->one.origins, text);
    else if (strcmp(name, "/AllowedMethod") == 0)
        add(&r->one.methods, text);
    else if (strcmp(name, "/AllowedHeader") == 0)
        add(&r->one.headers, text);
    else if (strcmp(name, "/ExposeHeader") == 0)
        add(&r->one.exposed, text);
    else if (strcmp(name, "/MaxAgeSeconds") == 0)
        r->one.max_age = ask_text(r->c, text);
    return true;
}

static void begin(struct cors_reader *r, struct ask *c)
{
    enum { MOST = 64 << 10 };

    *r = (struct cors_reader){.c = c};
    str_init(&r->one.origins, MOST);
    str_init(&r->one.methods, MOST);
    str_init(&r->one.headers, MOST);
    str_init(&r->one.exposed, MOST);
}

static void end(struct cors_reader *r)
{
    str_fini(&r->one.origins);
    str_fini(&r->one.methods);
    str_fini(&r->one.headers);
    str_fini(&r->one.exposed);
}

bool cors_ok(struct ask *c, struct slice body)
{
    struct cors_reader r;
    bool ok;

    begin(&r, c);
    ok = xml_read(body, element, &r) && r.rules > 0;
    end(&r);
    if (!ok)
        s3_error(c->x, "MalformedXML", NULL, NULL);
    return ok;
}

static void add_headers(struct cors_reader *r)
{
    struct answer *w = &r->c->x->answer;
    struct arena *a = r->c->a;
    bool any = strcmp(r->origin_found, "*") == 0;

    answer_set(w, a, "Access-Control-Allow-Origin", "%s",
               any ? "*" : ask_text(r->c, r->origin));
    answer_set(w, a, "Access-Control-Allow-Methods", "%s",
               str_z(&r->one.methods));
    if (!any)
        answer_set(w, a, "Access-Control-Allow-Credentials", "true");
    if (r->one.exposed.len)
        answer_set(w, a, "Access-Control-Expose-Headers", "%s",
                   str_z(&r->one.exposed));
    if (r->one.max_age)
        answer_set(w, a, "Access-Control-Max-Age", "%s", r->one.max_age);
    answer_set(w, a, "Vary",
               "Origin, Access-Control-Request-Headers, "
               "Access-Control-Request-Method");
}

/* To every origin, where the profile has it so. */
static void tell_all(struct ask *c, struct slice origin)
{
    struct answer *w = &c->x->answer;

    answer_set(w, c->a, "Access-Control-Allow-Origin", SLICE_FMT,
               SLICE_ARG(origin));
    answer_set(w, c->a, "Access-Control-Allow-Credentials", "true");
}

void cors_tell(struct ask *c)
{
    const char *exposed = c->s->profile->cors_exposed, *document;
    struct slice origin = ask_header(c, "origin");
    struct cors_reader r;

    if (!origin.len)
        return;
    if (exposed) {
        tell_all(c, origin);
        answer_set(&c->x->answer, c->a, "Access-Control-Expose-Headers", "%s",
                   exposed);
        return;
    }
    document = c->bucket ? c->bucket->document[DOCUMENT_CORS] : NULL;
    if (!document)
        return;
    begin(&r, c);
    r.origin = origin;
    r.method = ask_header(c, "access-control-request-method");
    if (!r.method.p)
        r.method = c->r->method;
    if (xml_read(slice_of(document), element, &r) && r.found)
        add_headers(&r);
    end(&r);
}

static void allow_all(struct ask *c)
{
    struct slice origin = ask_header(c, "origin");
    struct slice method = ask_header(c, "access-control-request-method");
    struct slice names = ask_header(c, "access-control-request-headers");
    struct answer *w = &c->x->answer;

    s3_answer_empty(c->x, method.len ? 204 : 200);
    if (!method.len)
        cors_tell(c);
    if (!method.len || !origin.len)
        return;
    tell_all(c, origin);
    answer_set(w, c->a, "Access-Control-Allow-Methods", SLICE_FMT,
               SLICE_ARG(method));
    if (names.len)
        answer_set(w, c->a, "Access-Control-Allow-Headers", SLICE_FMT,
                   SLICE_ARG(names));
    answer_set(w, c->a, "Vary",
               "Origin, Access-Control-Request-Method, "
               "Access-Control-Request-Headers");
}

static void allow_by_rule(struct ask *c)
{
    const char *document = c->bucket->document[DOCUMENT_CORS];
    struct slice origin = ask_header(c, "origin");
    struct slice method = ask_header(c, "access-control-request-method");
    struct slice headers = ask_header(c, "access-control-request-headers");
    struct cors_reader r;

    if (!origin.len || !method.len) {
        s3_error(c->x, "BadRequest",
                 origin.len ? "Invalid Access-Control-Request-Method: null"
                            : "Insufficient information. Origin request header "
                              "needed.",
                 NULL);
        return;
    }
    begin(&r, c);
    r.origin = origin;
    r.method = method;
    r.headers = headers;
    if (document && xml_read(slice_of(document), element, &r) && r.found) {
        s3_answer_empty(c->x, 200);
        add_headers(&r);
        if (headers.len)
            answer_set(&c->x->answer, c->a, "Access-Control-Allow-Headers",
                       "%s", ask_text(c, headers));
    } else {
        s3_error(c->x, "AccessForbidden",
                 document ? "CORSResponse: This CORS request is not allowed."
                          : "CORSResponse: CORS is not enabled for this "
                            "bucket.",
                 NULL);
    }
    end(&r);
}

/* OPTIONS: nobody signs it. */
void s3_preflight(struct ask *c)
{
    if (c->s->profile->cors_exposed)
        allow_all(c);
    else if (c->bucket)
        allow_by_rule(c);
    else
        s3_error(c->x, "NoSuchBucket", NULL, NULL);
}
