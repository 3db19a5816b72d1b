/* Checks of what is there when all is over: tables, namespaces, objects. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harness/check.h"
#include "mocks/catalog/catalog.h"
#include "mocks/s3/s3.h"

/* "a.b.t" is table t of namespace a.b; ns must hold at least strlen(name). */
static const char *split_name(const char *name, char *ns, size_t size)
{
    const char *dot = strrchr(name, '.');
    size_t n = dot ? (size_t)(dot - name) : 0;
    if (n >= size)
        n = size - 1;
    memcpy(ns, name, n);
    ns[n] = '\0';
    return dot ? dot + 1 : name;
}

static bool ends_with(const char *z, const char *tail)
{
    size_t n = strlen(z), t = strlen(tail);
    return n >= t && strcmp(z + n - t, tail) == 0;
}

static int64_t count_metadata_files(const struct world *w, const cJSON *table)
{
    const char *location = json_str(table, "location");
    const char *p = location ? strstr(location, "://") : NULL;
    const char *slash = p ? strchr(p + 3, '/') : NULL;
    char bucket[64], prefix[1024];
    if (!slash || slash - p - 3 >= (ptrdiff_t)sizeof bucket)
        return 0;
    memcpy(bucket, p + 3, (size_t)(slash - p - 3));
    bucket[slash - p - 3] = '\0';
    struct str s;
    str_init(&s, sizeof prefix - 1);
    str_addf(&s, "%s/metadata/", slash + 1);
    memcpy(prefix, str_z(&s), s.len + 1);
    str_fini(&s);
    cJSON *keys = s3_list(mock_s3(w->mock), bucket, prefix), *k;
    int64_t n = 0;
    cJSON_ArrayForEach(k, keys) n +=
        ends_with(k->valuestring, ".metadata.json");
    cJSON_Delete(keys);
    return n;
}

static const cJSON *current_schema(const cJSON *table)
{
    int64_t id = json_i64(table, "current-schema-id", 0);
    const cJSON *s;
    cJSON_ArrayForEach(s, json_get(table, "schemas"))
    {
        if (json_i64(s, "schema-id", 0) == id)
            return s;
    }
    return NULL;
}

static bool number_is(const char *name, const char *what, int64_t is,
                      int64_t wanted, struct str *said)
{
    if (wanted < 0 || is == wanted)
        return true;
    str_addf(said, "table %s has %lld %s, should have %lld", name,
             (long long)is, what, (long long)wanted);
    return false;
}

static bool properties_are(const char *name, const cJSON *table,
                           const cJSON *wanted, struct str *said)
{
    const cJSON *p, *have = json_get(table, "properties");
    cJSON_ArrayForEach(p, wanted)
    {
        const char *v = json_str(have, p->string);
        if (v && cJSON_IsString(p) && strcmp(v, p->valuestring) == 0)
            continue;
        str_addf(said, "table %s: property %s is %s, should be %s", name,
                 p->string, v ? v : "not set",
                 cJSON_IsString(p) ? p->valuestring : "a string");
        return false;
    }
    return true;
}

static bool format_is(const char *name, const cJSON *table, int64_t wanted,
                      struct str *said)
{
    int64_t is = json_i64(table, "format-version", 0);
    if (wanted < 0 || is == wanted)
        return true;
    str_addf(said, "table %s is of format version %lld, should be %lld", name,
             (long long)is, (long long)wanted);
    return false;
}

/* What get_table named as the current snapshot, against the catalog's own. */
bool check_snapshot(const struct world *w, const struct scenario_expect *e,
                    const struct step_record *r, struct str *said)
{
    char ns[512];
    const char *name = split_name(e->snapshot_of, ns, sizeof ns);
    const cJSON *t = catalog_table(mock_catalog(w->mock), ns, name);
    int64_t wanted = json_i64(t, "current-snapshot-id", -1);
    if (t && wanted != -1 && r->snapshot_id == wanted)
        return true;
    if (!t || wanted == -1)
        str_addf(said, "table %s has no snapshot to compare", e->snapshot_of);
    else
        str_addf(said, "step %lld named snapshot %lld, table %s has %lld",
                 (long long)e->step, (long long)r->snapshot_id, e->snapshot_of,
                 (long long)wanted);
    return false;
}

bool check_table(const struct world *w, const struct scenario_expect *e,
                 struct str *said)
{
    char ns[512];
    const char *name = split_name(e->name, ns, sizeof ns);
    const cJSON *t = catalog_table(mock_catalog(w->mock), ns, name);
    if (e->exists >= 0 && (t != NULL) != (e->exists != 0)) {
        str_addf(said, "table %s is %s, should be %s", e->name,
                 t ? "there" : "not there", e->exists ? "there" : "absent");
        return false;
    }
    if (!t)
        return e->exists == 0 ||
               (str_addf(said, "there is no table %s", e->name), false);
    const cJSON *fields = json_get(current_schema(t), "fields");
    return number_is(e->name, "metadata files", count_metadata_files(w, t),
                     e->metadata_files, said) &&
           number_is(e->name, "columns", cJSON_GetArraySize(fields), e->columns,
                     said) &&
           number_is(e->name, "snapshots",
                     cJSON_GetArraySize(json_get(t, "snapshots")), e->snapshots,
                     said) &&
           format_is(e->name, t, e->format_version, said) &&
           properties_are(e->name, t, e->properties, said);
}

bool check_namespace(const struct world *w, const struct scenario_expect *e,
                     struct str *said)
{
    bool is = catalog_namespace_exists(mock_catalog(w->mock), e->name);
    if (is == (e->exists != 0))
        return true;
    str_addf(said, "namespace %s is %s, should be %s", e->name,
             is ? "there" : "not there", e->exists ? "there" : "absent");
    return false;
}

static bool bytes_are(const struct scenario_expect *e, struct slice is)
{
    char *want = mem_alloc(is.len + 1);
    pattern_bytes(e->key, e->version, 0, is.len, want);
    bool same = is.len == 0 || memcmp(want, is.p, is.len) == 0;
    free(want);
    return same;
}

bool check_object(const struct world *w, const struct scenario_expect *e,
                  struct str *said)
{
    struct slice bytes = {NULL, 0};
    bool is = s3_get(mock_s3(w->mock), e->bucket, e->key, &bytes);
    if (is != (e->exists != 0)) {
        str_addf(said, "object %s of bucket %s is %s, should be %s", e->key,
                 e->bucket, is ? "there" : "not there",
                 e->exists ? "there" : "absent");
        return false;
    }
    if (is && e->size >= 0 && bytes.len != (size_t)e->size) {
        str_addf(said, "object %s has %zu bytes, should have %lld", e->key,
                 bytes.len, (long long)e->size);
        return false;
    }
    if (is && e->version && !bytes_are(e, bytes)) {
        str_addf(said, "object %s has other bytes than were put", e->key);
        return false;
    }
    return true;
}

/* Uploads in parts that are still under way. */
bool check_uploads(const struct world *w, const struct scenario_expect *e,
                   struct str *said)
{
    const char *bucket = e->bucket ? e->bucket : "data-lake";
    size_t n = s3_uploads(mock_s3(w->mock), bucket, e->key);
    return check_count(e, (int64_t)n, "uploads", said);
}
