/* What real clients asked and were content with is answered as it was; and a
 * mock that answered otherwise would be found out. See replay.h. */
#include "mocks/replay.h"

/* ---- the recordings ---------------------------------------------------------
 */

static void plays(const char *name)
{
    struct play p;
    play_start(&p, name, NULL);
    play_all(&p);
    CU_ASSERT_EQUAL(p.differs, 0);
    CU_ASSERT_EQUAL(p.compared, p.n - 1);
    printf("%s: %zu exchanges, %zu aliases, %zu signatures made anew\n", name,
           p.compared, p.learned, p.signed_anew);
    play_stop(&p);
}

static void pyiceberg_with_pyarrow(void)
{
    plays("pyiceberg");
}

static void pyiceberg_with_fsspec(void)
{
    plays("pyiceberg_fsspec");
}

static void duckdb_by_transactions(void)
{
    plays("duckdb");
}

static void duckdb_by_tables(void)
{
    plays("duckdb_table");
}

static void java(void)
{
    plays("java");
}

/* What each client is in here for: a new recording must have it as well. */
static void the_recordings_have_each_clients_ways(void)
{
    static const struct {
        const char *name, *text; /* of the request's head */
        size_t least;
    } rows[] = {
        {"pyiceberg", "X-Iceberg-Access-Delegation", 50},
        {"pyiceberg", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", 5},
        {"pyiceberg", "?uploads", 5},
        {"pyiceberg", "/tables/rename ", 2},
        {"pyiceberg", "/views", 8},
        {"pyiceberg_fsspec", "x-amz-checksum-crc32", 5},
        {"pyiceberg_fsspec", "100-continue", 5},
        {"duckdb", "POST /v1/transactions/commit ", 5},
        {"duckdb", "PUT /data-lake/", 5},
        {"duckdb_table", "POST /v1/namespaces/duck/tables/t ", 5},
        {"java", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", 5},
        {"java", "If-None-Match", 5},
        {"java", "/metrics ", 10},
        {"java", "POST /v1/transactions/commit ", 2},
        {"java", "POST /v1/views/rename ", 1},
        {"java", "/tables/shared ", 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct play p = {.n = 0};
        size_t have = 0;
        read_lines(&p, rows[i].name);
        for (size_t k = 1; k < p.n; k++)
            have += strstr(json_str(json_get(p.lines[k], "request"), "head"),
                           rows[i].text) != NULL;
        if (have < rows[i].least)
            fprintf(stderr, "%s: %zu times %s\n", rows[i].name, have,
                    rows[i].text);
        CU_ASSERT(have >= rows[i].least);
        for (size_t k = 0; k < p.n; k++)
            cJSON_Delete(p.lines[k]);
    }
}

/* ---- would a change of the mock be noticed? ---------------------------------
 */

static void a_changed_answer_is_noticed(void)
{
    static const struct {
        const char *name;
        unsigned where; /* the first difference; exactly that */
        const char *rule;
    } rows[] = {
        {"java", IN_STATUS | IN_HEADERS | IN_BODY,
         "{\"match\":{\"operation\":\"createTable\",\"nth\":1},"
         "\"phase\":\"before\",\"do\":{\"error\":{\"type\":"
         "\"CommitFailedException\"}}}"},
        {"java", IN_STATUS | IN_HEADERS,
         "{\"match\":{\"operation\":\"dropTable\",\"nth\":1},"
         "\"phase\":\"after\",\"do\":{\"status\":{\"status\":200}}}"},
        {"java", IN_TYPE | IN_HEADERS,
         "{\"match\":{\"operation\":\"createNamespace\",\"nth\":2},"
         "\"phase\":\"after\",\"do\":{\"error\":{\"type\":"
         "\"NamespaceNotEmptyException\",\"status\":409,"
         "\"message\":\"Namespace already exists: java\"}}}"},
        {"pyiceberg", IN_HEADERS,
         "{\"match\":{\"operation\":\"loadTable\",\"nth\":3},"
         "\"phase\":\"after\",\"do\":{\"content-type\":{\"content_type\":"
         "\"text/plain\"}}}"},
        {"pyiceberg", IN_HEADERS,
         "{\"match\":{\"operation\":\"loadTable\",\"nth\":3},"
         "\"phase\":\"after\",\"do\":{\"headers\":{\"headers\":"
         "{\"X-More\":\"1\"}}}}"},
        {"duckdb", IN_BODY,
         "{\"match\":{\"operation\":\"loadTable\",\"nth\":3},"
         "\"phase\":\"during\",\"do\":{\"corrupt\":{\"bytes\":1,"
         "\"at\":\"body\"}}}"},
        {"duckdb", IN_BODY,
         "{\"match\":{\"operation\":\"GetObject\",\"nth\":2},"
         "\"phase\":\"during\",\"do\":{\"corrupt\":{\"bytes\":1,"
         "\"at\":\"body\"}}}"},
        {"pyiceberg_fsspec", IN_HEADERS,
         "{\"match\":{\"operation\":\"PutObject\",\"nth\":1},"
         "\"phase\":\"after\",\"do\":{\"headers\":{\"headers\":{\"ETag\":"
         "\"\\\"00000000000000000000000000000000\\\"\"}}}}"},
        {"pyiceberg", IN_BODY | IN_HEADERS,
         "{\"match\":{\"operation\":\"loadTable\",\"nth\":2},"
         "\"phase\":\"before\",\"do\":{\"schema-drift\":{\"change\":"
         "\"change-doc\"}}}"},
        {"duckdb_table", IN_BODY | IN_HEADERS,
         "{\"match\":{\"operation\":\"updateTable\",\"nth\":3},"
         "\"phase\":\"before\",\"do\":\"lie-ok\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct play p;
        play_start(&p, rows[i].name, rows[i].rule);
        unsigned where = play_until_other(&p);
        if (where != rows[i].where)
            fprintf(stderr, "%s: %u, wanted %u\n", rows[i].rule, where,
                    rows[i].where);
        CU_ASSERT_EQUAL(where, rows[i].where);
        play_stop(&p);
    }
}

/* One digit of the first signature that the client made is another. */
static void a_wrong_signature_is_noticed(void)
{
    static const char *const names[] = {"pyiceberg", "pyiceberg_fsspec",
                                        "duckdb", "java"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct play p;
        char *at = NULL;
        play_start(&p, names[i], NULL);
        for (size_t k = 1; k < p.n && !at; k++) {
            cJSON *r = json_get(p.lines[k], "request");
            at = strstr(json_get(r, "head")->valuestring, "Signature=");
        }
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        at += strlen("Signature=");
        *at = *at == '0' ? '1' : '0';
        CU_ASSERT(play_until_other(&p) & IN_STATUS);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(str_z(&p.clients[1].got), "SignatureDoesNotMatch"));
        play_stop(&p);
    }
}

/* Each text, number and truth of an answer, changed one by one. */
struct spoiling {
    struct play *p;
    const cJSON *line;
    const struct got *g;
    size_t spoilt;
};

static void must_be_noticed(struct spoiling *s, const char *what)
{
    unsigned d = answer_differs(s->p, s->line, s->g);
    if (!d)
        fprintf(stderr, "%d: %s changed, and nothing said\n",
                (int)json_i64(s->line, "n", 0), what);
    CU_ASSERT(d != 0);
    s->spoilt++;
}

static void spoil(struct spoiling *s, cJSON *item)
{
    const char *name = item->string ? item->string : "";
    bool text = cJSON_IsString(item) || cJSON_IsRaw(item);
    if (text && *item->valuestring && strcmp(item->valuestring, "*") != 0) {
        item->valuestring[0] ^= 1;
        must_be_noticed(s, name);
        item->valuestring[0] ^= 1;
    } else if (cJSON_IsNumber(item)) {
        double was = item->valuedouble;
        cJSON_SetNumberValue(item, was + CLOCK_ERROR_MS);
        must_be_noticed(s, name);
        cJSON_SetNumberValue(item, was);
    } else if (cJSON_IsBool(item)) {
        item->type ^= cJSON_True | cJSON_False;
        must_be_noticed(s, name);
        item->type ^= cJSON_True | cJSON_False;
    }
    for (cJSON *at = item->child; at; at = at->next)
        spoil(s, at);
}

static void every_value_of_an_answer_counts(void)
{
    struct play p;
    struct spoiling s = {.p = &p};
    play_start(&p, "duckdb", NULL);
    for (size_t i = 1; i < p.n; i++) {
        struct got g = {0};
        cJSON *answer = json_get(p.lines[i], "answer");
        p.now_ms = json_i64(p.lines[i], "at_ms", 0);
        write_wire(&p, json_get(p.lines[i], "request"));
        ask(&p, p.lines[i], &g);
        CU_ASSERT_EQUAL(answer_differs(&p, p.lines[i], &g), 0);
        s.line = p.lines[i];
        s.g = &g;
        if (!json_get(answer, "same"))
            spoil(&s, answer);
    }
    CU_ASSERT(s.spoilt > 1000);
    play_stop(&p);
}

UNIT_MAIN("replay", UNIT(pyiceberg_with_pyarrow), UNIT(pyiceberg_with_fsspec),
          UNIT(duckdb_by_transactions), UNIT(duckdb_by_tables), UNIT(java),
          UNIT(the_recordings_have_each_clients_ways),
          UNIT(a_changed_answer_is_noticed), UNIT(a_wrong_signature_is_noticed),
          UNIT(every_value_of_an_answer_counts))
