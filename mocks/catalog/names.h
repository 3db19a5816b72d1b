/* names: namespaces as lists of levels, and their forms on the wire.
 *
 * A path has the levels joined by the advertised separator (encoded or not) or
 * by %1F, each level percent-encoded; '+' in a path is a plus. A
 * query parameter has them joined by the decoded separator or 0x1F. JSON has
 * an array. People write them joined by dots.
 */
#ifndef MOCKS_CATALOG_NAMES_H
#define MOCKS_CATALOG_NAMES_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/str.h"
#include "mocks/catalog/errors.h"

enum { NAME_MAX_BYTES = 1024, NAME_MAX_LEVELS = 64 };

struct ns_name { /* lives in an arena */
    size_t n;
    const char **level;
    const char *dotted;
};

/* separator: the option's text, NULL when there is none. */
bool ns_from_path(struct slice raw, const char *separator, struct ns_name *out,
                  struct failure *f);
bool ns_from_query(const char *text, const char *separator, struct ns_name *out,
                   struct failure *f);
bool ns_from_json(const cJSON *levels, const char *separator,
                  struct ns_name *out, struct failure *f);
bool ns_from_dotted(const char *text, struct ns_name *out, struct failure *f);
cJSON *ns_to_json(const struct ns_name *ns);

/* A path segment decoded; false with BadRequestException for a bad escape, a
 * zero byte or text that is not UTF-8. */
bool name_from_path(struct slice raw, const char **out, struct failure *f);
/* Not empty, not too long. what: "table name". */
bool name_check(const char *name, const char *what, struct failure *f);
/* "ns.table" */
const char *name_dotted(const struct ns_name *ns, const char *table,
                        struct arena *a);

#endif
