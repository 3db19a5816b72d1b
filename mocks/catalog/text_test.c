/* Tests of texts and trees: what a commit copies of the text before is what it
 * would print, and a tree that was used up comes back from its text. */
#include <stdint.h>

#include "mocks/catalog/testing.h"

#define TABLE "/v1/namespaces/db/tables/t"

static struct version *now_of(struct bench *b, const char *table)
{
    const struct ns_name db = {1, (const char *[]){"db"}, "db"};
    return entry_seen(state_table(&b->c->state, &db, table), false);
}

static bool prints_as(const cJSON *tree, struct slice text)
{
    struct str s;
    str_init(&s, 64 << 20);
    json_print(tree, &s);
    bool same = slice_eq(str_slice(&s), text);
    if (!same)
        fprintf(stderr, "is   " SLICE_FMT "\nmust %s\n", SLICE_ARG(text),
                str_z(&s));
    str_fini(&s);
    return same;
}

/* The text is that of the tree; and the tree read back is the same. */
static bool text_holds_once(struct bench *b, const char *table)
{
    struct version *v = now_of(b, table);
    return prints_as(version_tree(v), version_metadata(v));
}

static bool text_holds(struct bench *b, const char *table)
{
    struct version *v = now_of(b, table);
    struct slice text = version_metadata(v);
    if (!text_holds_once(b, table))
        return false;
    cJSON_Delete(version_take_tree(v));
    return prints_as(version_tree(v), text);
}

static int commit(struct bench *b, const char *updates)
{
    char body[4000];
    snprintf(body, sizeof body, "{\"requirements\":[],\"updates\":[%s]}",
             updates);
    return ask(b, "POST", TABLE, body);
}

/* Version 1 knows no sequence numbers. */
static const char *snapshot_in(char out[600], int version, int n)
{
    snprintf(out, 600,
             "{\"action\":\"add-snapshot\",\"snapshot\":{\"snapshot-id\":%d,"
             "%s\"sequence-number\":%d,\"timestamp-ms\":%lld,\"summary\":{"
             "\"operation\":\"append\",\"n\":\"\\\"%d\\u00e9\"},"
             "\"first-row-id\":%d,\"added-rows\":10,"
             "\"manifest-list\":\"s3://data-lake/%d.avro\"}},"
             "{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":"
             "\"branch\",\"snapshot-id\":%d}",
             n, n > 1 ? "\"parent-snapshot-id\":1," : "", version > 1 ? n : 0,
             1795355424000LL + n * 10, n, n * 10, n, n);
    return out;
}

static const char *snapshot(char out[600], int n)
{
    return snapshot_in(out, 2, n);
}

static const char create[] =
    "{\"name\":\"t\",\"schema\":" SIMPLE_SCHEMA
    ",\"properties\":{\"format-version\":\"%d\","
    "\"write.metadata.delete-after-commit.enabled\":\"true\","
    "\"write.metadata.previous-versions-max\":\"3\"}}";

static void make_table(struct bench *b, int version)
{
    char body[1000], s[600];
    CU_ASSERT_FATAL(bench_start(b, "{\"namespaces\":[\"db\"]}"));
    snprintf(body, sizeof body, create, version);
    CU_ASSERT_EQUAL(ask(b, "POST", "/v1/namespaces/db/tables", body), 200);
    for (int i = 1; i <= 5; i++) {
        CU_ASSERT_EQUAL(commit(b, snapshot_in(s, version, i)), 200);
        CU_ASSERT(text_holds(b, "t"));
    }
}

/* Every update, some of which put elements into lists, take them out at the
 * beginning, in between and at the end, or in another's place. */
static const char *const updates[] = {
    "{\"action\":\"set-properties\",\"updates\":{\"a\":\"1\",\"b\":\"2\"}}",
    "{\"action\":\"remove-properties\",\"removals\":[\"a\"]}",
    "{\"action\":\"set-location\",\"location\":\"s3://data-lake/other\"}",
    "{\"action\":\"add-schema\",\"schema\":{\"type\":\"struct\",\"fields\":[{"
    "\"id\":1,\"name\":\"id\",\"required\":true,\"type\":\"long\"},{\"id\":2,"
    "\"name\":\"data\",\"required\":false,\"type\":\"string\"},{\"id\":3,"
    "\"name\":\"more\",\"required\":false,\"type\":\"string\"}]}},"
    "{\"action\":\"set-current-schema\",\"schema-id\":-1}",
    "{\"action\":\"add-spec\",\"spec\":{\"fields\":[{\"name\":\"b\","
    "\"transform\":\"bucket[4]\",\"source-id\":1,\"field-id\":1000}]}},"
    "{\"action\":\"set-default-spec\",\"spec-id\":-1}",
    "{\"action\":\"add-sort-order\",\"sort-order\":{\"fields\":[{"
    "\"transform\":\"identity\",\"source-id\":1,\"direction\":\"asc\","
    "\"null-order\":\"nulls-first\"}]}},"
    "{\"action\":\"set-default-sort-order\",\"sort-order-id\":-1}",
    "{\"action\":\"remove-partition-specs\",\"spec-ids\":[0]}",
    "{\"action\":\"remove-schemas\",\"schema-ids\":[0]}",
    "{\"action\":\"set-snapshot-ref\",\"ref-name\":\"kept\",\"type\":\"tag\","
    "\"snapshot-id\":2}",
    "{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":"
    "\"branch\",\"snapshot-id\":4}",
    "{\"action\":\"set-statistics\",\"statistics\":{\"snapshot-id\":2,"
    "\"statistics-path\":\"p\",\"file-size-in-bytes\":1,"
    "\"file-footer-size-in-bytes\":1,\"blob-metadata\":[]}}",
    "{\"action\":\"set-statistics\",\"statistics\":{\"snapshot-id\":4,"
    "\"statistics-path\":\"q\",\"file-size-in-bytes\":1,"
    "\"file-footer-size-in-bytes\":1,\"blob-metadata\":[]}}",
    "{\"action\":\"set-statistics\",\"statistics\":{\"snapshot-id\":2,"
    "\"statistics-path\":\"r\",\"file-size-in-bytes\":9007199254740993,"
    "\"file-footer-size-in-bytes\":1,\"blob-metadata\":[]}}",
    "{\"action\":\"remove-statistics\",\"snapshot-id\":4}",
    "{\"action\":\"set-partition-statistics\",\"partition-statistics\":{"
    "\"snapshot-id\":2,\"statistics-path\":\"p\",\"file-size-in-bytes\":1}}",
    "{\"action\":\"remove-partition-statistics\",\"snapshot-id\":2}",
    "{\"action\":\"add-encryption-key\",\"encryption-key\":{\"key-id\":\"k\","
    "\"encrypted-key-metadata\":\"YQ==\"}}",
    "{\"action\":\"add-encryption-key\",\"encryption-key\":{\"key-id\":\"l\","
    "\"encrypted-key-metadata\":\"YQ==\"}}",
    "{\"action\":\"remove-encryption-key\",\"key-id\":\"k\"}",
    "{\"action\":\"remove-snapshots\",\"snapshot-ids\":[3]}",
    "{\"action\":\"remove-snapshots\",\"snapshot-ids\":[1,5]}",
    "{\"action\":\"remove-snapshot-ref\",\"ref-name\":\"main\"}",
    "{\"action\":\"upgrade-format-version\",\"format-version\":3}",
};

static void every_update_leaves_its_text(void)
{
    size_t n = sizeof updates / sizeof *updates;
    char s[600];
    for (int version = 1; version <= 3; version++) {
        struct bench b;
        make_table(&b, version);
        for (size_t i = 0; i < n; i++) {
            int status = commit(&b, updates[i]);
            CU_ASSERT_EQUAL(status, 200);
            CU_ASSERT(text_holds(&b, "t"));
            CU_ASSERT_EQUAL(ask(&b, "GET", TABLE, NULL), 200);
            CU_ASSERT(slice_eq((struct slice){b.text, b.text_len},
                               (struct slice){now_of(&b, "t")->answer,
                                              now_of(&b, "t")->answer_len}));
        }
        CU_ASSERT_EQUAL(commit(&b, snapshot(s, 9)), 200);
        CU_ASSERT(text_holds(&b, "t"));
        bench_stop(&b);
    }
}

/* Many commits of one or two updates, drawn: snapshots come and go anywhere in
 * the lists, and lists that were thinned out are appended to. */
static void any_order_leaves_its_text(void)
{
    struct bench b;
    struct rng r;
    char one[600], two[600], both[1300];
    unsigned wrong = 0, done = 0;
    rng_init(&r, 11, "texts");
    make_table(&b, 2);
    for (int next = 6; next < 400; next++) {
        uint64_t draw = rng_next(&r);
        int old = 1 + (int)(draw >> 8) % next,
            older = 1 + (int)(draw >> 24) % 9;
        snapshot(one, next);
        if (draw % 4 == 0)
            snprintf(one, sizeof one,
                     "{\"action\":\"remove-snapshots\",\"snapshot-ids\":[%d,"
                     "%d]}",
                     old, next - older);
        snprintf(two, sizeof two,
                 draw % 3 ? "{\"action\":\"set-statistics\",\"statistics\":{"
                            "\"snapshot-id\":%d,\"statistics-path\":\"p\","
                            "\"file-size-in-bytes\":1,"
                            "\"file-footer-size-in-bytes\":1,"
                            "\"blob-metadata\":[]}}"
                          : "{\"action\":\"set-snapshot-ref\",\"ref-name\":"
                            "\"main\",\"type\":\"branch\",\"snapshot-id\":%d}",
                 old);
        snprintf(both, sizeof both, "%s%s%s", one, draw % 5 ? "" : ",",
                 draw % 5 ? "" : two);
        done += commit(&b, both) == 200;
        wrong += !text_holds_once(&b, "t");
        if (draw % 16 == 1)
            wrong += !text_holds(&b, "t");
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(done > 200);
    bench_stop(&b);
}

/* Others' changes start from copies. */
static void meddling_leaves_its_text(void)
{
    struct bench b;
    char params[200];
    make_table(&b, 2);
    for (int i = 0; catalog_drift_words[i]; i++) {
        CU_ASSERT(meddle(&b, MEDDLE_RIVAL_COMMIT,
                         "{\"namespace\":\"db\",\"table\":\"t\"}"));
        CU_ASSERT(text_holds(&b, "t"));
        snprintf(params, sizeof params,
                 "{\"namespace\":\"db\",\"table\":\"t\",\"change\":\"%s\"}",
                 catalog_drift_words[i]);
        meddle(&b, MEDDLE_SCHEMA_DRIFT, params); /* some find nothing to do */
        CU_ASSERT(text_holds(&b, "t"));
    }
    CU_ASSERT(
        meddle(&b, MEDDLE_UUID_SWAP, "{\"namespace\":\"db\",\"table\":\"t\"}"));
    CU_ASSERT(text_holds(&b, "t"));
    bench_stop(&b);
}

/* Commits that fail half way, or are not published, used the tree up. */
static void a_failed_commit_leaves_the_base(void)
{
    static const char bad[] =
        "{\"action\":\"set-properties\",\"updates\":{\"a\":\"1\"}},"
        "{\"action\":\"remove-snapshots\",\"snapshot-ids\":[2]},"
        "{\"action\":\"set-current-schema\",\"schema-id\":77}";
    struct bench b;
    char s[600], body[1000];
    make_table(&b, 2);
    char *was = mem_strdup(now_of(&b, "t")->answer);
    CU_ASSERT_EQUAL(commit(&b, bad), 400);
    CU_ASSERT_STRING_EQUAL(now_of(&b, "t")->answer, was);
    CU_ASSERT(text_holds(&b, "t"));
    snprintf(body, sizeof body, "{\"updates\":[%s]}", snapshot(s, 6));
    CU_ASSERT_EQUAL(ask_how(&b, DROPPED, "POST", TABLE, NULL, body), 200);
    CU_ASSERT(text_holds(&b, "t"));
    CU_ASSERT_EQUAL(commit(&b, s), 200);
    CU_ASSERT(text_holds(&b, "t"));
    CU_ASSERT_EQUAL(ask_how(&b, STALE, "GET", TABLE, NULL, NULL), 200);
    CU_ASSERT_STRING_EQUAL(b.text, was);
    snprintf(body, sizeof body, "{\"updates\":[%s]}", snapshot(s, 7));
    ask_how(&b, STALE, "POST", TABLE, NULL, body);
    CU_ASSERT_EQUAL(b.status, 409); /* on what is no longer there */
    CU_ASSERT(text_holds(&b, "t"));
    free(was);
    bench_stop(&b);
}

/* Twice the same table: the second works on the first one's tree. */
static void transactions_leave_their_texts(void)
{
    static const char change[] =
        "{\"identifier\":{\"namespace\":[\"db\"],\"name\":\"t\"},"
        "\"requirements\":[],\"updates\":[%s]}";
    struct bench b;
    char one[900], two[900], s[600], body[2000];
    make_table(&b, 2);
    snprintf(one, sizeof one, change, snapshot(s, 6));
    snprintf(two, sizeof two, change, snapshot(s, 7));
    snprintf(body, sizeof body, "{\"table-changes\":[%s,%s]}", one, two);
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/transactions/commit", body), 204);
    CU_ASSERT(text_holds(&b, "t"));
    CU_ASSERT_EQUAL(cJSON_GetArraySize(
                        json_get(version_tree(now_of(&b, "t")), "snapshots")),
                    7);
    bench_stop(&b);
}

/* A commit that adds many looks ids up in another way than one that adds few.
 */
static void many_snapshots_in_one_commit(void)
{
    enum { MANY = 300, ONE = 700 };
    struct bench b;
    char *body = mem_alloc(MANY * ONE), s[600];
    make_table(&b, 2);
    for (int twice = 1; twice >= 0; twice--) {
        size_t n = (size_t)snprintf(body, ONE, "{\"updates\":[");
        for (int i = 6; i < 200; i++)
            n += (size_t)snprintf(body + n, ONE, "%s,", snapshot(s, i));
        snprintf(body + n, ONE, "%s]}", snapshot(s, twice ? 123 : 200));
        CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, body), twice ? 400 : 200);
        if (twice)
            CU_ASSERT_STRING_EQUAL(error_message(&b),
                                   "Snapshot already exists for id: 123");
        CU_ASSERT(text_holds(&b, "t"));
    }
    const cJSON *m = version_tree(now_of(&b, "t"));
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(m, "snapshots")), 200);
    /* Those that were main only within the commit leave no log. */
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(m, "snapshot-log")), 6);
    free(body);
    bench_stop(&b);
}

/* Old files go when the commit is published, not before. */
static void files_go_with_their_commit(void)
{
    struct bench b;
    char s[600], body[1000];
    make_table(&b, 2);
    size_t files = bench_files(&b);
    CU_ASSERT_EQUAL(files, 4); /* the current one, and three before it */
    snprintf(body, sizeof body, "{\"updates\":[%s]}", snapshot(s, 6));
    ask_how(&b, DROPPED, "POST", TABLE, NULL, body);
    CU_ASSERT_EQUAL(bench_files(&b), files);
    b.memory.full = true;
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, body), 500);
    CU_ASSERT_EQUAL(bench_files(&b), files);
    b.memory.full = false;
    const cJSON *log = json_get(version_tree(now_of(&b, "t")), "metadata-log");
    char *oldest = mem_strdup(json_str(log->child, "metadata-file"));
    CU_ASSERT_PTR_NOT_NULL(memory_find(&b.memory, oldest));
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, body), 200);
    CU_ASSERT_EQUAL(bench_files(&b), files);
    CU_ASSERT_PTR_NULL(memory_find(&b.memory, oldest));
    free(oldest);
    bench_stop(&b);
}

static bool has_tree(struct bench *b, const char *table)
{
    return now_of(b, table)->kept != NULL;
}

/* Trees that were not used for long are given up, and come back. */
static void trees_are_given_up(void)
{
    enum { BIG = 600 << 10, TABLES = 40 };
    struct bench b;
    char name[20], path[80];
    char *body = mem_alloc(BIG + 1000);
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    for (int i = 0; i < TABLES; i++) {
        int n = snprintf(body, 1000,
                         "{\"name\":\"t%d\",\"schema\":" SIMPLE_SCHEMA
                         ",\"properties\":{\"p\":\"",
                         i);
        memset(body + n, 'x', BIG);
        memcpy(body + n + BIG, "\"}}", 4);
        CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/db/tables", body), 200);
    }
    CU_ASSERT_FALSE(has_tree(&b, "t0"));
    snprintf(name, sizeof name, "t%d", TABLES - 1);
    CU_ASSERT(has_tree(&b, name));
    CU_ASSERT(text_holds(&b, "t0"));
    snprintf(path, sizeof path, "/v1/namespaces/db/tables/t1");
    CU_ASSERT_EQUAL(ask(&b, "POST", path,
                        "{\"updates\":[{\"action\":\"set-properties\","
                        "\"updates\":{\"q\":\"1\"}}]}"),
                    200);
    CU_ASSERT(has_tree(&b, "t1"));
    CU_ASSERT(text_holds(&b, "t1"));
    unsigned with_tree = 0;
    for (int i = 0; i < TABLES; i++) { /* reads of this kind need trees */
        snprintf(path, sizeof path,
                 "/v1/namespaces/db/tables/t%d?snapshots=refs", i);
        CU_ASSERT_EQUAL(ask(&b, "GET", path, NULL), 200);
    }
    for (int i = 0; i < TABLES; i++) {
        snprintf(name, sizeof name, "t%d", i);
        with_tree += has_tree(&b, name);
    }
    CU_ASSERT(with_tree > 0 && with_tree < TABLES / 2);
    free(body);
    bench_stop(&b);
}

UNIT_MAIN("catalog texts", UNIT(every_update_leaves_its_text),
          UNIT(any_order_leaves_its_text), UNIT(meddling_leaves_its_text),
          UNIT(a_failed_commit_leaves_the_base),
          UNIT(transactions_leave_their_texts),
          UNIT(many_snapshots_in_one_commit), UNIT(files_go_with_their_commit),
          UNIT(trees_are_given_up))
