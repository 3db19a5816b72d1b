/* Any bytes as JSON: a tree or an error with a place; what was read prints as
 * something that reads as the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* Numbers give an exact integer, a double, or neither; never a crash. */
static void read_numbers(const cJSON *item)
{
    for (; item; item = item->next) {
        int64_t whole;
        double d;
        bool exact = json_int64(item, &whole);
        bool near = json_double(item, &d);

        must(!exact || (near && d == (double)whole));
        read_numbers(item->child);
    }
}

static void print_and_read(const cJSON *tree)
{
    struct str first, second;
    cJSON *again;

    str_init(&first, JSON_MAX_BYTES);
    str_init(&second, JSON_MAX_BYTES);
    json_print(tree, &first);
    again = json_parse(str_z(&first), first.len, NULL);
    must(again && json_equal(tree, again));
    json_print(again, &second);
    must(slice_eq(str_slice(&first), str_slice(&second)));
    cJSON_Delete(again);
    str_fini(&first);
    str_fini(&second);
}

/* Quoted bytes read as a string, and as the same one when it was UTF-8. */
static void quote(struct slice bytes)
{
    struct str text;
    cJSON *item;

    if (bytes.len && memchr(bytes.p, 0, bytes.len))
        return; /* a cJSON string cannot hold it */
    str_init(&text, JSON_MAX_BYTES);
    json_quote(&text, bytes);
    item = json_parse(str_z(&text), text.len, NULL);
    must(item && cJSON_IsString(item));
    cJSON_Delete(item);
    str_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct json_error e = {.offset = SIZE_MAX};
    cJSON *tree = json_parse((const char *)data, n, &e);

    if (tree) {
        read_numbers(tree);
        print_and_read(tree);
    } else {
        must(e.offset <= n && e.line > 0 && e.col > 0 && e.message[0]);
    }
    quote((struct slice){(const char *)data, n});
    cJSON_Delete(tree);
    return 0;
}
