/* The table of places, and how JSON's are found: a second walk over a text
 * that is known to be valid, side by side with its tree. */
#include "harness/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void places_init(struct places *p)
{
    *p = (struct places){0};
}

void places_fini(struct places *p)
{
    free(p->rows);
    places_init(p);
}

void places_add(struct places *p, const cJSON *node, struct place key,
                struct place value)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 128;
        p->rows = mem_realloc(p->rows, p->cap * sizeof(*p->rows));
    }
    p->rows[p->n++] = (struct places_row){node, key, value};
}

struct place places_find(const struct places *p, const cJSON *node, bool at_key)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->rows[i].node == node)
            return at_key && p->rows[i].key.line ? p->rows[i].key
                                                 : p->rows[i].value;
    return (struct place){1, 1};
}

/* ---- JSON ---- */

struct walk {
    struct slice text;
    size_t at;
    struct place here;
    struct places *places;
};

static char peek(const struct walk *w)
{
    return w->at < w->text.len ? w->text.p[w->at] : '\0';
}

static void step(struct walk *w)
{
    char c = peek(w);
    w->at++;
    if (c == '\n') {
        w->here.line++;
        w->here.col = 1;
    } else if ((c & 0xC0) != 0x80) { /* columns count characters */
        w->here.col++;
    }
}

/* Blanks, commas and colons say nothing about where the next node is. */
static void skip_between(struct walk *w)
{
    while (w->at < w->text.len && strchr(" \t\r\n,:", peek(w)))
        step(w);
}

static void skip_string(struct walk *w)
{
    step(w);
    while (w->at < w->text.len && peek(w) != '"') {
        if (peek(w) == '\\')
            step(w);
        step(w);
    }
    step(w);
}

static void skip_word(struct walk *w)
{
    while (w->at < w->text.len && !strchr(" \t\r\n,:]}", peek(w)))
        step(w);
}

/* As deep as the reader that made the tree allowed. */
static void walk_value(struct walk *w, const cJSON *node, struct place key)
{
    skip_between(w);
    places_add(w->places, node, key, w->here);
    if (cJSON_IsString(node)) {
        skip_string(w);
        return;
    }
    if (!cJSON_IsObject(node) && !cJSON_IsArray(node)) {
        skip_word(w);
        return;
    }
    step(w);
    for (const cJSON *c = node->child; c; c = c->next) {
        skip_between(w);
        struct place at = {0, 0};
        if (cJSON_IsObject(node)) {
            at = w->here;
            skip_string(w);
        }
        walk_value(w, c, at);
    }
    skip_between(w);
    step(w);
}

void places_of_json(struct places *p, struct slice text, const cJSON *tree)
{
    struct walk w = {text, 0, {1, 1}, p};
    walk_value(&w, tree, (struct place){0, 0});
}
