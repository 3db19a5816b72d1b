/* journal_text: the texts of an entry: first raw, later masked and cut.
 *
 * Bodies are kept only where they are text: objects in a store are of no use
 * to a reader, and copying them would cost more than serving them.
 */
#include <stdlib.h>
#include <string.h>

#include "mocks/journal_inside.h"

enum {
    MOST_HEAD = 8 << 10,
    MOST_BODY = 64 << 10,
    /* A secret that lies across a cut is masked whole: some more is kept. */
    MOST_RAW_HEAD = 256 << 10,
    MOST_RAW_BODY = MOST_BODY + 4096,
    MOST_SPARED = 256 /* bytes that a block used again may have too many */
};

/* ---- raw: sizes first, then the bytes ------------------------------------ */

struct piece { /* a text on its way into the block */
    struct slice text;
    const struct http_header *headers; /* or lines of these */
    size_t n_headers;
};

static size_t head_bytes(const struct http_header *h, size_t n)
{
    size_t sum = 0;

    for (size_t i = 0; i < n && sum < MOST_RAW_HEAD; i++)
        sum += h[i].name.len + h[i].value.len + 3;
    return sum;
}

static char *put(char *to, struct slice s)
{
    memcpy(to, s.p, s.len);
    return to + s.len;
}

static char *put_head(char *to, const struct piece *p, size_t len)
{
    const char *end = to + len;

    for (size_t i = 0; to < end; i++) {
        to = put(to, p->headers[i].name);
        *to++ = ':';
        *to++ = ' ';
        to = put(to, p->headers[i].value);
        *to++ = '\n';
    }
    return to;
}

static struct journal_raw *raw_of(struct journal *j,
                                  const struct piece pieces[TEXTS])
{
    struct journal_raw head = {0}, *raw = j->spare_raw;
    size_t sum = 0;

    for (int i = 0; i < TEXTS; i++) {
        const struct piece *p = &pieces[i];
        size_t n =
            p->headers ? head_bytes(p->headers, p->n_headers) : p->text.len;

        head.len[i] = p->headers || p->text.p ? (uint32_t)n : TEXT_ABSENT;
        sum += n;
    }
    j->spare_raw = NULL;
    if (!MEM_REUSED || !raw || raw->cap < sum || raw->cap > sum + MOST_SPARED) {
        free(raw);
        raw = mem_realloc(NULL, sizeof(*raw) + sum);
        head.cap = sum;
    } else {
        head.cap = raw->cap;
    }
    *raw = head;
    char *to = raw->bytes;
    for (int i = 0; i < TEXTS; i++) {
        if (pieces[i].headers)
            to = put_head(to, &pieces[i], head.len[i]);
        else if (pieces[i].text.p)
            to = put(to, pieces[i].text);
    }
    return raw;
}

size_t journal_raw_bytes(const struct journal_raw *raw)
{
    return sizeof(*raw) + raw->cap;
}

/* ---- raw: of an exchange ------------------------------------------------- */

static bool is_text(struct slice type)
{
    static const struct slice words[] = {SLICE_LIT("json"), SLICE_LIT("xml"),
                                         SLICE_LIT("text"),
                                         SLICE_LIT("urlencoded")};

    for (size_t at = 0; at < type.len; at++) {
        if (!strchr("jxtu", type.p[at]))
            continue;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (type.len - at >= words[i].len &&
                !memcmp(type.p + at, words[i].p, words[i].len))
                return true;
    }
    return false;
}

static bool is_form(struct slice type)
{
    return slice_starts(type, "application/x-www-form-urlencoded");
}

static struct slice text_body(struct slice type, struct slice body)
{
    if (!body.len || !is_text(type))
        return (struct slice){NULL, 0};
    if (body.len > MOST_RAW_BODY)
        body.len = MOST_RAW_BODY;
    return body;
}

uint64_t journal_hash(struct slice s)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return h;
}

static void add_names(struct piece *p, const struct exchange_names *n)
{
    p[TEXT_NAMESPACE].text = slice_of(n->namespace_);
    p[TEXT_TABLE].text = slice_of(n->table ? n->table : n->view);
    p[TEXT_BUCKET].text = slice_of(n->bucket);
    p[TEXT_KEY].text = slice_of(n->key);
}

static void add_faults(struct piece *p, const struct exchange *x,
                       struct str *list)
{
    for (int i = 0; i < FAULT_PHASES; i++) {
        if (!x->plan.rule[i] || !(x->met & 1u << i))
            continue;
        str_addf(list, "%s%s:%s", list->len ? "," : "", x->plan.rule[i]->id,
                 fault_phase_names[i]);
    }
    p[TEXT_FAULTS].text = str_slice(list);
}

struct journal_raw *journal_raw_of(struct journal *j, const struct entry *e,
                                   const struct exchange *x, bool over)
{
    const struct http_request *r = x->request;
    const struct answer *w = &x->answer;
    bool answered = over && x->marks.end;
    struct slice asked = {NULL, 0}, said = {NULL, 0};
    struct piece p[TEXTS] = {{{NULL, 0}, NULL, 0}};
    struct str faults;

    str_init(&faults, MOST_HEAD);
    p[TEXT_METHOD].text = r->method;
    p[TEXT_TARGET].text = r->target;
    add_names(p, &e->names);
    p[TEXT_REQUEST_HEAD].headers = r->headers;
    p[TEXT_REQUEST_HEAD].n_headers = r->n_headers;
    if (over) {
        asked = http_header(r, "Content-Type");
        p[TEXT_REQUEST_BODY].text = text_body(asked, r->body);
        add_faults(p, x, &faults);
        p[TEXT_ENDED].text = slice_of(x->ended);
    }
    if (answered) {
        said = slice_of(answer_get(w, "Content-Type"));
        p[TEXT_ANSWER_HEAD].text = x->fields;
        if (x->fields.len > MOST_RAW_HEAD)
            p[TEXT_ANSWER_HEAD].text.len = MOST_RAW_HEAD;
        p[TEXT_ANSWER_BODY].text = text_body(said, w->body);
    }
    struct journal_raw *raw = raw_of(j, p);
    raw->request_form = is_form(asked);
    raw->answer_form = is_form(said);
    raw->hash_body = w->body.len && p[TEXT_ANSWER_BODY].text.len == w->body.len;
    str_fini(&faults);
    return raw;
}

struct journal_raw *journal_raw_detail(struct journal *j,
                                       const struct exchange_names *names,
                                       const char *detail)
{
    struct piece p[TEXTS] = {{{NULL, 0}, NULL, 0}};

    if (names)
        add_names(p, names);
    else if (!detail || !*detail)
        return NULL;
    p[TEXT_DETAIL].text = slice_of(detail);
    return raw_of(j, p);
}

/* ---- masking ------------------------------------------------------------- */

/* Parameters of queries and forms whose values nobody should read. */
static const char *const secret_params[] = {
    "client_secret=",        "access_token=",
    "refresh_token=",        "subject_token=",
    "actor_token=",          "X-Amz-Signature=",
    "X-Amz-Security-Token=", NULL};

static const char *const secret_headers[] = {
    "Authorization", "Proxy-Authorization", "X-Amz-Security-Token",
    "Cookie",        "Set-Cookie",          NULL};

/* Appends s with the values of secret parameters as "***". */
static void add_params(struct str *out, struct slice s)
{
    size_t at = 0;

    while (at < s.len) {
        const char *end = s.p + at;
        while (end < s.p + s.len && *end != '&' && *end != '?')
            end++;
        struct slice item = {s.p + at, (size_t)(end - s.p) - at};
        size_t keep = item.len;
        for (size_t i = 0; secret_params[i]; i++)
            if (slice_starts(item, secret_params[i]))
                keep = strlen(secret_params[i]);
        str_add(out, item.p, keep);
        if (keep < item.len)
            str_addz(out, "***");
        at += item.len;
        if (at < s.len)
            str_addc(out, s.p[at++]);
    }
}

/* The scheme stays: it says how the client meant to authenticate. */
static void add_header_value(struct str *out, const struct http_header *h)
{
    size_t i = 0;

    while (secret_headers[i] && !slice_ieqz(h->name, secret_headers[i]))
        i++;
    if (!secret_headers[i]) {
        str_adds(out, h->value);
        return;
    }
    const char *blank = memchr(h->value.p, ' ', h->value.len);
    if (i < 2 && blank)
        str_add(out, h->value.p, (size_t)(blank - h->value.p) + 1);
    str_addz(out, "***");
}

static void add_lines(struct str *out, struct slice lines)
{
    while (lines.len && out->len < MOST_HEAD) {
        const char *colon = memchr(lines.p, ':', lines.len);
        const char *end = memchr(lines.p, '\n', lines.len);
        if (!colon || !end)
            return; /* cut */
        struct http_header h = {
            {lines.p, (size_t)(colon - lines.p)},
            {colon + 2, (size_t)(end - colon) - 2},
        };

        if (h.value.len && h.value.p[h.value.len - 1] == '\r')
            h.value.len--;

        str_adds(out, h.name);
        str_addz(out, ": ");
        add_header_value(out, &h);
        str_addc(out, '\n');
        lines.len -= (size_t)(end + 1 - lines.p);
        lines.p = end + 1;
    }
}

/* What is in the scratch, masked and cut, as the entry's. */
static const char *settle(struct journal *j, struct entry *e, size_t most)
{
    if (j->secrets)
        secrets_mask(j->secrets, SECRET_ALL, &j->scratch);
    size_t n = j->scratch.len < most ? j->scratch.len : most;
    const char *copy = "";
    if (n)
        copy = arena_memdup(&e->arena, str_z(&j->scratch), n);
    str_reset(&j->scratch);
    return copy;
}

/* ---- from raw to texts --------------------------------------------------- */

static const size_t places[TEXTS] = {
    [TEXT_METHOD] = offsetof(struct journal_entry, method),
    [TEXT_TARGET] = offsetof(struct journal_entry, target),
    [TEXT_NAMESPACE] = offsetof(struct journal_entry, namespace_),
    [TEXT_TABLE] = offsetof(struct journal_entry, table),
    [TEXT_BUCKET] = offsetof(struct journal_entry, bucket),
    [TEXT_KEY] = offsetof(struct journal_entry, key),
    [TEXT_REQUEST_HEAD] = offsetof(struct journal_entry, request_head),
    [TEXT_REQUEST_BODY] = offsetof(struct journal_entry, request_body),
    [TEXT_ANSWER_HEAD] = offsetof(struct journal_entry, answer_head),
    [TEXT_ANSWER_BODY] = offsetof(struct journal_entry, answer_body),
    [TEXT_FAULTS] = offsetof(struct journal_entry, faults),
    [TEXT_ENDED] = offsetof(struct journal_entry, ended),
    [TEXT_DETAIL] = offsetof(struct journal_entry, detail),
};

static const char *text_of(struct journal *j, struct entry *e,
                           const struct journal_raw *raw, int which,
                           struct slice s)
{
    bool body = which == TEXT_REQUEST_BODY || which == TEXT_ANSWER_BODY;

    if (which == TEXT_METHOD || which == TEXT_ENDED)
        return arena_memdup(&e->arena, s.p, s.len);
    if (which == TEXT_REQUEST_HEAD || which == TEXT_ANSWER_HEAD)
        add_lines(&j->scratch, s);
    else if (which == TEXT_TARGET ||
             (which == TEXT_REQUEST_BODY && raw->request_form) ||
             (which == TEXT_ANSWER_BODY && raw->answer_form))
        add_params(&j->scratch, s);
    else
        str_adds(&j->scratch, s);
    return settle(j, e, body ? MOST_BODY : MOST_HEAD);
}

void journal_make_texts(struct journal *j, struct entry *e,
                        const struct journal_raw *raw)
{
    struct slice s = {raw->bytes, 0};

    for (int i = 0; i < TEXTS; i++, s.p += s.len) {
        s.len = 0;
        if (raw->len[i] == TEXT_ABSENT)
            continue;
        s.len = raw->len[i];
        const char *text = text_of(j, e, raw, i, s);
        memcpy((char *)&e->e + places[i], &text, sizeof(text));
        if (i == TEXT_ANSWER_BODY && raw->hash_body)
            e->e.answer_hash = journal_hash(s);
    }
}
