/* write_json: members and lists, commas included. Of json.c and pack.c only. */
#ifndef REPORTS_WRITE_JSON_H
#define REPORTS_WRITE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "reports/result.h"

/* Each begins with a comma unless it is the first in its object or list. name
 * is NULL in a list; it is ours and needs no quoting. NULL texts give null. */
void put_name(struct str *out, const char *name);
void put_open(struct str *out, const char *name, char bracket);
void put_close(struct str *out, char bracket);
void put_text(struct str *out, const char *name, const char *z);
void put_int(struct str *out, const char *name, int64_t n);
void put_uint(struct str *out, const char *name, uint64_t n);
void put_bool(struct str *out, const char *name, bool b);
void put_texts(struct str *out, const char *name, const char *const *list,
               size_t n);

/* Members of a scenario that results.json promises, then those it adds. */
void put_scenario(struct str *out, const struct result_scenario *s);

#endif
