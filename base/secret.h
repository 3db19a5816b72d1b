/* secret: values that must appear in no output, and how they are found.
 *
 * A struct secrets holds the secret values of one run. A value is recognised
 * raw and in the encodings that text on its way out may have been given.
 * Values shorter than 4 bytes are not registered: they would mask ordinary
 * text.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum secret_encoding { /* bits */
    SECRET_RAW = 1,
    SECRET_BASE64 = 2,  /* standard and URL alphabet, any of the 3 offsets */
    SECRET_PERCENT = 4, /* upper or lower case hex */
    SECRET_JSON = 8,
    SECRET_HTML = 16,
    SECRET_ALL = 31
};

struct secrets;

struct secrets *secrets_new(void);
void secrets_free(struct secrets *s); /* wipes the values */
void secrets_add(struct secrets *s, struct slice value); /* copies */
/* No longer one, say because it has expired; nothing when it never was. */
void secrets_forget(struct secrets *s, struct slice value);

/* Replaces every occurrence in text, in the encodings given, by "***". */
void secrets_mask(const struct secrets *s, unsigned encodings,
                  struct str *text);
/* Does any secret occur in text? On true, *encoding says how. */
bool secrets_find(const struct secrets *s, struct slice text,
                  enum secret_encoding *encoding);

/* At most `most` bytes of text, fewer where that would end within a secret:
 * half of one is known by no mask. */
size_t secrets_cut(const struct secrets *s, struct slice text, size_t most);

#endif
