/* xml: writing S3's answers and reading its request bodies.
 *
 * Text is escaped in one place. Control characters that XML 1.0 forbids are
 * written as numeric references, as AWS does. Reading is expat without DTD and
 * entities, with limits on depth, on text and on the number of elements.
 */
#ifndef MOCKS_S3_XML_H
#define MOCKS_S3_XML_H

#include <stdbool.h>

#include "base/str.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define S3_NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"

void xml_begin(struct str *out, const char *root); /* with declaration and
                                                      S3_NAMESPACE */
void xml_open(struct str *out, const char *name);
void xml_close(struct str *out, const char *name);
void xml_text(struct str *out, const char *name, struct slice text);
void xml_textz(struct str *out, const char *name, const char *text);
void xml_textf(struct str *out, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void xml_escape(struct str *out, struct slice text);

/* Called where an element ends. path: the local names from the root, joined
 * with '/' ("Delete/Object/Key"), whatever the namespace; text: the characters
 * directly in it. False refuses the document. */
typedef bool (*xml_element)(void *ctx, const char *path, struct slice text);

bool xml_read(struct slice body, xml_element element, void *ctx);
/* The same, with start called where an element begins (text is empty then). */
bool xml_walk(struct slice body, xml_element start, xml_element end, void *ctx);

#endif
