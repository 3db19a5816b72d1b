/* shape: what request bodies must look like, before anything is done.
 *
 * A body is read as a whole before the catalog's state is looked at, so that
 * a malformed request is told so whatever else is wrong. The tables of shapes
 * (shapes.c) say which members an object must or may have; members that no
 * table names are let pass. Members' own rules (schemas, specs, orders) are
 * functions in the tables.
 */
#ifndef MOCKS_CATALOG_SHAPE_H
#define MOCKS_CATALOG_SHAPE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "mocks/catalog/errors.h"

enum shape_kind {
    SHAPE_TEXT,
    SHAPE_INT,  /* 32 bits */
    SHAPE_LONG, /* 64 bits */
    SHAPE_BOOL,
    SHAPE_TEXTS, /* lists */
    SHAPE_INTS,
    SHAPE_LONGS,
    SHAPE_MAP,     /* of texts */
    SHAPE_OBJECT,  /* with the members of */
    SHAPE_OBJECTS, /* a list of them */
    SHAPE_CHOICE,  /* a list of objects, each with the members of its word */
    SHAPE_CHECK    /* check() knows */
};

enum shape_need {
    SHAPE_MUST, /* be there, and not null */
    SHAPE_MAY,  /* be missing or null */
    SHAPE_IF    /* be missing, but not null */
};

struct shape {        /* of one member; tables end with {0} */
    const char *name; /* NULL with check: the object as a whole */
    enum shape_kind kind;
    enum shape_need need;
    const struct shape *of;
    const struct shape_choice *choice;
    bool (*check)(const cJSON *item, struct failure *f);
};

struct shape_choice { /* tables end with {0} */
    const char *word;
    const struct shape *of; /* NULL: nothing but the word */
};

/* Does the object fit? False with f; an f->reading failure. */
bool shape_read(const struct shape *members, const cJSON *obj,
                struct failure *f);

/* A copy with the members that the tables know, without nulls and empty maps.
 * obj was read. The caller deletes it. */
cJSON *shape_copy(const struct shape *members, const cJSON *obj);

extern const struct shape shape_snapshot[], shape_statistics[],
    shape_partition_statistics[], shape_key[];

/* The shape of an operation's body; NULL: none, anything goes. */
const struct shape *shape_of_operation(const char *operation);

#endif
