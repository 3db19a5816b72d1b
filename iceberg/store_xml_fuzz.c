/* Any bytes as a document of the store's: read, or refused, with paths that
 * make sense; and text that was escaped reads as it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "iceberg/store_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool any(void *ctx, const char *path, struct slice text)
{
    size_t n = strlen(path);

    (void)ctx;
    must(n > 0 && path[0] != '/' && path[n - 1] != '/');
    must(text.p || !text.len);
    return true;
}

static bool keep(void *ctx, const char *path, struct slice text)
{
    struct str *out = ctx;

    must(!strcmp(path, "t"));
    str_adds(out, text);
    return true;
}

/* What XML can hold, and a reader gives back as it is. */
static bool is_text(struct slice s)
{
    for (size_t i = 0; i < s.len;) {
        size_t n = utf8_length(s.p + i, s.len - i);

        if (!n || (unsigned char)s.p[i] < ' ')
            return false;
        if (n == 3 && !memcmp(s.p + i, "\xef\xbf", 2)) /* U+FFFE, U+FFFF */
            return false;
        i += n;
    }
    return true;
}

static void round_trip(struct slice in)
{
    struct str xml, out;

    str_init(&xml, 1 << 20);
    str_init(&out, 1 << 20);
    str_addz(&xml, "<r><t>");
    ice__xml_escape(&xml, in);
    str_addz(&xml, "</t></r>");
    if (ice__xml_read(str_slice(&xml), "r", keep, &out))
        must(slice_eq(str_slice(&out), in));
    else
        must(in.len > 1000); /* too long to be kept */
    str_fini(&xml);
    str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const roots[] = {"ListBucketResult", "Error",
                                        "CompleteMultipartUploadResult", "r"};
    struct slice in = {(const char *)data, n};

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        ice__xml_root_is(in, roots[i]);
        ice__xml_read(in, roots[i], any, NULL);
    }
    if (is_text(in))
        round_trip(in);
    return 0;
}
