/* Reads libyaml's events into a tree, refusing what the subset leaves out.
 *
 * Open collections stand on a stack of our own, so depth is a number and not
 * the C stack.
 */
#include "harness/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/json.h"

struct level { /* an open collection */
    cJSON *node;
    bool is_map, has_key;
    char key[256];
    struct place key_at;
    int n; /* members */
};

struct reader {
    yaml_parser_t parser;
    struct places *places;
    struct yaml_error *e;
    cJSON *root;
    struct level levels[YAML_MAX_DEPTH];
    int depth, documents;
    size_t nodes;
    bool done;
};

static struct place place_of(const yaml_mark_t *m)
{
    return (struct place){(int)m->line + 1, (int)m->column + 1};
}

__attribute__((format(printf, 3, 4))) static bool
fail(struct reader *r, struct place at, const char *fmt, ...)
{
    va_list ap;
    r->e->at = at;
    va_start(ap, fmt);
    vsnprintf(r->e->message, sizeof(r->e->message), fmt, ap);
    va_end(ap);
    return false;
}

/* ---- libyaml's own complaints ---- */

/* The reader of bytes tells an offset instead of a place. */
static struct place place_at(struct slice text, size_t offset)
{
    struct place p = {1, 1};
    for (size_t i = 0; i < offset && i < text.len; i++) {
        p.col++;
        if (text.p[i] == '\n')
            p = (struct place){p.line + 1, 1};
    }
    return p;
}

static bool fail_parser(struct reader *r, struct slice text)
{
    const yaml_parser_t *p = &r->parser;
    const char *what = p->problem ? p->problem : "cannot be read";
    if (p->error == YAML_READER_ERROR)
        return fail(r, place_at(text, p->problem_offset), "not UTF-8 text: %s",
                    what);
    if (!p->context)
        return fail(r, place_of(&p->problem_mark), "not YAML: %s", what);
    return fail(r, place_of(&p->problem_mark), "not YAML: %s (%s)", what,
                p->context);
}

/* ---- values ---- */

/* Whatever JSON reads as a number, true, false or null; else NULL. */
static cJSON *json_scalar(struct slice s)
{
    bool may = s.len > 0 && strchr("-0123456789tfn", s.p[0]);
    return may ? json_parse(s.p, s.len, NULL) : NULL;
}

static cJSON *scalar(struct reader *r, const yaml_event_t *e)
{
    struct slice s = {(const char *)e->data.scalar.value,
                      e->data.scalar.length};
    struct place at = place_of(&e->start_mark);
    bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (e->data.scalar.anchor || e->data.scalar.tag) {
        fail(r, at, "anchors and tags cannot be used here");
        return NULL;
    }
    if (plain && s.len == 0) {
        fail(r, at, "a value is missing here (an empty text is \"\")");
        return NULL;
    }
    if (memchr(s.p, '\0', s.len)) {
        fail(r, at, "a text cannot hold a zero byte");
        return NULL;
    }
    cJSON *item = plain ? json_scalar(s) : NULL;
    return item ? item : cJSON_CreateString(s.p);
}

static struct level *top(struct reader *r)
{
    return r->depth ? &r->levels[r->depth - 1] : NULL;
}

/* Puts item where it belongs; takes ownership in any case. */
static bool place_item(struct reader *r, cJSON *item, struct place at)
{
    struct level *l = top(r);
    struct place key_at = {0, 0};
    if (++r->nodes > YAML_MAX_NODES) {
        cJSON_Delete(item);
        return fail(r, at, "too much: more than %d values", YAML_MAX_NODES);
    }
    if (!l) {
        r->root = item;
    } else if (l->is_map) {
        key_at = l->key_at;
        cJSON_AddItemToObject(l->node, l->key, item);
        l->has_key = false;
    } else {
        cJSON_AddItemToArray(l->node, item);
    }
    places_add(r->places, item, key_at, at);
    return true;
}

static bool take_key(struct reader *r, const yaml_event_t *e)
{
    struct level *l = top(r);
    const char *z = (const char *)e->data.scalar.value;
    size_t n = e->data.scalar.length;
    struct place at = place_of(&e->start_mark);
    bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (e->data.scalar.anchor || e->data.scalar.tag)
        return fail(r, at, "anchors and tags cannot be used here");
    if (n == 0 || n >= sizeof(l->key) || memchr(z, '\0', n))
        return fail(r, at, "a key must have 1 to %zu bytes, none of them zero",
                    sizeof(l->key) - 1);
    if (plain && strcmp(z, "<<") == 0)
        return fail(r, at, "merge keys (<<) cannot be used here");
    if (json_get(l->node, z))
        return fail(r, at, "the key '%.60s' is there twice", z);
    if (++l->n > YAML_MAX_KEYS)
        return fail(r, at, "too much: more than %d keys", YAML_MAX_KEYS);
    memcpy(l->key, z, n + 1);
    l->key_at = at;
    l->has_key = true;
    return true;
}

/* ---- events ---- */

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
    const struct level *l = top(r);
    if (l && l->is_map && !l->has_key)
        return take_key(r, e);
    cJSON *item = scalar(r, e);
    return item && place_item(r, item, place_of(&e->start_mark));
}

static bool open_level(struct reader *r, const yaml_event_t *e, bool is_map,
                       bool decorated)
{
    const struct level *l = top(r);
    struct place at = place_of(&e->start_mark);
    if (decorated)
        return fail(r, at, "anchors and tags cannot be used here");
    if (l && l->is_map && !l->has_key)
        return fail(r, at, "a key must be a plain text");
    if (r->depth == YAML_MAX_DEPTH)
        return fail(r, at, "too deep: more than %d levels", YAML_MAX_DEPTH);
    cJSON *item = is_map ? cJSON_CreateObject() : cJSON_CreateArray();
    if (!place_item(r, item, at))
        return false;
    struct level *next = &r->levels[r->depth++];
    next->node = item;
    next->is_map = is_map;
    next->has_key = false;
    next->n = 0;
    return true;
}

static bool on_sequence(struct reader *r, const yaml_event_t *e)
{
    return open_level(r, e, false,
                      e->data.sequence_start.anchor ||
                          e->data.sequence_start.tag);
}

static bool on_mapping(struct reader *r, const yaml_event_t *e)
{
    return open_level(
        r, e, true, e->data.mapping_start.anchor || e->data.mapping_start.tag);
}

static bool on_end(struct reader *r, const yaml_event_t *e)
{
    (void)e;
    r->depth--;
    return true;
}

static bool on_alias(struct reader *r, const yaml_event_t *e)
{
    return fail(r, place_of(&e->start_mark),
                "aliases (*name) cannot be used here");
}

static bool on_document(struct reader *r, const yaml_event_t *e)
{
    struct place at = place_of(&e->start_mark);
    if (r->documents++)
        return fail(r, at, "one file holds one document");
    if (e->data.document_start.version_directive ||
        e->data.document_start.tag_directives.start !=
            e->data.document_start.tag_directives.end)
        return fail(r, at, "directives (%%) cannot be used here");
    return true;
}

static bool on_stream_end(struct reader *r, const yaml_event_t *e)
{
    r->done = true;
    return r->root || fail(r, place_of(&e->start_mark), "the file is empty");
}

static bool on_nothing(struct reader *r, const yaml_event_t *e)
{
    (void)r;
    (void)e;
    return true;
}

static bool (*const on_event[])(struct reader *r, const yaml_event_t *e) = {
    [YAML_NO_EVENT] = on_nothing,
    [YAML_STREAM_START_EVENT] = on_nothing,
    [YAML_STREAM_END_EVENT] = on_stream_end,
    [YAML_DOCUMENT_START_EVENT] = on_document,
    [YAML_DOCUMENT_END_EVENT] = on_nothing,
    [YAML_ALIAS_EVENT] = on_alias,
    [YAML_SCALAR_EVENT] = on_scalar,
    [YAML_SEQUENCE_START_EVENT] = on_sequence,
    [YAML_SEQUENCE_END_EVENT] = on_end,
    [YAML_MAPPING_START_EVENT] = on_mapping,
    [YAML_MAPPING_END_EVENT] = on_end,
};

static bool read_events(struct reader *r, struct slice text)
{
    yaml_event_t e;
    bool ok = true;
    while (ok && !r->done) {
        if (!yaml_parser_parse(&r->parser, &e))
            return fail_parser(r, text);
        ok = on_event[e.type](r, &e);
        yaml_event_delete(&e);
    }
    return ok;
}

cJSON *yaml_parse(struct slice text, struct places *places,
                  struct yaml_error *e)
{
    struct reader r = {.places = places, .e = e};
    *e = (struct yaml_error){0};
    if (text.len > YAML_MAX_BYTES) {
        fail(&r, (struct place){1, 1}, "too large: more than %d KiB",
             YAML_MAX_BYTES / 1024);
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser)) {
        fail(&r, (struct place){1, 1}, "no memory");
        return NULL;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p,
                                 text.len);
    bool ok = read_events(&r, text);
    yaml_parser_delete(&r.parser);
    if (ok)
        return r.root;
    cJSON_Delete(r.root);
    return NULL;
}
