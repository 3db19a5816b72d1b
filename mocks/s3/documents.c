/* documents: see documents.h. */
#include "mocks/s3/documents.h"

#include <stdio.h>
#include <string.h>

#include "mocks/s3/xml.h"

enum { MAX_DOCUMENT = 64 << 10 };

struct schema {
    enum s3_document which;
    const char *query, *root;
    const char *missing;      /* error when there is none; NULL: an empty one */
    const char *const *paths; /* below the root, "path" or "path=A|B" */
    bool (*ok)(struct ask *c, struct slice body);
    const char *empty; /* what the empty one holds, or NULL */
};

/* ---- schemas ---- */

static const char *const cors[] = {
    "CORSRule",
    "CORSRule/ID",
    "CORSRule/AllowedMethod=GET|PUT|POST|DELETE|HEAD",
    "CORSRule/AllowedOrigin",
    "CORSRule/AllowedHeader",
    "CORSRule/ExposeHeader",
    "CORSRule/MaxAgeSeconds",
    NULL};

static const char *const encryption[] = {
    "Rule",
    "Rule/BucketKeyEnabled=true|false",
    "Rule/ApplyServerSideEncryptionByDefault",
    "Rule/ApplyServerSideEncryptionByDefault/"
    "SSEAlgorithm=AES256|aws:kms|aws:kms:dsse",
    "Rule/ApplyServerSideEncryptionByDefault/KMSMasterKeyID",
    "Rule/BlockedEncryptionTypes",
    "Rule/BlockedEncryptionTypes/EncryptionType",
    NULL};

#define RULE "Rule/"
static const char *const lifecycle[] = {"Rule",
                                        RULE "ID",
                                        RULE "Prefix",
                                        RULE "Status=Enabled|Disabled",
                                        RULE "Filter",
                                        RULE "Filter/Prefix",
                                        RULE "Filter/Tag",
                                        RULE "Filter/Tag/Key",
                                        RULE "Filter/Tag/Value",
                                        RULE "Filter/ObjectSizeGreaterThan",
                                        RULE "Filter/ObjectSizeLessThan",
                                        RULE "Filter/And",
                                        RULE "Filter/And/Prefix",
                                        RULE "Filter/And/Tag",
                                        RULE "Filter/And/Tag/Key",
                                        RULE "Filter/And/Tag/Value",
                                        RULE "Filter/And/ObjectSizeGreaterThan",
                                        RULE "Filter/And/ObjectSizeLessThan",
                                        RULE "Expiration",
                                        RULE "Expiration/Date",
                                        RULE "Expiration/Days",
                                        RULE
                                        "Expiration/ExpiredObjectDeleteMarker="
                                        "true|false",
                                        RULE "Transition",
                                        RULE "Transition/Date",
                                        RULE "Transition/Days",
                                        RULE "Transition/StorageClass",
                                        RULE "NoncurrentVersionExpiration",
                                        RULE "NoncurrentVersionExpiration/"
                                             "NoncurrentDays",
                                        RULE "NoncurrentVersionExpiration/"
                                             "NewerNoncurrentVersions",
                                        RULE "NoncurrentVersionTransition",
                                        RULE "NoncurrentVersionTransition/"
                                             "NoncurrentDays",
                                        RULE "NoncurrentVersionTransition/"
                                             "NewerNoncurrentVersions",
                                        RULE "NoncurrentVersionTransition/"
                                             "StorageClass",
                                        RULE "AbortIncompleteMultipartUpload",
                                        RULE "AbortIncompleteMultipartUpload/"
                                             "DaysAfterInitiation",
                                        NULL};

static const char *const lock[] = {
    "ObjectLockEnabled=Enabled",
    "Rule",
    "Rule/DefaultRetention",
    "Rule/DefaultRetention/Mode=GOVERNANCE|COMPLIANCE",
    "Rule/DefaultRetention/Days",
    "Rule/DefaultRetention/Years",
    NULL};

static const char *const logging[] = {
    "LoggingEnabled",
    "LoggingEnabled/TargetBucket",
    "LoggingEnabled/TargetPrefix",
    "LoggingEnabled/TargetGrants",
    "LoggingEnabled/TargetGrants/Grant",
    "LoggingEnabled/TargetGrants/Grant/Grantee",
    "LoggingEnabled/TargetGrants/Grant/Grantee/ID",
    "LoggingEnabled/TargetGrants/Grant/Grantee/DisplayName",
    "LoggingEnabled/TargetGrants/Grant/Grantee/EmailAddress",
    "LoggingEnabled/TargetGrants/Grant/Grantee/URI",
    "LoggingEnabled/TargetGrants/Grant/Permission=FULL_CONTROL|READ|WRITE",
    "LoggingEnabled/TargetObjectKeyFormat",
    "LoggingEnabled/TargetObjectKeyFormat/SimplePrefix",
    "LoggingEnabled/TargetObjectKeyFormat/PartitionedPrefix",
    "LoggingEnabled/TargetObjectKeyFormat/PartitionedPrefix/"
    "PartitionDateSource=EventTime|DeliveryTime",
    NULL};

static const char *const payment[] = {"Payer=Requester|BucketOwner", NULL};

static const char *const accelerate[] = {"Status=Enabled|Suspended", NULL};

static const char *const ownership[] = {
    "Rule",
    "Rule/ObjectOwnership=BucketOwnerPreferred|ObjectWriter|"
    "BucketOwnerEnforced",
    NULL};

static const char *const public_access[] = {
    "BlockPublicAcls=true|false|True|False|TRUE|FALSE",
    "IgnorePublicAcls=true|false|True|False|TRUE|FALSE",
    "BlockPublicPolicy=true|false|True|False|TRUE|FALSE",
    "RestrictPublicBuckets=true|false|True|False|TRUE|FALSE", NULL};

static const struct schema schemas[] = {
    {DOCUMENT_ACCELERATE, "accelerate", "AccelerateConfiguration", NULL,
     accelerate, NULL, NULL},
    {DOCUMENT_CORS, "cors", "CORSConfiguration", "NoSuchCORSConfiguration",
     cors, cors_ok, NULL},
    {DOCUMENT_ENCRYPTION, "encryption", "ServerSideEncryptionConfiguration",
     "ServerSideEncryptionConfigurationNotFoundError", encryption,
     encryption_ok, NULL},
    {DOCUMENT_LIFECYCLE, "lifecycle", "LifecycleConfiguration",
     "NoSuchLifecycleConfiguration", lifecycle, lifecycle_ok, NULL},
    {DOCUMENT_LOCK, "object-lock", "ObjectLockConfiguration",
     "ObjectLockConfigurationNotFoundError", lock, lock_configuration_ok, NULL},
    {DOCUMENT_LOGGING, "logging", "BucketLoggingStatus", NULL, logging,
     logging_ok, NULL},
    {DOCUMENT_NOTIFICATION, "notification", "NotificationConfiguration", NULL,
     NULL, notification_ok, NULL},
    {DOCUMENT_OWNERSHIP, "ownershipControls", "OwnershipControls",
     "OwnershipControlsNotFoundError", ownership, ownership_ok, NULL},
    {DOCUMENT_PAYMENT, "requestPayment", "RequestPaymentConfiguration", NULL,
     payment, NULL, "<Payer>BucketOwner</Payer>"},
    {DOCUMENT_PUBLIC_ACCESS, "publicAccessBlock",
     "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration",
     public_access, NULL, NULL},
    {DOCUMENT_REPLICATION, "replication", "ReplicationConfiguration",
     "ReplicationConfigurationNotFoundError", NULL, replication_ok, NULL},
    {DOCUMENT_WEBSITE, "website", "WebsiteConfiguration",
     "NoSuchWebsiteConfiguration", NULL, NULL, NULL},
};

static const struct schema *schema_of(struct ask *c)
{
    size_t n = sizeof(schemas) / sizeof(schemas[0]);

    for (size_t i = 0; i < n; i++)
        if (ask_query(c, schemas[i].query))
            return &schemas[i];
    return NULL;
}

/* ---- reading by a schema ---- */

struct rewriting {
    const struct schema *schema;
    struct str *out;
    bool ids; /* a Rule of a lifecycle gets an ID when it has none */
    unsigned rules;
    bool id_seen;
    bool empty; /* nothing was written since the last element began */
};

/* "A" in "A|B"? */
static bool is_word(const char *words, struct slice text)
{
    while (*words) {
        size_t n = strcspn(words, "|");

        if (text.len == n && strncmp(words, text.p, n) == 0)
            return true;
        words += n + (words[n] == '|');
    }
    return false;
}

/* The schema's line for a path below the root; NULL: there is none. */
static const char *line_of(const struct schema *s, const char *path)
{
    for (size_t i = 0; s->paths[i]; i++) {
        size_t n = strcspn(s->paths[i], "=");

        if (strlen(path) == n && strncmp(s->paths[i], path, n) == 0)
            return s->paths[i];
    }
    return NULL;
}

/* The path below the root; "" for the root itself, NULL: another root. */
static const char *below(const struct schema *s, const char *path)
{
    size_t n = strlen(s->root);

    if (strncmp(path, s->root, n) != 0 || (path[n] && path[n] != '/'))
        return NULL;
    return path[n] ? path + n + 1 : "";
}

static const char *last_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool on_start(void *ctx, const char *path, struct slice text)
{
    struct rewriting *w = ctx;
    const char *rest = below(w->schema, path);

    (void)text;
    if (!rest || (*rest && w->schema->paths && !line_of(w->schema, rest)))
        return false;
    if (!*rest) {
        xml_begin(w->out, w->schema->root);
        return true;
    }
    xml_open(w->out, last_of(path));
    w->empty = true;
    if (strcmp(rest, "Rule") == 0)
        w->id_seen = false;
    return true;
}

static void add_id(struct rewriting *w)
{
    xml_textf(w->out, "ID", "rule-%u", ++w->rules);
}

static bool on_end(void *ctx, const char *path, struct slice text)
{
    struct rewriting *w = ctx;
    const char *rest = below(w->schema, path), *line = NULL;

    if (*rest && w->schema->paths)
        line = line_of(w->schema, rest);
    if (line && strchr(line, '=') && !is_word(strchr(line, '=') + 1, text))
        return false;
    if (strcmp(rest, "Rule/ID") == 0)
        w->id_seen = text.len > 0;
    if (w->ids && strcmp(rest, "Rule") == 0 && !w->id_seen)
        add_id(w);
    if (w->empty)
        xml_escape(w->out, text);
    w->empty = false;
    xml_close(w->out, last_of(path));
    return !w->out->failed;
}

/* The document written anew, in the arena; NULL: it is not by the schema. */
static const char *rewritten(struct ask *c, const struct schema *s)
{
    struct str out;
    struct rewriting w = {
        .schema = s, .out = &out, .ids = s->which == DOCUMENT_LIFECYCLE};
    const char *text = NULL;

    str_init(&out, MAX_DOCUMENT);
    if (xml_walk(c->body, on_start, on_end, &w))
        text = arena_strdup(c->a, str_z(&out));
    str_fini(&out);
    return text;
}

/* ---- further checks ---- */

static bool find_target(void *ctx, const char *path, struct slice text)
{
    struct ask *c = ctx;

    if (strcmp(path, "BucketLoggingStatus/LoggingEnabled/TargetBucket") == 0)
        c->data = (void *)(uintptr_t)ask_text(c, text);
    return true;
}

bool logging_ok(struct ask *c, struct slice body)
{
    const struct s3_bucket *target;

    c->data = NULL;
    xml_read(body, find_target, c);
    if (!c->data)
        return true; /* it is switched off */
    target = store_bucket(&c->s->store, slice_of(c->data), false);
    if (target && target->owner == c->bucket->owner)
        return true;
    s3_error(c->x, "InvalidTargetBucketForLogging",
             target ? "The owner for the bucket to be logged and the target "
                      "bucket must be the same."
                    : NULL,
             "TargetBucket", c->data, NULL);
    return false;
}

static bool names_none(void *ctx, const char *path, struct slice text)
{
    const char *name = strrchr(path, '/');

    (void)ctx;
    (void)text;
    return !name ||
           (strcmp(name, "/Queue") != 0 && strcmp(name, "/Topic") != 0 &&
            strcmp(name, "/CloudFunction") != 0);
}

/* A MinIO knows of no destination until its operator names some. */
bool notification_ok(struct ask *c, struct slice body)
{
    if (!c->s->profile->few_settings || xml_read(body, names_none, NULL))
        return true;
    return ask_bad_argument(c, "Destination", NULL,
                            "A specified destination ARN does not exist or is "
                            "not well-formed. Verify the destination ARN.");
}

bool replication_ok(struct ask *c, struct slice body)
{
    (void)body;
    if (c->bucket->versioning == VERSIONING_ON)
        return true;
    s3_error(c->x, "InvalidRequest",
             "Versioning must be 'Enabled' on the bucket to apply a "
             "replication configuration",
             NULL);
    return false;
}

/* ---- operations ---- */

/* Without its declaration where the profile has it so. */
static const char *as_told(const struct ask *c, const char *document)
{
    const char *end = strchr(document, '\n');

    return end && c->s->profile->bare_documents ? end + 1 : document;
}

void s3_get_document(struct ask *c)
{
    const struct schema *s = schema_of(c);
    const char *document = c->bucket->document[s->which];
    struct str *out = &c->s->text;

    if (!document && s->missing) {
        s3_error(c->x, s->missing, NULL, NULL);
        return;
    }
    str_reset(out);
    if (document) {
        str_addz(out, as_told(c, document));
    } else {
        xml_begin(out, s->root);
        str_addz(out, s->empty ? s->empty : "");
        xml_close(out, s->root);
    }
    s3_answer_text(c->x, 200);
}

/* MinIO reads these two with a reader of its own. */
static const char *malformed(const struct ask *c, const struct schema *s)
{
    bool own = s->which == DOCUMENT_LIFECYCLE || s->which == DOCUMENT_LOCK;

    return own && c->s->profile->few_settings ? "InvalidArgument"
                                              : "MalformedXML";
}

void s3_put_document(struct ask *c)
{
    const struct schema *s = schema_of(c);
    const char *document;

    if (!ask_body_intact(c, false))
        return;
    document = rewritten(c, s);
    if (!document) {
        s3_error(c->x, malformed(c, s), NULL, NULL);
        return;
    }
    if (s->ok && !s->ok(c, c->body))
        return;
    s3_answer_empty(c->x, 200);
    bucket_change(c, s->which, document);
}

void s3_delete_document(struct ask *c)
{
    s3_answer_empty(c->x, 204);
    bucket_change(c, schema_of(c)->which, NULL);
}
