/* probe_rows: what must come of each action in each phase; for
 * fault_probe_test.c only. */
#ifndef MOCKS_PROBE_ROWS_H
#define MOCKS_PROBE_ROWS_H

#include "mocks/probe_connection.h"
#include "mocks/probe_state.h"

enum {
    BEFORE = 1 << FAULT_BEFORE,
    AFTER = 1 << FAULT_AFTER,
    DURING = 1 << FAULT_DURING,
    CATALOG = 1 << MOCK_CATALOG,
    S3 = 1 << MOCK_S3,
    BOTH = CATALOG | S3,
    HTTP = 1,
    HTTPS = 2
};

/* ---- the rows ------------------------------------------------------------ */

#define PLACES(a)                                                              \
    "{\"" a "\":{\"at\":\"half\"}}", "{\"" a "\":{\"at\":\"status\"}}",        \
        "{\"" a "\":{\"at\":\"head\"}}", "{\"" a "\":{\"at\":\"body\"}}",      \
        "{\"" a "\":{\"at_byte\":1}}", "{\"" a "\":{\"at_byte\":99999}}"
#define OF_ANSWER(a) "{\"" a "\":{\"of\":\"answer\",\"at_byte\":0}}"
#define OF_REQUEST(a)                                                          \
    "{\"" a "\":{\"of\":\"request\"}}",                                        \
        "{\"" a "\":{\"of\":\"request\",\"at_byte\":1}}",                      \
        "{\"" a "\":{\"of\":\"request\",\"at_byte\":99999}}",                  \
        "{\"" a "\":{\"of\":\"request\",\"at\":\"half\"}}",                    \
        "{\"" a "\":{\"of\":\"request\",\"at\":\"status\"}}",                  \
        "{\"" a "\":{\"of\":\"request\",\"at\":\"head\"}}",                    \
        "{\"" a "\":{\"of\":\"request\",\"at\":\"body\"}}"
#define ENDING(k, a, ends)                                                     \
    {.kind = k,                                                                \
     .phases = BEFORE,                                                         \
     .servers = BOTH,                                                          \
     .does = DOES("\"" a "\""),                                                \
     .bytes = bytes_none,                                                      \
     .ending = ends,                                                           \
     .effect = NOT_APPLIED},                                                   \
        {.kind = k,                                                            \
         .phases = AFTER,                                                      \
         .servers = BOTH,                                                      \
         .does = DOES("\"" a "\""),                                            \
         .bytes = bytes_none,                                                  \
         .ending = ends,                                                       \
         .effect = APPLIED},                                                   \
        {.kind = k,                                                            \
         .phases = AFTER,                                                      \
         .servers = BOTH,                                                      \
         .does = DOES(PLACES(a)),                                              \
         .bytes = bytes_prefix,                                                \
         .ending = ends,                                                       \
         .effect = APPLIED},                                                   \
    {                                                                          \
        .kind = k, .phases = DURING, .servers = BOTH,                          \
        .does = DOES("\"" a "\"", PLACES(a)), .bytes = bytes_prefix,           \
        .ending = ends, .effect = APPLIED                                      \
    }
#define ENDING_OF(k, a, ends)                                                  \
    {.kind = k,                                                                \
     .phases = DURING,                                                         \
     .servers = BOTH,                                                          \
     .does = DOES(OF_ANSWER(a)),                                               \
     .bytes = bytes_prefix,                                                    \
     .ending = ends,                                                           \
     .effect = APPLIED},                                                       \
    {                                                                          \
        .kind = k, .phases = DURING, .servers = BOTH,                          \
        .does = DOES(OF_REQUEST(a)), .bytes = bytes_cut, .slowly = true,       \
        .ending = ends, .effect = NOT_APPLIED                                  \
    }
#define READING(k, does_, how)                                                 \
    {                                                                          \
        .kind = k, .phases = DURING, .servers = BOTH, .op = OP_READ,           \
        .does = does_, .bytes = how                                            \
    }
#define WRITING(k, phase, servers_, does_, how, eff)                           \
    {                                                                          \
        .kind = k, .phases = phase, .servers = servers_, .does = does_,        \
        .bytes = how, .effect = eff                                            \
    }
#define MALFORMED(word) DOES("{\"malformed\":{\"what\":\"" word "\"}}")

#define DELAYS                                                                 \
    DOES(EXAMPLE, "{\"delay\":{\"time\":\"250ms\"}}",                          \
         "{\"delay\":{\"time\":\"250ms\",\"shape\":\"fixed\"}}",               \
         "{\"delay\":{\"time\":\"1s\",\"shape\":\"lognormal\","                \
         "\"most\":\"1m\"}}")

static const struct row rows[] = {
    {.kind = FAULT_REFUSE,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .whole = whole_kept_out},
    {.kind = FAULT_BLACKHOLE,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .whole = whole_kept_out},
    {.kind = FAULT_DOWN,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE, "{\"down\":{\"state\":\"keep\"}}"),
     .whole = whole_down},
    {.kind = FAULT_IDLE_CLOSE,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE, "\"idle-close\""),
     .whole = whole_idle_close},
    {.kind = FAULT_TLS,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE, "{\"tls\":{\"what\":\"wrong-name\"}}",
                  "{\"tls\":{\"what\":\"untrusted\"}}",
                  "{\"tls\":{\"what\":\"cut\"}}"),
     .whole = whole_tls},

    ENDING(FAULT_RESET, "reset", ENDS_RST),
    ENDING_OF(FAULT_RESET, "reset", ENDS_RST),
    {.kind = FAULT_RESET,
     .phases = AFTER | DURING,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .bytes = bytes_prefix,
     .ending = ENDS_RST,
     .effect = APPLIED},
    ENDING(FAULT_CLOSE, "close", ENDS_FIN),
    ENDING_OF(FAULT_CLOSE, "close", ENDS_FIN),
    ENDING(FAULT_HALF_CLOSE, "half-close", ENDS_HALF),
    ENDING(FAULT_STALL, "stall", ENDS_SILENT),
    ENDING_OF(FAULT_STALL, "stall", ENDS_SILENT),
    {.kind = FAULT_STALL,
     .phases = AFTER | DURING,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .bytes = bytes_prefix,
     .ending = ENDS_SILENT,
     .effect = APPLIED},

    WRITING(FAULT_DELAY, BEFORE, BOTH, DELAYS, bytes_delayed_before,
            APPLIED_LATE),
    WRITING(FAULT_DELAY, AFTER, BOTH, DELAYS, bytes_delayed_after, APPLIED),
    WRITING(FAULT_DELAY, DURING, BOTH, DELAYS, bytes_delayed_during, APPLIED),
    READING(FAULT_DELAY,
            DOES("{\"delay\":{\"time\":\"1s\",\"at\":\"half\"}}",
                 "{\"delay\":{\"time\":\"1s\",\"at\":\"status\"}}",
                 "{\"delay\":{\"time\":\"1s\",\"at\":\"head\"}}",
                 "{\"delay\":{\"time\":\"1s\",\"at\":\"body\"}}",
                 "{\"delay\":{\"time\":\"1s\",\"at_byte\":7}}"),
            bytes_delayed_during),
    WRITING(FAULT_THROTTLE, DURING, BOTH,
            DOES(EXAMPLE, "\"throttle\"",
                 "{\"throttle\":{\"bytes\":100,\"every\":\"10ms\"}}"),
            bytes_throttled, APPLIED),
    READING(FAULT_THROTTLE,
            DOES("{\"throttle\":{\"bytes\":9,\"at\":\"half\"}}",
                 "{\"throttle\":{\"bytes\":9,\"at\":\"status\"}}",
                 "{\"throttle\":{\"bytes\":9,\"at\":\"head\"}}",
                 "{\"throttle\":{\"bytes\":9,\"at\":\"body\"}}",
                 "{\"throttle\":{\"bytes\":9,\"at_byte\":20}}"),
            bytes_throttled),
    WRITING(
        FAULT_DRIP, DURING, BOTH,
        DOES(EXAMPLE, "\"drip\"", "{\"drip\":{\"bytes\":20,\"every\":\"1s\"}}"),
        bytes_dripping, APPLIED),
    READING(FAULT_DRIP,
            DOES(EXAMPLE, "{\"drip\":{\"at\":\"half\"}}",
                 "{\"drip\":{\"at\":\"status\"}}",
                 "{\"drip\":{\"at\":\"head\"}}", "{\"drip\":{\"at_byte\":20}}"),
            bytes_dripping),

    {.kind = FAULT_KEEPALIVE_BLANKS,
     .phases = DURING,
     .servers = S3,
     .op = OP_READ,
     .does = DOES(EXAMPLE, "\"keepalive-blanks\"",
                  "{\"keepalive-blanks\":{\"every\":\"1s\",\"bytes\":7}}"),
     .bytes = bytes_blanks},

    {.kind = FAULT_TRUNCATE,
     .phases = DURING,
     .servers = BOTH,
     .does = DOES(EXAMPLE, "\"truncate\"", PLACES("truncate")),
     .bytes = bytes_truncated,
     .ending = ENDS_FIN,
     .effect = APPLIED},
    {.kind = FAULT_TRUNCATE,
     .phases = DURING,
     .servers = BOTH,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_truncated,
     .ending = ENDS_FIN},
    WRITING(FAULT_CORRUPT, DURING, BOTH, DOES("\"corrupt\"", PLACES("corrupt")),
            bytes_corrupt, APPLIED),
    READING(FAULT_CORRUPT, DOES(EXAMPLE, "{\"corrupt\":{\"bytes\":\"1MiB\"}}"),
            bytes_corrupt),
    {.kind = FAULT_GARBAGE,
     .phases = DURING,
     .servers = BOTH,
     .does = DOES(EXAMPLE, "\"garbage\"", PLACES("garbage"),
                  "{\"garbage\":{\"bytes\":\"1MiB\"}}"),
     .bytes = bytes_garbage,
     .ending = ENDS_FIN,
     .effect = APPLIED},

    WRITING(FAULT_MALFORMED, DURING, BOTH, MALFORMED("status-line"),
            bytes_bad_status_line, APPLIED),
    WRITING(FAULT_MALFORMED, DURING, BOTH, MALFORMED("header"),
            bytes_bad_header, APPLIED),
    WRITING(FAULT_MALFORMED, DURING, BOTH, MALFORMED("chunk"), bytes_bad_chunk,
            APPLIED),
    WRITING(FAULT_MALFORMED, DURING, BOTH, DOES(EXAMPLE), bytes_bad_json,
            APPLIED),
    WRITING(FAULT_MALFORMED, DURING, BOTH, MALFORMED("utf8"), bytes_bad_utf8,
            APPLIED),
    READING(FAULT_MALFORMED, MALFORMED("chunk"), bytes_bad_chunk),
    READING(FAULT_MALFORMED, MALFORMED("utf8"), bytes_bad_utf8),
    {.kind = FAULT_MALFORMED,
     .phases = DURING,
     .servers = BOTH,
     .op = OP_LIST,
     .does = MALFORMED("xml"),
     .bytes = bytes_bad_xml},
    WRITING(FAULT_HUGE, DURING, BOTH,
            DOES("{\"huge\":{\"what\":\"headers\",\"bytes\":5000}}"),
            bytes_huge_headers, APPLIED),
    WRITING(FAULT_HUGE, DURING, BOTH,
            DOES("{\"huge\":{\"what\":\"body\",\"bytes\":70000}}"),
            bytes_huge_body, APPLIED),
    {.kind = FAULT_HUGE,
     .phases = DURING,
     .servers = BOTH,
     .schemes = HTTP, /* the usual sizes: enciphering them takes long */
     .does = DOES("{\"huge\":{\"what\":\"headers\"}}"),
     .bytes = bytes_huge_headers,
     .effect = APPLIED},
    {.kind = FAULT_HUGE,
     .phases = DURING,
     .servers = BOTH,
     .schemes = HTTP,
     .does = DOES(EXAMPLE, "{\"huge\":{\"what\":\"body\"}}"),
     .bytes = bytes_huge_body,
     .effect = APPLIED},

#define UNAVAILABLE                                                            \
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"                   \
    "@Content-Length: #\r\n\r\n"
    {.kind = FAULT_STATUS,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer = {UNAVAILABLE},
     .effect = NOT_APPLIED},
    {.kind = FAULT_STATUS,
     .phases = AFTER,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer = {UNAVAILABLE},
     .effect = APPLIED},
    {.kind = FAULT_STATUS,
     .phases = AFTER,
     .servers = BOTH,
     .does = DOES("{\"status\":{\"status\":799,\"body\":\"odd\","
                  "\"content_type\":\"text/odd\",\"headers\":{\"X-A\":\"b\","
                  "\"X-N\":7},\"retry_after\":\"soon\"}}"),
     .bytes = bytes_text,
     .answer = {"HTTP/1.1 799 Unknown\r\nContent-Type: text/odd\r\nX-A: b\r\n"
                "X-N: 7\r\nRetry-After: soon\r\n@Content-Length: #\r\n\r\nodd"},
     .effect = APPLIED},

/* JSON of the catalog may come packed; nobody here asks for that. */
#define CODED "Vary: Accept-Encoding\r\n"
#define LATER                                                                  \
    "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"                                  \
    "Retry-After: Tue, 14 Nov 2023 22:13:30 GMT\r\n"
#define UNAVAILABLE_ERROR                                                      \
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: "                       \
    "application/json\r\n" LATER CODED                                         \
    "Server: icefault\r\nContent-Length: #\r\n\r\n"                            \
    "{\"error\":{\"message\":\"Service unavailable\",\"type\":"                \
    "\"ServiceUnavailableException\",\"code\":503}}"
#define SLOW_DOWN                                                              \
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\n"    \
    "Retry-After: 7\r\n@Content-Length: #\r\n\r\n"                             \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SlowDown</Code>" \
    "<Message>Resource requested is unreadable, please reduce your request "   \
    "rate.</Message><Key>new</Key>"                                            \
    "<BucketName>data-lake</BucketName><Resource>/data-lake/new</Resource>"    \
    "<Region>us-east-1</Region><RequestId>$</RequestId><HostId>&</HostId></"   \
    "Error>"
#define SLOW_DOES "{\"error\":{\"type\":\"SlowDown\",\"retry_after\":7}}"
    {.kind = FAULT_ERROR,
     .phases = BEFORE,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer = {UNAVAILABLE_ERROR},
     .effect = NOT_APPLIED},
    {.kind = FAULT_ERROR,
     .phases = AFTER,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer = {UNAVAILABLE_ERROR},
     .effect = APPLIED},
    {.kind = FAULT_ERROR,
     .phases = BEFORE,
     .servers = S3,
     .does = DOES(SLOW_DOES),
     .bytes = bytes_text,
     .answer = {SLOW_DOWN},
     .effect = NOT_APPLIED},
    {.kind = FAULT_ERROR,
     .phases = AFTER,
     .servers = S3,
     .does = DOES(SLOW_DOES),
     .bytes = bytes_text,
     .answer = {SLOW_DOWN},
     .effect = APPLIED},

#define GATEWAY_PAGE                                                           \
    "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n"                  \
    "Server: nginx\r\n~Content-Length: #\r\n\r\n<html>\r\n"                    \
    "<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"                \
    "<center><h1>502 Bad Gateway</h1></center>\r\n"                            \
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    {.kind = FAULT_HTML,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE, "\"html\""),
     .bytes = bytes_text,
     .answer = {GATEWAY_PAGE},
     .effect = NOT_APPLIED},
    {.kind = FAULT_HTML,
     .phases = AFTER,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer = {GATEWAY_PAGE},
     .effect = APPLIED},
    {.kind = FAULT_CONTENT_TYPE,
     .phases = AFTER,
     .servers = BOTH,
     .op = OP_READ,
     .does = DOES(EXAMPLE, "{\"content-type\":{\"content_type\":\"\"}}"),
     .bytes = bytes_content_type},
    WRITING(FAULT_HEADERS, AFTER, BOTH, DOES(EXAMPLE), bytes_headers, APPLIED),
    WRITING(FAULT_BODY, AFTER, BOTH,
            DOES(EXAMPLE, "{\"body\":{\"body\":\"no\\u00e9 JSON\"}}"),
            bytes_body, APPLIED),
    {.kind = FAULT_BODY,
     .phases = AFTER,
     .servers = BOTH,
     .op = OP_READ,
     .does = DOES("{\"body\":{\"body\":\"{}\",\"content_type\":\"text/x\"}}"),
     .bytes = bytes_body},

#define REFUSED(key, code)                                                     \
    "<Error><Key>" key "</Key><Code>" code "</Code><Message>" code             \
    "</Message><VersionId></VersionId></Error>"
#define DELETED(keys)                                                          \
    "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n@Content-Length: "    \
    "#\r\n\r\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult "      \
    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" keys                  \
    "</DeleteResult>"
#define UPLOADING(k, phase, miss, after)                                       \
    {                                                                          \
        .kind = k, .phases = phase, .servers = S3, .op = OP_UPLOAD,            \
        .does = DOES(EXAMPLE), .bytes = bytes_all, .effect = APPLIED,          \
        .there = IS_GONE, .misses = miss, .also = after                        \
    }
    UPLOADING(FAULT_FORGET_UPLOAD, BEFORE, true, also_remembered),
    UPLOADING(FAULT_FORGET_UPLOAD, AFTER, false, also_forgotten),
    UPLOADING(FAULT_LOSE_PART, BEFORE, true, also_remembered),
    UPLOADING(FAULT_LOSE_PART, AFTER, true, also_remembered),
    {.kind = FAULT_EXPIRE_SESSIONS,
     .phases = BEFORE | AFTER,
     .servers = S3,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED,
     .also = also_expired},
    {.kind = FAULT_PARTIAL_DELETE,
     .phases = BEFORE,
     .servers = S3,
     .op = OP_DELETE,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer = {DELETED(REFUSED("old", "InternalError") REFUSED(
         "x", "InternalError") "<Deleted><Key>y</Key></Deleted>")},
     .effect = APPLIED,
     .there = IS_GONE,
     .also = also_old_stays},
    {.kind = FAULT_PARTIAL_DELETE,
     .phases = BEFORE,
     .servers = S3,
     .op = OP_DELETE,
     .does = DOES("{\"partial-delete\":{\"keys\":9,\"type\":"
                  "\"AccessDenied\"}}"),
     .bytes = bytes_text,
     .answer = {DELETED(REFUSED("old", "AccessDenied") REFUSED(
         "x", "AccessDenied") REFUSED("y", "AccessDenied"))},
     .effect = APPLIED,
     .there = IS_GONE,
     .also = also_old_stays},

    WRITING(FAULT_TWICE, AFTER, S3, DOES(EXAMPLE), bytes_all, APPLIED_TWICE),
    {.kind = FAULT_TWICE,
     .phases = AFTER,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer =
         {"HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\n" CODED
          "@Content-Length: #\r\n\r\n{\"error\":{\"message\":\"Table "
          "already exists: db.new\",\"type\":\"AlreadyExistsException\","
          "\"code\":409}}"},
     .effect = APPLIED},
    {.kind = FAULT_TWICE,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_SET,
     .does = DOES(EXAMPLE),
     .bytes = bytes_other,
     .effect = APPLIED_TWICE,
     .there = IS_GONE,
     .also = also_blue_twice},
    {.kind = FAULT_LATE_APPLY,
     .phases = BEFORE,
     .servers = CATALOG,
     .does = DOES(EXAMPLE,
                  "{\"late-apply\":{\"time\":\"1s\",\"then\":\"answer\"}}"),
     .bytes = bytes_text,
     .answer = {"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: "
                "application/json\r\n" CODED
                "@Content-Length: #\r\n\r\n{\"error\":"
                "{\"message\":\"Gateway Timeout\",\"type\":"
                "\"GatewayTimeoutException\",\"code\":504}}"},
     .effect = APPLIED_LATE},
    {.kind = FAULT_LATE_APPLY,
     .phases = BEFORE,
     .servers = S3,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer = {NULL,
                "HTTP/1.1 504 Gateway Timeout\r\nContent-Type: "
                "application/xml\r\n@Content-Length: #\r\n\r\n<?xml "
                "version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
                "InternalError</Code><Message>Gateway Timeout</Message>"
                "<Key>new</Key><BucketName>data-lake</BucketName><Resource>"
                "/data-lake/new</Resource><Region>us-east-1</"
                "Region><RequestId>$</RequestId><HostId>&"
                "</HostId></Error>"},
     .effect = APPLIED_LATE},
    {.kind = FAULT_LATE_APPLY,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES("{\"late-apply\":{\"time\":\"1s\",\"then\":\"reset\"}}"),
     .bytes = bytes_none,
     .ending = ENDS_RST,
     .effect = APPLIED_LATE},
    {.kind = FAULT_LATE_APPLY,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES("{\"late-apply\":{\"time\":\"1s\",\"then\":\"stall\"}}"),
     .bytes = bytes_none,
     .ending = ENDS_SILENT,
     .effect = APPLIED_LATE},
    WRITING(FAULT_LIE_OK, BEFORE, BOTH, DOES(EXAMPLE), bytes_all, NOT_APPLIED),
    {.kind = FAULT_STALE_READ,
     .phases = BEFORE,
     .servers = BOTH,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .changed = true,
     .also = also_fresh_again},

    {.kind = FAULT_RIVAL_COMMIT,
     .phases = BEFORE,
     .servers = CATALOG,
     .op = OP_COMMIT,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer =
         {"HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\n" CODED
          "@Content-Length: #\r\n\r\n{\"error\":{\"message\":\"Requirement "
          "failed: branch main was created concurrently\",\"type\":"
          "\"CommitFailedException\",\"code\":409}}"},
     .also = also_rival_first},
    {.kind = FAULT_RIVAL_COMMIT,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_COMMIT,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED,
     .there = IS_GONE,
     .also = also_rival_second},
    {.kind = FAULT_RIVAL_CREATE,
     .phases = BEFORE,
     .servers = CATALOG,
     .does = DOES(EXAMPLE, "{\"rival-create\":{\"fits\":false}}",
                  "\"rival-create\""),
     .bytes = bytes_text,
     .answer =
         {"HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\n" CODED
          "@Content-Length: #\r\n\r\n{\"error\":{\"message\":\"Table "
          "already exists: db.new\",\"type\":\"AlreadyExistsException\","
          "\"code\":409}}"},
     .effect = NOT_APPLIED,
     .there = IS_THERE},
    {.kind = FAULT_RIVAL_CREATE,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_STATE,
     .does = DOES("{\"rival-create\":{\"fits\":false}}"),
     .bytes = bytes_all,
     .there = IS_THERE},
    {.kind = FAULT_RIVAL_CREATE,
     .phases = AFTER,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED,
     .misses = true},
    {.kind = FAULT_RIVAL_COMMIT,
     .phases = BEFORE | AFTER,
     .servers = CATALOG,
     .op = OP_STATE,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .misses = true},
    {.kind = FAULT_UUID_SWAP,
     .phases = BEFORE | AFTER,
     .servers = CATALOG,
     .op = OP_STATE,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .misses = true},
    {.kind = FAULT_SCHEMA_DRIFT,
     .phases = BEFORE,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED,
     .misses = true},
    {.kind = FAULT_DROP_TABLE,
     .phases = BEFORE,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_text,
     .answer =
         {"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n" CODED
          "@Content-Length: #\r\n\r\n{\"error\":{\"message\":\"Table does "
          "not exist: db.old\",\"type\":\"NoSuchTableException\",\"code\":"
          "404}}"},
     .also = also_no_old},
    {.kind = FAULT_DROP_TABLE,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .also = also_no_old},
    {.kind = FAULT_DROP_TABLE,
     .phases = BEFORE | AFTER,
     .servers = CATALOG,
     .op = OP_STATE,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .misses = true},
    {.kind = FAULT_LOSE_FILE,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .also = also_no_old},
    {.kind = FAULT_LOSE_FILE,
     .phases = BEFORE,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_gone,
     .also = also_no_old},
    {.kind = FAULT_LOSE_FILE,
     .phases = BEFORE | AFTER,
     .servers = CATALOG,
     .op = OP_STATE,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .misses = true},
    {.kind = FAULT_HALF_TRANSACTION,
     .phases = BEFORE,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED,
     .misses = true},
    {.kind = FAULT_REUSE_KEY,
     .phases = BEFORE,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED,
     .misses = true},
    {.kind = FAULT_FORGET_KEYS,
     .phases = BEFORE | AFTER,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED},
    {.kind = FAULT_REVOKE_TOKENS,
     .phases = BEFORE | AFTER,
     .servers = CATALOG,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .effect = APPLIED},
    {.kind = FAULT_REPEAT_PAGE_TOKEN,
     .phases = AFTER,
     .servers = BOTH,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .misses = true},
    {.kind = FAULT_UUID_SWAP,
     .phases = BEFORE,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_other,
     .also = also_swapped},
    {.kind = FAULT_UUID_SWAP,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .also = also_swapped},
    {.kind = FAULT_SCHEMA_DRIFT,
     .phases = BEFORE,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_other,
     .also = also_drifted},
    {.kind = FAULT_SCHEMA_DRIFT,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_READ,
     .does = DOES(EXAMPLE),
     .bytes = bytes_all,
     .also = also_drifted},
    {.kind = FAULT_REPEAT_PAGE_TOKEN,
     .phases = AFTER,
     .servers = CATALOG,
     .op = OP_LIST,
     .does = DOES(EXAMPLE, "{\"repeat-page-token\":{\"fresh\":true}}"),
     .bytes = bytes_next_page,
     .also = also_endless},
    {.kind = FAULT_REPEAT_PAGE_TOKEN,
     .phases = AFTER,
     .servers = S3,
     .op = OP_LIST,
     .does = DOES(EXAMPLE, "{\"repeat-page-token\":{\"fresh\":true}}"),
     .bytes = bytes_next_page_s3},
    {.kind = FAULT_RESTART,
     .phases = BEFORE,
     .servers = BOTH,
     .does = DOES(EXAMPLE, "\"restart\""),
     .bytes = bytes_none,
     .ending = ENDS_RST,
     .effect = NOT_APPLIED},
    {.kind = FAULT_RESTART,
     .phases = AFTER,
     .servers = BOTH,
     .does = DOES(EXAMPLE),
     .bytes = bytes_none,
     .ending = ENDS_RST,
     .effect = APPLIED,
     .there = IS_GONE},
    {.kind = FAULT_RESTART,
     .phases = AFTER,
     .servers = BOTH,
     .does = DOES("{\"restart\":{\"state\":\"keep\"}}"),
     .bytes = bytes_none,
     .ending = ENDS_RST,
     .effect = APPLIED},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* ---- cells that make no sense -------------------------------------------- */

static const struct senseless {
    enum fault_kind kind;
    unsigned schemes; /* bits */
    const char *why;
} senseless[] = {
    {FAULT_TLS, HTTP,
     "there is no handshake on plain HTTP: such a rule is refused"},
};
enum { SENSELESS = sizeof(senseless) / sizeof(senseless[0]) };

#endif
