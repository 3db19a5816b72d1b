/* making: how a namespace or a table comes to be there, under policy.create,
 * policy.settle and policy.verify.
 *
 * One loop of steps. It looks first (a GET: "could not find out" is never "not
 * there"), creates only what is absent, loads and verifies after a 409, reads
 * to settle a create whose answer was lost, and is bounded in everything. What
 * stays open is ICE_UNKNOWN. Nothing is ever dropped or undone.
 */
#ifndef ICEBERG_MAKING_H
#define ICEBERG_MAKING_H

#include <stdbool.h>

#include "iceberg/catalog_int.h"

enum ice_found {
    ICE_FOUND_PRESENT,
    ICE_FOUND_ABSENT,  /* proven: a typed 404 */
    ICE_FOUND_GONE,    /* there, but its metadata file is not */
    ICE_FOUND_NOT_TOLD /* e says why */
};

struct ice_making;

struct ice_making_ops {
    const char *operation; /* of the create: "createTable" */
    /* Reads only. */
    enum ice_found (*find)(struct ice_making *m, enum ice_look by);
    /* Before the first create: can it be verified at all? NULL: yes. */
    int (*ready)(struct ice_making *m);
    /* One create under the write rules. */
    int (*post)(struct ice_making *m, enum ice_meaning *meaning,
                bool *namespace_missing);
    /* Is what is there right? Sets *found as well, as soon as it knows. */
    int (*verify)(struct ice_making *m, enum ice_found *found);
    /* Does a view of that name stand in the way? NULL: there are none. */
    int (*is_view)(struct ice_making *m, bool *yes);
    int (*drop)(struct ice_making *m); /* no rule that is right asks for it */
};

struct ice_making {
    struct ice_catalog *c;
    const struct ice_making_ops *ops;
    const char *what;    /* "table health_data_raw", for messages */
    struct ice_error *e; /* of the last operation that failed */
    void *ctx;           /* the ops' */
    bool look_first;     /* else a create is sent unseen */
    /* What happened so far. */
    int posts;
    bool open;     /* a create may have been, or may yet be, carried out */
    bool made;     /* a create was answered as done, or is there now after one
                      that was open */
    bool conflict; /* the last create was answered with 409 */
    int rc;        /* outcome that ICE_STEP_FAIL ends with */
    struct ice_error posted; /* what the last create that failed left in *e */
};

/* ICE_OK: it is there and verified. */
int ice__make(struct ice_making *m);

/* ice__fail, and one line in the log: for failures that no request reported. */
int ice__problem(struct ice_catalog *c, struct ice_error *e, int outcome,
                 const char *operation, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
