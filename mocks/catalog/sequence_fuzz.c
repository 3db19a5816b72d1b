/* Whole sequences of requests: a method and path on a line, a body on the
 * next, up to 24 of them. Whatever they are, every answer is one, and after
 * each the metadata of all tables holds together: ids are unique, refs point
 * to snapshots, texts are what their trees print, logs are in order, numbers
 * never go back while a table keeps its uuid, and what is there can be loaded
 * again.
 */
#include "mocks/catalog/testing.h"

enum { REQUESTS_MAX = 24, TABLES_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What a table was when it was last looked at. */
struct seen {
    char name[64], uuid[40];
    int64_t updated, sequence, rows, columns;
};

struct run {
    struct bench b;
    struct seen seen[TABLES_MAX];
    size_t n;
};

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* ---- invariants ---- */

static void ids_are_unique(const cJSON *list, const char *id)
{
    const cJSON *a, *b;
    cJSON_ArrayForEach(a, list)
    {
        for (b = a->next; b; b = b->next)
            must(json_i64(a, id, -1) != json_i64(b, id, -2));
    }
}

static void is_sorted(const cJSON *log)
{
    const cJSON *entry;
    int64_t last = INT64_MIN / 2;
    cJSON_ArrayForEach(entry, log)
    {
        int64_t ms = json_i64(entry, "timestamp-ms", 0);
        must(ms >= last - 60000);
        last = ms;
    }
}

static void refs_point(const cJSON *m)
{
    const cJSON *ref, *snapshots = json_get(m, "snapshots");
    cJSON_ArrayForEach(ref, json_get(m, "refs"))
    {
        must(metadata_find(snapshots, "snapshot-id",
                           json_i64(ref, "snapshot-id", -1)) != NULL);
    }
    int64_t current = json_i64(m, "current-snapshot-id", -1);
    const cJSON *main_ref = json_get(json_get(m, "refs"), "main");
    must(current == -1 ? !main_ref
                       : json_i64(main_ref, "snapshot-id", -1) == current);
}

static void current_ones_are_there(const cJSON *m)
{
    must(metadata_find(json_get(m, "schemas"), "schema-id",
                       json_i64(m, "current-schema-id", -1)) != NULL);
    must(metadata_find(json_get(m, "partition-specs"), "spec-id",
                       json_i64(m, "default-spec-id", -1)) != NULL);
    must(metadata_find(json_get(m, "sort-orders"), "order-id",
                       json_i64(m, "default-sort-order-id", -1)) != NULL);
}

static void numbers_hold(const cJSON *m)
{
    int64_t last = json_i64(m, "last-sequence-number", 0);
    const cJSON *s;
    cJSON_ArrayForEach(s, json_get(m, "snapshots"))
    {
        must(json_i64(s, "sequence-number", 0) <= last ||
             json_i64(m, "format-version", 0) == 1);
    }
}

static struct seen *find_seen(struct run *r, const char *name, bool *known)
{
    size_t i = 0;
    while (i < r->n && strcmp(r->seen[i].name, name) != 0)
        i++;
    *known = i < r->n;
    if (!*known && r->n < TABLES_MAX)
        r->n++;
    return i < TABLES_MAX ? &r->seen[i] : NULL;
}

static void never_back(struct run *r, const char *name, const cJSON *m)
{
    bool known;
    const char *uuid = json_str(m, "table-uuid");
    struct seen *old = find_seen(r, name, &known), now = {.updated = 0};
    snprintf(now.name, sizeof now.name, "%s", name);
    snprintf(now.uuid, sizeof now.uuid, "%s", uuid ? uuid : "");
    now.updated = json_i64(m, "last-updated-ms", 0);
    now.sequence = json_i64(m, "last-sequence-number", 0);
    now.rows = json_i64(m, "next-row-id", 0);
    now.columns = json_i64(m, "last-column-id", 0);
    if (!old)
        return;
    if (known && strcmp(old->uuid, now.uuid) == 0)
        must(now.updated >= old->updated && now.sequence >= old->sequence &&
             now.rows >= old->rows && now.columns >= old->columns);
    *old = now;
}

static void holds_together(struct run *r, const char *name, const cJSON *m)
{
    ids_are_unique(json_get(m, "snapshots"), "snapshot-id");
    ids_are_unique(json_get(m, "schemas"), "schema-id");
    ids_are_unique(json_get(m, "partition-specs"), "spec-id");
    ids_are_unique(json_get(m, "sort-orders"), "order-id");
    is_sorted(json_get(m, "snapshot-log"));
    is_sorted(json_get(m, "metadata-log"));
    refs_point(m);
    current_ones_are_there(m);
    numbers_hold(m);
    never_back(r, name, m);
}

/* What is answered and stored is what the tree says, whatever of it was copied
 * from the text before. */
static void text_is_the_trees(struct run *r, const char *name)
{
    const struct ns_name db = {1, (const char *[]){"db"}, "db"};
    struct version *v =
        entry_seen(state_table(&r->b.c->state, &db, name), false);
    struct str s;
    str_init(&s, 64 << 20);
    json_print(version_tree(v), &s);
    must(slice_eq(str_slice(&s), version_metadata(v)));
    str_fini(&s);
}

static void look_at_all(struct run *r)
{
    cJSON *names = catalog_list(r->b.c, "db"), *name;
    cJSON_ArrayForEach(name, names)
    {
        const char *z = name->valuestring;
        const cJSON *m = catalog_table(r->b.c, "db", z);
        must(m != NULL);
        text_is_the_trees(r, z);
        if (strlen(z) < 60)
            holds_together(r, z, m);
    }
    cJSON_Delete(names);
}

/* ---- requests ---- */

static void send_it(struct bench *b, struct slice line, struct slice body)
{
    struct exchange x;
    struct http1 *parser;
    struct str wire;
    str_init(&wire, 16 << 20);
    str_adds(&wire, line);
    str_addf(&wire, " HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
             body.len);
    str_adds(&wire, body);
    if (bench_open(b, &x, wire.p, wire.len, &parser)) {
        bench_run(b, &x, PLAIN);
        bench_keep_answer(b, &x);
        must(b->status >= 200 && b->status < 600);
        must(!b->text[0] || b->body);
    }
    bench_close(&x, parser);
    str_fini(&wire);
    b->unix_ms += 10;
}

static struct slice next_line(struct slice *rest)
{
    const char *end = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;
    struct slice line = {rest->p, end ? (size_t)(end - rest->p) : rest->len};
    size_t used = line.len + (end != NULL);
    rest->p += used;
    rest->len -= used;
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct run r = {.n = 0};
    struct slice rest = {(const char *)data, n};
    must(bench_start(&r.b, "{\"namespaces\":[\"db\"]}"));
    must(ask(&r.b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("t")) ==
         200);
    for (int i = 0; i < REQUESTS_MAX && rest.len > 0; i++) {
        struct slice line = next_line(&rest), body = next_line(&rest);
        send_it(&r.b, line, body);
        look_at_all(&r);
    }
    bench_stop(&r.b);
    return 0;
}
