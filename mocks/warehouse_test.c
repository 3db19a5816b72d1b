/* Tests of the warehouse: files in the mock S3's store that share their bytes,
 * and what befalls them there. */
#include "mocks/warehouse.h"

#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)

static const char at[] = "s3://data-lake/t/a.json";

static struct shared *text_of(const char *z)
{
    struct str s;

    str_init(&s, 1000);
    str_addz(&s, z);
    return shared_of(&s);
}

/* The middle of it is the file. */
static bool share(const struct warehouse *w, const char *location,
                  struct shared *b)
{
    struct slice bytes = {b->p + 1, b->len - 2};
    char why[160];

    return warehouse_share(w, location, bytes, b, why);
}

static void shared_bytes_are_a_file_like_others(void)
{
    struct testing *t = testing_new(NULL);
    const struct warehouse *w = warehouse_of_s3(t->s3);
    struct shared *b = text_of("<hello>");

    CU_ASSERT(share(w, at, b));
    CU_ASSERT(b->in_place);
    CALL("GET", "/data-lake/t/a.json", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    CU_ASSERT_STRING_EQUAL(answer_get(&t->x.answer, "ETag"),
                           "\"5d41402abc4b2a76b9719d911017c592\"");
    shared_unref(b); /* the store holds on */
    CALL("GET", "/data-lake/t/a.json", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    testing_free(t);
}

static void takes_bytes_that_nobody_shares(void)
{
    struct testing *t = testing_new(NULL);
    struct warehouse w = *warehouse_of_s3(t->s3);
    struct shared *b = text_of("<hello>");

    w.share = NULL;
    CU_ASSERT(share(&w, at, b));
    CU_ASSERT_FALSE(b->in_place);
    CALL("GET", "/data-lake/t/a.json", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    shared_unref(b);
    testing_free(t);
}

/* What a client does to the key, and what is shared learns of it. */
static void nobody_else_touches_it_unseen(void)
{
    static const struct {
        const char *method, *path, *body;
        bool in_place;
    } row[] = {
        {"PUT", "/data-lake/t/a.json", "hello", false},
        {"DELETE", "/data-lake/t/a.json", NULL, false},
        {"PUT", "/data-lake/t/b.json", "hello", true},
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct testing *t = testing_new(NULL);
        struct shared *b = text_of("<hello>");
        CU_ASSERT(share(warehouse_of_s3(t->s3), at, b));
        CU_ASSERT(CALL(row[i].method, row[i].path, "", NULL, row[i].body) <
                  300);
        CU_ASSERT_EQUAL(b->in_place, row[i].in_place);
        testing_free(t);
        CU_ASSERT_FALSE(b->in_place); /* the whole store has gone */
        shared_unref(b);
    }
}

/* A copy elsewhere is not the file: when that goes, it has gone. */
static void a_copy_does_not_stand_in(void)
{
    struct testing *t = testing_new(NULL);
    const struct warehouse *w = warehouse_of_s3(t->s3);
    struct shared *b = text_of("<hello>");

    CU_ASSERT(share(w, at, b));
    CU_ASSERT(share(w, "s3://data-lake/t/c.json", b));
    CU_ASSERT(w->remove(w->ctx, "s3://data-lake/t/c.json"));
    CU_ASSERT(b->in_place);
    CU_ASSERT(w->remove(w->ctx, at));
    CU_ASSERT_FALSE(b->in_place);
    CU_ASSERT(share(w, at, b)); /* from now on one has to look */
    CU_ASSERT_FALSE(b->in_place);
    CU_ASSERT(w->exists(w->ctx, at));
    shared_unref(b);
    testing_free(t);
}

UNIT_MAIN("warehouse", UNIT(shared_bytes_are_a_file_like_others),
          UNIT(takes_bytes_that_nobody_shares),
          UNIT(nobody_else_touches_it_unseen), UNIT(a_copy_does_not_stand_in))
