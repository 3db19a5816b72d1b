/* acl: see acl.h; and the four operations on lists. */
#include "mocks/s3/acl.h"

#include <string.h>

#include "mocks/s3/access.h"
#include "mocks/s3/collect.h"
#include "mocks/s3/xml.h"

#define GROUPS "http://acs.amazonaws.com/groups/"
#define ALL_USERS GROUPS "global/AllUsers"
#define AUTH_USERS GROUPS "global/AuthenticatedUsers"
#define LOG_GROUP GROUPS "s3/LogDelivery"
#define GRANT "AccessControlPolicy/AccessControlList/Grant"

enum { MAX_GRANTS = 100, MAX_LIST = 16 << 10 };

static const struct {
    const char *name;
    unsigned bits;
} permissions[] = {{"FULL_CONTROL", ACL_ALL},    {"READ", ACL_READ},
                   {"WRITE", ACL_WRITE},         {"READ_ACP", ACL_READ_ACP},
                   {"WRITE_ACP", ACL_WRITE_ACP}, {NULL, 0}};

static const struct {
    const char *uri, *kept;
} groups[] = {{ALL_USERS, "all"}, {AUTH_USERS, "auth"}, {LOG_GROUP, "log"}};

enum { N_GROUPS = sizeof(groups) / sizeof(groups[0]) };

/* ---- making a list ---- */

static void add_grant(struct str *out, const char *permission, const char *kind,
                      const char *who)
{
    if (out->len)
        str_addc(out, ' ');
    str_addf(out, "%s=%s%s", permission, kind, who);
}

static void add_owner(struct ask *c, struct str *out, unsigned owner)
{
    add_grant(out, "FULL_CONTROL", "id:", user_of(c->s, owner)->id);
}

static const char *finish(struct ask *c, struct str *out)
{
    const char *text = arena_strdup(c->a, str_z(out));

    str_fini(out);
    return text;
}

static unsigned user_by(const struct s3 *s, const char *id, const char *email)
{
    for (unsigned i = 0; i < s->o.users.n; i++) {
        const struct s3_user *u = user_of(s, i);

        if ((id && strcmp(u->id, id) == 0) ||
            (email && u->email && strcmp(u->email, email) == 0))
            return i;
    }
    return S3_NOBODY;
}

/* type: "id", "uri" or "emailAddress" */
static bool add_grantee(struct ask *c, struct str *out, const char *permission,
                        const char *type, const char *value)
{
    unsigned user;

    if (strcmp(type, "uri") == 0) {
        for (size_t i = 0; i < N_GROUPS; i++)
            if (strcmp(value, groups[i].uri) == 0) {
                add_grant(out, permission, groups[i].kept, "");
                return true;
            }
        return ask_bad_argument(c, "uri", value, "Invalid group uri");
    }
    if (strcmp(type, "emailAddress") == 0) {
        user = user_by(c->s, NULL, value);
        if (user == S3_NOBODY) {
            s3_error(c->x, "UnresolvableGrantByEmailAddress", NULL, NULL);
            return false;
        }
    } else {
        user = user_by(c->s, value, NULL);
        if (strcmp(type, "id") != 0 || user == S3_NOBODY)
            return ask_bad_argument(c, "CanonicalUser/ID", value, "Invalid id");
    }
    add_grant(out, permission, "id:", user_of(c->s, user)->id);
    return true;
}

/* ---- canned ---- */

struct canned {
    const char *name, *grants[2];
    bool to_bucket_owner; /* the first grant is the bucket's owner's */
    bool bucket, object;  /* where it may be used */
};

static const struct canned cans[] = {
    {"private", {NULL}, false, true, true},
    {"public-read", {"READ=all"}, false, true, true},
    {"public-read-write", {"READ=all", "WRITE=all"}, false, true, true},
    {"authenticated-read", {"READ=auth"}, false, true, true},
    {"aws-exec-read", {NULL}, false, true, true},
    {"bucket-owner-read", {"READ"}, true, false, true},
    {"bucket-owner-full-control", {"FULL_CONTROL"}, true, false, true},
    {"log-delivery-write", {"WRITE=log", "READ_ACP=log"}, false, true, false},
    {NULL, {NULL}, false, false, false}};

static void add_canned(struct ask *c, struct str *out, const struct canned *can,
                       unsigned owner)
{
    unsigned bucket_owner = c->bucket ? c->bucket->owner : owner;

    add_owner(c, out, owner);
    for (size_t i = 0; i < 2 && can->grants[i]; i++)
        if (!can->to_bucket_owner)
            str_addf(out, " %s", can->grants[i]);
        else if (bucket_owner != owner)
            add_grant(out, can->grants[i],
                      "id:", user_of(c->s, bucket_owner)->id);
}

static bool from_canned(struct ask *c, struct slice name, bool of_bucket,
                        unsigned owner, const char **acl)
{
    const struct canned *can = cans;
    struct str out;

    while (can->name && !(slice_eqz(name, can->name) &&
                          (of_bucket ? can->bucket : can->object)))
        can++;
    if (!can->name)
        return ask_bad_argument(c, "x-amz-acl", ask_text(c, name), NULL);
    str_init(&out, MAX_LIST);
    add_canned(c, &out, can, owner);
    *acl = finish(c, &out);
    return true;
}

/* ---- x-amz-grant-* ---- */

static const struct {
    const char *header, *permission;
} grant_headers[] = {{"x-amz-grant-read", "READ"},
                     {"x-amz-grant-write", "WRITE"},
                     {"x-amz-grant-read-acp", "READ_ACP"},
                     {"x-amz-grant-write-acp", "WRITE_ACP"},
                     {"x-amz-grant-full-control", "FULL_CONTROL"},
                     {NULL, NULL}};

/* id="...", uri="..." */
static bool add_grantees(struct ask *c, struct str *out, const char *permission,
                         struct slice list)
{
    while (list.len) {
        const char *comma = memchr(list.p, ',', list.len);
        size_t n = comma ? (size_t)(comma - list.p) : list.len;
        struct slice one = slice_trim((struct slice){list.p, n}), value;
        const char *eq = one.len ? memchr(one.p, '=', one.len) : NULL;

        list.p += comma ? n + 1 : n;
        list.len -= comma ? n + 1 : n;
        if (!eq)
            return ask_bad_argument(c, "x-amz-grant", ask_text(c, one),
                                    "Argument format not recognized");
        value = (struct slice){eq + 1, one.len - (size_t)(eq + 1 - one.p)};
        if (value.len >= 2 && value.p[0] == '"' &&
            value.p[value.len - 1] == '"')
            value = (struct slice){value.p + 1, value.len - 2};
        one.len = (size_t)(eq - one.p);
        if (!add_grantee(c, out, permission, ask_text(c, one),
                         ask_text(c, value)))
            return false;
    }
    return true;
}

bool acl_from_headers(struct ask *c, const struct http_header *list, size_t n,
                      bool of_bucket, unsigned owner, const char **acl)
{
    struct slice canned = field(list, n, "x-amz-acl"), v;
    struct str out;
    bool any = false, ok = true;

    *acl = NULL;
    if (c->s->profile->private_lists)
        return true; /* it does not look at them */
    if (!canned.p)
        canned = field(list, n, "acl"); /* as a form upload has it */
    str_init(&out, MAX_LIST);
    for (size_t i = 0; ok && grant_headers[i].header; i++) {
        v = field(list, n, grant_headers[i].header);
        any = any || v.p;
        ok = add_grantees(c, &out, grant_headers[i].permission, v);
    }
    if (ok && any && canned.p) {
        s3_error(c->x, "InvalidRequest",
                 "Specifying both Canned ACLs and Header Grants is not "
                 "allowed",
                 NULL);
        ok = false;
    }
    if (!ok || !any) {
        str_fini(&out);
        return ok &&
               (!canned.p || from_canned(c, canned, of_bucket, owner, acl));
    }
    *acl = finish(c, &out);
    return true;
}

/* ---- <AccessControlPolicy> ---- */

struct acl_reader {
    struct ask *c;
    unsigned owner;
    struct str out;
    const char *type, *value, *permission;
    size_t n;
    bool refused, list;
};

static bool is_permission(const char *name)
{
    for (size_t i = 0; permissions[i].name; i++)
        if (strcmp(name, permissions[i].name) == 0)
            return true;
    return false;
}

static bool end_grant(struct acl_reader *r)
{
    if (!r->type || !r->permission || !is_permission(r->permission) ||
        ++r->n > MAX_GRANTS)
        return false;
    r->refused = !add_grantee(r->c, &r->out, r->permission, r->type, r->value);
    r->type = r->permission = NULL;
    return !r->refused;
}

static bool check_owner(struct acl_reader *r, const char *id)
{
    if (strcmp(id, user_of(r->c->s, r->owner)->id) == 0)
        return true;
    r->refused = true;
    s3_error(r->c->x, "AccessDenied", NULL, NULL);
    return false;
}

static bool element(void *ctx, const char *path, struct slice text)
{
    static const struct {
        const char *path, *type;
    } grantees[] = {{GRANT "/Grantee/ID", "id"},
                    {GRANT "/Grantee/URI", "uri"},
                    {GRANT "/Grantee/EmailAddress", "emailAddress"}};
    struct acl_reader *r = ctx;
    const char *z = ask_text(r->c, slice_trim(text));

    for (size_t i = 0; i < 3; i++)
        if (strcmp(path, grantees[i].path) == 0) {
            r->type = grantees[i].type;
            r->value = z;
        }
    if (strcmp(path, GRANT "/Permission") == 0)
        r->permission = z;
    if (strcmp(path, GRANT) == 0)
        return end_grant(r);
    if (strcmp(path, "AccessControlPolicy/Owner/ID") == 0)
        return check_owner(r, z);
    if (strcmp(path, "AccessControlPolicy/AccessControlList") == 0)
        r->list = true;
    return strncmp(path, "AccessControlPolicy", 19) == 0;
}

bool acl_from_xml(struct ask *c, struct slice body, unsigned owner,
                  const char **acl)
{
    struct acl_reader r = {.c = c, .owner = owner};
    bool ok;

    str_init(&r.out, MAX_LIST);
    ok = xml_read(body, element, &r) && r.list && !r.out.failed;
    *acl = ok ? arena_strdup(c->a, str_z(&r.out)) : NULL;
    if (!ok && !r.refused)
        s3_error(c->x, "MalformedACLError", NULL, NULL);
    str_fini(&r.out);
    return ok;
}

/* ---- where "private" is all that a list can say ---- */

static bool first_permission(void *ctx, const char *path, struct slice text)
{
    const char **first = ctx;

    if (strcmp(path, GRANT "/Permission") == 0 && !*first)
        *first = slice_eqz(slice_trim(text), "FULL_CONTROL") ? "private" : "";
    return strncmp(path, "AccessControlPolicy", 19) == 0;
}

static bool stays_private(struct ask *c)
{
    const char *says = ask_headerz(c, "x-amz-acl");

    if (!says && !xml_read(c->body, first_permission, &says)) {
        s3_error(c->x, "MalformedXML", NULL, NULL);
        return false;
    }
    if (says && strcmp(says, "private") == 0)
        return true;
    s3_error(c->x, "NotImplemented",
             "A header you provided implies functionality that is not "
             "implemented ()",
             NULL);
    return false;
}

static void answer_private(struct ask *c)
{
    static const char list[] =
        "<AccessControlPolicy><Owner><ID></ID><DisplayName></DisplayName>"
        "</Owner><AccessControlList><Grant><Grantee xmlns:xsi=\"http://"
        "www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">"
        "<Type>CanonicalUser</Type></Grantee><Permission>FULL_CONTROL"
        "</Permission></Grant></AccessControlList></AccessControlPolicy>";

    str_reset(&c->s->text);
    str_addz(&c->s->text, list);
    s3_answer_text(c->x, 200);
    answer_set(&c->x->answer, c->a, "Content-Type",
               "text/plain; charset=utf-8");
}

/* ---- asking a list ---- */

struct grant {
    struct slice permission, who;
};

static bool next_grant(const char **at, struct grant *g)
{
    size_t n = strcspn(*at, " "), p = strcspn(*at, "=");

    if (!**at)
        return false;
    g->permission = (struct slice){*at, p};
    g->who = (struct slice){*at + p + 1, n - p - 1};
    *at += n + ((*at)[n] == ' ');
    return true;
}

static unsigned bits_of(struct slice permission)
{
    for (size_t i = 0; permissions[i].name; i++)
        if (slice_eqz(permission, permissions[i].name))
            return permissions[i].bits;
    return 0;
}

static bool is_meant(const struct s3 *s, struct slice who, unsigned user)
{
    if (slice_eqz(who, "all"))
        return true;
    if (user == S3_NOBODY)
        return false;
    if (slice_eqz(who, "auth"))
        return true;
    return slice_starts(who, "id:") &&
           slice_eqz((struct slice){who.p + 3, who.len - 3},
                     user_of(s, user)->id);
}

bool acl_grants(const struct s3 *s, const char *acl, unsigned user,
                unsigned permission)
{
    struct grant g;

    while (acl && next_grant(&acl, &g))
        if ((bits_of(g.permission) & permission) == permission &&
            is_meant(s, g.who, user))
            return true;
    return false;
}

bool acl_is_public(const char *acl)
{
    struct grant g;

    while (acl && next_grant(&acl, &g))
        if (slice_eqz(g.who, "all") || slice_eqz(g.who, "auth"))
            return true;
    return false;
}

/* ---- showing it ---- */

static void add_shown(struct ask *c, const struct grant *g)
{
    struct str *out = &c->s->text;
    bool user = slice_starts(g->who, "id:");
    unsigned who;

    xml_open(out, "Grant");
    str_addf(out,
             "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
             "xsi:type=\"%s\">",
             user ? "CanonicalUser" : "Group");
    for (size_t i = 0; i < N_GROUPS && !user; i++)
        if (slice_eqz(g->who, groups[i].kept))
            xml_textz(out, "URI", groups[i].uri);
    if (user) {
        who = user_by(c->s,
                      ask_text(c, (struct slice){g->who.p + 3, g->who.len - 3}),
                      NULL);
        xml_textz(out, "ID", user_of(c->s, who)->id);
        xml_textz(out, "DisplayName", user_of(c->s, who)->name);
    }
    xml_close(out, "Grantee");
    xml_text(out, "Permission", g->permission);
    xml_close(out, "Grant");
}

static void answer_list(struct ask *c, const char *acl, unsigned owner)
{
    struct str *out = &c->s->text, own;
    struct grant g;

    if (c->s->profile->private_lists) {
        answer_private(c);
        return;
    }
    str_init(&own, MAX_LIST);
    add_owner(c, &own, owner);
    if (!acl)
        acl = str_z(&own);
    str_reset(out);
    xml_begin(out, "AccessControlPolicy");
    user_xml(c->s, out, "Owner", owner);
    xml_open(out, "AccessControlList");
    while (next_grant(&acl, &g))
        add_shown(c, &g);
    str_addz(out, "</AccessControlList></AccessControlPolicy>");
    s3_answer_text(c->x, 200);
    str_fini(&own);
}

/* ---- operations ---- */

void s3_get_bucket_acl(struct ask *c)
{
    answer_list(c, c->bucket->document[DOCUMENT_ACL], c->bucket->owner);
}

void s3_get_object_acl(struct ask *c)
{
    struct s3_object *o = version_needed(c);

    if (!o)
        return;
    answer_list(c, object_header(o, ACL_KEPT), o->owner);
    if (!c->s->profile->private_lists)
        version_tell(c, o);
}

/* By headers, or by the body when there are none. *acl NULL: no change. */
static bool read_list(struct ask *c, bool of_bucket, unsigned owner,
                      const char **acl)
{
    *acl = NULL;
    if (c->s->profile->private_lists)
        return stays_private(c);
    if (!ask_body_intact(c, false) ||
        !acl_from_headers(c, c->r->headers, c->r->n_headers, of_bucket, owner,
                          acl))
        return false;
    if (!*acl && c->body.len == 0) {
        s3_error(c->x, "MissingSecurityHeader", NULL, "MissingHeaderName",
                 "x-amz-acl", NULL);
        return false;
    }
    if (!*acl && !acl_from_xml(c, c->body, owner, acl))
        return false;
    return acl_may_be_set(c, *acl);
}

void s3_put_bucket_acl(struct ask *c)
{
    const char *acl;

    if (!read_list(c, true, c->bucket->owner, &acl))
        return;
    s3_answer_empty(c->x, 200);
    if (acl)
        bucket_change(c, DOCUMENT_ACL, acl);
}

void s3_put_object_acl(struct ask *c)
{
    struct s3_object *o = version_needed(c);
    const char *acl;

    if (!o || !read_list(c, false, o->owner, &acl))
        return;
    s3_answer_empty(c->x, 200);
    version_tell(c, o);
    if (acl)
        object_change(c, o, ACL_KEPT, acl, "gave another access list to");
}
