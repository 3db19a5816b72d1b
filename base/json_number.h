/* json_number: when is a JSON number the same as a double? And keys that are
 * kept once (json_words.c). Of json*.c only. */
#ifndef BASE_JSON_NUMBER_H
#define BASE_JSON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { JSON_NUMBER_SIZE = 40 };

/* A double's shortest text that reads back as the same double; whole numbers
 * within 2^53 without point or exponent. "null" for what is no number. */
void json_format_double(double d, char out[JSON_NUMBER_SIZE]);

/* May literal (valid JSON) be kept as a double? True, with *d, when the double
 * prints as the same value and tells as much: whole numbers written with
 * fraction or exponent (1.0, 1e3) and all beyond +-2^53 are kept as text. */
bool json_literal_is_double(struct slice literal, double *d);

/* The double nearest to literal; infinite when it is out of range. */
double json_literal_value(struct slice literal);

/* As cJSON fills valueint. */
int json_clamp_int(double d);

/* That key, if it is one of the common ones, for ever; or NULL. Trees mark it
 * cJSON_StringIsConst. */
const char *json_word(const char *p, size_t n);

/* Same value, whatever the notation? Both are valid JSON numbers. */
bool json_literals_equal(struct slice a, struct slice b);

#endif
