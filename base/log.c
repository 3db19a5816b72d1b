/* log: see log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"

enum { LINE_BYTES = 16384 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

/* One call, one line: control characters would forge others. */
static void flatten(struct str *text)
{
    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->p[i] < ' ' || text->p[i] == 0x7f)
            text->p[i] = ' ';
}

void log_put(const struct log *log, enum log_level level, const char *module,
             const char *fmt, ...)
{
    struct log_line line = {.level = level, .module = module};
    struct str text;
    va_list ap;

    if (!log || !log->sink || level < log->least)
        return;
    str_init(&text, LINE_BYTES);
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    if (text.failed) {
        str_reset(&text);
        str_addz(&text, "(a line too long to log)");
    }
    /* Masked first: what flatten changes could hide a secret from the mask. */
    if (log->secrets)
        secrets_mask(log->secrets, log->encodings, &text);
    flatten(&text);
    line.unix_ms = log->clock ? clock_unix_ms(log->clock) : 0;
    line.message = str_z(&text);
    log->sink(log->ctx, &line);
    str_fini(&text);
}

void log_format_text(const struct log_line *line, struct str *out)
{
    char date[DATE_ISO_SIZE];

    date_iso(line->unix_ms, date);
    str_addf(out, "%s %-5s %s: %s\n", date, log_level_name(line->level),
             line->module, line->message);
}

void log_format_json(const struct log_line *line, struct str *out)
{
    char date[DATE_ISO_SIZE];

    date_iso(line->unix_ms, date);
    str_addf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"module\":", date,
             log_level_name(line->level));
    json_quote(out, slice_of(line->module));
    str_addz(out, ",\"message\":");
    json_quote(out, slice_of(line->message));
    str_addz(out, "}\n");
}

void log_sink_stderr(void *ctx, const struct log_line *line)
{
    struct str text;
    ssize_t sent;

    (void)ctx;
    str_init(&text, LINE_BYTES + 1024);
    log_format_text(line, &text);
    sent = write(STDERR_FILENO, str_z(&text), text.len);
    (void)sent; /* there is nobody to tell */
    str_fini(&text);
}
