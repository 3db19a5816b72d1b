/* json: strict reading of JSON into cJSON trees, and exact 64-bit integers.
 *
 * cJSON's own parser turns integers above 2^53 into doubles, accepts much
 * that is not JSON and looks keys up without regard to case. json_parse is a
 * reader of our own (RFC 8259, UTF-8 checked, no trailing text, duplicate keys
 * and \u0000 refused, depth and size limited) that builds cJSON trees. A number
 * whose literal does not survive a double (beyond +-2^53, more digits than a
 * double keeps, or a whole number written as 1.0 or 1e3) becomes a cJSON_Raw
 * item with the literal's text, so that printing gives back the same digits.
 * Use json_int64 and json_double to read numbers.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { JSON_MAX_DEPTH = 64, JSON_MAX_BYTES = 64 << 20 };

struct json_error {
    size_t offset;    /* byte where it went wrong */
    int line, col;    /* the same place, both from 1 */
    char message[96]; /* what is wrong there, without the place */
};

/* The tree (free with cJSON_Delete), or NULL with *e filled (e may be NULL). */
cJSON *json_parse(const char *p, size_t n, struct json_error *e);

/* Reads back what json_print made of a tree of ours, whatever its size: parts
 * from outside may stand deeper in it than they came. NULL: it is no JSON. */
cJSON *json_parse_own(struct slice text);

/* Exact: the member or item that is an integer within int64, or false. A
 * number written with fraction or exponent is not an integer. */
bool json_int64(const cJSON *item, int64_t *out);

/* The nearest double of any number item; false when it is none or too large. */
bool json_double(const cJSON *item, double *out);

/* A number item that prints exactly as n. */
cJSON *json_new_int64(int64_t n);

/* Members by exact name. NULL when obj is not an object or has none.
 * json_str: the text of a string member, else NULL. json_i64: the member's
 * value, else fallback. json_bool: true only for a literal true. */
cJSON *json_get(const cJSON *obj, const char *name);
const char *json_str(const cJSON *obj, const char *name);
int64_t json_i64(const cJSON *obj, const char *name, int64_t fallback);
bool json_bool(const cJSON *obj, const char *name);

/* The first element of a list of objects whose member is that integer, or NULL.
 */
cJSON *json_find(const cJSON *list, const char *name, int64_t value);
cJSON *json_find_last(const cJSON *list, const char *name, int64_t value);

/* Sets a member, replacing one of that exact name; takes ownership of item. */
void json_set(cJSON *obj, const char *name, cJSON *item);
void json_set_str(cJSON *obj, const char *name, const char *z);
void json_set_i64(cJSON *obj, const char *name, int64_t n);

/* Appends the compact text of the tree. */
void json_print(const cJSON *item, struct str *out);
/* Appends z as a quoted JSON string; bytes that are not UTF-8 become U+FFFD. */
void json_quote(struct str *out, struct slice z);

/* Equal as JSON: numbers by value, objects whatever their order. */
bool json_equal(const cJSON *a, const cJSON *b);

#endif
