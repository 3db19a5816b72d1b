/* id_set: a set of 64-bit ids, for lists that are looked through often. */
#ifndef MOCKS_CATALOG_ID_SET_H
#define MOCKS_CATALOG_ID_SET_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_set { /* {0} is empty */
    size_t n, cap;
    int64_t *id; /* open-addressed; 0 stands for an empty place */
    bool zero;   /* the id 0 is in it */
};

void id_set_fini(struct id_set *s);
void id_set_add(struct id_set *s, int64_t id);
/* The ids that the elements of a list have as that member. */
void id_set_add_all(struct id_set *s, const cJSON *list, const char *name);
bool id_set_has(const struct id_set *s, int64_t id);

#endif
