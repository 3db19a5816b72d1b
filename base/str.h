/* str: a growing byte string with a maximum, and slice: a borrowed one.
 *
 * Invariants of struct str: p is NULL or has len bytes followed by a zero;
 * len <= max. An append that would pass max changes nothing and sets failed,
 * which stays set until str_reset: append freely, ask once at the end.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice { /* borrowed bytes, not terminated */
    const char *p;
    size_t len;
};

#define SLICE_FMT "%.*s"
#define SLICE_ARG(s) ((int)(s).len), ((s).p ? (s).p : "")
#define SLICE_LIT(lit) ((struct slice){(lit), sizeof(lit) - 1})

/* NULL gives an empty slice. The short ones stand here, so that the length of a
 * literal is known when they are compiled. */
static inline struct slice slice_of(const char *z)
{
    return (struct slice){z, z ? strlen(z) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    /* Where there is a length there are bytes; an analyzer wants it said. */
    return a.len == b.len &&
           (!a.len || (a.p && b.p && memcmp(a.p, b.p, a.len) == 0));
}

static inline bool slice_eqz(struct slice a, const char *z)
{
    return slice_eq(a, slice_of(z));
}

static inline bool slice_starts(struct slice a, const char *prefix)
{
    struct slice b = slice_of(prefix);

    return a.len >= b.len &&
           (!b.len || (a.p && memcmp(a.p, b.p, b.len) == 0));
}

bool slice_has_control(struct slice a);         /* below blank, or 0x7f */
bool slice_ieq(struct slice a, struct slice b); /* ASCII case ignored */

static inline bool slice_ieqz(struct slice a, const char *z)
{
    struct slice b;

    if (a.len && z && (a.p[0] ^ z[0]) & ~0x20)
        return false; /* most differ at once, and z's length is not needed */
    b = slice_of(z);

    return a.len == b.len && slice_ieq(a, b);
}
bool slice_istarts(struct slice a, const char *prefix); /* in any case */
struct slice slice_trim(struct slice a); /* blanks and tabs at both ends */
bool slice_int64(struct slice a, long long *out); /* all of it, decimal */
/* Glob with '*' (any run, also of '/') and '?'. Linear in practice: one
 * backtrack point. */
bool slice_glob(const char *pattern, struct slice a);

struct str {
    char *p;
    size_t len, cap, max;
    bool failed;
};

void str_init(struct str *s, size_t max_bytes);
void str_fini(struct str *s);  /* frees; s may be initialised again */
void str_reset(struct str *s); /* empties, keeps memory, clears failed */
void str_add_growing(struct str *s, const void *p, size_t n);

static inline void str_add(struct str *s, const void *p, size_t n)
{
    if (n >= s->cap - s->len || n > s->max - s->len) {
        str_add_growing(s, p, n);
        return;
    }
    if (n > 0)
        memcpy(s->p + s->len, p, n);
    s->len += n;
    s->p[s->len] = 0;
}

static inline void str_addz(struct str *s, const char *z)
{
    str_add(s, z, strlen(z));
}

static inline void str_adds(struct str *s, struct slice a)
{
    if (a.len)
        str_add(s, a.p, a.len);
}

static inline void str_addc(struct str *s, char c)
{
    str_add(s, &c, 1);
}

/* n bytes more, which the caller fills at once; NULL, and failed, beyond max.
 */
char *str_extend(struct str *s, size_t n);
void str_addu(struct str *s, uint64_t n); /* decimal */
void str_addf(struct str *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
void str_cut(struct str *s, size_t len); /* shorten to len */
const char *str_z(const struct str *s);  /* terminated, never NULL */
struct slice str_slice(const struct str *s);
/* Room for n more bytes at once; only where that is likely to be needed. */
void str_room(struct str *s, size_t n);
char *str_detach(struct str *s); /* caller frees; s is empty afterwards */

#endif
