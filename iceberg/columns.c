/* columns: flattens schemas; parents come before what is nested in them. */
#include "iceberg/columns.h"

#include <string.h>

#include "base/json.h"
#include "iceberg/compare.h"

static struct flat_column *add(struct flat_schema *f, struct arena *a)
{
    if (f->n == f->room) {
        size_t room = f->room ? 2 * f->room : 32;
        struct flat_column *bigger = arena_alloc(a, room * sizeof(*bigger));

        if (f->n)
            memcpy(bigger, f->column, f->n * sizeof(*bigger));
        f->column = bigger;
        f->room = room;
    }
    return &f->column[f->n++];
}

static void add_map(struct flat_schema *f, const struct ice_column *c,
                    struct arena *a)
{
    int parent = (int)f->n - 1;

    *add(f, a) = (struct flat_column){arena_printf(a, "%s.key", c->name),
                                      c->map->key,
                                      NULL,
                                      c->map->key_id,
                                      true,
                                      parent};
    *add(f, a) = (struct flat_column){arena_printf(a, "%s.value", c->name),
                                      c->map->value,
                                      NULL,
                                      c->map->value_id,
                                      c->map->value_required,
                                      parent};
}

void flat_from_table(struct flat_schema *f, const struct ice_table_def *t,
                     struct arena *a)
{
    memset(f, 0, sizeof(*f));
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct ice_column *c = &t->columns[i];

        *add(f, a) = (struct flat_column){
            c->name, c->map ? "map" : c->type, c->doc, c->id, c->required, -1};
        if (c->map)
            add_map(f, c, a);
    }
}

/* ---- from JSON ---- */

struct walk {
    struct flat_schema *f;
    struct arena *a;
    int depth;
};

/* A column as some object names it. */
struct source {
    const cJSON *type;
    const cJSON *id;
    const char *path, *doc;
    bool required;
    int parent;
};

static bool walk_type(struct walk *w, const struct source *s);

static const char *join(struct walk *w, const struct source *s,
                        const char *name)
{
    return *s->path ? arena_printf(w->a, "%s.%s", s->path, name) : name;
}

static bool walk_struct(struct walk *w, const struct source *s, int self)
{
    const cJSON *fields = json_get(s->type, "fields");
    const cJSON *field;

    if (!cJSON_IsArray(fields))
        return false;
    cJSON_ArrayForEach(field, fields)
    {
        const char *name = json_str(field, "name");
        struct source inner = {.type = json_get(field, "type"),
                               .id = json_get(field, "id"),
                               .doc = json_str(field, "doc"),
                               .required = json_bool(field, "required"),
                               .parent = self};

        if (!name)
            return false;
        inner.path = join(w, s, name);
        if (!walk_type(w, &inner))
            return false;
    }
    return true;
}

/* An element, key or value: what it is called and where its parts stand. */
static bool walk_part(struct walk *w, const struct source *s, int self,
                      const char *name, const char *id, const char *required)
{
    struct source inner = {.type = json_get(s->type, name),
                           .id = json_get(s->type, id),
                           .path = join(w, s, name),
                           .required =
                               !required || json_bool(s->type, required),
                           .parent = self};

    return walk_type(w, &inner);
}

static bool walk_nested(struct walk *w, const struct source *s,
                        const char *kind, int self)
{
    bool ok = false;

    if (++w->depth > ICE_MAX_NESTING)
        return false;
    if (!strcmp(kind, "struct"))
        ok = walk_struct(w, s, self);
    else if (!strcmp(kind, "list"))
        ok = walk_part(w, s, self, "element", "element-id", "element-required");
    else if (!strcmp(kind, "map"))
        ok = walk_part(w, s, self, "key", "key-id", NULL) &&
             walk_part(w, s, self, "value", "value-id", "value-required");
    w->depth--;
    return ok;
}

static bool walk_type(struct walk *w, const struct source *s)
{
    const char *word = cJSON_IsString(s->type) ? s->type->valuestring
                                               : json_str(s->type, "type");
    struct flat_column *c;
    int64_t id;

    if (!word || w->f->n >= ICE_MAX_COLUMNS || strlen(s->path) > ICE_MAX_PATH)
        return false;
    if (!json_int64(s->id, &id) || id <= 0)
        id = 0;
    c = add(w->f, w->a);
    *c =
        (struct flat_column){s->path, word, s->doc, id, s->required, s->parent};
    if (cJSON_IsString(s->type))
        return true;
    return walk_nested(w, s, word, (int)w->f->n - 1);
}

bool flat_from_json(struct flat_schema *f, const cJSON *schema, struct arena *a)
{
    struct walk w = {f, a, 0};
    struct source root = {.type = schema, .path = "", .parent = -1};

    memset(f, 0, sizeof(*f));
    return walk_struct(&w, &root, -1);
}

const struct flat_column *flat_find(const struct flat_schema *f,
                                    const char *path)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!strcmp(f->column[i].path, path))
            return &f->column[i];
    }
    return NULL;
}

const struct flat_column *flat_by_id(const struct flat_schema *f, int64_t id)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->column[i].id == id)
            return &f->column[i];
    }
    return NULL;
}
