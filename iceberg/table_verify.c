/* table_verify: is the table what it should be, and is it really there?
 *
 * The loaded metadata is compared with the table wanted. After a create also:
 * the answer to the create, the listing, and the metadata file in the store.
 * policy.verify says which of these are looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iceberg/store.h"
#include "iceberg/table_job.h"

static const struct ice_verify_rules *rules(const struct ice_table_job *job)
{
    return &job->c->policy->verify;
}

static int problem(struct ice_table_job *job, struct ice_error *e, int outcome,
                   const char *text, const char *detail)
{
    return ice__problem(job->c, e, outcome, "verifyTable", "table %s %s%s",
                        job->name, text, detail);
}

enum ice_found ice__table_load(struct ice_table_job *job, struct ice_error *e)
{
    bool gone = false;

    cJSON_Delete(job->loaded);
    job->loaded = NULL;
    job->loaded_rc = ice__rest_load_table(job->c, ice__own_ns(job->c),
                                          job->name, &job->loaded, &gone, e);
    if (job->loaded)
        return ICE_FOUND_PRESENT;
    if (job->loaded_rc == ICE_NOT_FOUND)
        return ICE_FOUND_ABSENT;
    return gone ? ICE_FOUND_GONE : ICE_FOUND_NOT_TOLD;
}

/* ---- metadata ---- */

static int mismatch(struct ice_table_job *job, const char *whose,
                    struct ice_error *e)
{
    struct str text;
    int rc;

    str_init(&text, 4096);
    ice__differences_print(&job->differences, &text);
    rc = problem(job, e, ICE_MISMATCH, whose, str_z(&text));
    str_fini(&text);
    return rc;
}

static void drop_differences(struct ice_table_job *job)
{
    free(job->differences.item);
    memset(&job->differences, 0, sizeof(job->differences));
}

/* Compares one metadata; what differs replaces job->differences. whose begins
 * the sentence that names the differences. */
static int compare(struct ice_table_job *job, const cJSON *metadata,
                   const struct ice_compare_rules *by, const char *whose,
                   struct ice_error *e)
{
    const char *wrong = ice__metadata_wrong(metadata);

    if (wrong)
        return problem(job, e, rules(job)->broken_outcome,
                       "has metadata of no use: it ", wrong);
    drop_differences(job);
    ice__compare(by, job->def, job->c->policy->shape.format_version, metadata,
                 &job->differences);
    return ice__differences_fail(&job->differences) ? mismatch(job, whose, e)
                                                    : ICE_OK;
}

static bool same_text(const cJSON *a, const cJSON *b, const char *member)
{
    const char *x = json_str(a, member), *y = json_str(b, member);

    return x && y && !strcmp(x, y);
}

/* The answer to the create against what was asked for, and against what is
 * stored: the same table (uuid), and so the same ids. */
static int compare_created(struct ice_table_job *job, const cJSON *stored,
                           const struct ice_compare_rules *by,
                           struct ice_error *e)
{
    const cJSON *answer = json_get(job->created, "metadata");
    struct ice_differences kept = job->differences;
    int rc;

    if (rules(job)->same_uuid && !same_text(answer, stored, "table-uuid"))
        return problem(job, e, ICE_MISMATCH,
                       "is not the one that was created: its uuid differs", "");
    memset(&job->differences, 0, sizeof(job->differences));
    rc = compare(job, answer, by, "was answered otherwise than asked for: ", e);
    if (!rc && rules(job)->same_uuid) {
        ice__compare_ids(by, answer, stored, &job->differences);
        if (ice__differences_fail(&job->differences))
            rc = mismatch(job, "changed since it was created: ", e);
    }
    if (rc) {
        free(kept.item);
        return rc;
    }
    drop_differences(job);
    job->differences = kept;
    return ICE_OK;
}

/* ---- the listing and the file ---- */

static int check_listed(struct ice_table_job *job, struct ice_error *e)
{
    struct ice_names names = {.n = 0};
    bool listed = false;
    int rc = ice__rest_list_tables(job->c, ice__own_ns(job->c), &names, e);

    if (rc)
        return rc;
    for (size_t i = 0; i < names.n; i++)
        listed = listed || !strcmp(names.name[i], job->name);
    ice_names_free(&names);
    return listed ? ICE_OK
                  : problem(job, e, rules(job)->missing_outcome,
                            "is missing from the catalog's list of tables", "");
}

static bool is_gzip(const struct str *s)
{
    return s->len >= 2 && !memcmp(s->p, "\x1f\x8b", 2);
}

/* The file's text, unpacked when it is gzip; false: it is damaged. */
static bool unpack(const struct ice_table_job *job, struct str *raw,
                   struct str *text)
{
    if (rules(job)->gzip && is_gzip(raw))
        return ice__gunzip(str_slice(raw), text);
    str_adds(text, str_slice(raw));
    return !text->failed;
}

/* Is what the file says what the catalog says? */
static int compare_file(struct ice_table_job *job, const cJSON *file,
                        const cJSON *result, struct ice_error *e)
{
    const cJSON *metadata = json_get(result, "metadata");

    if (ice__metadata_wrong(file))
        return problem(job, e, rules(job)->broken_outcome,
                       "has a metadata file that ", ice__metadata_wrong(file));
    if (!rules(job)->file_equals)
        return ICE_OK;
    if (!same_text(file, metadata, "table-uuid"))
        return problem(job, e, ICE_MISMATCH,
                       "has a metadata file of another table", "");
    if (!json_equal(json_get(file, "schemas"), json_get(metadata, "schemas")) ||
        !json_equal(json_get(file, "partition-specs"),
                    json_get(metadata, "partition-specs")))
        return problem(job, e, ICE_MISMATCH,
                       "has a metadata file that says otherwise than the "
                       "catalog",
                       "");
    return ICE_OK;
}

static int check_text(struct ice_table_job *job, struct str *raw,
                      const cJSON *result, struct ice_error *e)
{
    struct json_error where = {.line = 0};
    struct str text;
    cJSON *file = NULL;
    char at[160];
    int rc = ICE_OK;

    str_init(&text, job->c->limits.body_bytes);
    if (!unpack(job, raw, &text)) {
        rc = problem(job, e, rules(job)->broken_outcome,
                     "has a metadata file that cannot be unpacked", "");
        goto out;
    }
    file = json_parse(str_z(&text), text.len, &where);
    if (file) {
        rc = compare_file(job, file, result, e);
        goto out;
    }
    snprintf(at, sizeof(at), "%d:%d: %s", where.line, where.col, where.message);
    rc = problem(job, e, rules(job)->broken_outcome,
                 "has a metadata file that does not parse: ", at);
out:
    cJSON_Delete(file);
    str_fini(&text);
    return rc;
}

int ice__table_check_file(struct ice_table_job *job, const cJSON *result,
                          struct ice_error *e)
{
    const char *location = json_str(result, "metadata-location");
    struct ice_object_name name;
    struct str raw;
    int rc;

    if (!location)
        return problem(job, e, rules(job)->missing_outcome,
                       "has no metadata file: the catalog names none", "");
    if (!ice__store_name(location, &name))
        return problem(job, e, rules(job)->missing_outcome,
                       "has its metadata file in no S3 store: ", location);
    str_init(&raw, job->c->limits.body_bytes);
    rc = ice__store_get(job->c, &(struct ice_get){.uri = location}, &raw, e);
    if (rc == ICE_NOT_FOUND)
        rc = problem(job, e, rules(job)->missing_outcome,
                     "has no metadata file in the store: there is no ",
                     location);
    if (!rc && rules(job)->file_parses)
        rc = check_text(job, &raw, result, e);
    str_fini(&raw);
    return rc;
}

/* ---- all of it ---- */

static int check_depth(struct ice_table_job *job, const cJSON *result,
                       struct ice_error *e)
{
    int rc = ICE_OK;

    if (rules(job)->listed)
        rc = check_listed(job, e);
    if (!rc && rules(job)->file_exists)
        rc = ice__table_check_file(job, result, e);
    return rc;
}

/* What a load that did not find the table leads to. */
static int not_loaded(struct ice_table_job *job, enum ice_found found,
                      bool deep, struct ice_error *e)
{
    if (found == ICE_FOUND_ABSENT && deep)
        return problem(job, e, rules(job)->missing_outcome,
                       "is not there: the catalog answered its creation and "
                       "cannot load it",
                       "");
    return job->loaded_rc;
}

static int judge(struct ice_table_job *job, const cJSON *result, bool deep,
                 bool strict, struct ice_error *e)
{
    const struct ice_policy *p = job->c->policy;
    const cJSON *metadata = json_get(result, "metadata");
    struct ice_compare_rules by = strict ? ice__compare_created(p) : p->compare;
    int rc = compare(job, metadata, &by, "does not fit: ", e);

    if (!rc && strict && job->created)
        rc = compare_created(job, metadata, &by, e);
    if (!rc && deep)
        rc = check_depth(job, result, e);
    return rc;
}

int ice__table_verify(struct ice_table_job *job, bool deep, bool strict,
                      enum ice_found *found, struct ice_error *e)
{
    cJSON *result;
    int rc;

    *found = ICE_FOUND_PRESENT;
    if (deep && job->created && !rules(job)->loadable)
        return check_depth(job, job->created, e);
    if (!job->loaded)
        *found = ice__table_load(job, e);
    if (!job->loaded)
        return not_loaded(job, *found, deep, e);
    result = job->loaded;
    job->loaded = NULL;
    rc = judge(job, result, deep, strict, e);
    if (!rc && job->loaded_rc)
        rc = job->loaded_rc; /* a format version that is too new */
    cJSON_Delete(result);
    return rc;
}
