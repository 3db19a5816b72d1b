/* docs/S3.md, written from the tables that the mock S3 works by. */
#include <string.h>

#include "base/markdown.h"
#include "mocks/s3/checksum.h"
#include "mocks/s3/differences.h"
#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

static const char opening[] =
    "# The mock S3\n\n"
    "This file is written from the tables in `mocks/s3/`; edit those.\n\n"
    "The mock S3 keeps its objects in memory and speaks S3's protocol with the "
    "manners of one of two profiles: `minio` (the last public MinIO, the "
    "default) or `aws`. Signatures are really verified, checksums really "
    "compared, and what it does not do it refuses. Buckets are named in the "
    "path, or in Host before one of the option `domains`; signatures are "
    "checked over the path as it came.\n\n";

static const char *yes(bool is)
{
    return is ? "yes" : "";
}

/* ---- operations ---- */

static void add_operations(struct str *out)
{
    str_addz(out,
             "## Operations\n\n"
             "`action` is what policies call it. `obeyed` are the headers and "
             "query parameters that do what they say; others are ignored, but "
             "those that would change what a request means (another "
             "subresource, an unknown encryption) are refused.\n\n"
             "| operation | request | action | obeyed | |\n"
             "|---|---|---|---|---|\n");
    for (size_t i = 0; s3_operations[i].name; i++) {
        const struct operation *op = &s3_operations[i];

        str_addf(out, "| `%s` | `%s %s` | %s | ", op->name, op->method,
                 op->route, s3_rows[i].action);
        markdown_cell(out, s3_honoured(op->name));
        str_addz(out, " | ");
        markdown_cell(out, op->doc);
        if (s3_rows[i].needs & NEEDS_SETTINGS)
            str_addz(out, " (not in minio)");
        str_addz(out, " |\n");
    }
    str_addz(out,
             "\nEverywhere: x-amz-expected-bucket-owner. Another method on one "
             "of these paths is 405 with `Allow`; a subresource that has no "
             "row here is 501 `NotImplemented`. HEAD errors have no body.\n\n");
}

/* ---- authentication ---- */

static void add_framings(struct str *out)
{
    str_addz(out, "| x-amz-content-sha256 | in frames | each signed | trailer "
                  "|\n|---|---|---|---|\n"
                  "| 64 hexadecimal digits |  |  |  |\n");
    for (const struct framing *f = payload_framings; f->name; f++)
        markdown_row(out, f->name, yes(f->frames), yes(f->signs),
                     yes(f->trailer));
    str_addc(out, '\n');
}

static void add_authentication(struct str *out)
{
    str_addz(out,
             "## Who may come in\n\n"
             "Signature Version 4 in the Authorization header, in the query "
             "(presigned, up to a week), and in forms. What it covers of the "
             "body:\n\n");
    add_framings(out);
    str_addf(out,
             "Requests must be of the last and next %d minutes by the mock's "
             "clock, of its region, and sign `host` and every `x-amz-*` header "
             "they have. Signature Version 2 works where the profile "
             "has it. Unsigned requests have what "
             "policies and access lists give to everybody; the option "
             "`anonymous` gives them everything.\n\n"
             "Users come from the options (`serve --user KEY:SECRET`), with "
             "all rights, or `read_only`, or to the places of `only`: a "
             "bucket, or bucket and prefix. A prefix reaches the keys below "
             "it, listings that ask for no more, and whether and where its "
             "bucket is; a DeleteObjects is refused key by key, a copy needs "
             "both ends.\n\n"
             "### Sessions\n\n"
             "Temporary keys come from `AssumeRole`, from the catalog, which "
             "vends them with its tables for these tables' places, and from "
             "the option `sessions`. They end by the mock's clock, or when "
             "the fault `expire-sessions` says so; a session policy narrows "
             "them. At most %d are kept.\n\n"
             "| | minio | aws |\n|---|---|---|\n"
             "| the session has expired | 403 InvalidAccessKeyId | 400 "
             "ExpiredToken |\n"
             "| its key without its token | 403 InvalidTokenId | 403 %s |\n"
             "| another token | 403 InvalidTokenId | 400 InvalidToken |\n\n"
             "Errors of `AssumeRole` come in STS's envelope:\n\n",
             S3_MAX_SKEW_MS / 60000, S3_MAX_SESSIONS,
             s3_profiles[1].tokenless_session);
    sts_document(out);
}

/* ---- integrity ---- */

static void add_checksums(struct str *out)
{
    str_addz(out,
             "## Checksums\n\n"
             "Content-MD5 and the following, in a header or in a trailer, are "
             "compared with the body before anything is stored. `composite` "
             "is over the parts' own, `full` over the whole object.\n\n"
             "| name | header | composite | full |\n|---|---|---|---|\n");
    for (int i = CHECKSUM_NONE + 1; i < CHECKSUM_KINDS; i++)
        markdown_row(out, checksums[i].name, checksums[i].header,
                     yes(checksums[i].composite), yes(checksums[i].full));
    str_addz(out, "\nThe ETag is the body's MD5, that of an upload in parts "
                  "the MD5 of the parts' MD5s with `-` and their number.\n\n");
}

/* ---- options, profiles, limits ---- */

static void add_fields(struct str *out, const struct spec_field *fields,
                       const char *before)
{
    char name[80];

    for (const struct spec_field *f = fields; f->name; f++) {
        snprintf(name, sizeof(name), "%s%s", before, f->name);
        markdown_row(out, name, f->doc);
        if (!f->fields)
            continue;
        snprintf(name, sizeof(name), "%s%s.", before, f->name);
        add_fields(out, f->fields, name);
    }
}

static void add_options(struct str *out)
{
    str_addz(out, "## Options\n\n"
                  "Under `world.s3` of a scenario, and as JSON for `icefault "
                  "serve --s3-options`.\n\n| option | |\n|---|---|\n");
    add_fields(out, s3_option_fields, "");
    str_addc(out, '\n');
}

static bool rule_holds(const struct s3_profile *p,
                       const struct s3_profile_rule *r)
{
    return *(const bool *)((const char *)p + r->offset);
}

static void add_profiles(struct str *out)
{
    str_addz(out, "## Profiles\n\n| | minio | aws |\n|---|---|---|\n");
    for (const struct s3_profile_rule *r = s3_profile_rules; r->doc; r++)
        markdown_row(out, r->doc, yes(rule_holds(&s3_profiles[0], r)),
                     yes(rule_holds(&s3_profiles[1], r)));
    for (int i = 0; i < 2; i++) {
        str_addf(out,
                 "\nHeaders of every answer in `%s`:", s3_profiles[i].name);
        for (const struct http_header *h = s3_profiles[i].headers; h->name.p;
             h++)
            str_addf(out, " `" SLICE_FMT ": " SLICE_FMT "`", SLICE_ARG(h->name),
                     SLICE_ARG(h->value));
        if (s3_profiles[i].busy_retry_after_s)
            str_addf(out, "; on 429 and 503 `Retry-After: %d`",
                     s3_profiles[i].busy_retry_after_s);
        str_addz(out, ".\n");
    }
    str_addc(out, '\n');
}

static void add_limits(struct str *out)
{
    const struct {
        const char *what;
        long long most;
    } limits[] = {
        {"bytes of a key", S3_MAX_KEY},
        {"bytes of user metadata", S3_MAX_METADATA},
        {"keys of a DeleteObjects", S3_MAX_DELETE},
        {"parts of an upload", S3_MAX_PARTS},
        {"entries of a page", S3_MAX_PAGE},
        {"buckets", S3_MAX_BUCKETS},
        {"sessions", S3_MAX_SESSIONS},
        {"places of a user or session", S3_MAX_PLACES},
        {"bytes of a request's body", http1_default_limits.body_bytes},
        {"bytes of a request's head",
         (long long)http1_default_limits.head_bytes},
        {"bytes of a request's target",
         (long long)http1_default_limits.target_bytes},
        {"headers of a request", (long long)http1_default_limits.headers},
    };

    str_addz(out, "## Limits\n\n| at most | |\n|---|---|\n");
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        str_addf(out, "| %lld | %s |\n", limits[i].most, limits[i].what);
    str_addz(
        out,
        "\nBuckets, versions, parts, uploads, tags, documents and "
        "sessions all count for the option `memory`; what would go "
        "beyond it is refused with XMinioStorageFull (aws: "
        "InsufficientStorage), 507, and changes nothing; bodies of requests "
        "under way do not count. XML is read "
        "without document types and entities, with limits on depth, text "
        "and number of elements.\n\n");
}

/* ---- errors ---- */

static const struct s3_override *override_of(const struct s3_profile *p,
                                             const char *code)
{
    const struct s3_override *o = p->overrides;

    while (o->code && strcmp(o->code, code) != 0)
        o++;
    return o->code ? o : NULL;
}

static void add_form(struct str *out, const struct s3_profile *p,
                     const struct service_error *e)
{
    const struct s3_override *o = override_of(p, e->name);

    if (o)
        str_addf(out, " %d %s |", o->status, o->as);
    else
        str_addf(out, " %d |", e->status);
}

static void add_errors(struct str *out)
{
    str_addz(out, "## Errors\n\n"
                  "Those that a profile calls otherwise have its own name "
                  "behind the status.\n\n"
                  "| code | minio | aws |\n|---|---|---|\n");
    for (const struct service_error *e = s3_errors; e->name; e++) {
        str_addf(out, "| %s |", e->name);
        add_form(out, &s3_profiles[0], e);
        add_form(out, &s3_profiles[1], e);
        str_addc(out, '\n');
    }
    str_addz(out, "\nAll have Resource, RequestId and HostId; "
                  "SignatureDoesNotMatch has the canonical request and the "
                  "string to sign as the mock computed them.\n\n");
}

static void add_differences(struct str *out)
{
    str_addz(out,
             "## Known differences\n\n"
             "`make check-minio` sends a real MinIO and the mock the same "
             "requests, `make check-s3tests` runs the public S3 tests.\n\n"
             "| from | the real one | here | because |\n|---|---|---|---|\n");
    for (const struct s3_difference *d = s3_differences; d->id; d++)
        markdown_row(out, d->from, d->theirs, d->ours, d->why);
}

void s3_document(struct str *out)
{
    str_addz(out, opening);
    add_operations(out);
    add_authentication(out);
    add_checksums(out);
    add_options(out);
    add_profiles(out);
    add_limits(out);
    add_errors(out);
    add_differences(out);
}
