/* log: lines for people. The trace, which is compared byte for byte, is
 * something else and lives with the journal.
 *
 * One call makes one line, handed to the sink with secrets masked. NULL for a
 * struct log is allowed everywhere and drops the line.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "base/clock.h"
#include "base/secret.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_line {
    enum log_level level;
    int64_t unix_ms;
    const char *module;  /* "catalog", "http", ... */
    const char *message; /* one line, secrets masked */
};

struct log {
    enum log_level least;
    const struct clock *clock;
    const struct secrets *secrets; /* may be NULL */
    unsigned encodings;            /* of secrets to mask; SECRET_ALL */
    void (*sink)(void *ctx, const struct log_line *line);
    void *ctx;
};

void log_put(const struct log *log, enum log_level level, const char *module,
             const char *fmt, ...) __attribute__((format(printf, 4, 5)));

const char *log_level_name(enum log_level level); /* "debug", ... */
/* Appends the line as text or as one JSON object, ended by a newline. */
void log_format_text(const struct log_line *line, struct str *out);
void log_format_json(const struct log_line *line, struct str *out);
/* A sink that writes text lines to stderr, one write a line; ctx is unused. */
void log_sink_stderr(void *ctx, const struct log_line *line);

#endif
