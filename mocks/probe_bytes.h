/* probe_bytes: what must come of each fault, byte for byte; for
 * fault_probe_test.c only.
 *
 * What is expected is made of the answer without the fault (p->plain) and of
 * what the rule asked for, by other code than the server's.
 */
#ifndef MOCKS_PROBE_BYTES_H
#define MOCKS_PROBE_BYTES_H

#include "base/percent.h"
#include "base/spec.h"
#include "mocks/probe.h"

enum { MOST_ANSWER = 64 << 20, FILLER = 1024 };

/* ---- what was asked for -------------------------------------------------- */

static inline int64_t asked_ms(const struct probe *p, const char *name,
                               int64_t fallback)
{
    const char *z = json_str(p->params, name);
    int64_t ms;

    return z && spec_parse_duration(z, &ms) ? ms : fallback;
}

static inline int64_t asked_bytes(const struct probe *p, const char *name,
                                  int64_t fallback)
{
    const char *z = json_str(p->params, name);
    int64_t n;

    if (z && spec_parse_size(z, &n))
        return n;
    return json_i64(p->params, name, fallback);
}

static inline size_t half_way(size_t from, size_t to)
{
    return from + (to - from) / 2;
}

/* Where the fault begins; usual: the place when none was given. */
static inline size_t asked_place(const struct probe *p, const char *usual)
{
    int64_t byte = asked_bytes(p, "at_byte", -1);
    const char *at = json_str(p->params, "at");
    size_t end = p->plain.len;

    at = at ? at : usual;
    if (byte >= 0)
        return (size_t)byte < end ? (size_t)byte : end;
    if (!strcmp(at, "start"))
        return 0;
    if (!strcmp(at, "status"))
        return p->status_end / 2;
    if (!strcmp(at, "head"))
        return half_way(p->status_end, p->head_end);
    if (!strcmp(at, "body"))
        return half_way(p->head_end, end);
    return end / 2;
}

/* ---- whole answers ------------------------------------------------------- */

static inline void is_immediate(const struct probe *p)
{
    EXPECT(p, p->last_ms <= 0);
    EXPECT(p, p->over_ms <= 0 || p->over_ms == p->last_ms);
}

static inline bool begins_plain(const struct probe *p, size_t n)
{
    return p->got.len >= n && p->plain.len >= n &&
           !memcmp(str_z(&p->got), str_z(&p->plain), n);
}

static void bytes_none(struct probe *p)
{
    EXPECT(p, p->got.len == 0);
    is_immediate(p);
}

static void bytes_all(struct probe *p)
{
    EXPECT(p, same_bytes(&p->got, &p->plain));
    is_immediate(p);
}

/* Others than the plain ones, which the row's also judges. */
static void bytes_other(struct probe *p)
{
    EXPECT(p, begins_plain(p, p->status_end));
    EXPECT(p, !same_bytes(&p->got, &p->plain));
    is_immediate(p);
}

/* The location in the message holds what was drawn for this world. */
static void bytes_gone(struct probe *p)
{
    cJSON *body = body_tree(&p->got);
    const char *type = json_str(json_get(body, "error"), "type");

    EXPECT(p, slice_starts(str_slice(&p->got), "HTTP/1.1 404 Not Found\r\n"));
    EXPECT(p, type && !strcmp(type, "NotFoundException"));
    is_immediate(p);
    cJSON_Delete(body);
}

static void bytes_prefix(struct probe *p)
{
    size_t n = asked_place(p, "half");

    EXPECT(p, p->got.len == n && begins_plain(p, n));
    is_immediate(p);
}

static void bytes_truncated(struct probe *p)
{
    size_t n = asked_place(p, "body");

    n -= n == p->plain.len; /* at least one byte is missing */
    EXPECT(p, p->got.len == n && begins_plain(p, n));
    is_immediate(p);
}

/* No answer; the request is read up to there and no further. That it is to be
 * cut is known when its head is complete, and not before. */
static void bytes_cut(struct probe *p)
{
    size_t head = p->request_head, all = p->request_all, n = all / 2;
    const char *at = json_str(p->params, "at");
    int64_t byte = asked_bytes(p, "at_byte", -1);

    bytes_none(p);
    if (byte >= 0)
        n = (size_t)byte < all ? (size_t)byte : all;
    else if (at && !strcmp(at, "body"))
        n = half_way(head, all);
    else if (at && strcmp(at, "half") != 0)
        n = 0; /* somewhere in the head */
    if (n < head)
        n = head;
    if (p->row->ending != ENDS_SILENT)
        EXPECT(p, p->said == n);
    EXPECT(p, p->read == n);
}

/* ---- pace ---------------------------------------------------------------- */

static inline void is_delayed(const struct probe *p)
{
    const char *shape = json_str(p->params, "shape");
    int64_t ms = asked_ms(p, "time", 0), most = asked_ms(p, "most", ms);
    int64_t least = shape && !strcmp(shape, "lognormal") ? 0 : ms;

    EXPECT(p, p->last_ms >= least && p->last_ms <= most);
    EXPECT(p, most == ms || p->last_ms != ms); /* drawn */
}

/* The server acts later: what it says is of that moment. */
static void bytes_delayed_before(struct probe *p)
{
    struct str later;

    is_delayed(p);
    EXPECT(p, p->at_once == 0 && p->arrivals == 1);
    perform_plain(p, p->last_ms, &later);
    EXPECT(p, same_bytes(&p->got, &later));
    str_fini(&later);
}

/* It acted at once; only the answer's date is of that moment. */
static void bytes_delayed_after(struct probe *p)
{
    char date[DATE_HTTP_SIZE];
    size_t at = behind(str_slice(&p->plain), "\r\nDate: ");

    is_delayed(p);
    EXPECT(p, p->at_once == 0 && p->arrivals == 1);
    EXPECT(p, p->sent_ms == 0 && at + sizeof(date) < p->plain.len);
    date_http(NOW_MS + p->last_ms, date);
    memcpy(p->plain.p + at, date, sizeof(date) - 1);
    EXPECT(p, same_bytes(&p->got, &p->plain));
}

static void bytes_delayed_during(struct probe *p)
{
    size_t n = asked_place(p, "half");

    is_delayed(p);
    EXPECT(p, p->at_once == n);
    EXPECT(p, p->arrivals == (size_t)(n > 0) + (n < p->plain.len));
    EXPECT(p, same_bytes(&p->got, &p->plain));
}

/* step bytes at a time, and every so often. */
static inline void is_paced(const struct probe *p, size_t step)
{
    size_t at = asked_place(p, "start"), left = p->plain.len - at;
    size_t n = (left + step - 1) / step;
    int64_t every = asked_ms(p, "every", 100);

    EXPECT(p, same_bytes(&p->got, &p->plain));
    EXPECT(p, p->at_once == at + (left < step ? left : step));
    EXPECT(p, p->arrivals == (n ? n : 1));
    EXPECT(p, p->last_ms == (int64_t)(n ? n - 1 : 0) * every);
}

static void bytes_throttled(struct probe *p)
{
    is_paced(p, (size_t)asked_bytes(p, "bytes", 1024));
}

static void bytes_dripping(struct probe *p)
{
    is_paced(p, (size_t)asked_bytes(p, "bytes", 1));
}

/* The head at once, then blanks, then the body, each after a pause. */
static void bytes_blanks(struct probe *p)
{
    size_t n = (size_t)asked_bytes(p, "bytes", 3);
    size_t at = find_in(str_slice(&p->plain), 0, "Content-Length: ");
    int64_t every = asked_ms(p, "every", 10000);
    size_t body = p->plain.len - p->head_end;
    struct str want;

    str_init(&want, MOST_ANSWER);
    str_add(&want, p->plain.p, at);
    str_addf(&want, "Content-Length: %zu\r\n\r\n", body + n);
    EXPECT(p, p->at_once == want.len);
    for (size_t i = 0; i < n; i++)
        str_addc(&want, ' ');
    str_add(&want, p->plain.p + p->head_end, body);
    EXPECT(p, same_bytes(&p->got, &want));
    EXPECT(p, p->arrivals == n + 2 && p->last_ms == (int64_t)(n + 1) * every);
    str_fini(&want);
}

/* ---- damage -------------------------------------------------------------- */

static void bytes_corrupt(struct probe *p)
{
    size_t at = asked_place(p, "body"), n = (size_t)asked_bytes(p, "bytes", 1);
    size_t end = p->plain.len;

    at -= at == end;
    n = n < end - at ? n : end - at;
    EXPECT(p, p->got.len == end);
    size_t elsewhere = 0; /* damaged but not asked for, or the reverse */
    for (size_t i = 0; i < end && i < p->got.len; i++)
        elsewhere += (p->got.p[i] != p->plain.p[i]) != (i >= at && i < at + n);
    EXPECT(p, elsewhere == 0);
    is_immediate(p);
}

static void bytes_garbage(struct probe *p)
{
    size_t at = asked_place(p, "start");
    size_t n = (size_t)asked_bytes(p, "bytes", 256);
    bool seen[256] = {false};
    size_t kinds = 0;

    EXPECT(p, p->got.len == at + n && begins_plain(p, at));
    EXPECT(p, (unsigned char)str_z(&p->got)[at] >= 0x80);
    for (size_t i = at; i < p->got.len; i++) {
        kinds += !seen[(unsigned char)p->got.p[i]];
        seen[(unsigned char)p->got.p[i]] = true;
    }
    EXPECT(p, kinds > n / 4 || kinds > 100); /* no pattern */
    is_immediate(p);
}

/* ---- answers made of the plain one --------------------------------------- */

static inline struct slice plain_body(const struct probe *p)
{
    return (struct slice){str_z(&p->plain) + p->head_end,
                          p->plain.len - p->head_end};
}

static inline void is_this(const struct probe *p, struct str *want)
{
    EXPECT(p, same_bytes(&p->got, want));
    is_immediate(p);
    str_fini(want);
}

/* The plain head without Content-Length, which is its last line. */
static inline void start_from_head(const struct probe *p, struct str *want)
{
    size_t n = find_in(str_slice(&p->plain), 0, "Content-Length: ");

    EXPECT(p, n < p->head_end);
    str_init(want, MOST_ANSWER);
    str_add(want, p->plain.p, n);
}

static inline void is_with_body(const struct probe *p, struct slice body)
{
    struct str want;

    start_from_head(p, &want);
    str_addf(&want, "Content-Length: %zu\r\n\r\n", body.len);
    str_adds(&want, body);
    is_this(p, &want);
}

/* The body with that byte there; an empty one becomes that byte. */
static inline void is_with_byte(const struct probe *p, size_t at, char byte)
{
    struct str body;

    str_init(&body, MOST_ANSWER);
    str_adds(&body, plain_body(p));
    if (!body.len)
        str_addc(&body, byte);
    else if (at < body.len)
        body.p[at] = byte;
    is_with_body(p, str_slice(&body));
    str_fini(&body);
}

/* The plain answer, with this instead of its first n bytes. */
static inline void is_with_start(const struct probe *p, const char *instead,
                                 size_t keep, size_t rest)
{
    struct str want;

    str_init(&want, MOST_ANSWER);
    str_add(&want, p->plain.p, keep);
    str_addz(&want, instead);
    str_add(&want, p->plain.p + rest, p->plain.len - rest);
    is_this(p, &want);
}

/* All of it but the lines of that header; how many it has. */
static inline size_t without_header(const struct str *from, const char *name,
                                    struct str *out)
{
    struct slice rest = str_slice(from);
    size_t n = 0;

    str_init(out, MOST_ANSWER);
    while (rest.len) {
        const char *nl = memchr(rest.p, '\n', rest.len);
        size_t len = nl ? (size_t)(nl - rest.p) + 1 : rest.len;
        bool is = slice_starts((struct slice){rest.p, len}, name);

        n += is;
        if (!is)
            str_add(out, rest.p, len);
        rest = (struct slice){rest.p + len, rest.len - len};
    }
    return n;
}

static void bytes_headers(struct probe *p)
{
    struct str got, plain;

    EXPECT(p, without_header(&p->got, "ETag: ", &got) == 1);
    without_header(&p->plain, "ETag: ", &plain);
    EXPECT(p, same_bytes(&got, &plain));
    EXPECT(p, strstr(str_z(&p->got), "\r\nETag: \"0000000000000000"
                                     "0000000000000000\"\r\n"));
    is_immediate(p);
    str_fini(&got);
    str_fini(&plain);
}

static void bytes_bad_status_line(struct probe *p)
{
    is_with_start(p, "HTTP/1.1 twenty OK\r\n", 0, p->status_end);
}

static void bytes_bad_header(struct probe *p)
{
    is_with_start(p, "This line has no colon\r\n", p->status_end,
                  p->status_end);
}

static void bytes_bad_chunk(struct probe *p)
{
    struct slice body = plain_body(p);
    size_t half = body.len / 2;
    struct str want;

    start_from_head(p, &want);
    str_addz(&want, "Transfer-Encoding: chunked\r\n\r\n");
    if (half)
        str_addf(&want, "%zx\r\n%.*s\r\n", half, (int)half, body.p);
    str_addf(&want, "XYZ\r\n%.*s\r\n0\r\n\r\n", (int)(body.len - half),
             body.p + half);
    is_this(p, &want);
}

static void bytes_bad_json(struct probe *p)
{
    size_t n = plain_body(p).len;

    is_with_byte(p, n - 1, n ? ',' : '{');
}

static void bytes_bad_utf8(struct probe *p)
{
    is_with_byte(p, plain_body(p).len / 2, (char)0xff);
}

static void bytes_bad_xml(struct probe *p)
{
    struct slice body = plain_body(p);
    size_t at = body.len;

    while (at && body.p[at - 1] != '>')
        at--;
    is_with_byte(p, at ? at - 1 : 0, '<');
}

static void bytes_huge_headers(struct probe *p)
{
    int64_t n = asked_bytes(p, "bytes", 1 << 20);
    char line[FILLER + 1];
    struct str want;

    memset(line, 'x', FILLER);
    memcpy(line, "X-Icefault-Filler: ", 19);
    memcpy(line + FILLER - 2, "\r\n", 3);
    str_init(&want, MOST_ANSWER);
    str_add(&want, p->plain.p, p->status_end);
    for (; n > 0; n -= FILLER)
        str_addz(&want, line);
    str_add(&want, p->plain.p + p->status_end, p->plain.len - p->status_end);
    is_this(p, &want);
}

static void bytes_huge_body(struct probe *p)
{
    int64_t n = asked_bytes(p, "bytes", 32 << 20);
    struct str body;
    char *blanks = mem_alloc((size_t)n);

    memset(blanks, ' ', (size_t)n);
    str_init(&body, MOST_ANSWER);
    str_adds(&body, plain_body(p));
    str_add(&body, blanks, (size_t)n);
    free(blanks);
    is_with_body(p, str_slice(&body));
    str_fini(&body);
}

/* ---- other answers -------------------------------------------------------
 *
 * Written as text in which some characters stand for what the plain answer
 * says too:  @ the lines that end every head of that server, Date first;
 * ~ the same without Server; $ S3's request id; & its host id; # the length of
 * what comes after the empty line.
 */

static inline struct slice value_of(const struct str *answer, const char *name)
{
    size_t at = behind(str_slice(answer), name);
    size_t end = find_in(str_slice(answer), at, "\r\n");

    return (struct slice){str_z(answer) + at, end - at};
}

static inline void add_last_lines(const struct str *answer, bool server,
                                  struct str *out)
{
    struct slice all = str_slice(answer);
    size_t at = find_in(all, 0, "Date: ");
    size_t end = find_in(all, 0, "Content-Length: ");
    size_t cut = find_in(all, at, "Server: ");

    if (server) {
        str_add(out, all.p + at, end - at);
        return;
    }
    str_add(out, all.p + at, cut - at);
    cut = find_in(all, cut, "\r\n") + 2;
    str_add(out, all.p + cut, end - cut);
}

static inline void render_part(const struct probe *p, struct slice text,
                               size_t body, struct str *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (c == '@' || c == '~')
            add_last_lines(&p->plain, c == '@', out);
        else if (c == '$')
            str_adds(out, value_of(&p->plain, "x-amz-request-id: "));
        else if (c == '&')
            str_adds(out, value_of(&p->plain, "x-amz-id-2: "));
        else if (c == '#')
            str_addf(out, "%zu", body);
        else
            str_addc(out, c);
    }
}

static void bytes_text(struct probe *p)
{
    const char *const *texts = p->row->answer;
    struct slice text = slice_of(texts[p->cell->which == MOCK_S3 && texts[1]]);
    size_t cut = behind(text, "\r\n\r\n");
    struct str want, body;

    str_init(&want, MOST_REQUEST);
    str_init(&body, MOST_REQUEST);
    render_part(p, (struct slice){text.p + cut, text.len - cut}, 0, &body);
    render_part(p, (struct slice){text.p, cut}, body.len, &want);
    str_adds(&want, str_slice(&body));
    if (!same_bytes(&want, &p->got))
        fprintf(stderr, "--- want\n%s\n--- got\n%s\n", str_z(&want),
                str_z(&p->got));
    str_fini(&body);
    is_this(p, &want);
}

/* ---- edited answers ------------------------------------------------------ */

static inline void replace_in(struct str *s, size_t from, size_t to,
                              const char *by)
{
    struct str out;

    str_init(&out, MOST_ANSWER);
    str_add(&out, s->p, from);
    str_addz(&out, by);
    str_add(&out, s->p + to, s->len - to);
    str_fini(s);
    *s = out;
}

/* type "": no Content-Type at all. What is no JSON is never packed. */
static inline void set_type(struct probe *p, const char *type)
{
    struct slice all = str_slice(&p->plain);
    size_t from = behind(all, "\r\nContent-Type: ");
    size_t to = find_in(all, from, "\r\n");

    EXPECT(p, from < p->head_end);
    if (*type)
        replace_in(&p->plain, from, to, type);
    else
        replace_in(&p->plain, from - strlen("Content-Type: "), to + 2, "");
    from = find_in(str_slice(&p->plain), 0, "Vary: Accept-Encoding\r\n");
    if (from < p->plain.len)
        replace_in(&p->plain, from, from + strlen("Vary: Accept-Encoding\r\n"),
                   "");
    p->head_end = behind(str_slice(&p->plain), "\r\n\r\n");
}

static void bytes_content_type(struct probe *p)
{
    set_type(p, json_str(p->params, "content_type"));
    bytes_all(p);
}

static void bytes_body(struct probe *p)
{
    const char *type = json_str(p->params, "content_type");

    if (type)
        set_type(p, type);
    is_with_body(p, slice_of(json_str(p->params, "body")));
}

/* A list that names a next page. */
static void bytes_next_page(struct probe *p)
{
    bool fresh = json_bool(p->params, "fresh");
    struct slice all = str_slice(&p->plain);
    size_t at = find_in(all, 0, "null}");

    EXPECT(p, at + 5 == all.len);
    replace_in(&p->plain, at, at + 4, fresh ? "\"endless-1\"" : "\"endless\"");
    is_with_body(p, plain_body(p));
}

/* There, the token is one that the store would give: of a place behind all
 * keys, with the exchange's number where it is a fresh one. */
static void bytes_next_page_s3(struct probe *p)
{
    static const char last[] = "<IsTruncated>false</IsTruncated>";
    size_t at = find_in(str_slice(&p->plain), 0, last);
    const char *number = p->cell->kept ? "-2" : "-1";
    struct str place, more;

    str_init(&place, 64);
    str_init(&more, 256);
    str_addf(&place, "k\x7f%s%s", "endless",
             json_bool(p->params, "fresh") ? number : "");
    str_addz(&more, "<IsTruncated>true</IsTruncated><NextContinuationToken>");
    base64_encode(&more, str_slice(&place));
    str_addz(&more, "</NextContinuationToken>");
    replace_in(&p->plain, at, at + sizeof(last) - 1, str_z(&more));
    is_with_body(p, plain_body(p));
    str_fini(&place);
    str_fini(&more);
}

#endif
