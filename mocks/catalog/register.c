/* Tables and views that come with a metadata file, or leave theirs behind. */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"

/* The file's version; an older one of ours (NULL: none) is not touched. */
static struct version *open_file(struct call *k, enum version_kind kind)
{
    const char *location = need_text(k->body, "metadata-location", &k->f);
    if (!location)
        return NULL;
    if (!*location) {
        fail(&k->f, "IllegalArgumentException",
             "Cannot register an empty metadata file location as a %s",
             kind == VERSION_VIEW ? "view" : "table");
        return NULL;
    }
    return metadata_open(k->c->files, kind, location, &k->f);
}

static bool take(struct call *k, const char *name, enum version_kind kind,
                 struct version *base, struct version *v)
{
    bool view = kind == VERSION_VIEW;
    const char *kept = arena_strdup(&k->x->arena, name);
    if (view)
        call_answer_version(k, v);
    else
        call_answer_table(k, v);
    call_write(
        k,
        &(struct write){.ns = &k->ns, .table = kept, .base = base, .next = v},
        arena_printf(&k->x->arena, "register %s %s.%s -> %s",
                     view ? "view" : "table", k->ns.dotted, kept, v->location));
    return true;
}

/* What stands in the way is told in the reference's order: one of the same
 * kind, the file, the namespace, one of the other kind. */
static bool take_file(struct call *k, const char *name, enum version_kind kind,
                      struct version *base)
{
    bool view = kind == VERSION_VIEW;
    bool (*is_free)(struct call *, const struct ns_name *, const char *) =
        view ? call_view_is_free : call_table_is_free;
    if (!base && call_seen(k, &k->ns, name, kind))
        return is_free(k, &k->ns, name);
    struct version *v = open_file(k, kind);
    bool ok = v && call_need_space(k, &k->ns) &&
              (base || is_free(k, &k->ns, name)) &&
              take(k, name, kind, base, v);
    version_unref(v);
    return ok;
}

bool op_register_table(struct call *k)
{
    const cJSON *body = call_body(k);
    if (!body)
        return false;
    const char *name = json_str(body, "name");
    bool overwrite = json_bool(body, "overwrite");
    if (!name_check(name, "table name", &k->f))
        return false;
    if (overwrite && k->c->profile->refuses_overwrite)
        return fail(&k->f, "UnsupportedOperationException",
                    "Registering tables with overwrite is not supported");
    return take_file(k, name, VERSION_TABLE,
                     overwrite ? call_seen(k, &k->ns, name, VERSION_TABLE)
                               : NULL);
}

bool op_register_view(struct call *k)
{
    const cJSON *body = call_body(k);
    const char *name = body ? json_str(body, "name") : NULL;
    return body && name_check(name, "table name", &k->f) &&
           take_file(k, name, VERSION_VIEW, NULL);
}

bool op_unregister_table(struct call *k)
{
    struct version *base = call_read_table(k, &k->ns, k->table);
    if (!base)
        return false;
    call_answer_version(k, base);
    call_write(k,
               &(struct write){.ns = &k->ns, .table = k->table, .base = base},
               arena_printf(&k->x->arena, "unregister table %s.%s",
                            k->ns.dotted, k->table));
    return true;
}
