/* source: a file that people write, as a tree that knows its places.
 *
 * Names that end in .json are read as JSON, all others as YAML (yaml.h).
 * Errors are printed as "file:line:col: message".
 */
#ifndef HARNESS_SOURCE_H
#define HARNESS_SOURCE_H

#include "base/spec.h"
#include "base/str.h"
#include "harness/places.h"
#include "harness/scenario.h"

struct source {
    const char *file; /* borrowed: the name for messages */
    cJSON *tree;
    struct places places;
};

/* False with *e filled; call source_fini in any case. */
bool source_load(struct source *s, const char *file, struct file_error *e);
/* The same from memory. */
bool source_read(struct source *s, const char *file, struct slice text,
                 struct file_error *e);
void source_fini(struct source *s);

/* Turns what spec_read found into the text. Always returns false. */
bool source_fail(const struct source *s, const struct spec_error *found,
                 struct file_error *e);

#endif
