/* pack: one scenario's result as one JSON object on one line, and back.
 *
 * The object is that of results.json with the timeline added. The reader takes
 * what a worker process wrote, which may have died halfway: every member is
 * checked. Bytes that are not UTF-8 come back as U+FFFD, as every writer would
 * show them.
 */
#include "reports/result.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "reports/text.h"
#include "reports/write_json.h"

static const char *const event_kinds[] = {"step", "connect", "exchange",
                                          "effect", "log"};

/* ---- writing ---------------------------------------------------------------
 */

static void put_event(struct str *out, const struct result_event *e)
{
    put_open(out, NULL, '{');
    put_text(out, "kind", event_kinds[e->kind]);
    put_int(out, "at_ns", e->at_ns);
    put_int(out, "end_ns", e->end_ns);
    put_text(out, "actor", e->actor);
    put_text(out, "server", e->server);
    put_text(out, "label", e->label);
    put_text(out, "outcome", e->outcome);
    put_text(out, "fault", e->fault);
    put_bool(out, "bad", e->bad);
    put_uint(out, "ordinal", e->ordinal);
    put_close(out, '}');
}

void report_pack(const struct result_scenario *s, struct str *out)
{
    str_addc(out, '{');
    put_scenario(out, s);
    put_open(out, "events", '[');
    for (size_t i = 0; i < s->n_events; i++)
        put_event(out, &s->events[i]);
    put_close(out, ']');
    str_addc(out, '}');
}

/* ---- reading ---------------------------------------------------------------
 */

struct unpacking {
    struct arena *arena;
    bool ok; /* false once anything was not as it should be */
};

static const cJSON *member(struct unpacking *u, const cJSON *obj,
                           const char *name)
{
    const cJSON *item = json_get(obj, name);

    if (!item)
        u->ok = false;
    return item;
}

static const char *get_text(struct unpacking *u, const cJSON *obj,
                            const char *name)
{
    const cJSON *item = member(u, obj, name);

    if (cJSON_IsString(item))
        return arena_strdup(u->arena, item->valuestring);
    if (!cJSON_IsNull(item))
        u->ok = false;
    return NULL;
}

static int64_t get_int(struct unpacking *u, const cJSON *obj, const char *name)
{
    int64_t n = 0;

    if (!json_int64(member(u, obj, name), &n))
        u->ok = false;
    return n;
}

/* Seeds use all 64 bits, which json_int64 does not reach. */
static uint64_t get_uint(struct unpacking *u, const cJSON *obj,
                         const char *name)
{
    const cJSON *item = member(u, obj, name);
    uint64_t n = 0;
    int64_t small;

    if (json_int64(item, &small) && small >= 0)
        return (uint64_t)small;
    if (!cJSON_IsRaw(item))
        return u->ok = false, 0;
    for (const char *z = item->valuestring; *z; z++)
        if (*z < '0' || *z > '9' || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*z - '0'), &n))
            return u->ok = false, 0;
    return n;
}

static bool get_bool(struct unpacking *u, const cJSON *obj, const char *name)
{
    const cJSON *item = member(u, obj, name);

    if (!cJSON_IsBool(item))
        u->ok = false;
    return cJSON_IsTrue(item);
}

static int get_word(struct unpacking *u, const cJSON *obj, const char *name,
                    const char *const *words, int n)
{
    const cJSON *item = member(u, obj, name);

    for (int i = 0; cJSON_IsString(item) && i < n; i++)
        if (strcmp(item->valuestring, words[i]) == 0)
            return i;
    u->ok = false;
    return 0;
}

/* Room for the list's items, and how many there are. Its first, or NULL. */
static const cJSON *get_list(struct unpacking *u, const cJSON *obj,
                             const char *name, size_t item_size, void **items,
                             size_t *n)
{
    const cJSON *list = member(u, obj, name);

    *n = 0;
    *items = NULL;
    if (!cJSON_IsArray(list)) {
        u->ok = false;
        return NULL;
    }
    *n = (size_t)cJSON_GetArraySize(list);
    *items = arena_alloc(u->arena, *n * item_size);
    return list->child;
}

static const char **get_texts(struct unpacking *u, const cJSON *obj,
                              const char *name, size_t *n)
{
    void *items;
    const cJSON *c = get_list(u, obj, name, sizeof(char *), &items, n);
    const char **texts = items;

    for (size_t i = 0; c; c = c->next, i++) {
        if (!cJSON_IsString(c)) {
            u->ok = false;
            texts[i] = "";
            continue;
        }
        texts[i] = arena_strdup(u->arena, c->valuestring);
    }
    return texts;
}

static void get_checks(struct unpacking *u, const cJSON *obj,
                       struct result_scenario *s)
{
    void *items;
    const cJSON *c =
        get_list(u, obj, "checks", sizeof(*s->checks), &items, &s->n_checks);

    s->checks = items;
    for (struct result_check *k = items; c; c = c->next, k++) {
        k->name = get_text(u, c, "name");
        k->verdict = (enum verdict)get_word(u, c, "verdict", verdict_names, 3);
        k->said = get_text(u, c, "said");
    }
}

static void get_faults(struct unpacking *u, const cJSON *obj,
                       struct result_scenario *s)
{
    void *items;
    const cJSON *c =
        get_list(u, obj, "faults", sizeof(*s->faults), &items, &s->n_faults);

    s->faults = items;
    for (struct result_fault *f = items; c; c = c->next, f++) {
        f->id = get_text(u, c, "id");
        f->what = get_text(u, c, "what");
        f->fired = get_uint(u, c, "fired");
    }
}

static void get_steps(struct unpacking *u, const cJSON *obj,
                      struct result_scenario *s)
{
    void *items;
    const cJSON *c =
        get_list(u, obj, "steps", sizeof(*s->steps), &items, &s->n_steps);

    s->steps = items;
    for (struct result_step *t = items; c; c = c->next, t++) {
        t->actor = get_text(u, c, "actor");
        t->what = get_text(u, c, "what");
        t->outcome = get_text(u, c, "outcome");
        t->error = get_text(u, c, "error");
        t->began_ns = get_int(u, c, "began_ns");
        t->ended_ns = get_int(u, c, "ended_ns");
    }
}

static void get_event(struct unpacking *u, const cJSON *c,
                      struct result_event *e)
{
    e->kind = (enum event_kind)get_word(u, c, "kind", event_kinds, 5);
    e->at_ns = get_int(u, c, "at_ns");
    e->end_ns = get_int(u, c, "end_ns");
    e->actor = get_text(u, c, "actor");
    e->server = get_text(u, c, "server");
    e->label = get_text(u, c, "label");
    e->outcome = get_text(u, c, "outcome");
    e->fault = get_text(u, c, "fault");
    e->bad = get_bool(u, c, "bad");
    e->ordinal = get_uint(u, c, "ordinal");
}

static void get_events(struct unpacking *u, const cJSON *obj,
                       struct result_scenario *s)
{
    void *items;
    const cJSON *c =
        get_list(u, obj, "events", sizeof(*s->events), &items, &s->n_events);

    s->events = items;
    for (struct result_event *e = items; c; c = c->next, e++)
        get_event(u, c, e);
}

static void get_trace(struct unpacking *u, const cJSON *obj,
                      struct result_scenario *s)
{
    const char *trace = get_text(u, obj, "trace");
    size_t n = strlen(text_or_empty(trace));

    if (n >= sizeof(s->trace)) {
        u->ok = false;
        return;
    }
    memcpy(s->trace, text_or_empty(trace), n + 1);
}

static void get_scenario(struct unpacking *u, const cJSON *o,
                         struct result_scenario *s)
{
    s->id = get_text(u, o, "id");
    s->file = get_text(u, o, "file");
    s->title = get_text(u, o, "title");
    s->story = get_text(u, o, "story");
    s->topic = get_text(u, o, "topic");
    s->requirements = get_texts(u, o, "requirements", &s->n_requirements);
    s->mutants = get_texts(u, o, "mutants", &s->n_mutants);
    s->verdict = (enum verdict)get_word(u, o, "verdict", verdict_names, 3);
    s->why_skipped = get_text(u, o, "why_skipped");
    get_checks(u, o, s);
    get_faults(u, o, s);
    get_events(u, o, s);
    get_steps(u, o, s);
    s->exchanges = get_uint(u, o, "exchanges");
    s->faults_fired = get_uint(u, o, "faults_fired");
    s->virtual_ms = get_int(u, o, "virtual_ms");
    s->wall_us = get_int(u, o, "wall_us");
    s->seed = get_uint(u, o, "seed");
    get_trace(u, o, s);
    s->replay = get_text(u, o, "replay");
}

bool report_unpack(struct slice text, struct arena *a,
                   struct result_scenario *s)
{
    struct unpacking u = {a, true};
    cJSON *tree = json_parse(text.p, text.len, NULL);

    *s = (struct result_scenario){0};
    if (!cJSON_IsObject(tree))
        u.ok = false;
    else
        get_scenario(&u, tree, s);
    cJSON_Delete(tree);
    return u.ok;
}
