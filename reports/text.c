/* text: see text.h. */
#include "reports/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "base/xml.h"

const char *const verdict_names[] = {"passed", "failed", "skipped"};

const char *text_or_empty(const char *z)
{
    return z ? z : "";
}

/* ---- numbers ------------------------------------------------------------- */

int64_t text_span(int64_t from, int64_t to)
{
    int64_t span;

    if (to < from)
        return 0;
    return __builtin_sub_overflow(to, from, &span) ? INT64_MAX : span;
}

/* Below a minute: three digits that count, no zeros at the end. */
static void short_seconds(struct str *out, int64_t ms)
{
    int64_t step = ms < 10000 ? 10 : 100, rounded = (ms + step / 2) / step;
    int64_t whole = rounded * step / 1000, rest = rounded * step % 1000;

    str_addf(out, "%lld", (long long)whole);
    if (rest % 100)
        str_addf(out, ".%02lld", (long long)rest / 10);
    else if (rest)
        str_addf(out, ".%lld", (long long)rest / 100);
    str_addz(out, " s");
}

void text_ms(struct str *out, int64_t ms)
{
    int64_t s = ms / 1000 + (ms % 1000 >= 500), min = (s + 30) / 60;

    if (ms < 1000)
        str_addf(out, "%lld ms", (long long)ms);
    else if (ms < 59950)
        short_seconds(out, ms);
    else if (s < 3600 && s % 60)
        str_addf(out, "%lld min %lld s", (long long)s / 60, (long long)s % 60);
    else if (s < 3600)
        str_addf(out, "%lld min", (long long)s / 60);
    else if (min % 60)
        str_addf(out, "%lld h %lld min", (long long)min / 60,
                 (long long)min % 60);
    else
        str_addf(out, "%lld h", (long long)min / 60);
}

void text_ns(struct str *out, int64_t ns)
{
    if (ns > 0 && ns < 1000000)
        str_addz(out, "<1 ms");
    else
        text_ms(out, ns / 1000000);
}

void text_at(struct str *out, int64_t ns)
{
    long long ms = ns < 0 ? 0 : ns / 1000000;

    str_addf(out, "%lld.%03lld s", ms / 1000, ms % 1000);
}

void text_seconds(struct str *out, int64_t ms)
{
    str_addf(out, "%lld.%02lld s", (long long)ms / 1000,
             (long long)ms % 1000 / 10);
}

void text_count(struct str *out, uint64_t n)
{
    if (n >= 1000) {
        text_count(out, n / 1000);
        str_addf(out, ",%03u", (unsigned)(n % 1000));
    } else {
        str_addf(out, "%u", (unsigned)n);
    }
}

void text_counted(struct str *out, uint64_t n, const char *one,
                  const char *many)
{
    text_count(out, n);
    str_addf(out, " %s", n == 1 ? one : many);
}

/* ---- made harmless ---------------------------------------------------------
 */

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* C0, DEL, and the C1 controls U+0080 to U+009F. */
static bool is_control(const char *p, size_t len)
{
    unsigned char c = (unsigned char)p[0];

    return c < ' ' || c == 0x7f ||
           (len == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

/* The next character of z as it may be shown, and *len: how much of z it
 * took. */
static struct slice shown(const char *z, size_t left, size_t *len)
{
    *len = utf8_length(z, left);
    if (!*len) {
        *len = 1;
        return slice_of(replacement);
    }
    if (*z == '\n' || *z == '\t' || *z == '\r')
        return slice_of(" ");
    if (is_control(z, *len))
        return slice_of(replacement);
    return (struct slice){z, *len};
}

void text_plain(struct str *out, const char *z)
{
    size_t left = strlen(text_or_empty(z)), len;

    for (; left; z += len, left -= len)
        str_adds(out, shown(z, left, &len));
}

size_t text_columns(const char *z)
{
    size_t left = strlen(text_or_empty(z)), len, n = 0;

    for (; left; z += len, left -= len, n++)
        shown(z, left, &len);
    return n;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void text_wrapped(struct str *out, const char *z, size_t indent, size_t width)
{
    size_t column = indent;
    bool first = true;

    z = text_or_empty(z);
    while (*z) {
        char *word;
        size_t n = 0, columns;

        while (is_blank(*z))
            z++;
        while (z[n] && !is_blank(z[n]))
            n++;
        if (!n)
            break;
        word = mem_memdup(z, n);
        columns = text_columns(word);
        if (!first && column + 1 + columns > width) {
            str_addf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        if (!first)
            str_addc(out, ' ');
        text_plain(out, word);
        column += columns + !first;
        first = false;
        free(word);
        z += n;
    }
    str_addc(out, '\n');
}

/* HTML attributes may stand in single quotes too. */
static const char *reference(char c)
{
    return c == '\'' ? "&#39;" : xml_entity(c);
}

/* XML 1.0, production 2: no controls but tab and line ends, no U+FFFE and
 * U+FFFF. DEL and C1 are allowed but help nobody. */
static bool xml_forbids(const char *p, size_t len)
{
    if (is_control(p, len))
        return !is_blank(*p);
    return len == 3 && memcmp(p, "\xef\xbf", 2) == 0 &&
           (unsigned char)p[2] >= 0xbe;
}

void text_markup(struct str *out, const char *z)
{
    size_t left = strlen(text_or_empty(z)), len;

    for (; left; z += len, left -= len) {
        const char *ref = reference(*z);
        len = utf8_length(z, left);
        if (!len) {
            len = 1;
            str_addz(out, replacement);
        } else if (ref) {
            str_addz(out, ref);
        } else if (!xml_forbids(z, len)) {
            str_add(out, z, len);
        }
    }
}

/* ---- looking into a result -------------------------------------------------
 */

static bool same(const char *a, const char *b)
{
    return strcmp(text_or_empty(a), text_or_empty(b)) == 0;
}

static bool has_topic(const struct topics *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (same(t->names[i], name))
            return true;
    return false;
}

void topics_init(struct topics *t, const struct result *r)
{
    t->n = 0;
    t->names = mem_alloc(r->n_scenarios * sizeof(*t->names));
    for (size_t i = 0; i < r->n_scenarios; i++)
        if (!has_topic(t, r->scenarios[i].topic))
            t->names[t->n++] = text_or_empty(r->scenarios[i].topic);
}

void topics_fini(struct topics *t)
{
    free(t->names);
    *t = (struct topics){0};
}

static void add_time(int64_t *sum, int64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum))
        *sum = INT64_MAX;
}

struct tally tally_of(const struct result *r, const char *topic)
{
    struct tally t = {0};

    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct result_scenario *s = &r->scenarios[i];
        if (topic && !same(s->topic, topic))
            continue;
        t.passed += s->verdict == VERDICT_PASSED;
        t.failed += s->verdict == VERDICT_FAILED;
        t.skipped += s->verdict == VERDICT_SKIPPED;
        add_time(&t.virtual_ms, s->virtual_ms);
        add_time(&t.wall_us, s->wall_us);
    }
    return t;
}

const struct result_requirement *find_requirement(const struct result *r,
                                                  const char *id)
{
    for (size_t i = 0; i < r->n_requirements; i++)
        if (same(r->requirements[i].id, id))
            return &r->requirements[i];
    return NULL;
}

const struct result_scenario *find_scenario(const struct result *r,
                                            const char *id)
{
    for (size_t i = 0; i < r->n_scenarios; i++)
        if (same(r->scenarios[i].id, id))
            return &r->scenarios[i];
    return NULL;
}
