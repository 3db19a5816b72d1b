/* object_value: bodies, objects and their headers; see store.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "mocks/s3/store.h"

/* ---- bodies ---- */

struct s3_body *body_new(struct s3_memory *m, size_t len)
{
    struct s3_body *b = malloc(sizeof(*b) + len + 1);

    if (!b) {
        fprintf(stderr, "icefault: out of memory (an object of %zu bytes)\n",
                len);
        abort();
    }
    *b = (struct s3_body){
        .memory = m, .refs = 1, .len = len, .bytes = (char *)(b + 1)};
    b->bytes[len] = 0;
    m->used += sizeof(*b) + len + 1;
    return b;
}

struct s3_body *body_shared(struct s3_memory *m, struct slice bytes,
                            struct shared *owner)
{
    struct s3_body *b = mem_alloc(sizeof(*b) + sizeof(owner));

    *b = (struct s3_body){.memory = m,
                          .refs = 1,
                          .lent = true,
                          .len = bytes.len,
                          .bytes = owner->p + (bytes.p - owner->p)};
    shared_ref(owner);
    memcpy(b + 1, &owner, sizeof(owner));
    m->used += sizeof(*b) + bytes.len + 1;
    return b;
}

struct s3_body *body_of(struct s3_memory *m, struct slice bytes)
{
    struct s3_body *b = body_new(m, bytes.len);

    if (bytes.len)
        memcpy(b->bytes, bytes.p, bytes.len);
    return b;
}

struct shared *body_owner(const struct s3_body *b)
{
    struct shared *owner = NULL;

    if (b->lent)
        memcpy(&owner, b + 1, sizeof(owner));
    return owner;
}

struct s3_body *body_ref(struct s3_body *b)
{
    b->refs++;
    return b;
}

void body_unref(struct s3_body *b)
{
    if (!b || --b->refs)
        return;
    b->memory->used -= sizeof(*b) + b->len + 1;
    shared_unref(body_owner(b));
    free(b);
}

/* ---- objects ---- */

static size_t cost(const struct s3_object *o)
{
    return sizeof(*o) + o->n_parts * sizeof(struct s3_part) + o->headers.len;
}

struct s3_object *object_new(struct s3_memory *m, const struct s3_object *like)
{
    size_t parts = like->n_parts * sizeof(struct s3_part);
    struct s3_object *o = mem_alloc(cost(like));
    char *data = (char *)(o + 1);

    *o = *like;
    o->memory = m;
    o->refs = 1;
    if (parts)
        memcpy(data, like->parts, parts);
    o->parts = parts ? (const struct s3_part *)(o + 1) : NULL;
    if (like->headers.len)
        memcpy(data + parts, like->headers.p, like->headers.len);
    o->headers.p = data + parts;
    m->used += cost(o);
    return o;
}

struct s3_object *object_ref(struct s3_object *o)
{
    o->refs++;
    return o;
}

void object_unref(void *object)
{
    struct s3_object *o = object;

    if (!o || --o->refs)
        return;
    o->memory->used -= cost(o);
    body_unref(o->body);
    free(o);
}

struct slice object_bytes(const struct s3_object *o)
{
    if (!o->body)
        return (struct slice){"", 0};
    return (struct slice){o->body->bytes, o->body->len};
}

/* Files of the catalog are hashed when somebody asks: few do. */
const uint8_t *object_md5(const struct s3_object *o)
{
    struct s3_object *own = (struct s3_object *)(uintptr_t)o;

    if (o->md5_late && o->body)
        own->md5_late = !EVP_Digest(o->body->bytes, o->body->len, own->md5,
                                    NULL, EVP_md5(), NULL);
    return o->md5;
}

void object_etag(const struct s3_object *o, char out[ETAG_SIZE])
{
    digest_hex(object_md5(o), MD5_SIZE, out);
    if (o->n_parts)
        snprintf(out + MD5_HEX - 1, ETAG_SIZE - MD5_HEX + 1, "-%u",
                 (unsigned)o->n_parts);
}

/* ---- headers ---- */

bool headers_next(struct slice headers, size_t *at, const char **name,
                  const char **value)
{
    if (*at >= headers.len)
        return false;
    *name = headers.p + *at;
    *value = *name + strlen(*name) + 1;
    *at = (size_t)(*value - headers.p) + strlen(*value) + 1;
    return true;
}

const char *headers_get(struct slice headers, const char *name)
{
    const char *one, *value;
    size_t at = 0;

    while (headers_next(headers, &at, &one, &value))
        if (strcmp(one, name) == 0)
            return value;
    return NULL;
}

void headers_add(struct str *headers, const char *name, struct slice value)
{
    str_add(headers, name, strlen(name) + 1);
    str_adds(headers, value);
    str_addc(headers, 0);
}

void headers_copy(struct str *headers, struct slice from, const char *without)
{
    const char *name, *value;
    size_t at = 0;

    while (headers_next(from, &at, &name, &value))
        if (!without || strcmp(name, without) != 0)
            headers_add(headers, name, slice_of(value));
}

const char *object_header(const struct s3_object *o, const char *name)
{
    return headers_get(o->headers, name);
}
