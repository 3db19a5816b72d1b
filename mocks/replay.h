/* replay: plays what passed between a client and icefault serve; for
 * replay_test.c only.
 *
 * fixtures/clients/NAME.jsonl holds it (`RECORD=1 ci/clients NAME` writes it
 * anew; ci/client/record.py says what is in it). Each request is sent to a
 * fresh mock, byte by byte as it came, under a clock that shows the time of the
 * recording, so that the client's own signature must be found good. The mock
 * has another seed than the recorded one had: uuids, entity tags and upload ids
 * are others. An alias is learned for each where it is first met, holds from
 * then on, and goes into the requests that follow (then the signature is made
 * anew). All else must be as it was: status, error type, headers and body, to a
 * clock reading's error.
 */
#ifndef MOCKS_REPLAY_H
#define MOCKS_REPLAY_H

#include <stdio.h>

#include "base/percent.h"
#include "mocks/catalog/coding.h"
#include "mocks/s3/sigv4.h"
#include "mocks/testing.h"

enum { MOST_LINES = 2000, CLOCK_ERROR_MS = 2000, SEED = 77, UUID_SIZE = 36 };

enum difference { /* bits */
                  IN_STATUS = 1,
                  IN_TYPE = 2,
                  IN_HEADERS = 4,
                  IN_BODY = 8
};

struct alias {
    struct alias *next;
    char *theirs, *ours; /* of one length */
};

struct got { /* an answer, as slices of the client's buffer or of plain */
    int status;
    struct slice head, body;
};

struct play {
    cJSON *lines[MOST_LINES]; /* the first tells of the others */
    size_t n;
    struct clock clock;
    int64_t now_ms;
    struct digests digests;
    struct sigv4_keys *keys;
    struct alias *aliases;
    size_t signed_anew, learned;
    struct client clients[2];
    bool open[2];
    struct str wire, plain;
    bool quiet;
    unsigned differs; /* all differences so far */
    size_t compared;
};

/* ---- aliases ----------------------------------------------------------------
 */

static inline bool alias_learn(struct play *p, struct slice theirs,
                               struct slice ours)
{
    if (theirs.len != ours.len || !theirs.len)
        return false;
    for (struct alias *a = p->aliases; a; a = a->next) {
        bool left = slice_eqz(theirs, a->theirs);
        if (left || slice_eqz(ours, a->ours))
            return left && slice_eqz(ours, a->ours);
    }
    struct alias *a = mem_alloc(sizeof *a);
    a->theirs = mem_memdup(theirs.p, theirs.len);
    a->ours = mem_memdup(ours.p, ours.len);
    a->next = p->aliases;
    p->aliases = a;
    p->learned++;
    return true;
}

/* Appends the text in our words; were any of them not theirs? */
static inline bool translate(const struct play *p, struct slice text,
                             struct str *out)
{
    bool changed = false;
    size_t at = 0;
    while (at < text.len) {
        const struct alias *a = p->aliases;
        struct slice rest = {text.p + at, text.len - at};
        while (a && !slice_starts(rest, a->theirs))
            a = a->next;
        str_add(out, a ? a->ours : rest.p, a ? strlen(a->ours) : 1);
        at += a ? strlen(a->theirs) : 1;
        changed |= a != NULL;
    }
    return changed;
}

static inline void aliases_forget(struct play *p)
{
    while (p->aliases) {
        struct alias *a = p->aliases;
        p->aliases = a->next;
        free(a->theirs);
        free(a->ours);
        free(a);
    }
}

/* ---- the request ------------------------------------------------------------
 */

/* The place of the signature in the head, made anew for what the head says. */
static inline void sign_anew(struct play *p, struct str *head)
{
    struct arena arena;
    struct sigv4_authorization auth;
    struct str canonical, text;
    size_t used;
    char signature[SHA256_HEX];
    arena_init(&arena);
    str_init(&canonical, 1 << 20);
    str_init(&text, 1 << 20);
    struct http1 *h = http1_new(&http1_default_limits, &arena);
    CU_ASSERT_EQUAL_FATAL(http1_feed(h, head->p, head->len, &used), HTTP1_HEAD);
    const struct http_request *r = http1_request(h);
    CU_ASSERT_PTR_NULL_FATAL(
        sigv4_parse(http_header(r, "Authorization"), &auth));
    struct slice hash = http_header(r, "x-amz-content-sha256");
    /* The chunks' signatures hang on the first: record anew. */
    CU_ASSERT_FALSE(slice_starts(hash, "STREAMING-AWS4"));
    CU_ASSERT(sigv4_canonical(&canonical, r, &auth, hash, &arena));
    sigv4_string_to_sign(&text, &p->digests, http_header(r, "x-amz-date"),
                         auth.scope, str_slice(&canonical));
    sigv4_sign(p->keys, &auth, "minioadmin", str_slice(&text), signature);
    char *at = strstr(head->p, "Signature=");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    memcpy(at + strlen("Signature="), signature, SHA256_HEX - 1);
    p->signed_anew++;
    http1_free(h);
    str_fini(&text);
    str_fini(&canonical);
    arena_fini(&arena);
}

static inline void write_body(struct play *p, const cJSON *request)
{
    const char *text = json_str(request, "body");
    const char *coded = json_str(request, "base64");
    if (text)
        translate(p, slice_of(text), &p->wire);
    else
        CU_ASSERT_FATAL(coded && base64_decode(&p->wire, slice_of(coded)));
}

static inline void write_wire(struct play *p, const cJSON *request)
{
    const char *head = json_str(request, "head");
    str_reset(&p->wire);
    CU_ASSERT_PTR_NOT_NULL_FATAL(head);
    if (translate(p, slice_of(head), &p->wire) &&
        strstr(head, "AWS4-HMAC-SHA256"))
        sign_anew(p, &p->wire);
    write_body(p, request);
    CU_ASSERT_FALSE_FATAL(p->wire.failed);
}

/* ---- the answer -------------------------------------------------------------
 */

/* The line's name and value; false at the empty line. */
static inline bool head_next(struct slice *head, struct slice *name,
                             struct slice *value)
{
    const char *end = memmem(head->p, head->len, "\r\n", 2);
    size_t n = end ? (size_t)(end - head->p) : 0;
    const char *colon = n ? memchr(head->p, ':', n) : NULL;
    if (!n)
        return false;
    size_t at = colon ? (size_t)(colon - head->p) : n;
    *name = (struct slice){head->p, at};
    *value = slice_trim((struct slice){head->p + at + (colon != NULL),
                                       n - at - (colon != NULL)});
    *head = (struct slice){head->p + n + 2, head->len - n - 2};
    return true;
}

static inline struct slice head_value(struct slice head, const char *wanted)
{
    struct slice name, value;
    while (head_next(&head, &name, &value))
        if (slice_ieqz(name, wanted))
            return value;
    return (struct slice){NULL, 0};
}

/* Is the whole of it there? The mock gives a length to every body. */
static inline bool answer_whole(struct slice raw, bool headless, struct got *g)
{
    const char *end = memmem(raw.p, raw.len, "\r\n\r\n", 4);
    long long status = 0, length = 0;
    if (!end || raw.len < 12)
        return false;
    slice_int64((struct slice){raw.p + 9, 3}, &status);
    size_t n = (size_t)(end - raw.p) + 4;
    struct slice rest = {raw.p + n, raw.len - n};
    if (status < 200) /* 100 Continue */
        return answer_whole(rest, headless, g);
    g->status = (int)status;
    g->head = (struct slice){raw.p, n};
    struct slice text = head_value(g->head, "Content-Length");
    bool none = headless || status == 204 || status == 304;
    if (!none && text.p && !slice_int64(text, &length))
        return false;
    g->body = (struct slice){rest.p, (size_t)length};
    return rest.len >= (size_t)length;
}

static inline void ask(struct play *p, const cJSON *line, struct got *g)
{
    bool s3 = strcmp(json_str(line, "server"), "s3") == 0;
    struct client *c = &p->clients[s3];
    w.which = s3 ? MOCK_S3 : MOCK_CATALOG;
    if (p->open[s3] && over(c))
        hang_up(c);
    if (!p->open[s3] || over(c))
        call(c);
    p->open[s3] = true;
    str_reset(&c->got);
    say_bytes(c, p->wire.p, p->wire.len);
    bool headless = slice_starts(str_slice(&p->wire), "HEAD ");
    while (!answer_whole(str_slice(&c->got), headless, g) && !over(c) &&
           !w.late)
        turn_once();
    CU_ASSERT_FATAL(answer_whole(str_slice(&c->got), headless, g));
    if (!slice_eqz(head_value(g->head, "Content-Encoding"), "gzip"))
        return;
    str_reset(&p->plain);
    CU_ASSERT(gunzip_add(g->body, &p->plain));
    g->body = str_slice(&p->plain);
}

/* ---- is it the same? --------------------------------------------------------
 */

static inline bool uuid_at(const char *z, size_t n)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i < UUID_SIZE; i++)
        if (i >= n ||
            (form[i] == '-' ? z[i] != '-' : !strchr("0123456789abcdef", z[i])))
            return false;
    return true;
}

/* Equal in our words, but for uuids that are met for the first time. */
static inline bool text_same(struct play *p, struct slice theirs,
                             struct slice ours)
{
    struct str s;
    size_t i = 0;
    str_init(&s, 1 << 20);
    translate(p, theirs, &s);
    bool same = s.len == ours.len;
    while (same && i < ours.len) {
        if (s.p[i] == ours.p[i]) {
            i++;
            continue;
        }
        /* A difference within a uuid: back to its beginning. */
        size_t from = i < UUID_SIZE ? 0 : i - UUID_SIZE + 1;
        while (from <= i && !(uuid_at(s.p + from, s.len - from) &&
                              uuid_at(ours.p + from, ours.len - from)))
            from++;
        same =
            from <= i && alias_learn(p, (struct slice){s.p + from, UUID_SIZE},
                                     (struct slice){ours.p + from, UUID_SIZE});
        i = from + UUID_SIZE;
    }
    str_fini(&s);
    return same;
}

static inline bool is_clock(const char *name)
{
    return strcmp(name, "last-updated-ms") == 0 ||
           strcmp(name, "timestamp-ms") == 0;
}

static inline bool clocks_agree(int64_t x, int64_t y)
{
    return x - y < CLOCK_ERROR_MS && y - x < CLOCK_ERROR_MS;
}

static inline bool number_same(const char *name, const cJSON *a, const cJSON *b)
{
    int64_t x, y;
    if (!is_clock(name) || !json_int64(a, &x) || !json_int64(b, &y))
        return json_equal(a, b);
    return clocks_agree(x, y);
}

static inline bool string_same(struct play *p, const char *name,
                               struct slice theirs, struct slice ours)
{
    if (strcmp(name, "created-at") != 0)
        return text_same(p, theirs, ours);
    int64_t x = date_parse_iso(theirs.p, theirs.len);
    int64_t y = date_parse_iso(ours.p, ours.len);
    return x > 0 && y > 0 && clocks_agree(x, y);
}

static inline bool json_same(struct play *p, const char *name,
                             const cJSON *theirs, const cJSON *ours,
                             unsigned *where)
{
    bool object = cJSON_IsObject(theirs);
    const cJSON *b = ours ? ours->child : NULL;
    if (!theirs || !ours || (theirs->type & 0xff) != (ours->type & 0xff))
        return false;
    if (cJSON_IsString(theirs)) {
        bool same = string_same(p, name, slice_of(theirs->valuestring),
                                slice_of(ours->valuestring));
        *where |= same ? 0 : strcmp(name, "type") == 0 ? IN_TYPE : IN_BODY;
        return same;
    }
    if (!object && !cJSON_IsArray(theirs))
        return number_same(name, theirs, ours);
    if (cJSON_GetArraySize(theirs) != cJSON_GetArraySize(ours))
        return false;
    bool same = true;
    for (const cJSON *a = theirs->child; a; a = a->next) {
        same &= json_same(p, object ? a->string : name, a,
                          object ? json_get(ours, a->string) : b, where);
        b = object ? b : b->next;
    }
    return same;
}

/* XML: elements whose text is never the same twice, and one that is learned. */
static inline bool element_same(struct play *p, struct slice name,
                                struct slice theirs, struct slice ours)
{
    static const char *const free_[] = {"RequestId", "HostId", "LastModified"};
    for (size_t i = 0; i < sizeof free_ / sizeof *free_; i++)
        if (slice_eqz(name, free_[i]))
            return true;
    if (slice_eqz(name, "UploadId"))
        return slice_eq(theirs, ours) || alias_learn(p, theirs, ours);
    return text_same(p, theirs, ours);
}

/* Up to the next '<' or '>', which is taken as well. */
static inline struct slice piece(struct slice *rest)
{
    size_t n = 0;
    while (n < rest->len && rest->p[n] != '<' && rest->p[n] != '>')
        n++;
    struct slice out = {rest->p, n};
    n += n < rest->len;
    *rest = (struct slice){rest->p + n, rest->len - n};
    return out;
}

static inline bool xml_same(struct play *p, struct slice theirs,
                            struct slice ours)
{
    struct slice name = {NULL, 0};
    bool tag = false;
    while (theirs.len && ours.len) {
        struct slice a = piece(&theirs), b = piece(&ours);
        if (tag ? !slice_eq(a, b) : !element_same(p, name, a, b))
            return false;
        if (tag)
            name = a;
        tag = !tag;
    }
    return theirs.len == ours.len;
}

static inline unsigned body_differs(struct play *p, const cJSON *answer,
                                    struct slice body)
{
    const cJSON *tree = json_get(answer, "json");
    const char *text = json_str(answer, "text");
    const char *hash = json_str(answer, "sha256");
    char hex[SHA256_HEX];
    unsigned where = 0;
    if (tree) {
        cJSON *ours = json_parse(body.p, body.len, NULL);
        bool same = ours && json_same(p, "", tree, ours, &where);
        cJSON_Delete(ours);
        return same ? 0 : where ? where : IN_BODY;
    }
    if (text)
        return xml_same(p, slice_of(text), body) ? 0 : IN_BODY;
    if (!hash)
        return body.len ? IN_BODY : 0;
    digest_sha256_hex(&p->digests, body, hex);
    return strcmp(hex, hash) ? IN_BODY : 0;
}

/* "*" is any. A catalog's entity tags come from what they tag: learned. */
static inline bool header_same(struct play *p, bool s3, const cJSON *pair,
                               struct slice head)
{
    const char *name = pair->child->valuestring;
    struct slice wanted = slice_of(pair->child->next->valuestring);
    struct slice value = head_value(head, name);
    if (!value.p || slice_eqz(wanted, "*") || slice_eq(wanted, value))
        return value.p != NULL;
    return !s3 && strcmp(name, "ETag") == 0 && alias_learn(p, wanted, value);
}

static inline unsigned headers_differ(struct play *p, const cJSON *line,
                                      const cJSON *answer, struct slice head)
{
    const char *server = json_str(line, "server");
    const cJSON *lists[] = {json_get(json_get(p->lines[0], "always"), server),
                            json_get(answer, "headers")};
    bool same = true, s3 = strcmp(server, "s3") == 0;
    struct slice rest = head, name, value;
    int more = -1; /* the status line is no header */
    while (head_next(&rest, &name, &value))
        more++;
    for (int i = 0; i < 2; i++) {
        const cJSON *pair;
        more -= cJSON_GetArraySize(lists[i]);
        cJSON_ArrayForEach(pair, lists[i])
        {
            same &= header_same(p, s3, pair, head);
        }
    }
    return same && more == 0 ? 0 : IN_HEADERS;
}

/* The answer, or the earlier one that it is said to be the same as. */
static inline const cJSON *answer_of(const struct play *p, const cJSON *line)
{
    const cJSON *answer = json_get(line, "answer");
    int64_t same = json_i64(answer, "same", 0);
    if (!same)
        return answer;
    CU_ASSERT_FATAL(same > 0 && same < json_i64(line, "n", 0));
    return json_get(p->lines[same], "answer");
}

static inline unsigned answer_differs(struct play *p, const cJSON *line,
                                      const struct got *g)
{
    const cJSON *answer = answer_of(p, line);
    unsigned d = headers_differ(p, line, answer, g->head);
    if (json_i64(answer, "status", 0) != g->status)
        d |= IN_STATUS;
    return d | body_differs(p, answer, g->body);
}

/* ---- playing ----------------------------------------------------------------
 */

static inline int64_t play_unix(void *ctx)
{
    return ((struct play *)ctx)->now_ms;
}

static inline int64_t play_mono(void *ctx)
{
    return play_unix(ctx) * 1000000;
}

static inline void read_lines(struct play *p, const char *name)
{
    char path[200], *text = NULL;
    size_t cap = 0;
    ssize_t n;
    snprintf(path, sizeof path, "fixtures/clients/%s.jsonl", name);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while ((n = getline(&text, &cap, file)) > 0) {
        CU_ASSERT_FATAL(p->n < MOST_LINES);
        p->lines[p->n] = json_parse(text, (size_t)n - 1, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p->lines[p->n++]);
    }
    CU_ASSERT_FATAL(p->n > 1);
    CU_ASSERT_EQUAL((int64_t)p->n - 1, json_i64(*p->lines, "exchanges", 0));
    free(text);
    fclose(file);
}

/* change: a rule to arm, or NULL. */
static inline void play_start(struct play *p, const char *name,
                              const char *change)
{
    struct mock_options o;
    char why[200] = "";
    memset(p, 0, sizeof *p);
    p->clock = (struct clock){play_mono, play_unix, p};
    digests_init(&p->digests);
    p->keys = sigv4_keys_new();
    str_init(&p->wire, MOST);
    str_init(&p->plain, MOST);
    read_lines(p, name);
    p->now_ms = json_i64(p->lines[1], "at_ms", 0);
    mock_default_options(&o);
    o.clock = &p->clock;
    o.seed = SEED;
    o.catalog = json_get(*p->lines, "options");
    open_world(&o);
    CU_ASSERT_FATAL(mock_listen(w.mock, why));
    if (change)
        arm(change);
}

static inline void play_stop(struct play *p)
{
    for (int i = 0; i < 2; i++)
        if (p->open[i])
            hang_up(&p->clients[i]);
    end();
    for (size_t i = 0; i < p->n; i++)
        cJSON_Delete(p->lines[i]);
    aliases_forget(p);
    sigv4_keys_free(p->keys);
    digests_fini(&p->digests);
    str_fini(&p->wire);
    str_fini(&p->plain);
}

static inline void tell(const struct play *p, const cJSON *line,
                        const struct got *g, unsigned d)
{
    char *wanted = cJSON_PrintUnformatted(answer_of(p, line));
    fprintf(stderr,
            "%s %d: another%s%s%s%s\n  request %.120s\n  was %.2000s\n"
            "  is  %d %.*s%.*s\n",
            json_str(*p->lines, "client"), (int)json_i64(line, "n", 0),
            d & IN_STATUS ? " status" : "", d & IN_TYPE ? " type" : "",
            d & IN_HEADERS ? " headers" : "", d & IN_BODY ? " body" : "",
            json_str(json_get(line, "request"), "head"), wanted, g->status,
            (int)g->head.len, g->head.p, (int)g->body.len, g->body.p);
    cJSON_free(wanted);
}

static inline void play_line(struct play *p, const cJSON *line)
{
    struct got g = {0};
    int64_t at_ms = json_i64(line, "at_ms", 0);
    CU_ASSERT(at_ms >= p->now_ms);
    p->now_ms = at_ms;
    write_wire(p, json_get(line, "request"));
    ask(p, line, &g);
    unsigned d = answer_differs(p, line, &g);
    if (d && !p->quiet)
        tell(p, line, &g, d);
    p->differs |= d;
    p->compared++;
}

static inline void play_all(struct play *p)
{
    for (size_t i = 1; i < p->n; i++)
        play_line(p, p->lines[i]);
}

/* Up to the first difference. */
static inline unsigned play_until_other(struct play *p)
{
    p->quiet = true;
    for (size_t i = 1; i < p->n && !p->differs; i++)
        play_line(p, p->lines[i]);
    return p->differs;
}

#endif
