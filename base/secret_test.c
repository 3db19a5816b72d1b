/* Tests of secret. */
#include "base/secret.h"

#include <string.h>

#include "base/percent.h"
#include "base/unit.h"

static const char value[] = "p@ss w/\"<&>rd+9\xc3\xa9";

static struct secrets *with(const char *z)
{
    struct secrets *s = secrets_new();

    secrets_add(s, slice_of(z));
    return s;
}

/* Is text found, named as how, and masked to want? */
static bool masks(const char *secret, const char *text,
                  enum secret_encoding how, const char *want)
{
    struct secrets *s = with(secret);
    enum secret_encoding found = 0;
    struct str out;
    bool ok;

    str_init(&out, 4096);
    str_addz(&out, text);
    ok = secrets_find(s, str_slice(&out), &found) && found == how;
    secrets_mask(s, SECRET_ALL, &out);
    ok = ok && strcmp(str_z(&out), want) == 0;
    str_fini(&out);
    secrets_free(s);
    return ok;
}

static void masks_the_raw_value_wherever_it_is(void)
{
    CU_ASSERT(
        masks("hunter22", "a hunter22, hunter22.", SECRET_RAW, "a ***, ***."));
    CU_ASSERT(masks("hunter22", "hunter22", SECRET_RAW, "***"));
    CU_ASSERT(masks("aaab", "aaaaab", SECRET_RAW, "aa***"));
}

static void masks_percent_in_either_case_and_to_any_extent(void)
{
    CU_ASSERT(masks(value, "k=p%40ss%20w%2F%22%3C%26%3Erd%2B9%C3%A9&x",
                    SECRET_PERCENT, "k=***&x"));
    CU_ASSERT(masks(value, "k=p%40ss%20w%2f%22%3c%26%3erd%2b9%c3%a9&x",
                    SECRET_PERCENT, "k=***&x"));
    CU_ASSERT(masks(value, "k=p%40ss+w/%22%3C%26%3Erd%2B9%C3%A9",
                    SECRET_PERCENT, "k=***"));
    CU_ASSERT(masks("hunter22", "%68%75nter2%32", SECRET_PERCENT, "***"));
}

static void masks_json_and_html(void)
{
    CU_ASSERT(
        masks(value, "\"p@ss w/\\\"<&>rd+9\xc3\xa9\"", SECRET_JSON, "\"***\""));
    CU_ASSERT(masks("a\"b\nc", "a\\u0022b\\nc", SECRET_JSON, "***"));
    CU_ASSERT(masks(value, "<p>p@ss w/&quot;&lt;&amp;&gt;rd+9\xc3\xa9</p>",
                    SECRET_HTML, "<p>***</p>"));
    CU_ASSERT(masks("it's&it", "it&#39;s&#x26;it", SECRET_HTML, "***"));
    CU_ASSERT(masks("it's&it", "it&apos;s&amp;it", SECRET_HTML, "***"));
}

static void masks_base64_at_each_of_three_offsets(void)
{
    static const char *const before[] = {"", "u", "us", "use", "user:"};

    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        for (int url = 0; url < 2; url++) {
            struct secrets *s = with("\xfb\xef\xbe-Secret?\xff");
            struct str plain, coded;
            enum secret_encoding how = 0;

            str_init(&plain, 100);
            str_init(&coded, 200);
            str_addf(&plain, "%s%s%s", before[i], "\xfb\xef\xbe-Secret?\xff",
                     ":tail");
            base64_encode(&coded, str_slice(&plain));
            for (size_t k = 0; url && k < coded.len; k++)
                coded.p[k] = coded.p[k] == '+'   ? '-'
                             : coded.p[k] == '/' ? '_'
                                                 : coded.p[k];
            CU_ASSERT(secrets_find(s, str_slice(&coded), &how));
            CU_ASSERT_EQUAL(how, SECRET_BASE64);
            secrets_mask(s, SECRET_BASE64, &coded);
            CU_ASSERT(strstr(str_z(&coded), "***") != NULL);
            CU_ASSERT_FALSE(secrets_find(s, str_slice(&coded), &how));
            str_fini(&plain);
            str_fini(&coded);
            secrets_free(s);
        }
}

static void leaves_other_text_alone(void)
{
    static const char *const others[] = {
        "",           "hunter2",      "Hunter22", "hunter%2", "hunter\\u0032",
        "aHVudGVyM",  "hunter2%33",   "%",        "&",        "\\",
        "hunter2&#5", "hunter2\\u003"};
    struct secrets *s = with("hunter22");

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        enum secret_encoding how;
        struct str text;
        str_init(&text, 100);
        str_addz(&text, others[i]);
        CU_ASSERT_FALSE(secrets_find(s, str_slice(&text), &how));
        secrets_mask(s, SECRET_ALL, &text);
        CU_ASSERT_STRING_EQUAL(str_z(&text), others[i]);
        str_fini(&text);
    }
    secrets_free(s);
}

static void only_the_encodings_asked_for_are_masked(void)
{
    struct secrets *s = with("a b/c d");
    struct str text;

    str_init(&text, 100);
    str_addz(&text, "a b/c d a%20b%2Fc%20d");
    secrets_mask(s, SECRET_RAW, &text);
    CU_ASSERT_STRING_EQUAL(str_z(&text), "*** a%20b%2Fc%20d");
    str_fini(&text);
    secrets_free(s);
}

static void the_longest_secret_wins(void)
{
    struct secrets *s = with("token");
    struct str text;

    secrets_add(s, SLICE_LIT("token-and-more"));
    secrets_add(s, SLICE_LIT("token"));
    str_init(&text, 100);
    str_addz(&text, "token-and-more token");
    secrets_mask(s, SECRET_ALL, &text);
    CU_ASSERT_STRING_EQUAL(str_z(&text), "*** ***");
    str_fini(&text);
    secrets_free(s);
}

static void short_values_are_not_registered(void)
{
    struct secrets *s = with("abc");
    enum secret_encoding how;

    CU_ASSERT_FALSE(secrets_find(s, SLICE_LIT("abcabc"), &how));
    secrets_free(s);
    secrets_free(NULL);
}

static size_t cut(const struct secrets *s, const char *text, size_t most)
{
    return secrets_cut(s, slice_of(text), most);
}

static void a_cut_goes_round_a_secret(void)
{
    struct secrets *s = secrets_new();

    secrets_add(s, SLICE_LIT("open&sesame"));
    CU_ASSERT_EQUAL(cut(s, "say open&sesame", 15), 15);
    CU_ASSERT_EQUAL(cut(s, "say open&sesame now", 15), 15);
    CU_ASSERT_EQUAL(cut(s, "say open&sesame now", 14), 4);
    CU_ASSERT_EQUAL(cut(s, "say open&sesame now", 5), 4);
    CU_ASSERT_EQUAL(cut(s, "say open&sesame now", 4), 4);
    CU_ASSERT_EQUAL(cut(s, "say open%26sesame now", 14), 4);
    CU_ASSERT_EQUAL(cut(s, "say open&amp;sesame now", 14), 4);
    CU_ASSERT_EQUAL(cut(s, "say open something", 8), 8);
    CU_ASSERT_EQUAL(cut(NULL, "say open&sesame", 8), 8);
    secrets_free(s);
}

static void a_forgotten_value_is_no_secret(void)
{
    struct secrets *s = with("hunter22");
    enum secret_encoding how;

    secrets_add(s, SLICE_LIT("sesame"));
    secrets_forget(s, SLICE_LIT("nothing"));
    secrets_forget(s, SLICE_LIT("hunter22"));
    CU_ASSERT_FALSE(secrets_find(s, SLICE_LIT("a hunter22"), &how));
    CU_ASSERT(secrets_find(s, SLICE_LIT("a sesame"), &how));
    secrets_free(s);
}

/* Each of a thousand, in each of its forms, and the text around it. */
static void each_of_many_is_found(void)
{
    struct secrets *s = secrets_new();
    enum secret_encoding how = 0;
    char one[32], want[80];
    struct str out, form;

    str_init(&out, 400);
    str_init(&form, 200);
    for (int i = 0; i < 1000; i++) {
        snprintf(one, sizeof(one), "%c%c/key %d", 'A' + i % 26,
                 'a' + i / 26 % 26, i);
        secrets_add(s, slice_of(one));
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(one, sizeof(one), "%c%c/key %d", 'A' + i % 26,
                 'a' + i / 26 % 26, i);
        str_reset(&form);
        if (i % 3 == 0)
            percent_encode(&form, slice_of(one), "");
        else if (i % 3 == 1)
            str_addz(&form, one);
        else
            base64_encode(&form, slice_of(one));
        str_reset(&out);
        str_addf(&out, "before %s after", str_z(&form));
        CU_ASSERT(secrets_find(s, str_slice(&out), &how));
        secrets_mask(s, SECRET_ALL, &out);
        snprintf(want, sizeof(want), "%.10s", str_z(&out));
        CU_ASSERT_STRING_EQUAL(want, "before ***");
        secrets_forget(s, slice_of(one));
    }
    CU_ASSERT_FALSE(secrets_find(s, str_slice(&form), &how));
    str_fini(&out);
    str_fini(&form);
    secrets_free(s);
}

UNIT_MAIN("secret", UNIT(masks_the_raw_value_wherever_it_is),
          UNIT(masks_percent_in_either_case_and_to_any_extent),
          UNIT(masks_json_and_html),
          UNIT(masks_base64_at_each_of_three_offsets),
          UNIT(leaves_other_text_alone),
          UNIT(only_the_encodings_asked_for_are_masked),
          UNIT(the_longest_secret_wins), UNIT(short_values_are_not_registered),
          UNIT(a_cut_goes_round_a_secret), UNIT(a_forgotten_value_is_no_secret),
          UNIT(each_of_many_is_found))
