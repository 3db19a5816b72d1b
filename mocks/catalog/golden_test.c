/* The reference server's own answers, replayed against this catalog.
 *
 * fixtures/golden/catalog.jsonl holds requests and answers of the Apache
 * Iceberg reference server (1.11.0) in the order they were made, for the
 * operations that exist here. Where this catalog means to differ, the table
 * below says how and why; everything else must be the same: status, error
 * type, message, and the body once uuids and clock readings are taken out.
 */
#include "mocks/catalog/differences.h"
#include "mocks/catalog/testing.h"

#define FIXTURE "fixtures/golden/catalog.jsonl"

/* Not a difference by itself: other state, by what was refused before. */
#define AFTER "after: "

static const struct difference {
    int n;
    int status;
    const char *type;    /* NULL: no error, or not the error model */
    const char *message; /* NULL: not compared */
    const char *id;      /* of catalog_differences, or AFTER */
} differences[] = {
    {11, 405, "BadRequestException", NULL, "methods"},
    {12, 405, "BadRequestException", NULL, "methods"},
    {13, 200, NULL, NULL, "methods"},
    {17, 200, NULL, NULL, "tokens"},
    {18, 200, NULL, NULL, "tokens"},
    {19, 400, NULL, NULL, "oauth-errors"},
    {20, 400, NULL, NULL, "oauth-errors"},
    {21, 400, NULL, NULL, "oauth-errors"},
    {26, 400, "BadRequestException", "Invalid namespace: empty",
     "namespace-names"},
    {27, 400, "BadRequestException", "Cannot parse missing list: namespace",
     "unparsable"},
    {28, 400, "BadRequestException",
     "Cannot parse JSON array from non-array value: namespace: \"abc\"",
     "unparsable"},
    {30, 400, "BadRequestException",
     "Cannot parse properties: value of a is not a string", "unparsable"},
    {32, 400, "BadRequestException",
     "Invalid namespace: level contains the separator: d.ot",
     "namespace-names"},
    {35, 400, "IllegalArgumentException",
     "Invalid namespace level: null or empty", "namespace-names"},
    {36, 400, "BadRequestException", NULL, "unparsable"},
    {37, 400, "BadRequestException", NULL, "unparsable"},
    {38, 400, "BadRequestException", NULL, "unparsable"},
    {39, 400, "BadRequestException", NULL, "unparsable"},
    {40, 400, "BadRequestException", NULL, "unparsable"},
    {41, 400, "BadRequestException", NULL, "unparsable"},
    {42, 400, "BadRequestException", NULL, "unparsable"},
    {47, 200, NULL, NULL, AFTER "strict bodies"},
    {52, 200, NULL, NULL, AFTER "strict bodies"},
    {55, 200, NULL, NULL, "namespace-names"},
    {56, 200, NULL, NULL, "paging"},
    {57, 200, NULL, NULL, "paging"},
    {60, 400, "BadRequestException", "Invalid page token: abc", "paging"},
    {61, 400, "BadRequestException", "Invalid page token: 2", "paging"},
    {62, 400, "BadRequestException", "Invalid page size: 0", "paging"},
    {63, 400, "BadRequestException", "Invalid page size: -1", "paging"},
    {65, 200, NULL, NULL, AFTER "strict bodies"},
    {67, 400, "BadRequestException", "Invalid page size: abc", "paging"},
    {68, 200, NULL, NULL, "paging"},
    {78, 404, "NoSuchNamespaceException", "Namespace does not exist: a+b",
     "plus"},
    {84, 400, "BadRequestException",
     "Cannot parse removals: not a list of strings", "unparsable"},
    {91, 404, "NoSuchNamespaceException", "Namespace does not exist: nope",
     "missing-namespace"},
    {95, 400, "BadRequestException",
     "Cannot parse type string to primitive: frob", "unparsable"},
    {96, 400, "ValidationException",
     "Invalid schema: multiple fields for name a: 1 and 2", "unparsable"},
    {100, 400, "IllegalArgumentException",
     "Unsupported format version: v9 (supported: v3)", "format-4"},
    {109, 304, NULL, NULL, "etag-form"},
    {110, 304, NULL, NULL, "etag-form"},
    {114, 400, "IllegalArgumentException", "Invalid snapshots parameter: bogus",
     "snapshots-parameter"},
    {121, 404, "NoSuchTableException", "Table does not exist: g.t1.snapshots",
     "metadata-tables"},
    {122, 406, "UnsupportedOperationException", NULL, "credentials"},
    {125, 200, NULL, NULL, "paging"},
    {126, 400, "BadRequestException", "Invalid page token: 1", "paging"},
    {128, 304, NULL, NULL, "etag-commit"},
    {142, 400, "IllegalArgumentException",
     "Invalid create requirements: [assert-table-uuid]", "create-requirements"},
    {143, 400, "BadRequestException",
     "Unrecognized update requirement. Cannot convert to json: assert-frob",
     "unparsable"},
    {144, 400, "BadRequestException",
     "Cannot convert metadata update action to json: frob", "unparsable"},
    {145, 400, "BadRequestException",
     "Cannot parse metadata update. Missing field: action", "unparsable"},
    {169, 400, "IllegalArgumentException",
     "Cannot upgrade table to unsupported format version: v9 (supported: v3)",
     "format-4"},
    {170, 400, "BadRequestException", NULL, "assign-uuid"},
    {183, 422, "UnprocessableEntityException", NULL, "keys"},
    {184, 400, "BadRequestException", "Invalid Idempotency-Key: abc", "keys"},
    {190, 200, NULL, NULL, "register-overwrite"},
    {193, 400, "BadRequestException",
     "Cannot parse missing string: metadata-location", "unparsable"},
    {198, 400, "BadRequestException", "Cannot parse missing field: destination",
     "error-model"},
    {213, 400, "BadRequestException", "Invalid table changes: empty",
     "unparsable"},
    {214, 400, "BadRequestException",
     "Invalid table changes: table identifier is required", "unparsable"},
    {215, 400, "BadRequestException",
     "Cannot parse missing field: table-changes", "unparsable"},
    {220, 404, "NoSuchNamespaceException", "Namespace does not exist: nope",
     "missing-namespace"},
    {235, 400, "IllegalStateException",
     "Cannot replace view due to loss of view dialects "
     "(replace.drop-dialect.allowed=false):\nPrevious dialects: [spark]\n"
     "New dialects: [trino]",
     "dialects"},
    {242, 409, "NamespaceNotEmptyException",
     "Namespace g is not empty. Contains 9 table(s).",
     AFTER "the one of number 100 was not made"},
};

/* After this one the reference has applied a commit that we refused: file
 * counters and the metadata log are one apart. */
enum { OUT_OF_STEP_FROM = 170 };

static const struct difference *difference_find(int n)
{
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        if (differences[i].n == n)
            return &differences[i];
    return NULL;
}

/* ---- what the two servers call the same thing ---- */

struct alias {
    UT_hash_handle hh;
    char *theirs, *ours;
};

struct replay {
    struct bench b;
    struct alias *aliases;
    int n;
    int compared, same, differed;
};

static void alias_add(struct replay *r, const char *theirs, const char *ours)
{
    struct alias *a;
    if (!theirs || !ours || !*theirs)
        return;
    HASH_FIND_STR(r->aliases, theirs, a);
    if (a)
        return;
    a = mem_alloc(sizeof *a);
    a->theirs = mem_strdup(theirs);
    a->ours = mem_strdup(ours);
    HASH_ADD_KEYPTR(hh, r->aliases, a->theirs, strlen(a->theirs), a);
}

/* text with their uuids and tags replaced by ours; the caller frees. */
static char *translate(const struct replay *r, const char *text)
{
    struct str s;
    str_init(&s, 1 << 20);
    while (*text) {
        const struct alias *a = r->aliases;
        while (a && strncmp(text, a->theirs, strlen(a->theirs)) != 0)
            a = a->hh.next;
        if (a) {
            str_addz(&s, a->ours);
            text += strlen(a->theirs);
        } else {
            str_addc(&s, *text++);
        }
    }
    return str_detach(&s);
}

/* ---- normal form of a body ---- */

static bool uuid_at(const char *z)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '-' ? z[i] != '-'
                           : !z[i] || !strchr("0123456789abcdef", z[i]))
            return false;
    return true;
}

static char *normal_text(const char *z, bool mask_counter)
{
    struct str s;
    str_init(&s, 1 << 20);
    while (*z) {
        if (strncmp(z, "file:///", 8) == 0) {
            str_addz(&s, "file:/");
            z += 8;
        } else if (mask_counter && strncmp(z, "/metadata/000", 13) == 0) {
            str_addz(&s, "/metadata/N");
            z += 15;
        } else if (uuid_at(z)) {
            str_addz(&s, "UUID");
            z += 36;
        } else {
            str_addc(&s, *z++);
        }
    }
    return str_detach(&s);
}

/* What only the reference, and only we, put into a view's summary: see the
 * difference view-summary. */
static void forget_engine(cJSON *item)
{
    cJSON_DeleteItemFromObjectCaseSensitive(item, "iceberg-version");
    cJSON_DeleteItemFromObjectCaseSensitive(item, "engine");
}

static bool is_log(const char *name)
{
    return strcmp(name, "metadata-log") == 0 ||
           strcmp(name, "version-log") == 0 || strcmp(name, "versions") == 0;
}

static void normalise(cJSON *item, bool in_log, bool late)
{
    forget_engine(item);
    for (cJSON *at = item->child, *next; at; at = next) {
        const char *name = at->string ? at->string : "";
        next = at->next;
        if (strcmp(name, "last-updated-ms") == 0 ||
            (in_log && strcmp(name, "timestamp-ms") == 0)) {
            cJSON_SetNumberValue(at, 0);
        } else if (late && strcmp(name, "metadata-log") == 0) {
            cJSON_Delete(cJSON_DetachItemViaPointer(item, at));
        } else if (cJSON_IsString(at)) {
            char *z = normal_text(at->valuestring, late);
            cJSON_SetValuestring(at, strcmp(name, "created-at") == 0 ? "" : z);
            free(z);
        } else {
            normalise(at, in_log || is_log(name), late);
        }
    }
}

static int by_text(const void *a, const void *b)
{
    char *x = cJSON_PrintUnformatted(*(cJSON *const *)a);
    char *y = cJSON_PrintUnformatted(*(cJSON *const *)b);
    int order = strcmp(x, y);
    cJSON_free(x);
    cJSON_free(y);
    return order;
}

/* The reference lists by name, we list by age. */
static void sort_list(cJSON *list)
{
    cJSON *all[100];
    size_t n = 0;
    while (n < 100 && (all[n] = cJSON_DetachItemFromArray(list, 0)))
        n++;
    qsort(all, n, sizeof *all, by_text);
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(list, all[i]);
}

static cJSON *normal_form(const cJSON *in, bool late)
{
    cJSON *out = cJSON_Duplicate(in, true);
    if (!out)
        return cJSON_CreateNull();
    normalise(out, false, late);
    if (cJSON_IsArray(json_get(out, "identifiers")))
        sort_list(json_get(out, "identifiers"));
    if (cJSON_IsArray(json_get(out, "namespaces")))
        sort_list(json_get(out, "namespaces"));
    return out;
}

/* ---- replaying ---- */

static bool bodies_same(const struct replay *r, const cJSON *theirs,
                        const cJSON *ours)
{
    bool late = r->n >= OUT_OF_STEP_FROM;
    if (!theirs || (cJSON_IsString(theirs) && !*theirs->valuestring))
        return r->b.status == 404 || !*r->b.text;
    cJSON *a = normal_form(theirs, late), *b = normal_form(ours, late);
    bool same = json_equal(a, b);
    if (!same) {
        char *x = cJSON_PrintUnformatted(a), *y = cJSON_PrintUnformatted(b);
        fprintf(stderr, "%d\n  theirs %s\n  ours   %s\n", r->n, x, y);
        cJSON_free(x);
        cJSON_free(y);
    }
    cJSON_Delete(a);
    cJSON_Delete(b);
    return same;
}

static bool as_difference(const struct replay *r, const struct difference *d)
{
    if (r->b.status != d->status)
        return false;
    if (d->type && strcmp(d->type, error_type(&r->b)) != 0)
        return false;
    return !d->message || strcmp(d->message, error_message(&r->b)) == 0;
}

static void compare(struct replay *r, const cJSON *line)
{
    const struct difference *d = difference_find(r->n);
    const cJSON *answer = json_get(line, "answer");
    bool good;
    r->compared++;
    if (d) {
        r->differed++;
        good = as_difference(r, d);
    } else {
        good = r->b.status == json_i64(line, "status", 0) &&
               bodies_same(r, answer, r->b.body);
        r->same += good;
    }
    if (!good)
        fprintf(stderr, "golden %d %s: %d, ours %d %s\n", r->n,
                json_str(line, "title"), (int)json_i64(line, "status", 0),
                r->b.status, r->b.text);
    CU_ASSERT(good);
    alias_add(r, json_str(json_get(answer, "metadata"), "table-uuid"),
              json_str(answered_metadata(&r->b), "table-uuid"));
    alias_add(r, json_str(json_get(answer, "metadata"), "view-uuid"),
              json_str(answered_metadata(&r->b), "view-uuid"));
    alias_add(r, json_str(answer, "metadata-location"),
              json_str(r->b.body, "metadata-location"));
    if (!json_str(line, "etag") || !*r->b.etag)
        return;
    char bare[64];
    snprintf(bare, sizeof bare, "%.*s", (int)strlen(r->b.etag) - 2,
             r->b.etag + 1);
    alias_add(r, json_str(line, "etag"), bare);
}

static void replay_request(struct replay *r, const cJSON *line)
{
    const cJSON *h;
    struct str headers;
    const char *body = json_str(line, "body");
    char *ours = body ? translate(r, body) : NULL;
    str_init(&headers, 64 << 10);
    cJSON_ArrayForEach(h, json_get(line, "headers"))
    {
        char *value = translate(r, h->valuestring);
        str_addf(&headers, "%s: %s\r\n", h->string, value);
        free(value);
    }
    r->b.unix_ms += 5;
    ask_how(&r->b, PLAIN, json_str(line, "method"), json_str(line, "path"),
            str_z(&headers), ours);
    free(ours);
    str_fini(&headers);
    compare(r, line);
}

static void replay_line(struct replay *r, const char *text, size_t n)
{
    struct json_error e;
    cJSON *line = json_parse(text, n, &e);
    CU_ASSERT_FATAL(line != NULL);
    r->n = (int)json_i64(line, "n", 0);
    replay_request(r, line);
    cJSON_Delete(line);
}

static void forget_aliases(struct replay *r)
{
    struct alias *a, *next;
    HASH_ITER(hh, r->aliases, a, next)
    {
        /* NOLINTNEXTLINE(clang-analyzer-*): it cannot follow uthash */
        HASH_DEL(r->aliases, a);
        free(a->theirs);
        free(a->ours);
        free(a);
    }
}

static void answers_as_the_reference_does(void)
{
    struct replay r = {.n = 0};
    FILE *file = fopen(FIXTURE, "r");
    char *text = NULL;
    size_t cap = 0;
    ssize_t n;
    CU_ASSERT_FATAL(file != NULL);
    CU_ASSERT_FATAL(bench_start(&r.b, "{\"warehouse\":\"file:///warehouse\","
                                      "\"separator\":\"%2E\","
                                      "\"idempotency\":\"30m\"}"));
    while ((n = getline(&text, &cap, file)) > 0)
        replay_line(&r, text, (size_t)n - 1);
    CU_ASSERT(r.compared > 150);
    CU_ASSERT(r.same + r.differed == r.compared);
    CU_ASSERT_EQUAL((size_t)r.differed,
                    sizeof differences / sizeof *differences);
    printf("golden: %d compared, %d the same, %d differ on purpose\n",
           r.compared, r.same, r.differed);
    free(text);
    fclose(file);
    forget_aliases(&r);
    bench_stop(&r.b);
}

/* ---- the table of differences ---- */

static const char *const not_in_the_golden_answers[] = {
    "transaction-creates", /* no such request was made */
    "order",               /* lists are sorted before they are compared */
    "view-summary",        /* taken out before they are compared */
    "layers",
    "plans",
    "paths",
    "format-default",
    "partition-ids",
    "sequence-0",
};

static bool is_shown(const char *id)
{
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        if (strcmp(differences[i].id, id) == 0)
            return true;
    for (size_t i = 0; i < sizeof not_in_the_golden_answers /
                               sizeof *not_in_the_golden_answers;
         i++)
        if (strcmp(not_in_the_golden_answers[i], id) == 0)
            return true;
    return false;
}

static bool is_documented(const char *id)
{
    const struct catalog_difference *d = catalog_differences;
    while (d->id && strcmp(d->id, id) != 0)
        d++;
    return d->id || strncmp(id, AFTER, sizeof AFTER - 1) == 0;
}

static void every_difference_is_documented_and_shown(void)
{
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        CU_ASSERT(is_documented(differences[i].id));
    for (const struct catalog_difference *d = catalog_differences; d->id; d++) {
        CU_ASSERT(*d->theirs && *d->ours && *d->why);
        if (!is_shown(d->id))
            fprintf(stderr, "not shown: %s\n", d->id);
        CU_ASSERT(is_shown(d->id));
    }
}

UNIT_MAIN("catalog golden", UNIT(every_difference_is_documented_and_shown),
          UNIT(answers_as_the_reference_does))
