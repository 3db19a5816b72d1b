/* json_words: keys that documents are full of, kept once for all trees.
 *
 * A key that is here needs no memory of its own in a tree; any other key works
 * as well. By length, so that two or three are compared.
 */
#include <string.h>

#include "base/json_number.h"

enum { LONGEST = 23, MOST = 7 };

static const char *const words[LONGEST + 1][MOST] = {
    [2] = {"id"},
    [3] = {"ref", "doc", "key"},
    [4] = {"type", "uuid", "name"},
    [5] = {"value"},
    [6] = {"action", "fields", "key-id", "schema"},
    [7] = {"summary", "updates", "spec-id", "element"},
    [8] = {"snapshot", "ref-name", "required", "field-id", "order-id",
           "value-id", "removals"},
    [9] = {"operation", "schema-id", "transform", "source-id", "direction",
           "namespace"},
    [10] = {"added-rows", "null-order", "element-id", "identifier",
            "properties"},
    [11] = {"snapshot-id", "engine-name"},
    [12] = {"timestamp-ms", "first-row-id", "requirements", "spark.app.id"},
    [13] = {"manifest-list", "added-records", "total-records", "metadata-file",
            "blob-metadata"},
    [14] = {"value-required", "engine-version"},
    [15] = {"sequence-number", "deleted-records", "iceberg-version",
            "statistics-path"},
    [16] = {"added-data-files", "added-files-size", "total-files-size",
            "total-data-files", "element-required"},
    [18] = {"parent-snapshot-id", "total-delete-files", "deleted-data-files",
            "removed-files-size", "added-delete-files", "file-size-in-bytes"},
    [22] = {"total-position-deletes", "total-equality-deletes",
            "added-position-deletes"},
    [23] = {"changed-partition-count"},
};

const char *json_word(const char *p, size_t n)
{
    if (n > LONGEST)
        return NULL;
    for (size_t i = 0; i < MOST && words[n][i]; i++)
        if (words[n][i][0] == p[0] && memcmp(words[n][i], p, n) == 0)
            return words[n][i];
    return NULL;
}
