/* store_error: reads the XML error document of an S3 store. */
#ifndef ICEBERG_STORE_ERROR_H
#define ICEBERG_STORE_ERROR_H

#include <stdbool.h>

#include "base/str.h"

/* Code and message of an <Error> document; false when the body is none. Longer
 * texts are cut, signatures (64 hex digits) hidden. */
bool ice__store_error(struct slice body, char code[64], char message[256]);

#endif
