/* ask: what every act asks of its request. */
#include <stdarg.h>

#include "mocks/s3/internal.h"

const char *ask_text(const struct ask *c, struct slice s)
{
    return arena_memdup(c->a, s.p ? s.p : "", s.len);
}

const char *ask_query(const struct ask *c, const char *name)
{
    return c->r->query.len ? http_query(c->r, name, c->a) : NULL;
}

bool ask_bad_argument(const struct ask *c, const char *name, const char *value,
                      const char *message)
{
    s3_error(c->x, "InvalidArgument", message, "ArgumentName", name,
             "ArgumentValue", value ? value : "", NULL);
    return false;
}

void ask_prepare(const struct ask *c,
                 void (*publish)(struct exchange *x, void *ctx),
                 void (*drop)(void *ctx), void *ctx, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    c->x->change = (struct change){.publish = publish,
                                   .drop = drop,
                                   .ctx = ctx,
                                   .what = arena_vprintf(c->a, fmt, ap)};
    va_end(ap);
}

int64_t ask_now_ms(const struct ask *c)
{
    return clock_unix_ms(c->s->clock);
}

bool ask_has_room(const struct ask *c, size_t bytes)
{
    if (store_has_room(&c->s->store, bytes))
        return true;
    s3_error(c->x, "XMinioStorageFull",
             arena_printf(c->a,
                          "The mock S3 keeps at most %zu bytes in memory, and "
                          "%zu are in use.",
                          c->s->store.memory.cap, c->s->store.memory.used),
             NULL);
    return false;
}
