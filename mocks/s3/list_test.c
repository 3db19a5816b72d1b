/* ListObjectsV2: order, groups, pages, encodings. */
#include "mocks/s3/testing.h"

#define LIST(query) testing_call(t, "GET", "/data-lake", query, NULL, NULL)
#define SAYS(text) CU_ASSERT(testing_says(t, text))

static void fill(struct testing *t, const char *const *keys)
{
    for (; *keys; keys++)
        CU_ASSERT(s3_put(t->s3, "data-lake", *keys, slice_of(*keys),
                         (char[160]){""}));
}

/* All texts of <element> in the body, joined with '|'. */
static const char *all(const struct testing *t, const char *element)
{
    static char out[1 << 16];
    char open[64];
    const char *p = t->body, *end;
    size_t n = 0;

    out[0] = 0;
    snprintf(open, sizeof(open), "<%s>", element);
    while ((p = strstr(p, open)) && (end = strstr(p, "</"))) {
        p += strlen(open);
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s", n ? "|" : "",
                              (int)(end - p), p);
    }
    return out;
}

static const char *const tree[] = {"b.txt", "a/1", "a/2", "a/b/1",
                                   "c/1",   "A",   "ab",  NULL};

static void keys_come_in_byte_order(void)
{
    struct testing *t = testing_new(NULL);

    fill(t, tree);
    CU_ASSERT_EQUAL(LIST("list-type=2"), 200);
    CU_ASSERT(testing_operation(t, "ListObjectsV2"));
    CU_ASSERT_STRING_EQUAL(all(t, "Key"), "A|a/1|a/2|a/b/1|ab|b.txt|c/1");
    SAYS("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/"
         "\"><Name>data-lake</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys>");
    SAYS("<Contents><Key>A</Key><LastModified>2023-11-14T22:13:20.000Z"
         "</LastModified><ETag>&quot;7fc56270e7a70fa81a5935b72eacbe29&quot;"
         "</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass>");
    SAYS("<KeyCount>7</KeyCount><IsTruncated>false</IsTruncated>"
         "</ListBucketResult>");
    LIST("fetch-owner=true&list-type=2");
    SAYS("<Owner><ID>");
    testing_free(t);
}

static void prefix_delimiter_and_start_after_select(void)
{
    static const struct {
        const char *query, *keys, *prefixes;
    } cases[] = {
        {"list-type=2&prefix=a", "a/1|a/2|a/b/1|ab", "a"},
        {"list-type=2&prefix=a%2F", "a/1|a/2|a/b/1", "a/"},
        {"list-type=2&prefix=x", "", "x"},
        {"delimiter=%2F&list-type=2", "A|ab|b.txt", "|a/|c/"},
        {"delimiter=%2F&list-type=2&prefix=a%2F", "a/1|a/2", "a/|a/b/"},
        {"delimiter=%2F&list-type=2&prefix=a", "ab", "a|a/"},
        {"delimiter=b&list-type=2", "A|a/1|a/2|c/1", "|a/b|ab|b"},
        {"list-type=2&start-after=a%2F2", "a/b/1|ab|b.txt|c/1", ""},
        {"list-type=2&prefix=b&start-after=a", "b.txt", "b"},
        {"list-type=2&prefix=b&start-after=c", "", "b"},
        {"delimiter=%2F&list-type=2&start-after=a%2F9", "ab|b.txt", "|a/|c/"},
    };
    struct testing *t = testing_new(NULL);

    fill(t, tree);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(LIST(cases[i].query), 200);
        CU_ASSERT_STRING_EQUAL(all(t, "Key"), cases[i].keys);
        /* the first Prefix is the echo; an empty one leaves no '|' behind */
        CU_ASSERT_STRING_EQUAL(all(t, "Prefix"),
                               cases[i].prefixes +
                                   (cases[i].prefixes[0] == '|'));
    }
    testing_free(t);
}

/* Reads the whole listing in pages of max; keys and groups in the order in
 * which they came, one blank behind each. */
static size_t in_pages(struct testing *t, const char *more, int max, char *out,
                       size_t size)
{
    char query[2048], token[512] = "", coded[512];
    size_t pages = 0, n = 0;

    do {
        const char *p, *end;

        coded[0] = 0;
        for (p = token; *p; p++) /* base64 as a canonical query has it */
            snprintf(coded + strlen(coded), sizeof(coded) - strlen(coded),
                     strchr("+/=", *p) ? "%%%02X" : "%c", *p);
        snprintf(query, sizeof(query), "%s%s%s%slist-type=2&max-keys=%d",
                 *token ? "continuation-token=" : "", coded, *token ? "&" : "",
                 more, max);
        CU_ASSERT_EQUAL(LIST(query), 200);
        n += (size_t)snprintf(out + n, size - n, "%s ", all(t, "Key"));
        p = strstr(t->body, "<CommonPrefixes>");
        while (p) {
            p += strlen("<CommonPrefixes><Prefix>");
            end = strstr(p, "</");
            n +=
                (size_t)snprintf(out + n, size - n, "%.*s ", (int)(end - p), p);
            p = strstr(end, "<CommonPrefixes>");
        }
        snprintf(token, sizeof(token), "%s", all(t, "NextContinuationToken"));
        pages++;
    } while (testing_says(t, "<IsTruncated>true") && pages < 2000);
    CU_ASSERT_STRING_EQUAL(token, "");
    return pages;
}

static void pages_join_to_the_whole(void)
{
    struct testing *t = testing_new(NULL);
    char out[256];

    fill(t, tree);
    CU_ASSERT_EQUAL(in_pages(t, "", 2, out, sizeof(out)), 4);
    CU_ASSERT_STRING_EQUAL(out, "A|a/1 a/2|a/b/1 ab|b.txt c/1 ");
    CU_ASSERT_EQUAL(in_pages(t, "delimiter=%2F&", 1, out, sizeof(out)), 5);
    CU_ASSERT_STRING_EQUAL(out, "A  a/ ab b.txt  c/ ");
    CU_ASSERT_EQUAL(in_pages(t, "", 7, out, sizeof(out)), 1);
    testing_free(t);
}

static void a_thousand_keys_a_page_and_no_more(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");
    char key[32];

    for (int i = 0; i < 2500; i++) {
        snprintf(key, sizeof(key), "k%05d", i);
        s3_put(t->s3, "data-lake", key, SLICE_LIT("x"), (char[160]){""});
    }
    LIST("list-type=2&max-keys=5000");
    SAYS("<MaxKeys>1000</MaxKeys>");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(t->x.answer.body.p, "<KeyCount>1000</KeyCount>"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(t->x.answer.body.p, "<IsTruncated>true</IsTruncated>"));
    testing_free(t);
}

static void no_keys_asked_for_is_an_empty_page(void)
{
    struct testing *t = testing_new(NULL);

    fill(t, tree);
    CU_ASSERT_EQUAL(LIST("list-type=2&max-keys=0"), 200);
    SAYS("<KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>");
    testing_free(t);
}

static void names_that_xml_cannot_hold_are_encoded(void)
{
    static const char *const odd[] = {"a b+c&d<e>", "nl\nbel\x07", NULL};
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

    fill(t, odd);
    LIST("list-type=2");
    CU_ASSERT_STRING_EQUAL(all(t, "Key"), "a b+c&amp;d&lt;e&gt;|nl\nbel&#x7;");
    LIST("delimiter=%26&encoding-type=url&list-type=2&prefix=a%20");
    SAYS("<Prefix>a%20</Prefix><Delimiter>%26</Delimiter>"
         "<EncodingType>url</EncodingType>");
    SAYS("<CommonPrefixes><Prefix>a%20b%2Bc%26</Prefix>");
    LIST("encoding-type=url&list-type=2&prefix=nl");
    CU_ASSERT_STRING_EQUAL(all(t, "Key"), "nl%0Abel%07");
    testing_free(t);
}

static void wrong_parameters_are_named(void)
{
    static const char *const bad[][2] = {
        {"list-type=2&max-keys=-1", "max-keys"},
        {"list-type=2&max-keys=ten", "max-keys"},
        {"continuation-token=&list-type=2", "continuation-token"},
        {"continuation-token=%21%21&list-type=2", "continuation-token"},
        {"continuation-token=eHg%3D&list-type=2", "continuation-token"},
        {"encoding-type=gzip&list-type=2", "encoding-type"}};
    struct testing *t = testing_new("{\"profile\": \"aws\"}");
    char element[96];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT_EQUAL(LIST(bad[i][0]), 400);
        SAYS("<Code>InvalidArgument</Code>");
        snprintf(element, sizeof(element), "<ArgumentName>%s</ArgumentName>",
                 bad[i][1]);
        SAYS(element);
    }
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/nope", "list-type=2", NULL, NULL),
                    404);
    testing_free(t);
}

static void a_group_of_many_is_one_step(void)
{
    struct testing *t = testing_new(NULL);
    char key[32], out[256];

    for (int i = 0; i < 3000; i++) {
        snprintf(key, sizeof(key), "d%d/%05d", i % 3, i);
        s3_put(t->s3, "data-lake", key, SLICE_LIT("x"), (char[160]){""});
    }
    CU_ASSERT_EQUAL(in_pages(t, "delimiter=%2F&", 2, out, sizeof(out)), 2);
    CU_ASSERT_STRING_EQUAL(out, " d0/ d1/  d2/ ");
    testing_free(t);
}

static void the_older_form_pages_by_marker(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

    fill(t, tree);
    CU_ASSERT_EQUAL(LIST("max-keys=2"), 200);
    CU_ASSERT(testing_operation(t, "ListObjects"));
    CU_ASSERT_STRING_EQUAL(all(t, "Key"), "A|a/1");
    SAYS("<Marker></Marker><MaxKeys>2</MaxKeys>");
    SAYS("<Owner><ID>");
    SAYS("<IsTruncated>true</IsTruncated></ListBucketResult>");
    LIST("marker=a%2F1&max-keys=2");
    CU_ASSERT_STRING_EQUAL(all(t, "Key"), "a/2|a/b/1");
    LIST("delimiter=%2F&max-keys=2");
    CU_ASSERT_STRING_EQUAL(all(t, "NextMarker"), "a/");
    LIST("delimiter=%2F&marker=a%2F");
    CU_ASSERT_STRING_EQUAL(all(t, "Key"), "ab|b.txt");
    SAYS("<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>");
    CU_ASSERT_FALSE(testing_says(t, "<Prefix>a/</Prefix>"));
    testing_free(t);
}

UNIT_MAIN("s3/list", UNIT(keys_come_in_byte_order),
          UNIT(prefix_delimiter_and_start_after_select),
          UNIT(pages_join_to_the_whole),
          UNIT(a_thousand_keys_a_page_and_no_more),
          UNIT(no_keys_asked_for_is_an_empty_page),
          UNIT(names_that_xml_cannot_hold_are_encoded),
          UNIT(wrong_parameters_are_named), UNIT(a_group_of_many_is_one_step),
          UNIT(the_older_form_pages_by_marker))
