/* fault_table: the one table of actions, with their parameters.
 *
 * Loader, schema, documentation, probe and counters read it. Adding an action
 * means a row here, its kind in fault.h, and the code of its level.
 */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/catalog.h"
#include "mocks/fault.h"

const char *const fault_phase_names[] = {"before", "after", "during", NULL};
const char *const fault_level_names[] = {
    "connection", "ending", "time", "bytes", "answer", "effect", "state", NULL};

enum { CATALOG = 1, S3 = 2, BOTH = 3 };
enum {
    BEFORE = 1 << FAULT_BEFORE,
    AFTER = 1 << FAULT_AFTER,
    DURING = 1 << FAULT_DURING
};
enum { MOST_BYTES = 1 << 30, MOST_DAMAGE = 16 << 20 };

static const char *const place_words[] = {"half", "status", "head", "body",
                                          NULL};
static const char *const side_words[] = {"answer", "request", NULL};
static const char *const shape_words[] = {"fixed", "uniform", "lognormal",
                                          NULL};
static const char *const malformed_words[] = {
    "status-line", "header", "chunk", "json", "utf8", "xml", NULL};
static const char *const huge_words[] = {"headers", "body", NULL};
static const char *const tls_words[] = {"expired", "wrong-name", "untrusted",
                                        "cut", NULL};
static const char *const state_words[] = {"keep", "lose", NULL};
static const char *const then_words[] = {"answer", "reset", "stall", NULL};

/* ---- readers for what spec has no type for --------------------------------
 */

static bool read_status(const cJSON *node, void *out, struct arena *a,
                        struct spec_error *e)
{
    int64_t n;
    (void)a;
    if (!json_int64(node, &n) || n < 200 || n > 999)
        return spec_fail(e, node, "a status is a number from 200 to 999");
    *(int *)out = (int)n;
    return true;
}

static cJSON *status_schema(void)
{
    cJSON *s = cJSON_CreateObject();
    json_set_str(s, "type", "integer");
    json_set_i64(s, "minimum", 200);
    json_set_i64(s, "maximum", 999);
    return s;
}

/* Text, or a number as people write it without quotes. */
static bool read_text(const cJSON *node, void *out, struct arena *a,
                      struct spec_error *e)
{
    int64_t n;
    if (cJSON_IsString(node))
        *(const char **)out = arena_strdup(a, node->valuestring);
    else if (json_int64(node, &n))
        *(const char **)out = arena_printf(a, "%lld", (long long)n);
    else
        return spec_fail(e, node,
                         "write seconds (5), \"+10s\" for a date, or any text");
    return true;
}

static cJSON *text_schema(void)
{
    cJSON *s = cJSON_CreateObject();
    cJSON *types = cJSON_AddArrayToObject(s, "type");
    cJSON_AddItemToArray(types, cJSON_CreateString("string"));
    cJSON_AddItemToArray(types, cJSON_CreateString("integer"));
    return s;
}

static bool read_one_of(const cJSON *node, const char *const *words, void *out,
                        struct arena *a, struct spec_error *e)
{
    if (!cJSON_IsString(node))
        return spec_fail(e, node, "a word is wanted here, such as '%s'",
                         words[0]);
    for (size_t i = 0; words[i]; i++) {
        if (!strcmp(words[i], node->valuestring)) {
            *(const char **)out = arena_strdup(a, words[i]);
            return true;
        }
    }
    const char *near = spec_nearest(node->valuestring, words);
    return spec_fail(e, node, "unknown word '%.40s': did you mean '%s'?",
                     node->valuestring, near ? near : words[0]);
}

static cJSON *words_schema(const char *const *words)
{
    cJSON *s = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(s, "enum");
    for (size_t i = 0; words[i]; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(words[i]));
    return s;
}

static bool read_drift(const cJSON *node, void *out, struct arena *a,
                       struct spec_error *e)
{
    return read_one_of(node, catalog_drift_words, out, a, e);
}

static cJSON *drift_schema(void)
{
    return words_schema(catalog_drift_words);
}

static const char *const kind_words[] = {"table", "view", NULL};

static bool read_kind(const cJSON *node, void *out, struct arena *a,
                      struct spec_error *e)
{
    return read_one_of(node, kind_words, out, a, e);
}

static cJSON *kind_schema(void)
{
    return words_schema(kind_words);
}

/* ---- parameters ----------------------------------------------------------
 */

#define AT(member) .offset = offsetof(struct fault_params, member)

#define AT_BYTE                                                                \
    {                                                                          \
        .name = "at_byte", .type = SPEC_SIZE, AT(at_byte),                     \
        .doc = "after so many bytes, status line and headers included"         \
    }
#define AT_PLACE                                                               \
    {                                                                          \
        .name = "at", .type = SPEC_WORD, AT(at), .words = place_words,         \
        .doc = "or in the middle of this part"                                 \
    }
#define OF_SIDE                                                                \
    {                                                                          \
        .name = "of", .type = SPEC_WORD, AT(of), .words = side_words,          \
        .doc = "which bytes are counted; of a request: the server never acts"  \
    }
#define BYTES(text)                                                            \
    {                                                                          \
        .name = "bytes", .type = SPEC_SIZE, AT(bytes), .min = 1,               \
        .max = MOST_BYTES, .doc = text                                         \
    }
#define EVERY(text)                                                            \
    {                                                                          \
        .name = "every", .type = SPEC_DURATION, AT(every_ms), .doc = text      \
    }
#define STATUS(text)                                                           \
    {                                                                          \
        .name = "status", .type = SPEC_CUSTOM, AT(status),                     \
        .read = read_status, .schema = status_schema, .doc = text              \
    }
#define RETRY_AFTER                                                            \
    {                                                                          \
        .name = "retry_after", .type = SPEC_CUSTOM, AT(retry_after),           \
        .read = read_text, .schema = text_schema,                              \
        .doc =                                                                 \
            "Retry-After as it goes out; \"+10s\": the HTTP date 10 s after "  \
            "the answer's own Date"                                            \
    }
#define HEADERS                                                                \
    {                                                                          \
        .name = "headers", .type = SPEC_MAP, AT(headers),                      \
        .doc = "headers set in the answer"                                     \
    }
#define CONTENT_TYPE                                                           \
    {                                                                          \
        .name = "content_type", .type = SPEC_STRING, AT(content_type),         \
        .doc = "the Content-Type"                                              \
    }
#define NAMESPACE                                                              \
    {                                                                          \
        .name = "namespace", .type = SPEC_STRING, AT(namespace_),              \
        .doc = "levels joined with '.'; default: the request's"                \
    }
#define TABLE                                                                  \
    {                                                                          \
        .name = "table", .type = SPEC_STRING, AT(table),                       \
        .doc = "default: the request's"                                        \
    }
#define STATE                                                                  \
    {                                                                          \
        .name = "state", .type = SPEC_WORD, AT(lose), .words = state_words,    \
        .doc = "is the server's state there when it is back (default keep)"    \
    }

static const struct spec_field down_params[] = {STATE, {0}};
static const struct spec_field idle_close_params[] = {
    {.name = "time",
     .type = SPEC_DURATION,
     AT(ms),
     .doc = "closed when it was idle so long (default 0: at once)"},
    {0}};
static const struct spec_field tls_params[] = {{.name = "what",
                                                .type = SPEC_WORD,
                                                AT(what),
                                                .required = true,
                                                .words = tls_words,
                                                .doc = "what is wrong"},
                                               {0}};
static const struct spec_field ending_params[] = {
    AT_BYTE, AT_PLACE, OF_SIDE, {0}};
static const struct spec_field half_close_params[] = {AT_BYTE, AT_PLACE, {0}};
static const struct spec_field delay_params[] = {
    {.name = "time",
     .type = SPEC_DURATION,
     AT(ms),
     .required = true,
     .doc = "how long: all of it (fixed), the least (uniform), the median "
            "(lognormal)"},
    {.name = "shape",
     .type = SPEC_WORD,
     AT(shape),
     .words = shape_words,
     .doc = "the distribution (default fixed)"},
    {.name = "most",
     .type = SPEC_DURATION,
     AT(most_ms),
     .doc = "the longest, for uniform and lognormal"},
    {.name = "sigma",
     .type = SPEC_NUMBER,
     AT(sigma),
     .min = 0,
     .max = 10,
     .doc = "of lognormal (default 0.5)"},
    AT_BYTE,
    AT_PLACE,
    {0}};
static const struct spec_field throttle_params[] = {
    BYTES("bytes sent at a time (default 1KiB)"),
    EVERY("and then a pause so long (default 100ms)"),
    AT_BYTE,
    AT_PLACE,
    {0}};
static const struct spec_field drip_params[] = {
    EVERY("the pause after each byte (default 100ms)"),
    BYTES("so many bytes at a time (default 1)"),
    AT_BYTE,
    AT_PLACE,
    {0}};
static const struct spec_field blanks_params[] = {
    EVERY("the pause before each blank (default 10s)"),
    {.name = "bytes",
     .type = SPEC_INT,
     AT(bytes),
     .min = 1,
     .max = 1000,
     .doc = "so many blanks (default 3)"},
    {0}};
static const struct spec_field truncate_params[] = {AT_BYTE, AT_PLACE, {0}};
static const struct spec_field corrupt_params[] = {
    {.name = "bytes",
     .type = SPEC_SIZE,
     AT(bytes),
     .min = 1,
     .max = MOST_DAMAGE,
     .doc = "how many bytes are changed (default 1)"},
    AT_BYTE,
    AT_PLACE,
    {0}};
static const struct spec_field garbage_params[] = {
    {.name = "bytes",
     .type = SPEC_SIZE,
     AT(bytes),
     .min = 1,
     .max = MOST_DAMAGE,
     .doc = "how much of it (default 256)"},
    AT_BYTE,
    AT_PLACE,
    {0}};
static const struct spec_field malformed_params[] = {{.name = "what",
                                                      .type = SPEC_WORD,
                                                      AT(what),
                                                      .required = true,
                                                      .words = malformed_words,
                                                      .doc = "what is wrong"},
                                                     {0}};
static const struct spec_field huge_params[] = {
    {.name = "what",
     .type = SPEC_WORD,
     AT(what),
     .required = true,
     .words = huge_words,
     .doc = "what is too big"},
    BYTES("how big (default 1MiB of headers, 32MiB of body)"),
    {0}};
static const struct spec_field status_params[] = {
    {.name = "status",
     .type = SPEC_CUSTOM,
     AT(status),
     .required = true,
     .read = read_status,
     .schema = status_schema,
     .doc = "the status"},
    HEADERS,
    {.name = "body",
     .type = SPEC_STRING,
     AT(body),
     .doc = "the body (default empty)"},
    CONTENT_TYPE,
    RETRY_AFTER,
    {0}};
static const struct spec_field error_params[] = {
    {.name = "type",
     .type = SPEC_STRING,
     AT(type),
     .required = true,
     .doc = "an error of that server by name"},
    STATUS("default: the one that belongs to the error"),
    {.name = "message",
     .type = SPEC_STRING,
     AT(message),
     .doc = "default: the reference server's words"},
    RETRY_AFTER,
    HEADERS,
    {0}};
static const struct spec_field html_params[] = {
    STATUS("the status (default 502)"), RETRY_AFTER, HEADERS, {0}};
static const struct spec_field content_type_params[] = {
    {.name = "content_type",
     .type = SPEC_STRING,
     AT(content_type),
     .required = true,
     .doc = "the wrong type; empty: no Content-Type at all"},
    {0}};
static const struct spec_field headers_params[] = {
    {.name = "headers",
     .type = SPEC_MAP,
     AT(headers),
     .required = true,
     .doc = "name and value; in place of those that the answer has"},
    {0}};
static const struct spec_field body_params[] = {{.name = "body",
                                                 .type = SPEC_STRING,
                                                 AT(body),
                                                 .required = true,
                                                 .doc = "the other body"},
                                                CONTENT_TYPE,
                                                HEADERS,
                                                {0}};
static const struct spec_field late_apply_params[] = {
    {.name = "time",
     .type = SPEC_DURATION,
     AT(ms),
     .required = true,
     .doc = "when the request is carried out, from its arrival"},
    {.name = "then",
     .type = SPEC_WORD,
     AT(then),
     .words = then_words,
     .doc = "what the client meets at once (default answer)"},
    STATUS("of that answer (default 504)"),
    {0}};
static const struct spec_field table_params[] = {NAMESPACE, TABLE, {0}};
static const struct spec_field rival_create_params[] = {
    NAMESPACE,
    TABLE,
    {.name = "kind",
     .type = SPEC_CUSTOM,
     AT(kind),
     .read = read_kind,
     .schema = kind_schema,
     .doc = "table (default) or view"},
    {.name = "fits",
     .type = SPEC_BOOL,
     AT(fits),
     .doc = "is it the table that was asked for (default true)"},
    {.name = "columns",
     .type = SPEC_ANY,
     AT(columns),
     .doc = "its columns, as createTable has its fields"},
    {0}};
static const struct spec_field drift_params[] = {
    {.name = "change",
     .type = SPEC_CUSTOM,
     AT(change),
     .required = true,
     .read = read_drift,
     .schema = drift_schema,
     .doc = "what is different now"},
    NAMESPACE,
    TABLE,
    {0}};
static const struct spec_field page_token_params[] = {
    {.name = "fresh",
     .type = SPEC_BOOL,
     AT(fresh),
     .doc = "another token each time, and still no end (default false)"},
    {.name = "pages",
     .type = SPEC_INT,
     AT(pages),
     .min = 1,
     .max = 100000,
     .doc = "catalog: another token each time, and an end after so many pages"},
    {0}};
static const struct spec_field half_params[] = {
    {.name = "changes",
     .type = SPEC_INT,
     AT(changes),
     .min = 0,
     .max = 1000,
     .doc = "so many of the request's changes are carried out (default 1)"},
    {0}};
static const struct spec_field partial_delete_params[] = {
    {.name = "keys",
     .type = SPEC_INT,
     AT(keys),
     .min = 1,
     .max = 1000,
     .doc = "so many of the request's keys are refused, from the first "
            "(default 1)"},
    {.name = "type",
     .type = SPEC_STRING,
     AT(type),
     .doc = "by this error (default InternalError)"},
    {0}};
static const struct spec_field lose_part_params[] = {
    {.name = "part",
     .type = SPEC_INT,
     AT(part),
     .min = 1,
     .max = 10000,
     .doc = "its number (default 1)"},
    {0}};
static const struct spec_field restart_params[] = {STATE, {0}};

/* ---- the table ------------------------------------------------------------
 */

#define ROW(k, n, l, ph, sv, pa, ex, d)                                        \
    [k] = {.name = n,                                                          \
           .kind = k,                                                          \
           .level = l,                                                         \
           .phases = ph,                                                       \
           .servers = sv,                                                      \
           .params = pa,                                                       \
           .example = ex,                                                      \
           .doc = d}

const struct fault_action fault_actions[FAULT_KINDS] = {
    ROW(FAULT_REFUSE, "refuse", FAULT_CONNECTION, BEFORE, BOTH, NULL,
        "\"refuse\"", "Connections are refused: nobody listens on the port."),
    ROW(FAULT_BLACKHOLE, "blackhole", FAULT_CONNECTION, BEFORE, BOTH, NULL,
        "\"blackhole\"",
        "The first packet of a connection is never answered: the listener's "
        "queue is full."),
    ROW(FAULT_DOWN, "down", FAULT_CONNECTION, BEFORE, BOTH, down_params,
        "{\"down\":{\"state\":\"lose\"}}",
        "The server is down from 'from' for 'for': open connections are reset, "
        "new ones refused; it is back with or without its state."),
    ROW(FAULT_IDLE_CLOSE, "idle-close", FAULT_CONNECTION, BEFORE, BOTH,
        idle_close_params, "{\"idle-close\":{\"time\":\"5s\"}}",
        "The server closes a kept-alive connection that is idle."),
    ROW(FAULT_TLS, "tls", FAULT_CONNECTION, BEFORE, BOTH, tls_params,
        "{\"tls\":{\"what\":\"expired\"}}",
        "The server shows a bad certificate, or cuts the handshake."),
    ROW(FAULT_RESET, "reset", FAULT_ENDING, BEFORE | AFTER | DURING, BOTH,
        ending_params, "{\"reset\":{\"at_byte\":17}}",
        "A true RST: no answer, or its beginning."),
    ROW(FAULT_CLOSE, "close", FAULT_ENDING, BEFORE | AFTER | DURING, BOTH,
        ending_params, "\"close\"",
        "The connection is closed with FIN: no answer, or its beginning."),
    ROW(FAULT_HALF_CLOSE, "half-close", FAULT_ENDING, BEFORE | AFTER | DURING,
        BOTH, half_close_params, "\"half-close\"",
        "FIN of the server's side; it goes on reading."),
    ROW(FAULT_STALL, "stall", FAULT_ENDING, BEFORE | AFTER | DURING, BOTH,
        ending_params, "{\"stall\":{\"at\":\"body\"}}",
        "Nothing more comes, and the connection stays open."),
    ROW(FAULT_DELAY, "delay", FAULT_TIME, BEFORE | AFTER | DURING, BOTH,
        delay_params,
        "{\"delay\":{\"time\":\"2s\",\"shape\":\"uniform\",\"most\":\"5s\"}}",
        "It takes longer: before the server acts, before its answer, or in the "
        "middle of it."),
    ROW(FAULT_THROTTLE, "throttle", FAULT_TIME, DURING, BOTH, throttle_params,
        "{\"throttle\":{\"bytes\":\"1KiB\",\"every\":\"100ms\"}}",
        "The answer comes slowly."),
    ROW(FAULT_DRIP, "drip", FAULT_TIME, DURING, BOTH, drip_params,
        "{\"drip\":{\"every\":\"1s\",\"at\":\"body\"}}",
        "The answer comes byte by byte."),
    ROW(FAULT_KEEPALIVE_BLANKS, "keepalive-blanks", FAULT_TIME, DURING, S3,
        blanks_params, "{\"keepalive-blanks\":{\"every\":\"10s\",\"bytes\":3}}",
        "The status is sent at once and a blank now and then, to keep the "
        "connection alive; the real body, which may be an error, at the end."),
    ROW(FAULT_TRUNCATE, "truncate", FAULT_BYTES, DURING, BOTH, truncate_params,
        "{\"truncate\":{\"at\":\"body\"}}",
        "The answer ends early: its length or chunks say more than is sent "
        "before FIN."),
    ROW(FAULT_CORRUPT, "corrupt", FAULT_BYTES, DURING, BOTH, corrupt_params,
        "{\"corrupt\":{\"bytes\":2,\"at\":\"body\"}}",
        "Bytes of the answer are changed; their number is not."),
    ROW(FAULT_GARBAGE, "garbage", FAULT_BYTES, DURING, BOTH, garbage_params,
        "{\"garbage\":{\"bytes\":256}}",
        "Random bytes instead of the answer (or of its rest), then FIN."),
    ROW(FAULT_MALFORMED, "malformed", FAULT_BYTES, DURING, BOTH,
        malformed_params, "{\"malformed\":{\"what\":\"json\"}}",
        "Status line, header, chunk, JSON, UTF-8 or XML of the answer break "
        "the rules of their form; all else is right."),
    ROW(FAULT_HUGE, "huge", FAULT_BYTES, DURING, BOTH, huge_params,
        "{\"huge\":{\"what\":\"body\",\"bytes\":\"32MiB\"}}",
        "Headers or body are far bigger than usual: filler before the real "
        "ones."),
    ROW(FAULT_STATUS, "status", FAULT_ANSWER, BEFORE | AFTER, BOTH,
        status_params, "{\"status\":{\"status\":503,\"retry_after\":5}}",
        "This status, with headers and body of one's own."),
    ROW(FAULT_ERROR, "error", FAULT_ANSWER, BEFORE | AFTER, BOTH, error_params,
        "{\"error\":{\"type\":\"ServiceUnavailableException\","
        "\"retry_after\":\"+10s\"}}",
        "An error of the server by name, in its own envelope."),
    ROW(FAULT_HTML, "html", FAULT_ANSWER, BEFORE | AFTER, BOTH, html_params,
        "{\"html\":{\"status\":502}}",
        "A proxy's error page: HTML, without the server's error model."),
    ROW(FAULT_CONTENT_TYPE, "content-type", FAULT_ANSWER, AFTER, BOTH,
        content_type_params,
        "{\"content-type\":{\"content_type\":\"text/plain\"}}",
        "The right answer under a wrong Content-Type."),
    ROW(FAULT_HEADERS, "headers", FAULT_ANSWER, AFTER, BOTH, headers_params,
        "{\"headers\":{\"headers\":{\"ETag\":"
        "\"\\\"00000000000000000000000000000000\\\"\"}}}",
        "The right answer with other headers: a wrong ETag, checksum or "
        "range."),
    ROW(FAULT_BODY, "body", FAULT_ANSWER, AFTER, BOTH, body_params,
        "{\"body\":{\"body\":\"\"}}",
        "The right status with another body (also an empty one)."),
    ROW(FAULT_TWICE, "twice", FAULT_EFFECT, AFTER, BOTH, NULL, "\"twice\"",
        "A proxy sends the request twice: it is carried out twice, and the "
        "second answer comes back."),
    ROW(FAULT_LATE_APPLY, "late-apply", FAULT_EFFECT, BEFORE, BOTH,
        late_apply_params, "{\"late-apply\":{\"time\":\"30s\",\"status\":504}}",
        "The client is told of a failure now, and the request is carried out "
        "later; that answer is dropped."),
    ROW(FAULT_LIE_OK, "lie-ok", FAULT_EFFECT, BEFORE, BOTH, NULL, "\"lie-ok\"",
        "The answer says that it was done, and nothing was."),
    ROW(FAULT_STALE_READ, "stale-read", FAULT_EFFECT, BEFORE, BOTH, NULL,
        "\"stale-read\"", "The answer shows the state before the last change."),
    ROW(FAULT_RIVAL_COMMIT, "rival-commit", FAULT_STATE, BEFORE | AFTER,
        CATALOG, table_params, "\"rival-commit\"",
        "Another writer's commit lands on the table."),
    ROW(FAULT_RIVAL_CREATE, "rival-create", FAULT_STATE, BEFORE | AFTER,
        CATALOG, rival_create_params, "{\"rival-create\":{\"fits\":true}}",
        "Another creator makes the table first (or a view of that name)."),
    ROW(FAULT_UUID_SWAP, "uuid-swap", FAULT_STATE, BEFORE | AFTER, CATALOG,
        table_params, "\"uuid-swap\"",
        "The table is dropped and made again: same look, another uuid."),
    ROW(FAULT_SCHEMA_DRIFT, "schema-drift", FAULT_STATE, BEFORE | AFTER,
        CATALOG, drift_params,
        "{\"schema-drift\":{\"change\":\"add-required\"}}",
        "Somebody changes the table that is there."),
    ROW(FAULT_DROP_TABLE, "drop-table", FAULT_STATE, BEFORE | AFTER, CATALOG,
        table_params, "\"drop-table\"", "Somebody drops the table."),
    ROW(FAULT_LOSE_FILE, "lose-file", FAULT_STATE, BEFORE | AFTER, CATALOG,
        table_params, "\"lose-file\"",
        "The table's current metadata file is gone from the store."),
    ROW(FAULT_HALF_TRANSACTION, "half-transaction", FAULT_STATE, BEFORE,
        CATALOG, half_params, "{\"half-transaction\":{\"changes\":1}}",
        "The first changes of a transaction are carried out and the others are "
        "not; the answer is CommitStateUnknownException."),
    ROW(FAULT_FORGET_KEYS, "forget-keys", FAULT_STATE, BEFORE | AFTER, CATALOG,
        NULL, "\"forget-keys\"",
        "The catalog forgets all idempotency keys, as after their lifetime: a "
        "repeat is carried out anew."),
    ROW(FAULT_REUSE_KEY, "reuse-key", FAULT_STATE, BEFORE, CATALOG, NULL,
        "\"reuse-key\"",
        "The request's idempotency key was used before, for another "
        "operation."),
    ROW(FAULT_REVOKE_TOKENS, "revoke-tokens", FAULT_STATE, BEFORE | AFTER,
        CATALOG, NULL, "\"revoke-tokens\"",
        "All tokens issued so far have expired."),
    ROW(FAULT_REPEAT_PAGE_TOKEN, "repeat-page-token", FAULT_STATE, AFTER, BOTH,
        page_token_params, "\"repeat-page-token\"",
        "The list's answer names a next page, and so does that (on s3, as long "
        "as the rule fires): the same one for ever, or always another."),
    ROW(FAULT_PARTIAL_DELETE, "partial-delete", FAULT_STATE, BEFORE, S3,
        partial_delete_params, "{\"partial-delete\":{\"keys\":2}}",
        "Some of the keys of a DeleteObjects are not deleted; the answer is "
        "200 and says so key by key."),
    ROW(FAULT_FORGET_UPLOAD, "forget-upload", FAULT_STATE, BEFORE | AFTER, S3,
        NULL, "\"forget-upload\"",
        "The store knows nothing any more of the upload that the request is "
        "about."),
    ROW(FAULT_LOSE_PART, "lose-part", FAULT_STATE, BEFORE | AFTER, S3,
        lose_part_params, "{\"lose-part\":{\"part\":2}}",
        "A part of the upload that the request is about is gone."),
    ROW(FAULT_EXPIRE_SESSIONS, "expire-sessions", FAULT_STATE, BEFORE | AFTER,
        S3, NULL, "\"expire-sessions\"",
        "All temporary keys that the store has given out expire at this "
        "moment, before their time."),
    ROW(FAULT_RESTART, "restart", FAULT_STATE, BEFORE | AFTER, BOTH,
        restart_params, "{\"restart\":{\"state\":\"lose\"}}",
        "The server restarts: its connections are reset, its state is kept or "
        "lost."),
};

/* ---- defaults -------------------------------------------------------------
 */

void fault_default_params(const struct fault_action *a, struct fault_params *p)
{
    static const struct {
        int64_t bytes, every_ms;
        int status, at;
        bool from_start;
    } defaults[FAULT_KINDS] = {
        [FAULT_THROTTLE] = {.bytes = 1024, .every_ms = 100, .from_start = true},
        [FAULT_DRIP] = {.bytes = 1, .every_ms = 100, .from_start = true},
        [FAULT_KEEPALIVE_BLANKS] = {.bytes = 3, .every_ms = 10000},
        [FAULT_TRUNCATE] = {.at = FAULT_AT_BODY},
        [FAULT_CORRUPT] = {.bytes = 1, .at = FAULT_AT_BODY},
        [FAULT_GARBAGE] = {.bytes = 256, .from_start = true},
        [FAULT_HTML] = {.status = 502},
        [FAULT_LATE_APPLY] = {.status = 504},
    };

    memset(p, 0, sizeof(*p));
    p->at_byte = defaults[a->kind].from_start ? 0 : -1;
    p->at = defaults[a->kind].at;
    p->bytes = defaults[a->kind].bytes;
    p->every_ms = defaults[a->kind].every_ms;
    p->status = defaults[a->kind].status;
    p->sigma = 0.5;
    p->fits = true;
}
