/* text: what the writers of reports share: numbers and times for people, and
 * texts made harmless for where they go. Everything takes NULL for "".
 */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "reports/result.h"

const char *text_or_empty(const char *z);

/* to - from, 0 when that is negative, and held at the end of the range. */
int64_t text_span(int64_t from, int64_t to);
/* "250 ms", "1.5 s", "2 min 5 s", "1 h 12 min" */
void text_ms(struct str *out, int64_t ms);
void text_ns(struct str *out, int64_t ns); /* the same, "<1 ms" below that */
void text_at(struct str *out, int64_t ns); /* a moment: "1.002 s" */
void text_seconds(struct str *out, int64_t ms); /* "0.62 s" */
void text_count(struct str *out, uint64_t n);   /* "12,345" */
/* "1 fault", "2 faults", "12,345 faults" */
void text_counted(struct str *out, uint64_t n, const char *one,
                  const char *many);

/* For a terminal: one line, control characters (which could move the cursor or
 * forge output) and what is not UTF-8 replaced. */
void text_plain(struct str *out, const char *z);
/* How many columns text_plain would take, one a character. */
size_t text_columns(const char *z);
/* text_plain wrapped at blanks so that no line passes width; every line but
 * the first begins with indent blanks. Ends with a newline. */
void text_wrapped(struct str *out, const char *z, size_t indent, size_t width);

/* For XML and HTML, elements and attributes alike: & < > " ' as references,
 * what is not UTF-8 as U+FFFD, characters that XML forbids left out. */
void text_markup(struct str *out, const char *z);

/* Does the scenario belong to the topic? Topics are listed by first use. */
struct topics {
    const char **names;
    size_t n;
};
void topics_init(struct topics *t, const struct result *r);
void topics_fini(struct topics *t);

struct tally {
    size_t passed, failed, skipped;
    int64_t virtual_ms, wall_us;
};
/* Of one topic, or of all when topic is NULL. */
struct tally tally_of(const struct result *r, const char *topic);

const struct result_requirement *find_requirement(const struct result *r,
                                                  const char *id);
const struct result_scenario *find_scenario(const struct result *r,
                                            const char *id);

#endif
