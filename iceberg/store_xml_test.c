/* store_xml: paths, what is refused, roots, escapes. */
#include "base/unit.h"
#include "iceberg/store_xml.h"

#include <string.h>

static bool note(void *ctx, const char *path, struct slice text)
{
    str_addf(ctx, "%s=" SLICE_FMT ";", path, SLICE_ARG(text));
    return strcmp(path, "Stop") != 0;
}

static bool reads(const char *body, const char *said)
{
    struct str got;
    bool ok;

    str_init(&got, 4096);
    ok = ice__xml_read(slice_of(body), "R", note, &got);
    if (ok && said)
        CU_ASSERT_STRING_EQUAL(str_z(&got), said);
    str_fini(&got);
    return ok;
}

static void tells_each_element_with_its_path(void)
{
    CU_ASSERT(reads("<?xml version=\"1.0\"?>\n<R xmlns=\"u:v\"><A>1 &lt; "
                    "2</A><B><C>x</C><C/></B></R>",
                    "A=1 < 2;B/C=x;B/C=;B=;"));
    CU_ASSERT(reads("<R/>", ""));
}

static void blanks_that_keep_a_connection_alive_are_skipped(void)
{
    CU_ASSERT(reads(" \r\n\t <?xml version=\"1.0\"?><R><A>1</A></R>", "A=1;"));
    CU_ASSERT(reads("<?xml version=\"1.0\"?>   \n\n  <R><A>1</A></R>", "A=1;"));
}

static void refuses_what_it_should_not_read(void)
{
    static const char *const wrong[] = {
        "",
        "   ",
        "<S/>",
        "<R>",
        "<R><A></R>",
        "text",
        "<R><Stop/></R>",
        "<!DOCTYPE R [<!ENTITY a \"b\">]><R><A>&a;</A></R>",
        "<!DOCTYPE R SYSTEM \"file:///etc/passwd\"><R/>",
        "<R><a><b><c><d><e><f><g><h/></g></f></e></d></c></b></a></R>"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT_FALSE(reads(wrong[i], NULL));
}

static void limits_how_long_a_text_may_be(void)
{
    struct str body;

    str_init(&body, 1 << 20);
    str_addz(&body, "<R><A>");
    for (int i = 0; i < 70000; i++)
        str_addc(&body, 'x');
    str_addz(&body, "</A></R>");
    CU_ASSERT_FALSE(reads(str_z(&body), NULL));
    str_fini(&body);
}

static void knows_a_root_by_its_beginning(void)
{
    CU_ASSERT(ice__xml_root_is(SLICE_LIT("<Error><Code/>"), "Error"));
    CU_ASSERT(ice__xml_root_is(
        SLICE_LIT("\n\n<?xml version=\"1.0\"?>\n  <Error xmlns=\"\">"),
        "Error"));
    CU_ASSERT_FALSE(ice__xml_root_is(SLICE_LIT("<Errors/>"), "Error"));
    CU_ASSERT_FALSE(ice__xml_root_is(SLICE_LIT("<Error"), "Error"));
    CU_ASSERT_FALSE(ice__xml_root_is(SLICE_LIT("PAR1"), "Error"));
    CU_ASSERT_FALSE(ice__xml_root_is(SLICE_LIT("<?xml"), "Error"));
    CU_ASSERT_FALSE(ice__xml_root_is(SLICE_LIT(""), "Error"));
}

static void escapes_what_xml_would_take_for_its_own(void)
{
    struct str out;

    str_init(&out, 200);
    ice__xml_escape(&out, SLICE_LIT("a<b>&\"c\"\r"));
    CU_ASSERT_STRING_EQUAL(str_z(&out), "a&lt;b&gt;&amp;&quot;c&quot;&#13;");
    str_fini(&out);
}

UNIT_MAIN("store_xml", UNIT(tells_each_element_with_its_path),
          UNIT(blanks_that_keep_a_connection_alive_are_skipped),
          UNIT(refuses_what_it_should_not_read),
          UNIT(limits_how_long_a_text_may_be),
          UNIT(knows_a_root_by_its_beginning),
          UNIT(escapes_what_xml_would_take_for_its_own))
