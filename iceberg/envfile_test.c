/* envfile: what a line may be, and where each mistake is said to be. */
#include <string.h>

#include "base/unit.h"
#include "iceberg/envfile.h"

static char why[320];

static bool parse(struct envfile *f, const char *text)
{
    why[0] = '\0';
    envfile_init(f);
    return envfile_parse(f, "x.env", text, strlen(text), why, sizeof(why));
}

static void expect(const char *text, const char *key, const char *value)
{
    struct envfile f;
    const struct envfile_entry *e;

    CU_ASSERT(parse(&f, text));
    CU_ASSERT_STRING_EQUAL(why, "");
    e = envfile_find(&f, key);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->value, value);
    envfile_fini(&f);
}

static void expect_wrong(const char *text, const char *said)
{
    struct envfile f;

    CU_ASSERT_FALSE(parse(&f, text));
    CU_ASSERT_STRING_EQUAL(why, said);
    envfile_fini(&f);
}

static void reads_plain_values(void)
{
    expect("A=b", "A", "b");
    expect("\n  # note\n  export\tA = b c \t\n", "A", "b c");
    expect("A=b#c # note", "A", "b#c");
    expect("A= # note", "A", "");
    expect("A=", "A", "");
    expect("A=b=c", "A", "b=c");
    expect("export=1", "export", "1");
}

static void reads_quoted_values(void)
{
    expect("A=\"b # \\\"c\\\" \\n\\t\\\\ \\$d\" # note", "A",
           "b # \"c\" \n\t\\ $d");
    expect("A='b \\' \\\\ \\n $c'", "A", "b ' \\ \\n $c");
    expect("A=''", "A", "");
    expect("A=it's", "A", "it's");
}

static void skips_a_mark_and_takes_both_line_ends(void)
{
    expect("\xef\xbb\xbf"
           "A=1\r\nB=\"2\"\r\n",
           "A", "1");
    expect("A=1\r\nB=\"2\"\r\n", "B", "2");
    expect("A=\xc3\xbc", "A", "\xc3\xbc");
}

static void takes_the_last_of_a_key(void)
{
    struct envfile f;

    CU_ASSERT(parse(&f, "A=1\nA=2\nAB=3"));
    CU_ASSERT_STRING_EQUAL(envfile_find(&f, "A")->value, "2");
    CU_ASSERT_EQUAL(envfile_find(&f, "A")->line, 2);
    CU_ASSERT_EQUAL(envfile_find(&f, "AB")->col, 4);
    CU_ASSERT_PTR_NULL(envfile_find(&f, "B"));
    envfile_fini(&f);
}

static void names_the_place_of_a_mistake(void)
{
    expect_wrong("A=1\n  B", "x.env:2:4: an '=' should stand here");
    expect_wrong("=1", "x.env:1:1: a setting's name should stand here");
    expect_wrong("\n1A=1", "x.env:2:1: a setting's name should stand here");
    expect_wrong("A-B=1", "x.env:1:2: an '=' should stand here");
    expect_wrong("A=\"b\nc\"",
                 "x.env:1:3: the quote is not closed on its line");
    expect_wrong("A='b", "x.env:1:3: the quote is not closed on its line");
    expect_wrong("A=\"b\\", "x.env:1:5: no such escape in double quotes");
    expect_wrong("A=\"b\\q\"", "x.env:1:5: no such escape in double quotes");
    expect_wrong("A='b' c", "x.env:1:7: nothing may follow the closing quote");
    expect_wrong("A=b\x01", "x.env:1:4: a control character");
    expect_wrong("A=b\rc", "x.env:1:4: a control character");
}

static void finds_a_zero_byte(void)
{
    struct envfile f;

    envfile_init(&f);
    CU_ASSERT_FALSE(envfile_parse(&f, "x.env", "A=b\0c", 5, why, sizeof(why)));
    CU_ASSERT_STRING_EQUAL(why, "x.env:1:4: a control character");
    envfile_fini(&f);
}

static void names_a_file_that_cannot_be_read(void)
{
    struct envfile f;

    envfile_init(&f);
    CU_ASSERT_FALSE(envfile_read(&f, "no/such.env", why, sizeof(why)));
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "no/such.env: "));
    CU_ASSERT_FALSE(envfile_read(&f, "iceberg", why, sizeof(why)));
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "iceberg: "));
    envfile_fini(&f);
}

UNIT_MAIN("envfile", UNIT(reads_plain_values), UNIT(reads_quoted_values),
          UNIT(skips_a_mark_and_takes_both_line_ends),
          UNIT(takes_the_last_of_a_key), UNIT(names_the_place_of_a_mistake),
          UNIT(finds_a_zero_byte), UNIT(names_a_file_that_cannot_be_read))
