/* xml: the characters that mean something in XML's text and attributes. */
#ifndef BASE_XML_H
#define BASE_XML_H

/* What stands for c in text and in attribute values ("&lt;"), or NULL when c
 * stands for itself. A carriage return is among them: bare, it would be read
 * as a line's end. */
const char *xml_entity(char c);

#endif
