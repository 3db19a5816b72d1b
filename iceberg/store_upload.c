/* store_upload: create, parts, complete, abort, under struct ice_store_rules.
 *
 * Until it is completed nobody sees anything of an upload, so that every step
 * before may be done twice and a doubtful end is a plain failure. The
 * completion is the one step whose repeat stores answer differently: there
 * HEAD decides, by size and ETag.
 */
#include "iceberg/store_upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/store_xml.h"

enum {
    MOST_PARTS = 10000,
    SIDE_BY_SIDE = 4,
    MOST_ID = 2048,
    MOST_XML = 8 << 20
};

struct part {
    struct ice_store_request q;
    unsigned char md5[ICE_MD5_SIZE];
    char own_etag[ICE_ETAG_SIZE]; /* of the bytes */
    char etag[ICE_ETAG_SIZE];     /* as the store has it */
    char sum[ICE_CRC32C_SIZE];    /* "": not sent */
    bool hashed, plain;           /* plain: its ETag is the MD5 */
};

struct upload {
    struct ice_catalog *c;
    const struct ice_object_name *name;
    const struct ice_put *put;
    struct str id;    /* the upload's, "": none yet */
    struct str query; /* "uploadId=..." */
    struct part *part;
    size_t n;
    char etag[ICE_ETAG_SIZE]; /* that the whole must have; "": not known */
    struct ice_object *out;
};

static const struct ice_store_rules *rules(const struct upload *u)
{
    return &u->c->policy->store;
}

/* ---- create ---- */

static bool take_id(void *ctx, const char *path, struct slice text)
{
    struct upload *u = ctx;

    if (!strcmp(path, "UploadId")) {
        str_reset(&u->id);
        str_adds(&u->id, text);
    }
    return true;
}

static bool usable_created(struct ice_store_request *q,
                           const struct ice_answer *a, char why[160])
{
    struct upload *u = q->ctx;

    if (ice__xml_read(str_slice(&a->body), "InitiateMultipartUploadResult",
                      take_id, u) &&
        u->id.len)
        return true;
    snprintf(why, 160, "it names no upload");
    return false;
}

static int create(struct upload *u, bool *doubtful, struct ice_error *e)
{
    struct ice_store_request q;
    struct ice_result result;
    int rc;

    ice__store_request_init(&q, u->c, ICE_STORE_CREATE_UPLOAD, u->name,
                            "uploads=");
    if (rules(u)->checksums & ICE_SUM_SENT)
        ice__store_header(&q, "x-amz-checksum-algorithm", "CRC32C");
    q.body = SLICE_LIT("");
    q.content_type = u->put->content_type;
    q.usable = usable_created;
    q.ctx = u;
    rc = ice__store_send(&q, &result, e);
    *doubtful = result.doubtful || result.meaning == ICE_MEANS_AMBIGUOUS;
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    if (rc)
        str_reset(&u->id);
    str_addz(&u->query, "uploadId=");
    percent_encode(&u->query, str_slice(&u->id), "");
    return rc;
}

/* ---- abort ---- */

static int abort_one(struct upload *u, struct slice id, struct ice_error *e)
{
    struct ice_store_request q;
    struct ice_result result;
    struct str query;
    int rc;

    str_init(&query, 4 * MOST_ID);
    str_addz(&query, "uploadId=");
    percent_encode(&query, id, "");
    ice__store_request_init(&q, u->c, ICE_STORE_ABORT, u->name, str_z(&query));
    rc = ice__store_send(&q, &result, e);
    if (result.row == ICE_ROW_404_UPLOAD)
        rc = ICE_OK;
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    str_fini(&query);
    return rc;
}

/* Adds to what e says. */
static void say_also(struct upload *u, struct ice_error *e, const char *what,
                     const struct ice_error *why)
{
    char cause[sizeof(e->cause)];

    memcpy(cause, e->cause, sizeof(cause));
    ice__fail(u->c, e, e->outcome, e->operation, "%.300s; %s: %.120s", cause,
              what, why->cause);
}

static void abort_upload(struct upload *u, struct ice_error *e)
{
    struct ice_error why;

    if (!u->id.len || !rules(u)->abort)
        return;
    memset(&why, 0, sizeof(why));
    if (abort_one(u, str_slice(&u->id), &why) != ICE_OK)
        say_also(u, e, "its upload is left in the store, and not aborted",
                 &why);
}

/* ---- what a lost answer to create left behind ---- */

struct found { /* uploads of our key that are not ours */
    struct upload *u;
    struct str id, key; /* of the one being read */
    char **other;
    size_t n;
};

static bool take_upload(void *ctx, const char *path, struct slice text)
{
    struct found *f = ctx;

    if (!strcmp(path, "Upload/Key")) {
        str_reset(&f->key);
        str_adds(&f->key, text);
    } else if (!strcmp(path, "Upload/UploadId")) {
        str_reset(&f->id);
        str_adds(&f->id, text);
    } else if (!strcmp(path, "Upload")) {
        if (slice_eq(str_slice(&f->key), f->u->name->key) &&
            !slice_eq(str_slice(&f->id), str_slice(&f->u->id))) {
            f->other = mem_realloc(f->other, (f->n + 1) * sizeof(char *));
            f->other[f->n++] = mem_strdup(str_z(&f->id));
        }
    }
    return true;
}

static bool usable_uploads(struct ice_store_request *q,
                           const struct ice_answer *a, char why[160])
{
    if (ice__xml_read(str_slice(&a->body), "ListMultipartUploadsResult",
                      take_upload, q->ctx))
        return true;
    snprintf(why, 160, "it is no list of uploads");
    return false;
}

/* Best effort: an upload that stays behind costs space, and nothing else. */
static void sweep(struct upload *u)
{
    struct found f = {.u = u};
    struct ice_store_request q;
    struct ice_result result;
    struct ice_error why;
    struct str query;

    memset(&why, 0, sizeof(why));
    str_init(&f.id, MOST_ID);
    str_init(&f.key, MOST_ID);
    str_init(&query, 4 * MOST_ID);
    str_addz(&query, "prefix=");
    percent_encode(&query, u->name->key, "");
    str_addz(&query, "&uploads=");
    ice__store_request_init(&q, u->c, ICE_STORE_LIST_UPLOADS,
                            &(struct ice_object_name){u->name->bucket, {"", 0}},
                            str_z(&query));
    q.usable = usable_uploads;
    q.ctx = &f;
    if (ice__store_send(&q, &result, &why) == ICE_OK)
        for (size_t i = 0; i < f.n; i++)
            abort_one(u, slice_of(f.other[i]), &why);
    for (size_t i = 0; i < f.n; i++)
        free(f.other[i]);
    free(f.other);
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    str_fini(&query);
    str_fini(&f.key);
    str_fini(&f.id);
}

/* ---- parts ---- */

static void hash_part(struct part *p)
{
    if (p->hashed)
        return;
    p->hashed = true;
    ice__md5(p->q.body, p->md5);
    ice__etag(p->md5, 0, p->own_etag);
    if (p->q.c->policy->store.checksums & ICE_SUM_SENT)
        ice__crc32c_base64(p->q.body, p->sum);
}

static bool intact_part(struct ice_store_request *q, const struct ice_answer *a,
                        char why[160])
{
    struct part *p = q->ctx;
    struct slice etag = ice__answer_header(a, "ETag");

    hash_part(p);
    if (!ice__store_stored(q, a, p->own_etag, why))
        return false;
    p->plain = ice__etag_is_md5(a);
    snprintf(p->etag, sizeof(p->etag), SLICE_FMT, SLICE_ARG(etag));
    arena_fini(&q->attempt); /* thousands of parts wait for the last one */
    return true;
}

static void make_parts(struct upload *u, size_t part_bytes)
{
    struct slice all = u->put->bytes;

    u->n = (all.len + part_bytes - 1) / part_bytes;
    u->part = mem_alloc(u->n * sizeof(*u->part));
    for (size_t i = 0; i < u->n; i++) {
        struct part *p = &u->part[i];
        size_t at = i * part_bytes, left = all.len - at;
        struct str query;

        str_init(&query, 4 * MOST_ID);
        str_addf(&query, "partNumber=%zu&%s", i + 1, str_z(&u->query));
        ice__store_request_init(&p->q, u->c, ICE_STORE_PART, u->name,
                                str_z(&query));
        p->q.body =
            (struct slice){all.p + at, left < part_bytes ? left : part_bytes};
        p->q.sum = true;
        p->q.usable = ice__store_has_etag;
        p->q.intact = intact_part;
        p->q.ctx = p;
        str_fini(&query);
    }
}

/* The whole's ETag is made of its parts' MD5s. */
static void whole_etag(struct upload *u)
{
    unsigned char md5[ICE_MD5_SIZE];
    struct str all;
    bool plain = true;

    str_init(&all, MOST_PARTS * ICE_MD5_SIZE);
    for (size_t i = 0; i < u->n; i++) {
        plain = plain && u->part[i].plain;
        str_add(&all, u->part[i].md5, ICE_MD5_SIZE);
    }
    ice__md5(str_slice(&all), md5);
    if (plain)
        ice__etag(md5, u->n, u->etag);
    str_fini(&all);
}

static int send_parts(struct upload *u, struct ice_error *e)
{
    size_t lanes = u->put->side_by_side > 0 ? (size_t)u->put->side_by_side
                                            : (size_t)SIDE_BY_SIDE;
    struct ice_op *op = mem_alloc(u->n * sizeof(*op));
    struct ice_result failed;
    int rc;

    for (size_t i = 0; i < u->n; i++)
        op[i] = ice__store_op(&u->part[i].q);
    rc = ice__calls(u->c, op, u->n, lanes, &failed, e);
    ice__result_fini(&failed);
    free(op);
    if (!rc)
        whole_etag(u);
    return rc;
}

/* ---- complete ---- */

struct completing {
    struct upload *u;
    struct str etag, sum;
};

static bool take_completed(void *ctx, const char *path, struct slice text)
{
    struct completing *k = ctx;

    if (!strcmp(path, "ETag")) {
        str_reset(&k->etag);
        str_adds(&k->etag, text);
    }
    return true;
}

static bool usable_completed(struct ice_store_request *q,
                             const struct ice_answer *a, char why[160])
{
    struct completing *k = q->ctx;

    if (!q->c->policy->store
             .error_in_200) /* whoever looks at the status only */
        return true;
    if (ice__xml_read(str_slice(&a->body), "CompleteMultipartUploadResult",
                      take_completed, k))
        return true;
    snprintf(why, 160, "it does not say that the upload is complete");
    return false;
}

/* In XML the quotes may be missing. */
static bool etags_differ(const char *ours, struct slice theirs)
{
    struct slice mine = {ours + 1, strlen(ours) - 2};

    if (theirs.len >= 2 && theirs.p[0] == '"')
        theirs = (struct slice){theirs.p + 1, theirs.len - 2};
    return !slice_eq(mine, theirs);
}

static void manifest(const struct upload *u, struct str *out)
{
    str_addz(out, "<CompleteMultipartUpload xmlns=\"http://"
                  "s3.amazonaws.com/doc/2006-03-01/\">");
    for (size_t i = 0; i < u->n; i++) {
        const struct part *p = &u->part[i];

        str_addf(out, "<Part><PartNumber>%zu</PartNumber><ETag>", i + 1);
        ice__xml_escape(out, slice_of(p->etag));
        str_addz(out, "</ETag>");
        if (p->sum[0])
            str_addf(out, "<ChecksumCRC32C>%s</ChecksumCRC32C>", p->sum);
        str_addz(out, "</Part>");
    }
    str_addz(out, "</CompleteMultipartUpload>");
}

enum fate { FATE_DONE, FATE_FAILED, FATE_LOST, FATE_GONE };

/* One completion. FATE_LOST: what came back does not say whether it was done;
 * FATE_GONE: there is no such upload (any more). */
static enum fate complete_once(struct upload *u, const struct str *xml, int *rc,
                               struct ice_error *e)
{
    struct completing k = {.u = u};
    struct ice_store_request q;
    struct ice_result result;
    enum fate fate = FATE_DONE;

    str_init(&k.etag, ICE_ETAG_SIZE);
    ice__store_request_init(&q, u->c, ICE_STORE_COMPLETE, u->name,
                            str_z(&u->query));
    q.body = str_slice(xml);
    q.content_type = "application/xml";
    q.usable = usable_completed;
    q.ctx = &k;
    *rc = ice__store_send(&q, &result, e);
    if (*rc == ICE_CANCELLED)
        fate = FATE_FAILED;
    else if (*rc && result.row == ICE_ROW_404_UPLOAD)
        fate = FATE_GONE;
    else if (*rc)
        fate = result.meaning == ICE_MEANS_AMBIGUOUS ? FATE_LOST : FATE_FAILED;
    else if (k.etag.len && u->etag[0] &&
             (rules(u)->checksums & ICE_SUM_WHOLE) &&
             etags_differ(u->etag, str_slice(&k.etag)))
        fate = FATE_LOST; /* HEAD says what there is */
    snprintf(u->out->etag, sizeof(u->out->etag), "%s", str_z(&k.etag));
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    str_fini(&k.etag);
    return fate;
}

static bool is_ours(const struct upload *u, const struct ice_object *o)
{
    const struct ice_store_rules *p = rules(u);

    if (p->settle_size && (size_t)o->bytes != u->put->bytes.len)
        return false;
    return !p->settle_etag || !u->etag[0] || !o->md5 ||
           !strcmp(o->etag, u->etag);
}

enum seen { SEEN_OURS, SEEN_OTHER, SEEN_NOTHING, SEEN_NOT_TOLD };

static enum seen look(struct upload *u, struct ice_error *why)
{
    struct ice_object there;
    int rc;

    memset(why, 0, sizeof(*why));
    rc = ice__store_head(u->c, u->name, &there, why);
    if (rc == ICE_NOT_FOUND)
        return SEEN_NOTHING;
    if (rc)
        return SEEN_NOT_TOLD;
    if (!is_ours(u, &there))
        return SEEN_OTHER;
    *u->out = there;
    return SEEN_OURS;
}

/* Looks until it sees our object, or as often as settling reads are made. An
 * upload that is still open needs no second look at nothing: completing it
 * again is safe. */
static enum seen settle(struct upload *u, enum fate fate, struct ice_error *why)
{
    const struct ice_policy *p = u->c->policy;
    enum seen seen = SEEN_NOT_TOLD;

    for (int n = 1; n <= p->settle.reads; n++) {
        seen = look(u, why);
        if (seen == SEEN_OURS || (fate == FATE_LOST && seen != SEEN_NOT_TOLD))
            break;
        if (n < p->settle.reads &&
            ice__wait(u->c, ice_policy_settle_wait_ms(p, n)) != ICE_OK)
            break;
    }
    return seen;
}

static int end_unknown(struct upload *u, const struct ice_error *why,
                       struct ice_error *e)
{
    return ice__fail(u->c, e, ICE_UNKNOWN,
                     ice__store_op_name(ICE_STORE_COMPLETE),
                     "the answer was lost, and a look at the object did not "
                     "settle it%s%.200s; upload %.80s",
                     why->cause[0] ? ": " : "", why->cause, str_z(&u->id));
}

/* The store answered, and what is there is not what was sent. */
static int end_wrong(struct upload *u, struct ice_error *e)
{
    return ice__fail(
        u->c, e, ICE_PROTOCOL, ice__store_op_name(ICE_STORE_COMPLETE),
        "the store completed the upload of s3://" SLICE_FMT
        "/%.200s, and has another object than was sent: ETag %s "
        "should be %s",
        SLICE_ARG(u->name->bucket), u->name->key.p, u->out->etag, u->etag);
}

/* A lost answer, by the rule: *again, or the outcome. */
static int after_lost(struct upload *u, enum fate fate, bool open, int rc,
                      bool *again, struct ice_error *e)
{
    struct ice_error why = {.outcome = ICE_OK};

    *again = false;
    switch (rules(u)->complete_lost) {
    case ICE_LOST_DONE:
        return ICE_OK;
    case ICE_LOST_FAILED:
        return rc ? rc : ICE_PROTOCOL;
    case ICE_LOST_AGAIN:
        *again = fate == FATE_LOST;
        return rc;
    case ICE_LOST_HEAD:
        break;
    }
    switch (settle(u, fate, &why)) {
    case SEEN_OURS:
        return ICE_OK;
    case SEEN_NOT_TOLD:
        return end_unknown(u, &why, e);
    default:
        if (!rc)
            return end_wrong(u, e);
        *again = fate == FATE_LOST;
        if (fate == FATE_GONE && open)
            return end_unknown(u, &why, e);
        return rc;
    }
}

static int complete(struct upload *u, struct ice_error *e)
{
    const struct ice_error none = {.outcome = ICE_OK};
    bool open = false, again = true;
    struct str xml;
    int rc = ICE_OK;

    str_init(&xml, MOST_XML);
    manifest(u, &xml);
    for (int n = 1; again; n++) {
        enum fate fate = complete_once(u, &xml, &rc, e);

        again = false;
        if (fate == FATE_LOST || fate == FATE_GONE)
            rc = after_lost(u, fate, open, rc, &again, e);
        open = open || fate == FATE_LOST;
        if (again && n >= rules(u)->completes_most) {
            rc = end_unknown(u, &none, e);
            again = false;
        }
    }
    if (rc == ICE_OK)
        memset(e, 0, sizeof(*e));
    str_fini(&xml);
    return rc;
}

/* ---- all of it ---- */

/* Of the call's time some is kept for the abort. */
static int64_t keep_time(const struct upload *u)
{
    int64_t left = ice__left_ms(u->c), keep = rules(u)->abort_ms;

    return keep < left / 4 ? keep : left / 4;
}

static bool may_sweep(const struct upload *u)
{
    return rules(u)->sweep == ICE_SWEEP_ALL ||
           (rules(u)->sweep == ICE_SWEEP_OWN && u->put->only_writer);
}

static int run(struct upload *u, size_t part_bytes, struct ice_error *e)
{
    int64_t until_ms = u->c->deadline_at_ms;
    bool doubtful;
    int rc;

    u->c->deadline_at_ms = until_ms - keep_time(u);
    rc = create(u, &doubtful, e);
    if (!rc) {
        make_parts(u, part_bytes);
        rc = send_parts(u, e);
    }
    if (!rc)
        rc = complete(u, e);
    u->c->deadline_at_ms = until_ms;
    if (rc && rc != ICE_UNKNOWN)
        abort_upload(u, e);
    if (doubtful && may_sweep(u))
        sweep(u);
    return rc;
}

int ice__store_upload(struct ice_catalog *c, const struct ice_object_name *name,
                      const struct ice_put *put, size_t part_bytes,
                      struct ice_object *out, struct ice_error *e)
{
    struct upload u = {.c = c, .name = name, .put = put, .out = out};
    size_t least = (put->bytes.len + MOST_PARTS - 1) / MOST_PARTS;
    int rc;

    str_init(&u.id, MOST_ID);
    str_init(&u.query, 4 * MOST_ID);
    rc = run(&u, part_bytes < least ? least : part_bytes, e);
    out->bytes = (int64_t)put->bytes.len;
    for (size_t i = 0; i < u.n; i++)
        ice__store_request_fini(&u.part[i].q);
    free(u.part);
    str_fini(&u.id);
    str_fini(&u.query);
    return rc;
}
