/* differences: where this catalog, in its profile spec, means to differ from
 * the reference server. docs/CATALOG.md lists them, and golden_test.c shows
 * each on one of the reference's own answers.
 */
#ifndef MOCKS_CATALOG_DIFFERENCES_H
#define MOCKS_CATALOG_DIFFERENCES_H

struct catalog_difference {
    const char *id;
    const char *theirs, *ours, *why;
};
extern const struct catalog_difference catalog_differences[]; /* {0} */

#endif
