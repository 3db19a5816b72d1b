/* Operations on views. They are there to be in the way of tables: they can be
 * found and read, and that is all. No file stands behind one. */
#include "base/json.h"
#include "mocks/catalog/inside.h"

static bool need_view(struct call *k)
{
    return call_seen(k, &k->ns, k->table, VERSION_VIEW) ||
           fail(&k->f, "NoSuchViewException", "View does not exist: %s",
                name_dotted(&k->ns, k->table, k->f.arena));
}

/* The least that is a view: no version yet, no schema. */
static cJSON *view_metadata(const char *location)
{
    cJSON *m = cJSON_CreateObject();
    json_set_i64(m, "format-version", 1);
    json_set_str(m, "location", location);
    cJSON_AddArrayToObject(m, "schemas");
    cJSON_AddArrayToObject(m, "versions");
    cJSON_AddArrayToObject(m, "version-log");
    cJSON_AddObjectToObject(m, "properties");
    return m;
}

bool op_load_view(struct call *k)
{
    struct arena *a = &k->x->arena;
    if (!need_view(k))
        return false;
    const char *location = table_location(k->c, &k->ns, k->table, a);
    cJSON *body = cJSON_CreateObject();
    json_set_str(body, "metadata-location",
                 arena_printf(a, "%s/metadata/view.json", location));
    json_set(body, "metadata", view_metadata(location));
    call_answer(k, 200, body);
    cJSON_Delete(body);
    return true;
}

bool op_view_exists(struct call *k)
{
    if (!need_view(k))
        return false;
    call_answer_empty(k, 204);
    return true;
}
