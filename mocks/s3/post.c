/* post: PostObject, a browser's form upload.
 *
 * The form's policy says what the form may hold and until when; its signature
 * is HMAC-SHA1 with the secret itself (the second version, which forms still
 * use) or that of version 4. Without a policy nobody has signed.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/percent.h"
#include "mocks/s3/access.h"
#include "mocks/s3/acl.h"
#include "mocks/s3/collect.h"
#include "mocks/s3/form.h"
#include "mocks/s3/integrity.h"
#include "mocks/s3/tagging.h"
#include "mocks/s3/xml.h"

struct post {
    struct ask *c;
    struct form form;
    struct slice policy; /* as it came, base64 */
};

static struct slice field_of(const struct post *p, const char *name)
{
    return field(p->form.fields, p->form.n, name);
}

static bool wrong(struct post *p, const char *code, const char *message)
{
    s3_error(p->c->x, code, message, NULL);
    return false;
}

/* ---- the signature ---- */

static bool signed_by_sha1(struct post *p, const char *secret)
{
    const char *right = ask_hmac_sha1(p->c, secret, p->policy);
    struct slice sent = field_of(p, "signature");

    return sent.len == strlen(right) &&
           p->c->s->same_signature(right, sent.p, sent.len);
}

static bool signed_by_v4(struct post *p, const struct claim *k)
{
    struct slice sent = field_of(p, "x-amz-signature");
    char right[SHA256_HEX];

    if (!sigv4_is_signature(sent))
        return false;
    sigv4_sign(p->c->s->keys, &k->auth, k->secret, p->policy, right);
    return p->c->s->same_signature(right, sent.p, SHA256_HEX - 1);
}

static bool no_credential(struct post *p, const char *what)
{
    return wrong(p, "AuthorizationQueryParametersError",
                 arena_printf(p->c->a,
                              "Error parsing the X-Amz-Credential parameter; "
                              "%s",
                              what));
}

static bool read_credential(struct post *p, struct claim *k)
{
    const char *region = p->c->s->o.region;

    if (sigv4_credential(field_of(p, "x-amz-credential"), &k->auth))
        return no_credential(p, "the Credential is mal-formed; expecting "
                                "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/"
                                "aws4_request\".");
    if (!slice_eqz(k->auth.service, "s3"))
        return no_credential(p, "incorrect service. This endpoint belongs to "
                                "\"s3\".");
    if (!*region || slice_eqz(k->auth.region, region))
        return true;
    return no_credential(p, arena_printf(p->c->a,
                                         "the region '" SLICE_FMT
                                         "' is wrong; expecting '%s'",
                                         SLICE_ARG(k->auth.region), region));
}

static bool who_signed(struct post *p, struct claim *k, bool *fourth)
{
    bool second = field_of(p, "signature").p || field_of(p, "AWSAccessKeyId").p;

    *fourth =
        field_of(p, "x-amz-signature").p || field_of(p, "x-amz-credential").p;
    if (*fourth || (!second && p->c->s->profile->forms_are_signed))
        return read_credential(p, k);
    k->auth.access_key = field_of(p, "AWSAccessKeyId");
    return (k->auth.access_key.len && field_of(p, "signature").p) ||
           wrong(p, "InvalidArgument",
                 "Bucket POST must contain a field named 'signature' and one "
                 "named 'AWSAccessKeyId'");
}

static bool has_right_token(struct post *p)
{
    struct slice v = field_of(p, "x-amz-security-token");
    const char *token = v.p ? ask_text(p->c, v) : NULL;
    const char *code = session_refusal(p->c->s, p->c->session, token);

    return !code || wrong(p, code, NULL);
}

static bool is_signed(struct post *p)
{
    struct claim k = {.c = p->c, .auth = {.in_query = true}};
    bool fourth;

    p->policy = field_of(p, "policy");
    if (!p->policy.p && !p->c->s->profile->forms_are_signed)
        return true; /* nobody signed; the bucket may be open */
    if (!who_signed(p, &k, &fourth) || !claim_known_user(&k) ||
        !has_right_token(p))
        return false;
    return (fourth ? signed_by_v4(p, &k) : signed_by_sha1(p, k.secret)) ||
           wrong(p, "SignatureDoesNotMatch", NULL);
}

/* ---- the policy ---- */

struct check { /* of one form against its policy */
    struct post *p;
    bool covered[FORM_FIELDS];
};

static bool not_by_policy(struct post *p, const char *what)
{
    return wrong(p, "AccessDenied",
                 arena_printf(p->c->a,
                              "Invalid according to Policy: Policy Condition "
                              "failed: %s",
                              what));
}

static bool no_document(struct post *p, const char *what)
{
    return wrong(p, "InvalidPolicyDocument",
                 arena_printf(p->c->a, "Invalid Policy: %s.", what));
}

/* The field's value; "bucket" is what the request names. */
static struct slice subject(struct check *k, const char *name)
{
    struct form *f = &k->p->form;

    if (strcasecmp(name, "bucket") == 0)
        return k->p->c->bucket_name;
    for (size_t i = 0; i < f->n; i++)
        if (slice_ieqz(f->fields[i].name, name)) {
            k->covered[i] = true;
            return slice_ieqz(f->fields[i].name, "key") ? k->p->c->key
                                                        : f->fields[i].value;
        }
    return (struct slice){NULL, 0};
}

static bool holds(struct check *k, const char *name, const char *value,
                  bool begins)
{
    struct slice is = subject(k, name);

    if (!is.p && !(begins && !*value))
        return not_by_policy(k->p, name);
    if (strcasecmp(name, "bucket") == 0)
        for (size_t i = 0; i < k->p->form.n; i++)
            if (slice_ieqz(k->p->form.fields[i].name, "bucket"))
                k->covered[i] = true;
    return (begins ? slice_starts(is, value) : slice_eqz(is, value)) ||
           not_by_policy(k->p, name);
}

static bool length_holds(struct check *k, const cJSON *low, const cJSON *high)
{
    size_t size = k->p->form.file.len;
    int64_t least, most;

    if (!json_int64(low, &least) || !json_int64(high, &most) || least < 0 ||
        most < 0)
        return no_document(k->p, "content-length-range is not two numbers");
    if ((int64_t)size > most)
        return wrong(k->p, "EntityTooLarge", NULL);
    return (int64_t)size >= least || wrong(k->p, "EntityTooSmall", NULL);
}

static bool list_holds(struct check *k, const cJSON *list)
{
    const cJSON *a = list->child, *b = a ? a->next : NULL;
    const cJSON *v = b ? b->next : NULL;
    const char *kind = a && cJSON_IsString(a) ? a->valuestring : "";

    if (!v || v->next)
        return no_document(k->p, "a condition has not three elements");
    if (strcasecmp(kind, "content-length-range") == 0)
        return length_holds(k, b, v);
    if (!cJSON_IsString(b) || b->valuestring[0] != '$' || !cJSON_IsString(v))
        return no_document(k->p, "a condition does not name a field");
    if (strcasecmp(kind, "eq") == 0)
        return holds(k, b->valuestring + 1, v->valuestring, false);
    if (strcasecmp(kind, "starts-with") == 0)
        return holds(k, b->valuestring + 1, v->valuestring, true);
    return no_document(k->p, "a condition is of no known kind");
}

static bool condition_holds(struct check *k, const cJSON *one)
{
    const cJSON *member = one->child;

    if (cJSON_IsArray(one))
        return list_holds(k, one);
    if (!cJSON_IsObject(one) || !member || member->next ||
        !cJSON_IsString(member))
        return no_document(k->p, "a condition is neither pair nor list");
    return holds(k, member->string, member->valuestring, false);
}

static bool may_go_uncovered(struct slice name)
{
    static const char *const names[] = {
        "policy",         "signature", "x-amz-signature",
        "AWSAccessKeyId", "file",      NULL};

    if (name.len >= 9 && strncasecmp(name.p, "x-ignore-", 9) == 0)
        return true;
    if (name.len >= 15 && strncasecmp(name.p, "x-amz-checksum-", 15) == 0)
        return true;
    for (size_t i = 0; names[i]; i++)
        if (slice_ieqz(name, names[i]))
            return true;
    return false;
}

static bool all_covered(struct check *k)
{
    struct form *f = &k->p->form;

    for (size_t i = 0; i < f->n; i++)
        if (!k->covered[i] && !may_go_uncovered(f->fields[i].name))
            return wrong(k->p, "AccessDenied",
                         arena_printf(k->p->c->a,
                                      "Invalid according to Policy: Extra "
                                      "input fields: " SLICE_FMT,
                                      SLICE_ARG(f->fields[i].name)));
    return true;
}

static bool is_in_time(struct post *p, const cJSON *tree)
{
    const char *text = json_str(tree, "expiration");
    int64_t ms = text ? date_parse_iso(text, strlen(text)) : -1;

    if (!text)
        return no_document(p, "Policy missing expiration");
    if (ms < 0)
        return no_document(p, "Invalid 'expiration' value");
    return ms > ask_now_ms(p->c) ||
           wrong(p, "AccessDenied",
                 "Invalid according to Policy: Policy expired.");
}

static bool tree_holds(struct post *p, const cJSON *tree)
{
    struct check k = {.p = p};
    const cJSON *list = json_get(tree, "conditions"), *one;

    if (!cJSON_IsObject(tree))
        return no_document(p, "Invalid JSON");
    if (!is_in_time(p, tree))
        return false;
    if (!cJSON_IsArray(list))
        return no_document(p, "Policy missing conditions");
    cJSON_ArrayForEach(one, list)
    {
        if (!condition_holds(&k, one))
            return false;
    }
    return all_covered(&k);
}

static bool policy_holds(struct post *p)
{
    enum { MOST = 64 << 10 };
    struct str text;
    cJSON *tree;
    bool ok;

    if (!p->policy.p)
        return true;
    str_init(&text, MOST);
    if (!base64_decode(&text, p->policy) || text.failed)
        str_reset(&text);
    tree = json_parse(str_z(&text), text.len, NULL);
    ok = tree_holds(p, tree);
    cJSON_Delete(tree);
    str_fini(&text);
    return ok;
}

/* ---- the object ---- */

/* "${filename}" stands for the file's own name. */
static bool read_key(struct post *p)
{
    static const char mark[] = "${filename}";
    struct slice v = field_of(p, "key"), name = p->form.file_name;
    const char *at = v.len ? memmem(v.p, v.len, mark, sizeof(mark) - 1) : NULL;
    struct ask *c = p->c;
    const char *key;

    if (!v.len)
        return wrong(p, "InvalidArgument",
                     "Bucket POST must contain a field named 'key'.  If it is "
                     "specified, please check the order of the fields.");
    key = ask_text(c, v);
    if (at)
        key =
            arena_printf(c->a, "%.*s" SLICE_FMT "%s", (int)(at - v.p), key,
                         SLICE_ARG(name), key + (at - v.p) + sizeof(mark) - 1);
    c->key = slice_of(key);
    if (c->key.len && c->key.len <= S3_MAX_KEY)
        return true;
    return wrong(p, "KeyTooLongError", NULL);
}

static bool collect_form(struct post *p, struct str *out)
{
    const struct http_header *list = p->form.fields;
    size_t n = p->form.n;
    struct ask *c = p->c;
    struct slice tagging = field_of(p, "tagging");
    const char *tags;

    if (!collect_metadata(c, list, n, out) || !collect_rest(c, list, n, out))
        return false;
    if (!tagging.len)
        return true;
    tags = tags_from_xml(c, tagging, MAX_OBJECT_TAGS);
    if (tags && *tags)
        headers_add(out, TAGS_KEPT, slice_of(tags));
    return tags != NULL;
}

/* Of the object, in path style. */
static const char *location_of(struct post *p)
{
    struct ask *c = p->c;
    const char *text;
    struct str url;

    str_init(&url, 16 << 10);
    str_addz(&url, c->x->tls ? "https://" : "http://");
    str_adds(&url, ask_header(c, "host"));
    str_addf(&url, "/%s/", c->bucket_name.p);
    percent_encode(&url, c->key, "/");
    text = arena_strdup(c->a, str_z(&url));
    str_fini(&url);
    return text;
}

static void answer_created(struct post *p, const struct s3_object *o)
{
    struct ask *c = p->c;
    struct str *out = &c->s->text;

    str_reset(out);
    str_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>");
    xml_textz(out, "Location", location_of(p));
    xml_textz(out, "Bucket", c->bucket_name.p);
    xml_textz(out, "Key", c->key.p);
    xml_textz(out, "ETag", s3_etag(c->x, o));
    str_addz(out, "</PostResponse>");
    s3_answer_text(c->x, 201);
}

static void answer_redirect(struct post *p, struct slice to,
                            const struct s3_object *o)
{
    struct ask *c = p->c;
    char etag[ETAG_SIZE];
    struct str url;

    object_etag(o, etag);
    str_init(&url, 16 << 10);
    str_adds(&url, to);
    str_addc(&url, memchr(to.p, '?', to.len) ? '&' : '?');
    str_addz(&url, "bucket=");
    percent_encode(&url, c->bucket_name, "");
    str_addz(&url, "&key=");
    percent_encode(&url, c->key, "");
    str_addf(&url, "&etag=%%22%s%%22", etag);
    s3_answer_empty(c->x, 303);
    answer_header(&c->x->answer, c->a, "Location", "%s", str_z(&url));
    str_fini(&url);
}

static void answer(struct post *p, const struct s3_object *o)
{
    struct slice to = field_of(p, "success_action_redirect");
    struct slice status = field_of(p, "success_action_status");

    if (to.len)
        answer_redirect(p, to, o);
    else if (slice_eqz(status, "201"))
        answer_created(p, o);
    else
        s3_answer_empty(p->c->x, slice_eqz(status, "200") ? 200 : 204);
    answer_set(&p->c->x->answer, p->c->a, "ETag", "%s", s3_etag(p->c->x, o));
    if (!to.len)
        answer_set(&p->c->x->answer, p->c->a, "Location", "%s", location_of(p));
    version_tell_new(p->c, o);
}

static void store(struct post *p)
{
    struct ask *c = p->c;
    struct checksum k;
    struct str headers;
    struct s3_object *o;

    c->x->names.key = c->key.p;
    c->trailers = p->form.fields; /* checksums are read there */
    c->n_trailers = p->form.n;
    c->body = p->form.file;
    if (!checksum_proved(c, &k) || !ask_has_room(c, c->body.len))
        return;
    str_init(&headers, HEADERS_MAX);
    if (collect_form(p, &headers)) {
        checksum_by_default(c, c->body, &k);
        checksum_keep(c, &headers, &k);
        o = object_made(c, body_of(&c->s->store.memory, c->body),
                        str_slice(&headers));
        answer(p, o);
        checksum_tell(c, &k, true);
        object_put(c, o);
    }
    str_fini(&headers);
}

void s3_post_object(struct ask *c)
{
    struct post *p = arena_alloc(c->a, sizeof(*p));

    p->c = c;
    if (!form_read(ask_header(c, "content-type"), c->r->body, &p->form)) {
        s3_error(c->x, "MalformedPOSTRequest", NULL, NULL);
        return;
    }
    if (!p->form.file.p) {
        wrong(p, "InvalidArgument",
              "POST requires exactly one file upload per "
              "request.");
        return;
    }
    if (!read_key(p) || !is_signed(p) || !policy_holds(p))
        return;
    if (!access_may(c, c->bucket, c->key, NULL, "s3:PutObject",
                    MAY_WRITE_BUCKET)) {
        s3_error(c->x, "AccessDenied", NULL, NULL);
        return;
    }
    store(p);
}
