/* Escaping, and reading of documents that nobody vouches for. */
#include "mocks/s3/xml.h"

#include <string.h>

#include "base/unit.h"

static void text_is_escaped(void)
{
    struct str out;

    str_init(&out, 1000);
    xml_text(&out, "A", SLICE_LIT("<&>\"\r\t\x01\xc3\xa9\xff\xed\xa0\x80z"));
    CU_ASSERT_STRING_EQUAL(
        str_z(&out), "<A>&lt;&amp;&gt;&quot;&#13;\t&#x1;\xc3\xa9"
                     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz</A>");
    str_fini(&out);
}

static bool note(void *ctx, const char *path, struct slice text)
{
    struct str *out = ctx;

    str_addf(out, "%s=" SLICE_FMT ";", path, SLICE_ARG(text));
    return strcmp(path, "a/refuse") != 0;
}

static bool reads(const char *body, struct str *out)
{
    str_reset(out);
    return xml_read(slice_of(body), note, out);
}

static void elements_come_with_their_paths(void)
{
    struct str out;

    str_init(&out, 1 << 20);
    CU_ASSERT(reads("<?xml version='1.0'?><x:a xmlns:x='urn:x' b='1'><x:b>1"
                    "</x:b><c/>\n<x:b>&#50;<![CDATA[<]]></x:b></x:a>",
                    &out));
    CU_ASSERT_STRING_EQUAL(str_z(&out), "a/b=1;a/c=;a/b=2<;a=;");
    CU_ASSERT_FALSE(reads("<a><refuse/><b/></a>", &out));
    CU_ASSERT_STRING_EQUAL(str_z(&out), "a/refuse=;");
    str_fini(&out);
}

static void bad_documents_are_refused(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "<a>",
        "<a></b>",
        "<a/><a/>",
        "text",
        "<a>\x01</a>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        "<a>&e;</a>",
        "<a><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></a>"};
    struct str out;

    str_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_FALSE(reads(bad[i], &out));
    str_fini(&out);
}

static void size_is_limited(void)
{
    struct str doc, out;

    str_init(&doc, 1 << 20);
    str_init(&out, 8 << 20);
    str_addz(&doc, "<a>");
    for (int i = 0; i < 9000; i++)
        str_addc(&doc, 'x');
    str_addz(&doc, "</a>");
    CU_ASSERT_FALSE(reads(str_z(&doc), &out));
    str_reset(&doc);
    str_addz(&doc, "<a>");
    for (int i = 0; i < 60000; i++)
        str_addz(&doc, "<b/>");
    str_addz(&doc, "</a>");
    CU_ASSERT_FALSE(reads(str_z(&doc), &out));
    str_fini(&doc);
    str_fini(&out);
}

UNIT_MAIN("s3/xml", UNIT(text_is_escaped), UNIT(elements_come_with_their_paths),
          UNIT(bad_documents_are_refused), UNIT(size_is_limited))
