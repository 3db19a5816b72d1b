/* coding: gzip, of files, of request bodies and of answers.
 *
 * An answer is gzipped when its client takes that and it is larger than one
 * segment. Its entity tag then ends in "-gzip", because it is another
 * representation; If-None-Match may name either. Nothing of time or place gets
 * into the bytes.
 */
#ifndef MOCKS_CATALOG_CODING_H
#define MOCKS_CATALOG_CODING_H

#include <stdbool.h>

#include "base/str.h"
#include "mocks/catalog/errors.h"

struct packer; /* memory of the compressor, used again and again */

void packer_free(struct packer *p);
/* Appends. *p is made when it is NULL. False when out's maximum is too small.
 */
bool gzip_add(struct packer **p, struct slice in, struct str *out);
/* Appends; false for what is no gzip stream, or is larger than out's maximum.
 */
bool gunzip_add(struct slice in, struct str *out);

/* The request's body with its content coding undone, in f's arena. */
bool coding_body(const struct exchange *x, struct slice *out,
                 struct failure *f);

/* Gzips x's answer if that is due. Leaves alone what a fault will cut or
 * damage, so that the damage is where the fault says. */
void coding_encode(struct exchange *x);

/* Cuts the next element off a list that commas separate. */
struct slice coding_next(struct slice *list);

/* What the entity tag of a gzipped answer ends in, within the quotes. */
#define CODING_TAG_END "-gzip"

#endif
