/* s3: options, life cycle, and what scenarios and the warehouse do directly. */
#include "mocks/s3/s3.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/s3/internal.h"

/* ---- options ---- */

#define RIGHTS(of)                                                             \
    {.name = "read_only",                                                      \
     .type = SPEC_BOOL,                                                        \
     .offset = offsetof(struct of, rights.read_only),                          \
     .doc = "true: gets, heads and lists, and changes nothing"},               \
    {                                                                          \
        .name = "only", .type = SPEC_STRINGS,                                  \
        .offset = offsetof(struct of, rights.only), .max = S3_MAX_PLACES,      \
        .doc = "may reach these and nothing else: bucket, or bucket/prefix"    \
    }

static const struct spec_field user_fields[] = {
    {.name = "key",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_user, key),
     .required = true,
     .doc = "access key id"},
    {.name = "secret",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_user, secret),
     .required = true,
     .doc = "secret access key"},
    {.name = "id",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_user, id),
     .doc = "canonical id, as owners show it; made from key when not given"},
    {.name = "name",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_user, name),
     .doc = "display name; key when not given"},
    {.name = "email",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_user, email),
     .doc = "address by which an ACL may name the user"},
    RIGHTS(s3_user),
    {0}};

static const struct spec_field session_fields[] = {
    {.name = "key",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_given_session, key),
     .required = true,
     .doc = "access key id"},
    {.name = "secret",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_given_session, secret),
     .required = true,
     .doc = "secret access key"},
    {.name = "token",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_given_session, token),
     .required = true,
     .doc = "session token, which must come with the key"},
    {.name = "user",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_given_session, user),
     .doc = "key of the user whose it is; the first user when not given"},
    {.name = "lifetime",
     .type = SPEC_DURATION,
     .offset = offsetof(struct s3_given_session, lifetime_ms),
     .required = true,
     .doc = "from the start; then it has expired"},
    RIGHTS(s3_given_session),
    {0}};

const struct spec_field s3_option_fields[] = {
    {.name = "buckets",
     .type = SPEC_STRINGS,
     .offset = offsetof(struct s3_options, buckets),
     .doc = "names of buckets made at start; data-lake when not given"},
    {.name = "region",
     .type = SPEC_STRING,
     .offset = offsetof(struct s3_options, region),
     .doc = "the region that signatures must name; empty: any"},
    {.name = "users",
     .type = SPEC_LIST,
     .offset = offsetof(struct s3_options, users),
     .fields = user_fields,
     .item_size = sizeof(struct s3_user),
     .doc = "who may sign; minioadmin with secret minioadmin when not given"},
    {.name = "sessions",
     .type = SPEC_LIST,
     .offset = offsetof(struct s3_options, sessions),
     .fields = session_fields,
     .item_size = sizeof(struct s3_given_session),
     .max = S3_MAX_SESSIONS,
     .doc = "temporary keys that were given out before the start"},
    {.name = "session_lifetime",
     .type = SPEC_DURATION,
     .offset = offsetof(struct s3_options, session_lifetime_ms),
     .doc = "of sessions that AssumeRole gives out, whatever they are asked to "
            "last; as they are asked when not given"},
    {.name = "profile",
     .type = SPEC_WORD,
     .offset = offsetof(struct s3_options, profile),
     .words = s3_profile_names,
     .doc = "whose errors, headers and small rules: minio or aws"},
    {.name = "anonymous",
     .type = SPEC_BOOL,
     .offset = offsetof(struct s3_options, anonymous),
     .doc = "true lets unsigned requests in"},
    {.name = "clock_ahead",
     .type = SPEC_DURATION,
     .offset = offsetof(struct s3_options, clock_ahead_ms),
     .max = INT64_C(366) * 86400000,
     .doc = "its clock goes so much ahead of everybody else's"},
    {.name = "domains",
     .type = SPEC_STRINGS,
     .offset = offsetof(struct s3_options, domains),
     .doc = "names under which BUCKET.NAME in Host means a bucket, the first "
            "that fits; s3.us-east-1.amazonaws.com, s3.amazonaws.com, "
            "s3.localhost and localhost when not given"},
    {.name = "etag_conditions",
     .type = SPEC_BOOL,
     .offset = offsetof(struct s3_options, etag_conditions),
     .seen_offset = offsetof(struct s3_options, etag_conditions_given),
     .doc = "writes obey If-None-Match with an ETag and If-Match: *, as MinIO "
            "does, instead of answering 501 as AWS does; by the profile when "
            "not given"},
    {.name = "kms",
     .type = SPEC_BOOL,
     .offset = offsetof(struct s3_options, kms),
     .seen_offset = offsetof(struct s3_options, kms_given),
     .doc = "it can encrypt with keys of its own (SSE-S3, SSE-KMS), as AWS can "
            "and MinIO when it was told of a KMS; by the profile when not "
            "given"},
    {.name = "min_part",
     .type = SPEC_SIZE,
     .offset = offsetof(struct s3_options, min_part),
     .doc = "the least size of a part that is not the last; 5MiB when not "
            "given"},
    {.name = "memory",
     .type = SPEC_SIZE,
     .offset = offsetof(struct s3_options, memory),
     .doc = "most bytes that buckets and objects may take; 4GiB when not "
            "given"},
    {0}};

static bool user_ok(const struct s3_user *u, size_t i, char why[200])
{
    char wrong[120];

    if (rights_make_sense(&u->rights, wrong))
        return true;
    snprintf(why, 200, "s3: users[%zu].only: %s", i, wrong);
    return false;
}

static bool session_ok(const struct s3 *s, const struct s3_given_session *d,
                       size_t i, char why[200])
{
    char wrong[120];

    if (d->user && user_by_key(s, slice_of(d->user)) == S3_NOBODY)
        snprintf(why, 200, "s3: sessions[%zu].user: nobody has this key", i);
    else if (!rights_make_sense(&d->rights, wrong))
        snprintf(why, 200, "s3: sessions[%zu].only: %s", i, wrong);
    else
        return true;
    return false;
}

static bool users_ok(const struct s3 *s, char why[200])
{
    const struct s3_given_session *given = s->o.sessions.items;
    const struct s3_user *users = s->o.users.items;

    for (size_t i = 0; i < s->o.users.n; i++)
        if (!user_ok(&users[i], i, why))
            return false;
    for (size_t i = 0; i < s->o.sessions.n; i++)
        if (!session_ok(s, &given[i], i, why))
            return false;
    return true;
}

static bool read_options(struct s3 *s, const cJSON *options, char why[200])
{
    static const char *bucket = "data-lake";
    static const char *domains[] = {"s3.us-east-1.amazonaws.com",
                                    "s3.amazonaws.com", "s3.localhost",
                                    "localhost"};
    static struct s3_user user = {.key = "minioadmin", .secret = "minioadmin"};
    struct spec_error e = {0};

    s->o = (struct s3_options){.buckets = {&bucket, 1},
                               .users = {&user, 1},
                               .domains = {domains, 4},
                               .region = "us-east-1",
                               .memory = INT64_C(4) << 30,
                               .min_part = 5 << 20};
    if (options &&
        !spec_read(options, s3_option_fields, &s->o, &s->arena, &e)) {
        snprintf(why, 200, "s3: %.60s: %.120s", e.path, e.message);
        return false;
    }
    for (size_t i = 0; i < s->o.buckets.n; i++) {
        const char *name = ((const char **)s->o.buckets.items)[i];

        if (s3_bucket_name_ok(slice_of(name)))
            continue;
        snprintf(why, 200, "s3: \"%.64s\" is no name for a bucket", name);
        return false;
    }
    return users_ok(s, why);
}

/* ---- life cycle ---- */

static bool same_signature(const char *a, const char *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}

static int64_t mono_ns(void *ctx)
{
    return clock_ns(((const struct s3 *)ctx)->true_clock);
}

static int64_t unix_ms(void *ctx)
{
    const struct s3 *s = ctx;

    return clock_unix_ms(s->true_clock) + s->o.clock_ahead_ms;
}

static void set_clock(struct s3 *s, const struct clock *clock)
{
    s->true_clock = clock;
    s->own_clock = (struct clock){mono_ns, unix_ms, s};
    s->clock = s->o.clock_ahead_ms ? &s->own_clock : clock;
}

/* The state at the start: the buckets of the options, and nothing to see for
 * a stale look-up. */
static void fill(struct s3 *s)
{
    store_init(&s->store, (size_t)s->o.memory);
    for (size_t i = 0; i < s->o.buckets.n; i++)
        s3_add_bucket(s, ((const char **)s->o.buckets.items)[i]);
    store_begin(&s->store);
    sessions_init(s);
}

static void restart(void *state, bool keep)
{
    struct s3 *s = state;

    if (keep)
        return;
    sessions_fini(s);
    store_fini(&s->store);
    fill(s);
}

static size_t count_operations(void)
{
    size_t n = 0;

    while (s3_operations[n].name)
        n++;
    return n;
}

static size_t count_errors(void)
{
    size_t n = 0;

    while (s3_errors[n].name)
        n++;
    return n;
}

static void init_service(struct s3 *s)
{
    s->service = (struct service){
        .name = "s3",
        .state = s,
        .operations = s3_operations,
        .n_operations = count_operations(),
        .errors = s3_errors,
        .n_errors = count_errors(),
        .name_operation = s3_name_operation,
        .handle_unknown = s3_handle_unknown,
        .refuses = s3_refuses,
        .answer_error = s3_answer_error,
        .answer_bad_request = s3_answer_bad_request,
        .finish_answer = s3_finish_answer,
        .meddle = s3_meddle,
        .restart = restart,
    };
}

/* A list of its own, in which every user has an id and a name. */
static void name_users(struct s3 *s)
{
    size_t n = s->o.users.n;
    struct s3_user *users = arena_alloc(&s->arena, n * sizeof(*users));
    char id[SHA256_HEX];

    memcpy(users, s->o.users.items, n * sizeof(*users));
    s->o.users.items = users;
    for (size_t i = 0; i < n; i++) {
        digest_sha256_hex(&s->digests, slice_of(users[i].key), id);
        if (!users[i].id)
            users[i].id = arena_strdup(&s->arena, id);
        if (!users[i].name)
            users[i].name = users[i].key;
    }
}

static void name_host(struct s3 *s)
{
    char seed[32];
    int n = snprintf(seed, sizeof(seed), "icefault %016llx",
                     (unsigned long long)s->seed);

    digest_sha256_hex(&s->digests, (struct slice){seed, (size_t)n}, s->host_id);
}

struct s3 *s3_new(const cJSON *options, const struct clock *clock,
                  uint64_t seed, struct secrets *secrets, char why[200])
{
    struct s3 *s = mem_alloc(sizeof(*s));

    arena_init(&s->arena);
    if (!read_options(s, options, why)) {
        arena_fini(&s->arena);
        free(s);
        return NULL;
    }
    set_clock(s, clock);
    s->seed = seed;
    s->secrets = secrets;
    s->profile = &s3_profiles[s->o.profile];
    if (!s->o.etag_conditions_given)
        s->o.etag_conditions = s->profile->etag_conditions;
    if (!s->o.kms_given)
        s->o.kms = s->profile->kms;
    s->same_signature = same_signature;
    digests_init(&s->digests);
    s->keys = sigv4_keys_new();
    str_init(&s->text, S3_MAX_TEXT);
    str_init(&s->canonical, 1 << 20);
    str_init(&s->to_sign, 1 << 16);
    name_users(s);
    for (unsigned i = 0; secrets && i < s->o.users.n; i++)
        secrets_add(secrets, slice_of(user_of(s, i)->secret));
    init_service(s);
    s3_sort_rows(s);
    name_host(s);
    fill(s);
    return s;
}

void s3_free(struct s3 *s)
{
    if (!s)
        return;
    sessions_fini(s);
    store_fini(&s->store);
    sigv4_keys_free(s->keys);
    digests_fini(&s->digests);
    str_fini(&s->text);
    str_fini(&s->canonical);
    str_fini(&s->to_sign);
    arena_fini(&s->arena);
    free(s);
}

struct service *s3_service(struct s3 *s)
{
    return &s->service;
}

void s3_compare_signatures(struct s3 *s,
                           bool (*same)(const char *computed, const char *sent,
                                        size_t n))
{
    s->same_signature = same;
}

/* ---- for the warehouse, scenarios' steps and checks ---- */

bool s3_add_bucket(struct s3 *s, const char *bucket)
{
    if (!s3_bucket_name_ok(slice_of(bucket)) || s3_has_bucket(s, bucket))
        return false;
    store_begin(&s->store);
    return store_add_bucket(&s->store, slice_of(bucket), 0,
                            clock_unix_ms(s->clock));
}

bool s3_has_bucket(const struct s3 *s, const char *bucket)
{
    return store_bucket(&s->store, slice_of(bucket), false) != NULL;
}

bool s3_put(struct s3 *s, const char *bucket, const char *key,
            struct slice bytes, char why[160])
{
    return s3_share(s, bucket, key, bytes, NULL, why);
}

bool s3_share(struct s3 *s, const char *bucket, const char *key,
              struct slice bytes, struct shared *owner, char why[160])
{
    static const char type[] = "Content-Type\0application/octet-stream";
    struct s3_object o = {.headers = {type, sizeof(type)},
                          .md5_late = true,
                          .modified_ms = clock_unix_ms(s->clock)};
    size_t n = strlen(key);

    if (!s3_has_bucket(s, bucket)) {
        snprintf(why, 160, "bucket %.64s does not exist", bucket);
        return false;
    }
    if (n == 0 || n > S3_MAX_KEY) {
        snprintf(why, 160, "a key has 1 to %d bytes, not %zu", S3_MAX_KEY, n);
        return false;
    }
    if (!store_has_room(&s->store, bytes.len)) {
        snprintf(why, 160, "the mock S3 has no room for %zu bytes more",
                 bytes.len);
        return false;
    }
    o.body = owner ? body_shared(&s->store.memory, bytes, owner)
                   : body_of(&s->store.memory, bytes);
    store_begin(&s->store);
    return store_put(&s->store, slice_of(bucket), slice_of(key),
                     object_new(&s->store.memory, &o));
}

static struct s3_object *find(const struct s3 *s, const char *bucket,
                              const char *key)
{
    struct s3_bucket *b = store_bucket(&s->store, slice_of(bucket), false);

    return b ? store_object(&s->store, b, slice_of(key), false) : NULL;
}

bool s3_get(const struct s3 *s, const char *bucket, const char *key,
            struct slice *bytes)
{
    struct s3_object *o = find(s, bucket, key);

    if (o)
        *bytes = object_bytes(o);
    return o != NULL;
}

bool s3_remove(struct s3 *s, const char *bucket, const char *key)
{
    struct s3_object *o = find(s, bucket, key);

    if (!o)
        return false;
    store_begin(&s->store);
    return store_remove(&s->store, slice_of(bucket), slice_of(key), o->version);
}

size_t s3_uploads(const struct s3 *s, const char *bucket, const char *key)
{
    struct s3_bucket *b = store_bucket(&s->store, slice_of(bucket), false);
    struct slice all = {NULL, 0};

    return b ? store_count_uploads(b, key ? slice_of(key) : all) : 0;
}

cJSON *s3_list(const struct s3 *s, const char *bucket, const char *prefix)
{
    struct s3_bucket *b = store_bucket(&s->store, slice_of(bucket), false);
    cJSON *list = cJSON_CreateArray();
    struct btree_cursor c;
    bool more = b && btree_seek(b->objects, slice_of(prefix), false, &c);

    for (; more && slice_starts(c.key, prefix); more = btree_next(&c))
        if (stack_current(((struct s3_entry *)c.value)->now))
            cJSON_AddItemToArray(list, cJSON_CreateString(c.key.p)); /* ends
                                                            with a zero */
    return list;
}
