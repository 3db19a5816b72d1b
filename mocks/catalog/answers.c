/* Answers, look-ups and prepared changes of a call. */
#include "base/json.h"
#include "mocks/catalog/inside.h"

enum { ACCESS_MAX = 1 << 20 };

void call_answer(struct call *k, int status, const cJSON *body)
{
    exchange_answer_json(k->x, status, body);
}

void call_answer_empty(struct call *k, int status)
{
    exchange_answer_empty(k->x, status);
}

void header_set(struct exchange *x, const char *name, const char *value)
{
    struct answer *w = &x->answer;
    if (answer_get(w, name))
        answer_set(w, &x->arena, name, "%s", value);
    else
        answer_add(w, &x->arena,
                   (struct http_header){slice_of(name), slice_of(value)});
}

static void release(void *ctx)
{
    version_unref(ctx);
}

void call_answer_version(struct call *k, struct version *v)
{
    struct answer *w = &k->x->answer;
    if (w->release)
        w->release(w->release_ctx);
    w->status = 200;
    header_set(k->x, "Content-Type", "application/json");
    w->body = (struct slice){v->answer, v->answer_len};
    w->hash = &v->hash;
    w->release = release;
    w->release_ctx = version_ref(v);
}

struct version *answered_version(const struct exchange *x)
{
    return x->answer.release == release ? x->answer.release_ctx : NULL;
}

/* Credentials are drawn anew for every answer, so that its text is its own:
 * v's, and config and the like behind it. */
static void answer_with_access(struct call *k, struct version *v)
{
    cJSON *access = cJSON_CreateObject();
    struct str body, more;
    access_add(k, version_tree(v), access);
    str_init(&more, ACCESS_MAX);
    json_print(access, &more); /* config is there: it is not empty */
    str_init(&body, v->answer_len + more.len);
    str_room(&body, v->answer_len + more.len);
    str_add(&body, v->answer, v->answer_len - 1);
    str_addc(&body, ',');
    str_add(&body, more.p + 1, more.len - 1);
    exchange_answer(k->x, 200, "application/json", str_slice(&body));
    str_fini(&body);
    str_fini(&more);
    cJSON_Delete(access);
}

void call_answer_table(struct call *k, struct version *v)
{
    if (access_asked(k))
        answer_with_access(k, v);
    else
        call_answer_version(k, v);
    tag_set(k, tag_of(k, v, false, SLICE_LIT("snapshots=all")));
}

/* ---- changes ---- */

struct prepared {
    struct catalog *c;
    struct write *w;
    size_t n;
};

static void prepared_drop(void *ctx)
{
    struct prepared *p = ctx;
    for (size_t i = 0; i < p->n; i++) {
        version_unref(p->w[i].base);
        version_unref(p->w[i].next);
    }
}

/* Between handler and here another change may have come in, or the store may
 * refuse the file: then this one never happened. */
static void prepared_publish(struct exchange *x, void *ctx)
{
    struct prepared *p = ctx;
    char why[160] = "";
    enum applied done =
        state_apply_all(&p->c->state, p->c->files, p->w, p->n, why);
    if (done == APPLIED) {
        kept_remember(p->c, x);
    } else {
        x->change.failed = true;
        answer_reset(&x->answer);
        profile_error(x,
                      done == APPLY_NO_FILE ? "RuntimeIOException"
                                            : "CommitFailedException",
                      0, arena_strdup(&x->arena, why));
    }
    prepared_drop(ctx);
}

static const struct ns_name *keep_name(struct call *k, const struct ns_name *ns)
{
    struct ns_name *kept = ns ? arena_alloc(&k->x->arena, sizeof *kept) : NULL;
    if (kept)
        *kept = *ns;
    return kept;
}

void call_writes(struct call *k, const struct write *w, size_t n,
                 const char *what)
{
    struct prepared *p = arena_alloc(&k->x->arena, sizeof *p);
    p->c = k->c;
    p->n = n;
    p->w = arena_alloc(&k->x->arena, (n + 1) * sizeof *w);
    for (size_t i = 0; i < n; i++) {
        p->w[i] = w[i];
        p->w[i].ns = keep_name(k, w[i].ns);
        p->w[i].to_ns = keep_name(k, w[i].to_ns);
        version_ref(p->w[i].base);
        version_ref(p->w[i].next);
    }
    k->x->change = (struct change){.publish = prepared_publish,
                                   .drop = prepared_drop,
                                   .ctx = p,
                                   .what = what};
}

void call_write(struct call *k, const struct write *w, const char *what)
{
    call_writes(k, w, 1, what);
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
