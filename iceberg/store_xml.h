/* store_xml: reads the documents that a store answers with.
 *
 * Small documents without depth: a root, texts below it, groups of texts. No
 * DTD, no entities; depth and lengths are limited.
 */
#ifndef ICEBERG_STORE_XML_H
#define ICEBERG_STORE_XML_H

#include <stdbool.h>

#include "base/str.h"

/* Called at the end of each element below the root, with its path from there
 * ("IsTruncated", "Contents/Key", and "Contents" after all of its own) and its
 * text. False ends the reading as failed. */
typedef bool (*ice_xml_fn)(void *ctx, const char *path, struct slice text);

/* False: not well-formed, not of this root, or fn said so. */
bool ice__xml_read(struct slice body, const char *root, ice_xml_fn fn,
                   void *ctx);
/* Is the document's root called so? Looks at the beginning only. */
bool ice__xml_root_is(struct slice body, const char *root);
/* Appends text with <, >, & and " as entities. */
void ice__xml_escape(struct str *out, struct slice text);

#endif
