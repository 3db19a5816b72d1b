/* Answers, look-ups and prepared changes of a call. */
#include "base/json.h"
#include "mocks/catalog/inside.h"

void call_answer(struct call *k, int status, const cJSON *body)
{
    exchange_answer_json(k->x, status, body);
}

void call_answer_empty(struct call *k, int status)
{
    exchange_answer_empty(k->x, status);
}

static void release(void *ctx)
{
    version_unref(ctx);
}

void call_answer_table(struct call *k, struct version *v)
{
    struct answer *w = &k->x->answer;
    if (w->release)
        w->release(w->release_ctx);
    w->status = 200;
    answer_set(w, &k->x->arena, "Content-Type", "application/json");
    tag_set(k, tag_of(k, v, false, SLICE_LIT("snapshots=all")));
    w->body = (struct slice){v->answer, v->answer_len};
    w->release = release;
    w->release_ctx = version_ref(v);
}

/* ---- changes ---- */

struct prepared {
    struct catalog *c;
    struct write w;
};

static void prepared_drop(void *ctx)
{
    struct prepared *p = ctx;
    version_unref(p->w.base);
    version_unref(p->w.next);
}

/* Between handler and here another change may have come in, or the store may
 * refuse the file: then this one never happened. */
static void prepared_publish(struct exchange *x, void *ctx)
{
    struct prepared *p = ctx;
    char why[160] = "";
    enum applied done = state_apply(&p->c->state, p->c->files, &p->w, why);
    if (done == APPLIED) {
        kept_remember(p->c, x);
    } else {
        x->change.failed = true;
        answer_reset(&x->answer);
        error_answer(x,
                     done == APPLY_NO_FILE ? "RuntimeIOException"
                                           : "CommitFailedException",
                     0, arena_strdup(&x->arena, why));
    }
    prepared_drop(ctx);
}

void call_write(struct call *k, const struct write *w, const char *what)
{
    struct prepared *p = arena_alloc(&k->x->arena, sizeof *p);
    p->c = k->c;
    p->w = *w;
    if (w->ns) {
        struct ns_name *ns = arena_alloc(&k->x->arena, sizeof *ns);
        *ns = *w->ns;
        p->w.ns = ns;
    }
    if (w->to_ns) {
        struct ns_name *ns = arena_alloc(&k->x->arena, sizeof *ns);
        *ns = *w->to_ns;
        p->w.to_ns = ns;
    }
    version_ref(p->w.base);
    version_ref(p->w.next);
    k->x->change = (struct change){.publish = prepared_publish,
                                   .drop = prepared_drop,
                                   .ctx = p,
                                   .what = what};
}

/* ---- looking up ---- */

struct version *call_space(struct call *k, const struct ns_name *ns)
{
    return entry_seen(state_space(&k->c->state, ns), k->x->stale);
}

struct version *call_seen(struct call *k, const struct ns_name *ns,
                          const char *table, enum version_kind kind)
{
    return entry_seen_as(state_table(&k->c->state, ns, table), k->x->stale,
                         kind);
}

struct version *call_need_space(struct call *k, const struct ns_name *ns)
{
    struct version *v = call_space(k, ns);
    if (!v)
        fail(&k->f, "NoSuchNamespaceException", "Namespace does not exist: %s",
             ns->dotted);
    return v;
}

struct version *call_need_table(struct call *k, const struct ns_name *ns,
                                const char *table)
{
    struct version *v = call_seen(k, ns, table, VERSION_TABLE);
    if (!v)
        fail(&k->f, "NoSuchTableException", "Table does not exist: %s",
             name_dotted(ns, table, k->f.arena));
    return v;
}

struct version *call_read_table(struct call *k, const struct ns_name *ns,
                                const char *table)
{
    struct version *v = call_need_table(k, ns, table);
    return v && metadata_intact(k->c->files, v, &k->f) ? v : NULL;
}
