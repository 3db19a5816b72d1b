/* Reads requirements.yaml: every id of the requirements, in order. */
#include <stddef.h>
#include <string.h>

#include "harness/scenario.h"
#include "harness/source.h"

struct chapter {
    const char *id;
    bool later;
    struct spec_list list; /* struct requirement */
};

struct file {
    struct spec_list chapters;
};

static const struct spec_field requirement_fields[] = {
    {.name = "id",
     .type = SPEC_STRING,
     .offset = offsetof(struct requirement, id),
     .required = true},
    {.name = "text",
     .type = SPEC_STRING,
     .offset = offsetof(struct requirement, text),
     .required = true},
    {.name = "later",
     .type = SPEC_BOOL,
     .offset = offsetof(struct requirement, later)},
    {0}};

static const struct spec_field chapter_fields[] = {
    {.name = "chapter",
     .type = SPEC_STRING,
     .offset = offsetof(struct chapter, id),
     .required = true},
    {.name = "later",
     .type = SPEC_BOOL,
     .offset = offsetof(struct chapter, later)},
    {.name = "requirements",
     .type = SPEC_LIST,
     .offset = offsetof(struct chapter, list),
     .required = true,
     .min = 1,
     .max = 100,
     .fields = requirement_fields,
     .item_size = sizeof(struct requirement)},
    {0}};

static const struct spec_field file_fields[] = {
    {.name = "chapters",
     .type = SPEC_LIST,
     .offset = offsetof(struct file, chapters),
     .required = true,
     .min = 1,
     .max = 100,
     .fields = chapter_fields,
     .item_size = sizeof(struct chapter)},
    {0}};

static bool is_known(const struct requirements *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->list[i].id, id) == 0)
            return true;
    return false;
}

/* Chapters' lists into one; an id may be there only once. */
static bool flatten(const struct file *f, const cJSON *tree,
                    struct requirements *r, struct spec_error *e)
{
    const struct chapter *c = f->chapters.items;
    size_t total = 0;
    for (size_t i = 0; i < f->chapters.n; i++)
        total += c[i].list.n;
    r->list = arena_alloc(&r->arena, total * sizeof(*r->list));
    for (size_t i = 0; i < f->chapters.n; i++)
        for (size_t k = 0; k < c[i].list.n; k++) {
            struct requirement one =
                ((const struct requirement *)c[i].list.items)[k];
            if (is_known(r, one.id))
                return spec_fail(e, tree, "requirement %s is there twice",
                                 one.id);
            one.chapter = c[i].id;
            one.later = one.later || c[i].later;
            r->list[r->n++] = one;
        }
    return true;
}

bool requirements_load(const char *file, struct requirements *r,
                       struct file_error *e)
{
    struct source s;
    struct file f = {{NULL, 0}};
    struct spec_error found;
    *r = (struct requirements){.n = 0};
    arena_init(&r->arena);
    bool ok = source_load(&s, file, e);
    if (ok && (!spec_read(s.tree, file_fields, &f, &r->arena, &found) ||
               !flatten(&f, s.tree, r, &found)))
        ok = source_fail(&s, &found, e);
    source_fini(&s);
    if (!ok)
        requirements_free(r);
    return ok;
}

void requirements_free(struct requirements *r)
{
    arena_fini(&r->arena);
    r->list = NULL;
    r->n = 0;
}
