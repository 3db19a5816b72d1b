/* yaml: a strict subset of YAML, read into cJSON trees.
 *
 * What is written is what is meant: no anchors, aliases, tags, merge keys,
 * directives, several documents, keys twice, or values left out. A plain
 * scalar is a number, true, false or null only when JSON would write it so;
 * "yes", "1.5s" and "0x10" are texts. Depth, size and counts are limited.
 */
#ifndef HARNESS_YAML_H
#define HARNESS_YAML_H

#include <cjson/cJSON.h>

#include "base/str.h"
#include "harness/places.h"

enum {
    YAML_MAX_BYTES = 1 << 20,
    YAML_MAX_DEPTH = 32,
    YAML_MAX_NODES = 100000,
    YAML_MAX_KEYS = 1000 /* of one mapping */
};

struct yaml_error {
    struct place at;
    char message[240];
};

/* The tree (free with cJSON_Delete), its nodes listed in places; or NULL with
 * *e filled. */
cJSON *yaml_parse(struct slice text, struct places *places,
                  struct yaml_error *e);

#endif
