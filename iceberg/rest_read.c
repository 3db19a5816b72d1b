/* rest_read: what is in the answers of the REST catalog.
 *
 * Unknown fields are ignored, missing ones that are needed make the answer
 * useless, which counts like an answer that does not parse.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iceberg/rest.h"

enum { MOST_TOKEN = 8 << 10, MOST_ITEMS = 1000000 };

static bool no(char why[160], const char *text)
{
    snprintf(why, 160, "%s", text);
    return false;
}

/* ---- objects ---- */

bool ice__usable_object(void *ctx, const struct ice_answer *a, char why[160])
{
    struct ice_body *b = ctx;
    struct json_error e;

    cJSON_Delete(b->tree);
    b->tree = json_parse(str_z(&a->body), a->body.len, &e);
    if (!b->tree) {
        snprintf(why, 160, "no JSON: %s at line %d, column %d", e.message,
                 e.line, e.col);
        return false;
    }
    return cJSON_IsObject(b->tree) || no(why, "no JSON object");
}

/* ---- tables ---- */

static const char *const known[] = {"metadata-location", "metadata", "config",
                                    "storage-credentials",
                                    "remote-signing-config"};

static bool all_known(const cJSON *body)
{
    for (const cJSON *m = body->child; m; m = m->next) {
        bool hit = false;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            hit = hit || !strcmp(m->string, known[i]);
        if (!hit)
            return false;
    }
    return true;
}

static double as_double(const cJSON *item)
{
    return cJSON_IsRaw(item) ? strtod(item->valuestring, NULL)
                             : item->valuedouble;
}

int64_t ice__metadata_int(const struct ice_policy *p, const cJSON *metadata,
                          const char *name, int64_t fallback)
{
    const cJSON *item = json_get(metadata, name);

    if (p->body.exact_integers || !item ||
        !(cJSON_IsRaw(item) || cJSON_IsNumber(item)))
        return json_i64(metadata, name, fallback);
    return (int64_t)as_double(item);
}

static bool usable_metadata(const struct ice_policy *p, const cJSON *m,
                            char why[160])
{
    int64_t version = ice__metadata_int(p, m, "format-version", 0);

    if (!cJSON_IsObject(m))
        return no(why, "no table metadata in it");
    if (version < p->body.format_least)
        return no(why, "no format-version in the table's metadata");
    if (version > p->body.format_most)
        return true; /* the caller refuses it by its own name */
    if (!json_str(m, "location"))
        return no(why, "no location in the table's metadata");
    if (p->body.uuid_needed && version >= 2 && !json_str(m, "table-uuid"))
        return no(why, "no table-uuid in the table's metadata");
    return true;
}

bool ice__usable_table(void *ctx, const struct ice_answer *a, char why[160])
{
    struct ice_body *b = ctx;

    if (!ice__usable_object(ctx, a, why))
        return false;
    if (!b->policy->body.ignore_unknown && !all_known(b->tree))
        return no(why, "an unknown field in it");
    return usable_metadata(b->policy, json_get(b->tree, "metadata"), why);
}

/* ---- pages ---- */

/* Levels joined with '.'; a dot within a level is written "\.". */
static char *joined(const cJSON *levels)
{
    const cJSON *level;
    struct str s;

    str_init(&s, SIZE_MAX);
    cJSON_ArrayForEach(level, levels)
    {
        if (!cJSON_IsString(level)) {
            str_fini(&s);
            return NULL;
        }
        if (level != levels->child)
            str_addc(&s, '.');
        for (const char *z = level->valuestring; *z; z++) {
            if (*z == '.')
                str_addc(&s, '\\');
            str_addc(&s, *z);
        }
    }
    str_addz(&s, "");
    return str_detach(&s);
}

static char *name_of(const struct ice_page *p, const cJSON *item)
{
    const char *z;

    if (!p->tables)
        return cJSON_IsArray(item) && item->child ? joined(item) : NULL;
    z = json_str(item, "name");
    return z ? mem_strdup(z) : NULL;
}

static bool read_names(struct ice_page *p, const cJSON *list, char why[160])
{
    int n = cJSON_GetArraySize(list);
    const cJSON *item;

    if (!cJSON_IsArray(list))
        return no(why, p->tables ? "no list of identifiers in it"
                                 : "no list of namespaces in it");
    if (n > MOST_ITEMS)
        return no(why, "too many names in it");
    p->name = mem_alloc(((size_t)n + 1) * sizeof(*p->name));
    cJSON_ArrayForEach(item, list)
    {
        p->name[p->n] = name_of(p, item);
        if (!p->name[p->n])
            return no(why, "an entry that is no name");
        p->n++;
    }
    return true;
}

/* Absent, null and "" all end the list. */
static bool read_next(struct ice_page *p, const cJSON *tree, char why[160])
{
    const cJSON *next = json_get(tree, "next-page-token");

    if (!next || cJSON_IsNull(next))
        return true;
    if (!cJSON_IsString(next) || strlen(next->valuestring) > MOST_TOKEN)
        return no(why, "a next-page-token that is none");
    if (*next->valuestring)
        p->next = mem_strdup(next->valuestring);
    return true;
}

bool ice__usable_page(void *ctx, const struct ice_answer *a, char why[160])
{
    struct ice_page *p = ctx;
    struct ice_body b = {.tree = NULL};
    bool ok = ice__usable_object(&b, a, why);
    bool tables = p->tables;

    ice__page_fini(p);
    p->tables = tables;
    ok = ok &&
         read_names(p, json_get(b.tree, tables ? "identifiers" : "namespaces"),
                    why) &&
         read_next(p, b.tree, why);
    cJSON_Delete(b.tree);
    return ok;
}

void ice__page_fini(struct ice_page *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->name[i]);
    free(p->name);
    free(p->next);
    memset(p, 0, sizeof(*p));
}
