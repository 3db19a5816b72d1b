/* Secrets: the first line is a secret, the rest is text. Whatever the text, a
 * secret put into it in any encoding is found, and none is found in what was
 * masked.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/secret.h"

enum { MOST = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void must_be_masked(const struct secrets *s, struct str *text)
{
    enum secret_encoding how;

    secrets_mask(s, SECRET_ALL, text);
    must(!secrets_find(s, str_slice(text), &how));
}

static void must_be_found(const struct secrets *s, const struct str *text)
{
    enum secret_encoding how = 0;

    must(secrets_find(s, str_slice(text), &how));
    must(how && (how & SECRET_ALL) == how);
}

static void add_base64(struct str *out, struct slice secret, size_t before)
{
    struct str plain;

    str_init(&plain, MOST);
    str_add(&plain, "ab", before);
    str_adds(&plain, secret);
    base64_encode(out, str_slice(&plain));
    str_fini(&plain);
}

/* way 0: raw, 1 to 3: base64 behind 0 to 2 bytes, 4: percent, 5: JSON. */
static void add_encoded(struct str *out, struct slice secret, unsigned way)
{
    if (way == 0)
        str_adds(out, secret);
    else if (way < 4)
        add_base64(out, secret, way - 1);
    else if (way == 4)
        percent_encode(out, secret, "");
    else
        json_quote(out, secret);
}

static bool printable(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return true;
}

static void try_way(const struct secrets *s, struct slice secret,
                    struct slice text, unsigned way)
{
    struct str all;

    str_init(&all, MOST);
    str_adds(&all, text);
    str_addc(&all, ' '); /* base64 and escapes begin anew here */
    add_encoded(&all, secret, way);
    str_addc(&all, ' ');
    str_adds(&all, text);
    must_be_found(s, &all);
    /* The mask itself may complete a secret that has its character. */
    if (!memchr(secret.p, '*', secret.len))
        must_be_masked(s, &all);
    str_fini(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *p = (const char *)data;
    const char *end = n ? memchr(p, '\n', n) : NULL;
    struct slice secret, text;
    struct secrets *s;

    if (!end || end - p < 4 || end - p > 200)
        return 0;
    secret = (struct slice){p, (size_t)(end - p)};
    text = (struct slice){end + 1, n - secret.len - 1};
    s = secrets_new();
    secrets_add(s, secret);
    /* Escapes of bytes that are not text have too many forms to promise. */
    for (unsigned way = 0; way < (printable(secret) ? 6 : 1); way++)
        try_way(s, secret, text, way);
    secrets_free(s);
    return 0;
}
