/* journal: what is kept, what is masked, and the trace. */
#include <string.h>

#include "base/json.h"
#include "base/unit.h"
#include "mocks/exchange.h"
#include "mocks/journal.h"

static struct service service = {.name = "catalog"};
static const struct operation load = {.name = "loadTable"};

static const char request[] =
    "POST /v1/t?client_secret=hush&a=b HTTP/1.1\r\nHost: x\r\n"
    "Authorization: Bearer abcdef-token\r\n"
    "X-Note: it is s3cret-value\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 28\r\n\r\nclient_secret=hidden&scope=x";

/* An exchange as the journal sees it, without a server. */
static void begin(struct exchange *x, uint64_t ordinal)
{
    size_t at = 0, used;

    memset(x, 0, sizeof(*x));
    arena_init(&x->arena);
    x->service = &service;
    x->op = &load;
    x->ordinal = ordinal;
    x->connection_ordinal = 1;
    x->names.namespace_ = "ns";
    x->names.table = "t";
    x->parser = http1_new(&http1_default_limits, &x->arena);
    x->request = http1_request(x->parser);
    while (http1_feed(x->parser, request + at, sizeof(request) - 1 - at,
                      &used) == HTTP1_HEAD)
        at += used;
}

static void answer(struct exchange *x)
{
    x->answer.status = 200;
    answer_set(&x->answer, &x->arena, "Content-Type", "application/json");
    x->answer.body = SLICE_LIT("{\"t\":\"s3cret-value\"}");
    x->marks = (struct answer_marks){17, 50, 70, 50};
    x->fields = SLICE_LIT("Content-Type: application/json\r\n");
    x->sent = 70;
    x->ended = "answered";
}

static void finish(struct exchange *x)
{
    http1_free(x->parser);
    answer_reset(&x->answer);
    arena_fini(&x->arena);
}

static void record(struct journal *j, uint64_t ordinal)
{
    struct exchange x;

    begin(&x, ordinal);
    journal_begin(j, (int64_t)ordinal * 1000, &x);
    answer(&x);
    journal_end(j, (int64_t)ordinal * 1000 + 500, &x);
    finish(&x);
}

static void secrets_are_masked_everywhere(void)
{
    struct secrets *s = secrets_new();
    struct journal *j = journal_new(s, 10, 1 << 20);
    struct str all;
    enum secret_encoding how;

    secrets_add(s, SLICE_LIT("s3cret-value"));
    record(j, 1);
    const struct journal_entry *e = journal_at(j, 0);
    CU_ASSERT_STRING_EQUAL(e->target, "/v1/t?client_secret=***&a=b");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(e->request_head, "Authorization: Bearer ***\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(e->request_head, "X-Note: it is ***\n"));
    CU_ASSERT_STRING_EQUAL(e->request_body, "client_secret=***&scope=x");
    CU_ASSERT_STRING_EQUAL(e->answer_body, "{\"t\":\"***\"}");
    str_init(&all, 1 << 20);
    cJSON *json = journal_json(j, 0, 100);
    json_print(json, &all);
    journal_trace(j, &all);
    CU_ASSERT_FALSE(secrets_find(s, str_slice(&all), &how));
    CU_ASSERT_PTR_NULL(strstr(str_z(&all), "abcdef"));
    cJSON_Delete(json);
    str_fini(&all);
    journal_free(j);
    secrets_free(s);
}

static void the_oldest_entries_go(void)
{
    struct journal *j = journal_new(NULL, 3, 1 << 20);

    for (uint64_t i = 1; i <= 5; i++)
        record(j, i);
    CU_ASSERT_EQUAL(journal_count(j), 3);
    CU_ASSERT_EQUAL(journal_dropped(j), 2);
    CU_ASSERT_EQUAL(journal_at(j, 0)->exchange, 3);
    CU_ASSERT_PTR_NULL(journal_at(j, 3));
    cJSON *json = journal_json(j, 4, 10);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json), 1);
    cJSON_Delete(json);
    json = journal_json(j, 0, 2);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json), 2);
    cJSON_Delete(json);
    journal_free(j);
}

static void bytes_are_bounded_too(void)
{
    struct journal *j = journal_new(NULL, 1000, 20000);

    for (uint64_t i = 1; i <= 50; i++)
        record(j, i);
    CU_ASSERT(journal_count(j) < 40);
    CU_ASSERT(journal_count(j) > 10);
    CU_ASSERT_EQUAL(journal_count(j) + journal_dropped(j), 50);
    journal_free(j);
}

static void an_open_entry_may_be_dropped(void)
{
    struct journal *j = journal_new(NULL, 1, 1 << 20);
    struct exchange x;

    begin(&x, 1);
    journal_begin(j, 0, &x);
    record(j, 2);
    CU_ASSERT_PTR_NULL(x.journal_entry);
    finish(&x);
    journal_free(j);
}

static void the_trace_is_of_ordinals_and_times(void)
{
    struct journal *j = journal_new(NULL, 10, 1 << 20);
    struct str out;

    journal_reset(j, 500);
    journal_connection(j, JOURNAL_CONNECTED, 600, "catalog", 1, NULL);
    record(j, 1);
    journal_meddled(j, 2000, "catalog", "f: uuid-swap");
    str_init(&out, 1 << 16);
    journal_trace(j, &out);
    CU_ASSERT_STRING_EQUAL(
        str_z(&out),
        "1 100 connected catalog c1\n"
        "2 500 exchange catalog c1 x1 op=\"loadTable\" ns=\"ns\" table=\"t\" "
        "POST in=216 status=200 out=70 hash=c755a79c65111a49 faults= "
        "ended=answered end=1000\n"
        "3 1500 meddled catalog c0 detail=\"f: uuid-swap\"\n");
    str_fini(&out);
    journal_free(j);
}

UNIT_MAIN("journal", UNIT(secrets_are_masked_everywhere),
          UNIT(the_oldest_entries_go), UNIT(bytes_are_bounded_too),
          UNIT(an_open_entry_may_be_dropped),
          UNIT(the_trace_is_of_ordinals_and_times))
