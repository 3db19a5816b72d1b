/* An Authorization header on the first line, a request behind it: whatever is
 * taken for a signature has its parts inside the header, and the request can
 * be signed or is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "mocks/s3/sigv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void must_lie_in(struct slice part, struct slice whole)
{
    must(part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

static void sign(const struct sigv4_authorization *auth,
                 const struct http_request *r, struct arena *a)
{
    static const char hash[] = "UNSIGNED-PAYLOAD";
    struct str canonical, to_sign;
    struct digests digests;
    char signature[SHA256_HEX];

    str_init(&canonical, 1 << 20);
    str_init(&to_sign, 1 << 20);
    digests_init(&digests);
    struct sigv4_keys *keys = sigv4_keys_new();
    if (sigv4_canonical(&canonical, r, auth, slice_of(hash), a)) {
        sigv4_string_to_sign(&to_sign, &digests, slice_of("20130524T000000Z"),
                             auth->scope, str_slice(&canonical));
        sigv4_sign(keys, auth, "secret", str_slice(&to_sign), signature);
        must(strlen(signature) == SHA256_HEX - 1);
    }
    sigv4_keys_free(keys);
    digests_fini(&digests);
    str_fini(&to_sign);
    str_fini(&canonical);
}

static void with_request(const struct sigv4_authorization *auth,
                         struct slice wire)
{
    struct arena a;
    size_t used = 0;

    arena_init(&a);
    struct http1 *p = http1_new(&http1_default_limits, &a);
    enum http1_event e = http1_feed(p, wire.p, wire.len, &used);
    if (e == HTTP1_HEAD || e == HTTP1_DONE) {
        struct http_request *r = http1_request(p);
        for (size_t i = 0; i < r->n_headers; i++)
            sigv4_header_is_signed(auth, r->headers[i].name);
        sign(auth, r, &a);
    }
    http1_free(p);
    arena_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *p = (const char *)data;
    const char *end = n ? memchr(p, '\n', n) : NULL;
    struct slice value = {p, end ? (size_t)(end - p) : n};
    struct sigv4_authorization auth;
    const char *wrong = sigv4_parse(value, &auth);

    if (wrong) {
        must(wrong[0] != 0);
        return 0;
    }
    must(auth.access_key.len > 0 && auth.signed_headers.len > 0);
    must(auth.date.len == 8 && auth.signature.len == 64);
    must_lie_in(auth.access_key, value);
    must_lie_in(auth.scope, value);
    must_lie_in(auth.date, auth.scope);
    must_lie_in(auth.region, auth.scope);
    must_lie_in(auth.service, auth.scope);
    must_lie_in(auth.signed_headers, value);
    must_lie_in(auth.signature, value);
    if (end)
        with_request(&auth, (struct slice){end + 1, n - value.len - 1});
    return 0;
}
