/* journal_print: the journal as JSON and as a trace. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "mocks/journal_inside.h"

static const char *const kind_names[] = {"connected", "refused", "closed",
                                         "exchange",  "applied", "meddled"};

/* ---- as JSON ------------------------------------------------------------- */

static void set_text(cJSON *o, const char *name, const char *z)
{
    if (z && *z)
        json_set_str(o, name, z);
}

static void set_count(cJSON *o, const char *name, uint64_t n)
{
    if (n)
        json_set_i64(o, name, (int64_t)n);
}

static cJSON *entry_json(const struct journal_entry *e)
{
    cJSON *o = cJSON_CreateObject();
    char hash[17];

    json_set_i64(o, "seq", (int64_t)e->seq);
    json_set_str(o, "kind", kind_names[e->kind]);
    json_set_i64(o, "at_ns", e->at_ns);
    if (e->kind == JOURNAL_EXCHANGE)
        json_set_i64(o, "end_ns", e->end_ns);
    json_set_str(o, "server", e->server);
    set_count(o, "connection", e->connection);
    set_count(o, "exchange", e->exchange);
    set_text(o, "operation", e->operation);
    set_text(o, "method", e->method);
    set_text(o, "target", e->target);
    set_text(o, "namespace", e->namespace_);
    set_text(o, "table", e->table);
    set_text(o, "bucket", e->bucket);
    set_text(o, "key", e->key);
    set_text(o, "request_head", e->request_head);
    set_text(o, "request_body", e->request_body);
    set_count(o, "request_bytes", e->request_bytes);
    set_count(o, "status", (uint64_t)e->status);
    set_text(o, "answer_head", e->answer_head);
    set_text(o, "answer_body", e->answer_body);
    set_count(o, "answer_bytes", e->answer_bytes);
    if (e->answer_hash) {
        snprintf(hash, sizeof(hash), "%016llx",
                 (unsigned long long)e->answer_hash);
        json_set_str(o, "answer_hash", hash);
    }
    set_text(o, "faults", e->faults);
    set_text(o, "ended", e->ended);
    set_text(o, "detail", e->detail);
    return o;
}

cJSON *journal_json(const struct journal *j, uint64_t since_seq, size_t most)
{
    cJSON *list = cJSON_CreateArray();
    uint64_t oldest = j->n ? journal_told(j, 0)->e.seq : 0;
    size_t i = since_seq >= oldest ? (size_t)(since_seq - oldest) + 1 : 0;

    if (!j->n)
        i = 0;
    for (; i < j->n && most; i++, most--)
        cJSON_AddItemToArray(list, entry_json(&journal_told(j, i)->e));
    return list;
}

/* ---- the trace ----------------------------------------------------------- */

static void trace_names(const struct journal_entry *e, struct str *out)
{
    const struct {
        const char *key, *value;
    } names[] = {{"op", e->operation}, {"ns", e->namespace_},
                 {"table", e->table},  {"bucket", e->bucket},
                 {"key", e->key},      {"detail", e->detail}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!names[i].value || !*names[i].value)
            continue;
        str_addf(out, " %s=", names[i].key);
        json_quote(out, slice_of(names[i].value));
    }
}

/* How much of a huge answer the kernel took before the peer went away is the
 * kernel's affair, and another number each time. */
static void trace_sent(const struct journal_entry *e, struct str *out)
{
    if (e->ended && strcmp(e->ended, "peer-gone") == 0)
        str_addz(out, " out=cut");
    else
        str_addf(out, " out=%zu", e->answer_bytes);
}

static void trace_entry(const struct journal_entry *e, struct str *out)
{
    str_addf(out, "%llu %lld %s %s c%llu", (unsigned long long)e->seq,
             (long long)e->at_ns, kind_names[e->kind], e->server,
             (unsigned long long)e->connection);
    if (e->exchange)
        str_addf(out, " x%llu", (unsigned long long)e->exchange);
    trace_names(e, out);
    if (e->kind == JOURNAL_EXCHANGE) {
        str_addf(out, " %s in=%zu status=%d", e->method, e->request_bytes,
                 e->status);
        trace_sent(e, out);
        str_addf(out, " hash=%016llx faults=%s ended=%s end=%lld",
                 (unsigned long long)e->answer_hash, e->faults, e->ended,
                 (long long)e->end_ns);
    }
    str_addc(out, '\n');
}

void journal_trace(const struct journal *j, struct str *out)
{
    for (size_t i = 0; i < j->n; i++)
        trace_entry(&journal_told(j, i)->e, out);
}
