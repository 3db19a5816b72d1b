/* Every operation of the catalog meets faults of every kind and phase, over a
 * socket: what is in force for createTable is in force for all of them.
 *
 * requests[] has one request an operation that succeeds in a fresh world;
 * faults[] says what must come of it, and of the catalog's state. */
#include "mocks/catalog/catalog.h"
#include "mocks/testing.h"

enum { MOST_TEXT = 8192, MOST_REQUEST = 16384 };

#define NS "/v1/namespaces/db"
#define SCHEMA                                                                 \
    "{\"type\":\"struct\",\"fields\":[{\"id\":1,\"name\":\"id\","              \
    "\"required\":true,\"type\":\"long\"}]}"
#define ID(name) "{\"namespace\":[\"db\"],\"name\":\"" name "\"}"
#define SET                                                                    \
    "\"requirements\":[],\"updates\":[{\"action\":\"set-properties\","         \
    "\"updates\":{\"colour\":\"blue\"}}]"

static const char world[] =
    "{\"namespaces\":[\"db\",\"empty\"],\"views\":[\"db.v\"],"
    "\"credentials\":\"15m\",\"remote_signing\":true,\"idempotency\":\"30m\","
    "\"tables\":[{\"namespace\":\"db\",\"name\":\"old\",\"schema\":" SCHEMA
    "},{\"namespace\":\"db\",\"name\":\"other\",\"schema\":" SCHEMA "}]}";

/* @: the location of old's metadata, or of the view's; #: the store's port. */
static const struct request {
    const char *operation, *method, *path, *body;
    bool writes;
} requests[] = {
    {"getConfig", "GET", "/v1/config", NULL, false},
    {"getToken", "POST", "/v1/oauth/tokens",
     "grant_type=client_credentials&client_id=me&client_secret=hush", false},
    {"listNamespaces", "GET", "/v1/namespaces", NULL, false},
    {"createNamespace", "POST", "/v1/namespaces", "{\"namespace\":[\"new\"]}",
     true},
    {"loadNamespace", "GET", NS, NULL, false},
    {"namespaceExists", "HEAD", NS, NULL, false},
    {"dropNamespace", "DELETE", "/v1/namespaces/empty", NULL, true},
    {"updateProperties", "POST", NS "/properties",
     "{\"updates\":{\"colour\":\"blue\"}}", true},
    {"listTables", "GET", NS "/tables", NULL, false},
    {"createTable", "POST", NS "/tables",
     "{\"name\":\"new\",\"schema\":" SCHEMA "}", true},
    {"loadTable", "GET", NS "/tables/old", NULL, false},
    {"tableExists", "HEAD", NS "/tables/old", NULL, false},
    {"updateTable", "POST", NS "/tables/old", "{" SET "}", true},
    {"dropTable", "DELETE", NS "/tables/old", NULL, true},
    {"renameTable", "POST", "/v1/tables/rename",
     "{\"source\":" ID("old") ",\"destination\":" ID("new") "}", true},
    {"reportMetrics", "POST", NS "/tables/old/metrics",
     "{\"report-type\":\"scan-report\",\"table-name\":\"old\",\"snapshot-id\":"
     "1,\"filter\":true,\"schema-id\":0,\"projected-field-ids\":[],"
     "\"projected-field-names\":[],\"metrics\":{}}",
     false},
    {"registerTable", "POST", NS "/register",
     "{\"name\":\"new\",\"metadata-location\":\"@\"}", true},
    {"unregisterTable", "POST", NS "/tables/old/unregister", NULL, true},
    {"loadCredentials", "GET", NS "/tables/old/credentials", NULL, false},
    {"signRequest", "POST", NS "/tables/old/sign",
     "{\"region\":\"us-east-1\",\"uri\":\"http://127.0.0.1:#/data-lake/"
     "warehouse/db/old/data/x\",\"method\":\"GET\",\"headers\":{}}",
     false},
    {"commitTransaction", "POST", "/v1/transactions/commit",
     "{\"table-changes\":[{\"identifier\":" ID(
         "old") "," SET "},{\"identifier\":" ID("other") "," SET "}]}",
     true},
    {"listViews", "GET", NS "/views", NULL, false},
    {"createView", "POST", NS "/views",
     "{\"name\":\"w\",\"schema\":" SCHEMA ",\"view-version\":{\"version-id\":1,"
     "\"timestamp-ms\":1,\"schema-id\":0,\"summary\":{},"
     "\"default-namespace\":[\"db\"],\"representations\":[{\"type\":\"sql\","
     "\"sql\":\"select 1\",\"dialect\":\"spark\"}]},\"properties\":{}}",
     true},
    {"loadView", "GET", NS "/views/v", NULL, false},
    {"viewExists", "HEAD", NS "/views/v", NULL, false},
    {"replaceView", "POST", NS "/views/v", "{" SET "}", true},
    {"dropView", "DELETE", NS "/views/v", NULL, true},
    {"renameView", "POST", "/v1/views/rename",
     "{\"source\":" ID("v") ",\"destination\":" ID("w") "}", true},
    {"registerView", "POST", NS "/register-view",
     "{\"name\":\"w\",\"metadata-location\":\"@\"}", true},
};
enum { REQUESTS = sizeof requests / sizeof *requests };

enum { AS_USUAL = -1, WHATEVER = -2, NONE = 0 };

static const struct {
    const char *phase, *does;
    int status;  /* of the answer */
    int applied; /* changes of a write */
    const char *ended;
} faults[] = {
    {"before", "\"reset\"", NONE, 0, "reset"},
    {"before", "\"stall\"", NONE, 0, "stalled"},
    {"before", "{\"error\":\"ServiceUnavailableException\"}", 503, 0, NULL},
    {"before", "{\"status\":418}", 418, 0, NULL},
    {"before", "\"html\"", 502, 0, NULL},
    {"before", "\"lie-ok\"", AS_USUAL, 0, NULL},
    {"before", "{\"late-apply\":{\"time\":\"1ms\"}}", 504, 1, NULL},
    {"before", "{\"delay\":{\"time\":\"1ms\"}}", AS_USUAL, 1, NULL},
    {"before", "\"stale-read\"", WHATEVER, WHATEVER, NULL},
    {"before", "\"forget-keys\"", AS_USUAL, 1, NULL},
    {"before", "\"revoke-tokens\"", AS_USUAL, 1, NULL},
    {"after", "\"reset\"", NONE, 1, "reset"},
    {"after", "\"close\"", NONE, 1, "closed"},
    {"after", "{\"error\":\"CommitStateUnknownException\"}", 500, 1, NULL},
    {"after", "{\"html\":{\"status\":504}}", 504, 1, NULL},
    {"after", "{\"headers\":{\"headers\":{\"ETag\":\"x\"}}}", AS_USUAL, 1,
     NULL},
    {"after", "{\"body\":{\"body\":\"{\"}}", AS_USUAL, 1, NULL},
    {"after", "\"twice\"", WHATEVER, WHATEVER, NULL},
    {"during", "{\"reset\":{\"at\":\"status\"}}", WHATEVER, 1, "reset"},
    {"during", "{\"truncate\":{\"at\":\"head\"}}", AS_USUAL, 1, NULL},
    {"during", "{\"malformed\":\"status-line\"}", WHATEVER, 1, NULL},
    {"during", "{\"throttle\":{\"bytes\":4096,\"every\":\"1ms\"}}", AS_USUAL, 1,
     NULL},
    {"during", "{\"reset\":{\"of\":\"request\",\"at\":\"head\"}}", NONE, 0,
     "reset"},
};
enum { FAULTS = sizeof faults / sizeof *faults };

static void begin_world(void)
{
    struct mock_options o;
    char why[200] = "";
    cJSON *catalog = json_parse(world, sizeof world - 1, NULL);
    mock_default_options(&o);
    o.catalog = catalog;
    open_world(&o);
    cJSON_Delete(catalog);
    CU_ASSERT_FATAL(mock_listen(w.mock, why));
}

static size_t changes(void)
{
    const struct journal *j = mock_journal(w.mock);
    size_t n = 0;
    for (size_t i = 0; i < journal_count(j); i++)
        n += journal_at(j, i)->kind == JOURNAL_APPLIED;
    return n;
}

static int status_of(const struct client *c)
{
    static const char version[] = "HTTP/1.1 ";
    const char *z = str_z(&c->got);
    return strncmp(z, version, sizeof version - 1) == 0
               ? (int)strtol(z + sizeof version - 1, NULL, 10)
               : 0;
}

static void add_request(struct str *out, const struct request *r,
                        const char *location)
{
    struct str body;
    str_init(&body, MOST_TEXT);
    for (const char *z = r->body ? r->body : ""; *z; z++) {
        if (*z == '@')
            str_addz(&body, location);
        else if (*z == '#')
            str_addf(&body, "%d", mock_port(w.mock, MOCK_S3));
        else
            str_addc(&body, *z);
    }
    str_addf(out, "%s %s HTTP/1.1\r\nHost: x\r\n", r->method, r->path);
    if (r->body)
        str_addf(out, "Content-Length: %zu\r\n", body.len);
    str_addf(out, "\r\n%s", str_z(&body));
    str_fini(&body);
}

/* metadata-location of what is there; one exchange. */
static void find_location(const char *path, char to[MOST_TEXT])
{
    static const char member[] = "\"metadata-location\":\"";
    struct client c;
    char text[256];
    call(&c);
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    say(&c, text);
    until_got(&c, member);
    const char *at = strstr(str_z(&c.got), member);
    const char *from = at ? at + sizeof member - 1 : "";
    snprintf(to, MOST_TEXT, "%.*s", (int)strcspn(from, "\""), from);
    hang_up(&c);
}

/* Sends r; its exchange is over, and so is what it left behind. */
static void perform(const struct request *r, const char *rule, struct client *c)
{
    char location[MOST_TEXT] = "";
    struct str text;
    uint64_t first = 1;
    bool view = strcmp(r->operation, "registerView") == 0;
    if (r->body && strchr(r->body, '@')) {
        find_location(view ? NS "/views/v" : NS "/tables/old", location);
        first = 2;
    }
    if (rule)
        arm(rule);
    str_init(&text, MOST_REQUEST);
    call(c);
    add_request(&text, r, location);
    say(c, str_z(&text));
    str_fini(&text);
    const struct journal_entry *e = entry_of(first, false);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->operation, r->operation);
}

static void until_ended(struct client *c, const char *ended)
{
    const struct journal *j = mock_journal(w.mock);
    const struct journal_entry *e = NULL;
    for (size_t i = 0; i < journal_count(j); i++)
        if (journal_at(j, i)->kind == JOURNAL_EXCHANGE)
            e = journal_at(j, i);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    if (ended && strcmp(ended, "stalled") == 0)
        return; /* that one has no end */
    e = entry_of(e->exchange, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    if (ended)
        CU_ASSERT_STRING_EQUAL(e->ended, ended);
    while (c->got.len < e->answer_bytes && !over(c) && !w.late)
        turn_once();
}

/* The status without a fault; every request must do what it is there for. */
static int plain_status(const struct request *r)
{
    struct client c;
    begin_world();
    perform(r, NULL, &c);
    until_ended(&c, "answered");
    int status = status_of(&c);
    CU_ASSERT_EQUAL(changes(), r->writes);
    if (status != 200 && status != 204)
        fprintf(stderr, "%s: %s\n", r->operation, str_z(&c.got));
    CU_ASSERT(status == 200 || status == 204);
    hang_up(&c);
    end();
    return status;
}

static void meet(const struct request *r, size_t f, int usual)
{
    struct client c;
    char rule[512];
    size_t due = r->writes && faults[f].applied == 1;
    snprintf(rule, sizeof rule,
             "{\"id\":\"f\",\"match\":{\"operation\":\"%s\",\"nth\":1},"
             "\"phase\":\"%s\",\"do\":%s}",
             r->operation, faults[f].phase, faults[f].does);
    begin_world();
    perform(r, rule, &c);
    until_ended(&c, faults[f].ended);
    for (int i = 0; i < TURNS && changes() < due && !w.late; i++)
        turn_once();
    int status = status_of(&c);
    int want = faults[f].status == AS_USUAL ? usual : faults[f].status;
    bool ok = (want == WHATEVER || status == want) &&
              (faults[f].applied == WHATEVER || changes() == due) &&
              fault_all_fired(mock_faults(w.mock), &c.got);
    if (!ok)
        fprintf(stderr, "%s meets %s %s: status %d, %zu changes\n",
                r->operation, faults[f].phase, faults[f].does, status,
                changes());
    CU_ASSERT(ok);
    hang_up(&c);
    end();
}

static void every_operation_has_a_request(void)
{
    for (const struct operation *op = catalog_operations; op->name; op++) {
        bool found = false;
        for (size_t i = 0; i < REQUESTS; i++)
            found = found || strcmp(requests[i].operation, op->name) == 0;
        if (!found)
            fprintf(stderr, "%s has no request here\n", op->name);
        CU_ASSERT(found);
    }
}

static void every_operation_meets_every_fault(void)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        int usual = plain_status(&requests[i]);
        for (size_t f = 0; f < FAULTS; f++)
            meet(&requests[i], f, usual);
    }
}

UNIT_MAIN("catalog endpoints", UNIT(every_operation_has_a_request),
          UNIT(every_operation_meets_every_fault))
