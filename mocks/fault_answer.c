/* fault_answer: another answer instead of the server's, or an edited one. */
#include <string.h>

#include "base/json.h"
#include "mocks/exchange.h"

enum { MOST_VALUE = 64 << 10 };

static void remove_header(struct answer *w, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n_headers; i++)
        if (!slice_ieqz(w->headers[i].name, name))
            w->headers[kept++] = w->headers[i];
    w->n_headers = kept;
}

/* The answer's own Date; it gets one when it has none yet. */
static int64_t answer_date(struct exchange *x)
{
    const char *is = answer_get(&x->answer, "Date");
    int64_t ms = is ? date_parse_http(is, strlen(is)) : -1;
    char text[DATE_HTTP_SIZE];

    if (ms >= 0)
        return ms;
    ms = clock_unix_ms(exchange_clock(x));
    date_http(ms, text);
    answer_set(&x->answer, &x->arena, "Date", "%s", text);
    return ms;
}

/* "+10s" is a date, everything else goes out as it stands. */
static void set_retry_after(struct exchange *x, const char *text)
{
    char date[DATE_HTTP_SIZE];
    int64_t ms;

    if (!text)
        return;
    if (text[0] == '+' && spec_parse_duration(text + 1, &ms)) {
        date_http(answer_date(x) + ms, date);
        text = date;
    }
    answer_set(&x->answer, &x->arena, "Retry-After", "%s", text);
}

static void set_headers(struct exchange *x, const cJSON *map)
{
    const cJSON *h;
    cJSON_ArrayForEach(h, map)
    {
        struct str value;
        str_init(&value, MOST_VALUE);
        if (cJSON_IsString(h))
            str_addz(&value, h->valuestring);
        else
            json_print(h, &value);
        answer_set(&x->answer, &x->arena, arena_strdup(&x->arena, h->string),
                   "%s", str_z(&value));
        str_fini(&value);
    }
}

static void answer_status(struct exchange *x, const struct fault_params *p)
{
    answer_reset(&x->answer);
    exchange_answer(x, p->status,
                    p->content_type ? p->content_type : "text/plain",
                    slice_of(p->body ? p->body : ""));
    if (!p->body && !p->content_type)
        remove_header(&x->answer, "Content-Type");
}

static void answer_error(struct exchange *x, const struct fault_params *p)
{
    answer_reset(&x->answer);
    x->service->answer_error(x, p->type, p->status, p->message);
}

static void answer_html(struct exchange *x, const struct fault_params *p)
{
    const char *reason = http_reason(p->status);
    const char *page = arena_printf(
        &x->arena,
        "<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n"
        "<center><h1>%d %s</h1></center>\r\n<hr><center>nginx</center>\r\n"
        "</body>\r\n</html>\r\n",
        p->status, reason, p->status, reason);

    answer_reset(&x->answer);
    exchange_answer(x, p->status, "text/html", slice_of(page));
    answer_set(&x->answer, &x->arena, "Server", "nginx");
}

static void edit_content_type(struct exchange *x, const struct fault_params *p)
{
    if (*p->content_type)
        answer_set(&x->answer, &x->arena, "Content-Type", "%s",
                   p->content_type);
    else
        remove_header(&x->answer, "Content-Type");
}

static void edit_body(struct exchange *x, const struct fault_params *p)
{
    struct answer *w = &x->answer;
    const char *body = arena_strdup(&x->arena, p->body);

    if (w->release)
        w->release(w->release_ctx);
    w->release = NULL;
    w->hash = NULL;
    w->body = slice_of(body);
    remove_header(w, "Content-Length");
    remove_header(w, "Content-Encoding");
    if (p->content_type)
        edit_content_type(x, p);
}

/* Only the headers that the rule names. */
static void edit_nothing(struct exchange *x, const struct fault_params *p)
{
    (void)x;
    (void)p;
}

void fault_answer(const struct fault_rule *r, uint64_t draw, struct exchange *x)
{
    static void (*const answers[FAULT_KINDS])(struct exchange *,
                                              const struct fault_params *) = {
        [FAULT_STATUS] = answer_status,
        [FAULT_ERROR] = answer_error,
        [FAULT_HTML] = answer_html,
        [FAULT_CONTENT_TYPE] = edit_content_type,
        [FAULT_HEADERS] = edit_nothing,
        [FAULT_BODY] = edit_body};

    (void)draw;
    if (!answers[r->action->kind])
        return;
    answers[r->action->kind](x, &r->params);
    set_headers(x, r->params.headers);
    set_retry_after(x, r->params.retry_after);
}
