/* store_error: reads the XML error document of an S3 store. */
#ifndef ICEBERG_STORE_ERROR_H
#define ICEBERG_STORE_ERROR_H

#include <stdbool.h>

#include "base/str.h"

/* Appends code and message of an <Error> document, each as one line, with
 * signatures (64 hex digits) hidden; false when the body is none. */
bool ice__store_error(struct slice body, struct str *code, struct str *message);

#endif
