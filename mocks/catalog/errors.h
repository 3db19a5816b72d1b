/* errors: how the catalog's functions fail, in the reference server's words.
 *
 * A function that can fail takes a struct failure and returns false or NULL
 * after fail(); nothing else is to be done then. The first failure stays.
 */
#ifndef MOCKS_CATALOG_ERRORS_H
#define MOCKS_CATALOG_ERRORS_H

#include <stdbool.h>

#include "base/arena.h"
#include "mocks/exchange.h"

struct failure {
    struct arena *arena; /* of the message */
    const char *type;    /* a name of catalog_errors[]; NULL: no failure */
    int status;
    const char *message;
    bool reading; /* set while a body is read: it cannot be read, then */
};

/* Always returns false. type is a name of catalog_errors[], whose status it
 * takes. */
bool fail(struct failure *f, const char *type, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Row of catalog_errors[], or NULL. */
const struct service_error *error_find(const char *type);

/* struct service's answer_error, answer_bad_request and handle_unknown. */
void error_answer(struct exchange *x, const char *type, int status,
                  const char *message);
void error_bad_request(struct exchange *x, int status, const char *reason);
void error_no_route(struct exchange *x);

#endif
