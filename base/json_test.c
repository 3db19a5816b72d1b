/* Tests of json: reading, access, printing, equality. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/unit.h"

static cJSON *parse(const char *z)
{
    return json_parse(z, strlen(z), NULL);
}

/* What z prints as after reading; "" when it is not read. Static. */
static const char *reprinted(const char *z)
{
    static char kept[1024];
    struct str out;
    cJSON *item = parse(z);

    kept[0] = '\0';
    if (!item)
        return kept;
    str_init(&out, sizeof(kept) - 1);
    json_print(item, &out);
    memcpy(kept, str_z(&out), out.len + 1);
    str_fini(&out);
    cJSON_Delete(item);
    return kept;
}

static void gives_back_what_it_read(void)
{
    static const char *const texts[] = {"null",
                                        "true",
                                        "false",
                                        "0",
                                        "-1",
                                        "\"\"",
                                        "[]",
                                        "{}",
                                        "0.1",
                                        "-0",
                                        "[1,2,[3]]",
                                        "{\"b\":1,\"a\":{\"c\":[]}}",
                                        "1e+300",
                                        "1.5e-07",
                                        "9007199254740992",
                                        "9007199254740993",
                                        "-9223372036854775808",
                                        "18446744073709551615",
                                        "1.0",
                                        "1e3",
                                        "3.14159265358979312",
                                        "0.10000000000000001",
                                        "1e400",
                                        "1E-400",
                                        "5e-324",
                                        "1.7976931348623157e+308",
                                        "\"a\\\"b\\\\c\\u0001\\n\"",
                                        "\"\xc3\xa9\""};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        CU_ASSERT_STRING_EQUAL(reprinted(texts[i]), texts[i]);
    CU_ASSERT_STRING_EQUAL(reprinted(" [ 1 ,\n{ \"a\" :\t2 } ]\r\n"),
                           "[1,{\"a\":2}]");
}

static void refuses_what_is_not_json(void)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "nul",
                                        "True",
                                        "[1,]",
                                        "[,1]",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{1:1}",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\" 1}",
                                        "[1 2]",
                                        "[",
                                        "{",
                                        "\"",
                                        "\"\\\"",
                                        "\"\\x\"",
                                        "01",
                                        "-",
                                        "-a",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e+",
                                        "+1",
                                        "0x1",
                                        "NaN",
                                        "Infinity",
                                        "1 1",
                                        "[] []",
                                        "'a'",
                                        "// x\n1",
                                        "\"\n\"",
                                        "\"\x01\"",
                                        "]",
                                        "}",
                                        "\"\\u12\"",
                                        "\"\\u000g\"",
                                        "\"\\ud800\"",
                                        "\"\\ud800x\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\udc00\"",
                                        "\"\\u0000\"",
                                        "\"\xff\"",
                                        "\"\xc0\x80\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "\"\xe2\x82\"",
                                        "\xef\xbb\xbf{}",
                                        "nullx",
                                        "1a",
                                        "-01",
                                        "truefalse"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cJSON *item = parse(texts[i]);
        if (item)
            CU_FAIL(texts[i]);
        CU_ASSERT_PTR_NULL(item);
        cJSON_Delete(item);
    }
}

static void a_zero_byte_is_no_end(void)
{
    CU_ASSERT_PTR_NULL(json_parse("{}\0", 3, NULL));
    CU_ASSERT_PTR_NULL(json_parse("\"a\0b\"", 5, NULL));
}

static void errors_name_the_place(void)
{
    static const char text[] = "{\n  \"a\": 1,\n  \"b\": ?\n}";
    struct json_error e;

    CU_ASSERT_PTR_NULL(json_parse(text, sizeof(text) - 1, &e));
    CU_ASSERT_EQUAL(e.offset, 19);
    CU_ASSERT_EQUAL(e.line, 3);
    CU_ASSERT_EQUAL(e.col, 8);
    CU_ASSERT_STRING_EQUAL(e.message, "expected a value, not '?'");
    CU_ASSERT_PTR_NULL(json_parse("[1,", 3, &e));
    CU_ASSERT_EQUAL(e.offset, 3);
    CU_ASSERT(strstr(e.message, "ends") != NULL);
    CU_ASSERT_PTR_NULL(json_parse("", 0, &e));
    CU_ASSERT_EQUAL(e.line, 1);
    CU_ASSERT_EQUAL(e.col, 1);
}

static void reads_escapes_and_surrogate_pairs(void)
{
    cJSON *item = parse("\"\\u20ac \\ud83d\\ude00 \\/\\b\\f\\n\\r\\t\"");

    CU_ASSERT_PTR_NOT_NULL_FATAL(item);
    CU_ASSERT_STRING_EQUAL(item->valuestring,
                           "\xe2\x82\xac \xf0\x9f\x98\x80 /\b\f\n\r\t");
    cJSON_Delete(item);
}

static void refuses_duplicate_keys_in_small_and_large_objects(void)
{
    struct json_error e;
    struct str text;

    CU_ASSERT_PTR_NULL(json_parse("{\"a\":1,\"a\":2}", 13, &e));
    CU_ASSERT_EQUAL(e.offset, 7);
    CU_ASSERT_STRING_EQUAL(e.message, "the key 'a' is there twice");
    for (int twice = 0; twice < 1000; twice += 37) {
        cJSON *item;
        str_init(&text, 1 << 20);
        str_addc(&text, '{');
        for (int i = 0; i < 1000; i++)
            str_addf(&text, "\"k%d\":0,", i);
        str_addf(&text, "\"k%d\":0}", twice);
        CU_ASSERT_PTR_NULL(json_parse(text.p, text.len, NULL));
        str_cut(&text, text.len - 1);
        while (text.p[text.len - 1] != ',')
            str_cut(&text, text.len - 1);
        str_addz(&text, "\"A\":0,\"a\":1}");
        item = json_parse(text.p, text.len, NULL);
        CU_ASSERT_EQUAL(cJSON_GetArraySize(item), 1002);
        cJSON_Delete(item);
        str_fini(&text);
    }
}

static void large_arrays_and_objects_take_time_in_proportion(void)
{
    enum { MANY = 200000 }; /* quadratic work would take minutes */
    struct str text;
    cJSON *item;

    str_init(&text, 64 << 20);
    str_addc(&text, '{');
    for (int i = 0; i < MANY; i++)
        str_addf(&text, "\"key-%d\":[],", i);
    str_addz(&text, "\"list\":[0");
    for (int i = 0; i < MANY; i++)
        str_addz(&text, ",1");
    str_addz(&text, "]}");
    item = json_parse(text.p, text.len, NULL);
    CU_ASSERT_PTR_NOT_NULL(item);
    CU_ASSERT(json_equal(item, item));
    cJSON_Delete(item);
    str_fini(&text);
}

static void depth_is_limited(void)
{
    char text[JSON_MAX_DEPTH * 2 + 4];
    struct json_error e;
    cJSON *item;

    memset(text, '[', JSON_MAX_DEPTH);
    memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
    item = json_parse(text, JSON_MAX_DEPTH * 2, NULL);
    CU_ASSERT_PTR_NOT_NULL(item);
    cJSON_Delete(item);
    memset(text, '[', JSON_MAX_DEPTH + 1);
    memset(text + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
    CU_ASSERT_PTR_NULL(json_parse(text, JSON_MAX_DEPTH * 2 + 2, &e));
    CU_ASSERT_EQUAL(e.offset, JSON_MAX_DEPTH);
    CU_ASSERT_STRING_EQUAL(e.message, "nested deeper than 64");
}

static void every_cut_of_a_text_is_refused(void)
{
    static const char text[] =
        "{\"a\":[1,-2.5e3,\"\\ud83d\\ude00\\n\",null,true],\"b\":{\"c\":{}}}";
    cJSON *item = parse(text);

    CU_ASSERT_PTR_NOT_NULL(item);
    cJSON_Delete(item);
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        char *exact = mem_alloc(n); /* so that a sanitizer sees reads beyond */
        memcpy(exact, text, n);
        CU_ASSERT_PTR_NULL(json_parse(exact, n, NULL));
        free(exact);
    }
}

static bool reads_int(const char *z, int64_t want)
{
    cJSON *item = parse(z);
    int64_t n = ~want;
    bool ok = json_int64(item, &n) && n == want;

    cJSON_Delete(item);
    return ok;
}

static bool is_no_int(const char *z)
{
    cJSON *item = parse(z);
    int64_t n;
    bool ok = item && !json_int64(item, &n);

    cJSON_Delete(item);
    return ok;
}

static void integers_are_exact(void)
{
    CU_ASSERT(reads_int("0", 0));
    CU_ASSERT(reads_int("-5", -5));
    CU_ASSERT(reads_int("9007199254740993", INT64_C(9007199254740993)));
    CU_ASSERT(reads_int("9223372036854775807", INT64_MAX));
    CU_ASSERT(reads_int("-9223372036854775808", INT64_MIN));
    CU_ASSERT(is_no_int("9223372036854775808"));
    CU_ASSERT(is_no_int("1.0"));
    CU_ASSERT(is_no_int("1e3"));
    CU_ASSERT(is_no_int("1.5"));
    CU_ASSERT(is_no_int("\"1\""));
    CU_ASSERT(is_no_int("null"));
    CU_ASSERT(is_no_int("1e400"));
}

static void new_int64_prints_every_digit(void)
{
    static const int64_t numbers[] = {
        0, -1, 1 << 30, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
    char want[32];
    struct str out;

    str_init(&out, 100);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        cJSON *item = json_new_int64(numbers[i]);
        int64_t back;
        str_reset(&out);
        json_print(item, &out);
        snprintf(want, sizeof(want), "%lld", (long long)numbers[i]);
        CU_ASSERT_STRING_EQUAL(str_z(&out), want);
        CU_ASSERT(json_int64(item, &back) && back == numbers[i]);
        cJSON_Delete(item);
    }
    str_fini(&out);
}

static void doubles_are_read_from_both_forms(void)
{
    cJSON *item =
        parse("[1, 1.0, 2.5, 1e3, 12345678901234567890, 1e400, \"1\"]");
    static const double want[] = {1, 1, 2.5, 1000, 12345678901234567890.0};
    double d;
    int i = 0;

    for (const cJSON *c = item->child; c; c = c->next, i++)
        if (i < 5)
            CU_ASSERT(json_double(c, &d) && fabs(d - want[i]) <= 0)
        else
            CU_ASSERT_FALSE(json_double(c, &d));
    cJSON_Delete(item);
}

static void doubles_round_trip(void)
{
    static const double numbers[] = {0.1,  1.0 / 3,    1e16,
                                     1e22, 123456.789, 5e-324,
                                     1e-7, -2.5,       9007199254740994.0};
    struct str out;

    str_init(&out, 100);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        cJSON *item = cJSON_CreateNumber(numbers[i]), *back;
        double d = 0;
        str_reset(&out);
        json_print(item, &out);
        back = parse(str_z(&out));
        CU_ASSERT(json_double(back, &d) && fabs(d - numbers[i]) <= 0);
        cJSON_Delete(item);
        cJSON_Delete(back);
    }
    str_reset(&out);
    {
        cJSON *item = cJSON_CreateNumber((double)NAN);
        json_print(item, &out);
        CU_ASSERT_STRING_EQUAL(str_z(&out), "null");
        cJSON_Delete(item);
    }
    str_fini(&out);
}

static void members_are_found_by_exact_name(void)
{
    cJSON *obj = parse("{\"Name\":\"A\",\"name\":\"b\",\"n\":7,\"t\":true}");

    CU_ASSERT_STRING_EQUAL(json_str(obj, "name"), "b");
    CU_ASSERT_STRING_EQUAL(json_str(obj, "Name"), "A");
    CU_ASSERT_PTR_NULL(json_str(obj, "NAME"));
    CU_ASSERT_PTR_NULL(json_str(obj, "n"));
    CU_ASSERT_EQUAL(json_i64(obj, "n", -1), 7);
    CU_ASSERT_EQUAL(json_i64(obj, "name", -1), -1);
    CU_ASSERT(json_bool(obj, "t"));
    CU_ASSERT_FALSE(json_bool(obj, "n"));
    CU_ASSERT_PTR_NULL(json_get(NULL, "n"));
    CU_ASSERT_PTR_NULL(json_get(json_get(obj, "n"), "n"));
    cJSON_Delete(obj);
}

static void setting_replaces_in_place(void)
{
    cJSON *obj = parse("{\"a\":1,\"b\":2,\"c\":3}");
    struct str out;

    str_init(&out, 200);
    json_set_str(obj, "b", "two");
    json_set_i64(obj, "c", INT64_MAX);
    json_set_i64(obj, "B", 4);
    json_print(obj, &out);
    CU_ASSERT_STRING_EQUAL(
        str_z(&out),
        "{\"a\":1,\"b\":\"two\",\"c\":9223372036854775807,\"B\":4}");
    str_fini(&out);
    cJSON_Delete(obj);
}

static void quote_replaces_what_is_not_utf8(void)
{
    struct str out;

    str_init(&out, 200);
    json_quote(&out, SLICE_LIT("a\xff\"\\\x1f\x7f\xed\xa0\x80z\0!"));
    CU_ASSERT_STRING_EQUAL(str_z(&out),
                           "\"a\xef\xbf\xbd\\\"\\\\\\u001f\\u007f\xef\xbf\xbd"
                           "\xef\xbf\xbd\xef\xbf\xbdz\\u0000!\"");
    str_fini(&out);
}

static bool equal(const char *a, const char *b)
{
    cJSON *x = parse(a), *y = parse(b);
    bool same = json_equal(x, y) && json_equal(y, x);

    CU_ASSERT(x && y);
    cJSON_Delete(x);
    cJSON_Delete(y);
    return same;
}

static void equality_is_that_of_json(void)
{
    CU_ASSERT(equal("{\"a\":1,\"b\":[2,3]}", "{\"b\":[2,3],\"a\":1}"));
    CU_ASSERT(equal("1", "1.0"));
    CU_ASSERT(equal("1000", "1e3"));
    CU_ASSERT(equal("0.001", "1.00e-3"));
    CU_ASSERT(equal("0", "-0.0"));
    CU_ASSERT(equal("12300", "1.23E4"));
    CU_ASSERT(equal("9007199254740993", "9007199254740993.0"));
    CU_ASSERT_FALSE(equal("9007199254740993", "9007199254740992"));
    CU_ASSERT_FALSE(equal("10", "1"));
    CU_ASSERT_FALSE(equal("1", "-1"));
    CU_ASSERT_FALSE(equal("[1,2]", "[2,1]"));
    CU_ASSERT_FALSE(equal("[1]", "[1,1]"));
    CU_ASSERT_FALSE(equal("{\"a\":1}", "{\"A\":1}"));
    CU_ASSERT_FALSE(equal("{\"a\":1}", "{\"a\":1,\"b\":1}"));
    CU_ASSERT_FALSE(equal("\"1\"", "1"));
    CU_ASSERT_FALSE(equal("null", "false"));
    CU_ASSERT(json_equal(NULL, NULL));
}

/* Common keys and all texts are not blocks of their own, and yet items may be
 * copied, renamed, moved and deleted as cJSON's. */
static void items_are_cjsons(void)
{
    static const char text[] = "{\"name\":\"a\",\"other\":9007199254740993,"
                               "\"id\":\"\\n\",\"snapshot-id\":[\"b\"]}";
    cJSON *tree = json_parse(text, sizeof(text) - 1, NULL), *copy, *item;
    struct str s;

    str_init(&s, 1000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
    copy = cJSON_Duplicate(tree, true);
    item = cJSON_DetachItemFromObjectCaseSensitive(tree, "name");
    json_set(copy, "unheard-of", item);
    item = cJSON_DetachItemFromObjectCaseSensitive(tree, "other");
    json_set(copy, "name", item);
    json_set(copy, "id", cJSON_Duplicate(json_get(copy, "id"), true));
    json_set_str(copy, "snapshot-id", "c");
    cJSON_Delete(tree);
    json_print(copy, &s);
    CU_ASSERT_STRING_EQUAL(
        str_z(&s), "{\"name\":9007199254740993,\"other\":9007199254740993,"
                   "\"id\":\"\\n\",\"snapshot-id\":\"c\","
                   "\"unheard-of\":\"a\"}");
    CU_ASSERT_PTR_NOT_NULL(cJSON_GetObjectItemCaseSensitive(copy, "name"));
    cJSON_Delete(copy);
    str_fini(&s);
}

static void elements_are_found_by_number(void)
{
    static const char text[] =
        "[1,{\"id\":\"5\"},{\"id\":5.5},{\"ID\":5},{\"id\":5,\"x\":1},"
        "{\"id\":5},{\"odd\":-9007199254740993}]";
    cJSON *list = json_parse(text, sizeof(text) - 1, NULL);
    cJSON *made = cJSON_CreateObject();

    cJSON_AddNumberToObject(made, "id", 6); /* a key of cJSON's own */
    cJSON_AddItemToArray(list, made);
    CU_ASSERT_PTR_EQUAL(json_find(list, "id", 5), cJSON_GetArrayItem(list, 4));
    CU_ASSERT_PTR_EQUAL(json_find(list, "id", 6), made);
    CU_ASSERT_PTR_NULL(json_find(list, "id", 7));
    CU_ASSERT_PTR_EQUAL(json_find(list, "odd", INT64_C(-9007199254740993)),
                        cJSON_GetArrayItem(list, 6));
    CU_ASSERT_PTR_NULL(json_find(NULL, "id", 5));
    cJSON_Delete(list);
}

/* As large and deep as it is, it comes back. */
static void own_texts_are_read_back(void)
{
    enum { DEEP = 2 * JSON_MAX_DEPTH };
    char text[2 * DEEP + 1];

    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    CU_ASSERT_PTR_NULL(json_parse(text, sizeof(text) - 1, NULL));
    cJSON *tree = json_parse_own((struct slice){text, sizeof(text) - 1});
    CU_ASSERT_PTR_NOT_NULL(tree);
    cJSON_Delete(tree);
    CU_ASSERT_PTR_NULL(json_parse_own(SLICE_LIT("[1}")));
}

UNIT_MAIN("json", UNIT(items_are_cjsons), UNIT(elements_are_found_by_number),
          UNIT(own_texts_are_read_back), UNIT(gives_back_what_it_read),
          UNIT(refuses_what_is_not_json), UNIT(a_zero_byte_is_no_end),
          UNIT(errors_name_the_place), UNIT(reads_escapes_and_surrogate_pairs),
          UNIT(refuses_duplicate_keys_in_small_and_large_objects),
          UNIT(large_arrays_and_objects_take_time_in_proportion),
          UNIT(depth_is_limited), UNIT(every_cut_of_a_text_is_refused),
          UNIT(integers_are_exact), UNIT(new_int64_prints_every_digit),
          UNIT(doubles_are_read_from_both_forms), UNIT(doubles_round_trip),
          UNIT(members_are_found_by_exact_name),
          UNIT(setting_replaces_in_place),
          UNIT(quote_replaces_what_is_not_utf8), UNIT(equality_is_that_of_json))
