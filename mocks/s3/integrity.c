/* integrity: is the body what its sender says it is? Content-MD5. */
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "mocks/s3/internal.h"

static bool has_checksum(const struct http_request *r)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (r->headers[i].name.len > 15 &&
            strncasecmp(r->headers[i].name.p, "x-amz-checksum-", 15) == 0)
            return true;
    return false;
}

const char *ask_base64(const struct ask *c, struct slice bytes)
{
    struct str out;
    const char *text;

    str_init(&out, 64);
    base64_encode(&out, bytes);
    text = arena_strdup(c->a, str_z(&out));
    str_fini(&out);
    return text;
}

bool ask_body_intact(struct ask *c, bool required)
{
    struct slice sent = ask_header(c, "content-md5");
    uint8_t md5[MD5_SIZE];
    struct slice computed = {(const char *)md5, sizeof(md5)};
    const char *text;

    if (!sent.p) {
        if (!required || has_checksum(c->r))
            return true;
        s3_error(c->x, "MissingContentMD5", NULL, NULL);
        return false;
    }
    text = ask_text(c, sent);
    digest_md5(&c->s->digests, c->body, md5);
    if (strcmp(text, ask_base64(c, computed)) == 0)
        return true;
    if (sent.len != 24 || sent.p[22] != '=' || sent.p[23] != '=')
        s3_error(c->x, "InvalidDigest", NULL, "Content-MD5", text, NULL);
    else
        s3_error(c->x, "BadDigest", NULL, "ExpectedDigest", text,
                 "CalculatedDigest", ask_base64(c, computed), NULL);
    return false;
}
