/* percent: percent-encoding of URIs (RFC 3986) and base64 (RFC 4648). */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include <stdbool.h>

#include "base/str.h"

/* How many bytes of s, from its start, percent_encode would leave as they are.
 */
size_t percent_plain(struct slice s, const char *keep);
/* Appends s with every byte encoded except the unreserved characters and those
 * in keep ("" for none, "/" for whole paths). */
void percent_encode(struct str *out, struct slice s, const char *keep);
/* Appends s decoded; false where a % is not followed by two hex digits
 * (out then has the part before it). plus_is_blank: '+' becomes ' '. */
bool percent_decode(struct str *out, struct slice s, bool plus_is_blank);

void base64_encode(struct str *out, struct slice bytes);
bool base64_decode(struct str *out, struct slice text); /* strict */
void hex_encode(struct str *out, struct slice bytes);   /* lower case */

#endif
