/* spec: strict reading of objects that people write.
 *
 * A table of fields says what an object may hold; spec_read checks a cJSON
 * tree against it and fills a C struct. Unknown keys, wrong types and values
 * out of range are errors that name the offending node and the nearest right
 * word. The same tables give the JSON Schema, so that schema, documentation
 * and reader cannot drift apart. Scenarios, faults, fault files and the admin
 * interface are all read through it.
 */
#ifndef BASE_SPEC_H
#define BASE_SPEC_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum spec_type {
    SPEC_STRING,   /* const char * (arena) */
    SPEC_INT,      /* int64_t within min..max */
    SPEC_NUMBER,   /* double within min..max */
    SPEC_BOOL,     /* bool */
    SPEC_DURATION, /* int64_t ms, "250ms", "10s", "1.5s", "2m", "1h" or 0 */
    SPEC_SIZE,     /* int64_t bytes, from 100, "64KiB", "5MiB", "1GiB" */
    SPEC_RANGE,    /* struct spec_range, from 2, "1-3" or "4-" */
    SPEC_WORD,     /* int: index into words */
    SPEC_STRINGS,  /* struct spec_list of const char *; a lone string is one */
    SPEC_OBJECT,   /* embedded struct, read by fields */
    SPEC_LIST,     /* struct spec_list of structs of item_size, by fields */
    SPEC_MAP,      /* const cJSON *: object of scalars, checked to be that */
    SPEC_ANY,      /* const cJSON *: taken as it stands */
    SPEC_CUSTOM    /* read() below does the work */
};

struct spec_range {
    int64_t first, last; /* last = INT64_MAX for "4-" */
};

struct spec_list {
    void *items; /* array of n items, in the arena */
    size_t n;
};

struct spec_error {
    const cJSON *node; /* the offending node (a key's member), or NULL */
    bool at_key;       /* its key is wrong, not its value */
    char path[160];    /* from the node read: "faults[0].match.operation" */
    char message[320]; /* "unknown key 'nht': did you mean 'nth'?" */
};

struct spec_field {
    const char *name;
    enum spec_type type;
    size_t offset;     /* into the struct that is filled */
    bool required;
    int64_t min, max;  /* SPEC_INT, SPEC_NUMBER: checked when max > min;
                          SPEC_LIST, SPEC_STRINGS: count, likewise */
    const char *const *words;        /* SPEC_WORD: NULL-ended */
    const struct spec_field *fields; /* SPEC_OBJECT, SPEC_LIST */
    size_t item_size;                /* SPEC_LIST */
    size_t seen_offset; /* if not 0: a bool there says that it was given */
    /* SPEC_CUSTOM: reads node into out + offset; on false *e has message (and
     * node when it is not this one). */
    bool (*read)(const cJSON *node, void *out, struct arena *a,
                 struct spec_error *e);
    cJSON *(*schema)(void); /* SPEC_CUSTOM: its JSON Schema; NULL: anything */
    const char *doc;    /* one line, for schema and documentation */
};

/* Tables end with {0}. Fields not given keep what out held before: fill in
 * the defaults first. Strings are copied to the arena; SPEC_MAP and SPEC_ANY
 * point into the tree, which must outlive out. */
bool spec_read(const cJSON *node, const struct spec_field *fields, void *out,
               struct arena *a, struct spec_error *e);

/* Sets node and message, keeps path. Always returns false. */
bool spec_fail(struct spec_error *e, const cJSON *node, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The word nearest to word (edit distance, at most a third of its length), or
 * NULL. Words is NULL-ended. */
const char *spec_nearest(const char *word, const char *const *words);

/* JSON Schema (draft 2020-12) of the object that fields describes. */
cJSON *spec_schema(const struct spec_field *fields);

bool spec_parse_duration(const char *z, int64_t *ms);
bool spec_parse_size(const char *z, int64_t *bytes);
bool spec_parse_range(const char *z, struct spec_range *out);

#endif
