/* json: access to and change of cJSON trees. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_number.h"

static const double exact_limit = 9007199254740992.0; /* 2^53 */

bool json_int64(const cJSON *item, int64_t *out)
{
    long long n;

    int type = item ? item->type & 0xff : cJSON_Invalid;

    if (type == cJSON_Raw) {
        if (!slice_int64(slice_of(item->valuestring), &n))
            return false;
        *out = n;
        return true;
    }
    if (type != cJSON_Number || !(item->valuedouble <= exact_limit) ||
        item->valuedouble < -exact_limit)
        return false;
    n = (long long)item->valuedouble;
    *out = n;
    return !((double)n < item->valuedouble || (double)n > item->valuedouble);
}

cJSON *json_new_int64(int64_t n)
{
    cJSON *item = mem_alloc(sizeof(*item));
    char text[24];

    if (n <= (INT64_C(1) << 53) && n >= -(INT64_C(1) << 53)) {
        item->type = cJSON_Number;
        item->valuedouble = (double)n;
        item->valueint = json_clamp_int(item->valuedouble);
    } else {
        snprintf(text, sizeof(text), "%lld", (long long)n);
        item->type = cJSON_Raw;
        item->valuestring = mem_strdup(text);
    }
    return item;
}

bool json_double(const cJSON *item, double *out)
{
    if (cJSON_IsNumber(item))
        *out = item->valuedouble;
    else if (cJSON_IsRaw(item))
        *out = json_literal_value(slice_of(item->valuestring));
    else
        return false;
    return isfinite(*out);
}

cJSON *json_get(const cJSON *obj, const char *name)
{
    /* Asked more often than anything else: no call where a look will do. */
    if (!obj || (obj->type & 0xff) != cJSON_Object)
        return NULL;
    for (cJSON *c = obj->child; c; c = c->next)
        if (c->string && c->string[0] == name[0] &&
            strcmp(c->string, name) == 0)
            return c;
    return NULL;
}

const char *json_str(const cJSON *obj, const char *name)
{
    const cJSON *item = json_get(obj, name);

    return cJSON_IsString(item) ? item->valuestring : NULL;
}

int64_t json_i64(const cJSON *obj, const char *name, int64_t fallback)
{
    int64_t n;

    return json_int64(json_get(obj, name), &n) ? n : fallback;
}

bool json_bool(const cJSON *obj, const char *name)
{
    return cJSON_IsTrue(json_get(obj, name));
}

/* A common key is the same text everywhere, unless cJSON made the object. */
static const cJSON *get_word(const cJSON *obj, const char *word,
                             const char *name)
{
    for (const cJSON *c = obj->child; word && c; c = c->next)
        if (c->string == word)
            return c;
    return json_get(obj, name);
}

cJSON *json_find(const cJSON *list, const char *name, int64_t value)
{
    const char *word = json_word(name, strlen(name));
    int64_t n;

    for (cJSON *item = list ? list->child : NULL; item; item = item->next)
        if (json_int64(get_word(item, word, name), &n) && n == value)
            return item;
    return NULL;
}

cJSON *json_find_last(const cJSON *list, const char *name, int64_t value)
{
    const char *word = json_word(name, strlen(name));
    cJSON *item = list && list->child ? list->child->prev : NULL;
    int64_t n;

    for (; item; item = item == list->child ? NULL : item->prev)
        if (json_int64(get_word(item, word, name), &n) && n == value)
            return item;
    return NULL;
}

static void set_key(cJSON *item, const char *name)
{
    const char *word = json_word(name, strlen(name));
    /* name may be the item's own */
    char *key = word ? (char *)(uintptr_t)word : mem_strdup(name);

    if (item->string && !(item->type & cJSON_StringIsConst))
        free(item->string);
    item->type &= ~cJSON_StringIsConst;
    if (word)
        item->type |= cJSON_StringIsConst;
    item->string = key;
}

void json_set(cJSON *obj, const char *name, cJSON *item)
{
    cJSON *old = json_get(obj, name);

    set_key(item, name);
    if (old)
        cJSON_ReplaceItemViaPointer(obj, old, item);
    else
        cJSON_AddItemToArray(obj, item);
}

void json_set_str(cJSON *obj, const char *name, const char *z)
{
    json_set(obj, name, cJSON_CreateString(z));
}

void json_set_i64(cJSON *obj, const char *name, int64_t n)
{
    json_set(obj, name, json_new_int64(n));
}

/* ---- equality ------------------------------------------------------------ */

static bool is_number(const cJSON *item)
{
    return cJSON_IsNumber(item) || cJSON_IsRaw(item);
}

static struct slice number_text(const cJSON *item, char buf[JSON_NUMBER_SIZE])
{
    if (cJSON_IsRaw(item))
        return slice_of(item->valuestring);
    json_format_double(item->valuedouble, buf);
    return slice_of(buf);
}

static bool equal_numbers(const cJSON *a, const cJSON *b)
{
    char x[JSON_NUMBER_SIZE], y[JSON_NUMBER_SIZE];

    return json_literals_equal(number_text(a, x), number_text(b, y));
}

static bool equal_arrays(const cJSON *a, const cJSON *b)
{
    const cJSON *x = a->child, *y = b->child;

    for (; x && y; x = x->next, y = y->next)
        if (!json_equal(x, y))
            return false;
    return !x && !y;
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string,
                  (*(const cJSON *const *)b)->string);
}

/* Members in the order of their keys: comparing stays n log n. The caller
 * frees. */
static const cJSON **sorted(const cJSON *obj, size_t n)
{
    const cJSON **list = mem_alloc(n * sizeof(const cJSON *));
    size_t i = 0;

    for (const cJSON *c = obj->child; c; c = c->next)
        list[i++] = c;
    qsort(list, n, sizeof(const cJSON *), by_key);
    return list;
}

static bool equal_objects(const cJSON *a, const cJSON *b)
{
    size_t n = (size_t)cJSON_GetArraySize(a);
    const cJSON **x, **y;
    bool equal = true;

    if (n != (size_t)cJSON_GetArraySize(b))
        return false;
    x = sorted(a, n);
    y = sorted(b, n);
    for (size_t i = 0; equal && i < n; i++)
        equal =
            strcmp(x[i]->string, y[i]->string) == 0 && json_equal(x[i], y[i]);
    free(x);
    free(y);
    return equal;
}

bool json_equal(const cJSON *a, const cJSON *b)
{
    if (!a || !b)
        return a == b;
    if (is_number(a) && is_number(b))
        return equal_numbers(a, b);
    if ((a->type & 0xff) != (b->type & 0xff))
        return false;
    if (cJSON_IsString(a))
        return strcmp(a->valuestring, b->valuestring) == 0;
    if (cJSON_IsArray(a))
        return equal_arrays(a, b);
    return !cJSON_IsObject(a) || equal_objects(a, b);
}
