/* form: multipart/form-data, as a browser posts it.
 *
 * Pure: the fields up to "file", which is the last one that counts; slices
 * point into the body. Strict about its frame, limited in number.
 */
#ifndef MOCKS_S3_FORM_H
#define MOCKS_S3_FORM_H

#include <stdbool.h>

#include "base/str.h"
#include "mocks/http1.h"

enum { FORM_FIELDS = 100 };

struct form {
    struct http_header fields[FORM_FIELDS]; /* name and value, not the file */
    size_t n;
    struct slice file, file_name; /* file.p NULL: there is none */
};

/* content_type: the request's header. False: it is no such body. */
bool form_read(struct slice content_type, struct slice body, struct form *out);

#endif
