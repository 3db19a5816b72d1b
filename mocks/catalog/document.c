/* docs/CATALOG.md, written from the tables that the catalog works by. */
#include <string.h>

#include "base/markdown.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/differences.h"
#include "mocks/catalog/inside.h"

static const char opening[] =
    "# The mock REST catalog\n\n"
    "This file is written from the tables in `mocks/catalog/`; edit those.\n\n"
    "The catalog speaks the whole Apache Iceberg REST protocol except scan "
    "planning and functions, with real commit semantics: requirements and "
    "updates are checked on one base, metadata files are really written, and "
    "a change is published at once and wholly, or not at all. What it does not "
    "serve it does not advertise.\n\n";

static const char *yes(bool is)
{
    return is ? "yes" : "";
}

/* ---- endpoints ---- */

static void add_endpoints(struct str *out)
{
    str_addz(out,
             "## Endpoints\n\n"
             "All but the first two are advertised by `GET /v1/config`; "
             "`loadCredentials` and `signRequest` only where there is a store "
             "to be had. `key`: takes `Idempotency-Key`, where the option "
             "`idempotency` is set: the first answer is given again for as "
             "long as it says, successes and those client errors that would "
             "come again.\n\n"
             "| operation | request | key | |\n|---|---|---|---|\n");
    for (const struct operation *op = catalog_operations; op->name; op++) {
        str_addf(out, "| `%s` | `%s %s` | %s | ", op->name, op->method,
                 op->route, yes(op->writes));
        markdown_cell(out, op->doc);
        str_addz(out, " |\n");
    }
    str_addz(out,
             "\nAnother method on one of these paths is 400 (`No route for "
             "request`) if some operation has it, else 405 with `Allow`; "
             "`OPTIONS` is answered. Everything else is 400 in the error "
             "model. Lists come whole unless `pageToken` is sent (empty: the "
             "first page) or the option `page_size` is set; tokens are opaque "
             "and stay good while names come and go. Bodies may be gzipped "
             "both ways. `loadTable` knows `snapshots=refs`, "
             "`If-None-Match` and 304, in either content coding.\n\n");
}

/* ---- commits ---- */

static void add_requirements(struct str *out)
{
    str_addz(out,
             "## Requirements\n\n"
             "All are checked before anything is done; one that does not hold "
             "is 409 `CommitFailedException`, an unknown one 400.\n\n"
             "| type | of | what must hold |\n|---|---|---|\n");
    for (const struct commit_requirement *r = commit_requirements; r->type; r++)
        markdown_row(out, r->type, r->kind == VERSION_VIEW ? "views" : "tables",
                     r->doc);
    str_addc(out, '\n');
}

static void add_updates(struct str *out)
{
    str_addz(out,
             "## Updates\n\n"
             "They are applied in their order to a copy; the first that cannot "
             "be is the answer (400, or 409 where a new try on a new base can "
             "help), and nothing has happened. One that tables or views do not "
             "have is 406, an unknown one 400.\n\n"
             "| action | tables | views | |\n|---|---|---|---|\n");
    for (size_t i = 0; commit_updates[i]; i++)
        for (const struct commit_update *u = commit_updates[i]; u->action; u++)
            markdown_row(out, u->action, yes(u->table != NULL),
                         yes(u->view != NULL), u->doc);
    str_addz(
        out,
        "\nAfterwards, for tables: the default spec and order must bind to the "
        "current schema; snapshots that were current only in between leave no "
        "log; logs must be in order to within a minute; `last-updated-ms` "
        "never goes back; the file before joins the metadata log, which keeps "
        "`write.metadata.previous-versions-max`, and what falls out of it is "
        "deleted with `write.metadata.delete-after-commit.enabled`. For views: "
        "no dialect may be lost unless `replace.drop-dialect.allowed`; "
        "`version.history.num-entries` versions stay, the current one and new "
        "ones always. A commit that changes nothing writes nothing. Format "
        "versions 1, 2 and 3 of tables and 1 of views are read and written; "
        "64-bit integers are exact; fields of a registered file that nobody "
        "knows stay.\n\n");
}

/* ---- options, profiles, errors ---- */

static void add_options(struct str *out)
{
    str_addz(out, "## Options\n\n"
                  "Under `world.catalog` of a scenario, and as JSON for "
                  "`icefault serve --catalog-options`.\n\n"
                  "| option | |\n|---|---|\n");
    for (const struct spec_field *f = catalog_option_fields; f->name; f++)
        markdown_row(out, f->name, f->doc);
    str_addz(out, "\n### Profiles\n\n| profile | |\n|---|---|\n");
    for (int i = 0; profile_words[i]; i++)
        markdown_row(out, profile_words[i], profile_at(i)->doc);
    str_addc(out, '\n');
}

/* "503 `ServiceUnavailableException`", "200, plain text". */
static void add_telling(struct str *out, const struct profile_error *e)
{
    static const char *const forms[] = {
        [FORM_MODEL] = "",
        [FORM_PAGE] = ", a servlet container's page",
        [FORM_TEXT] = ", the message as plain text",
        [FORM_BARE] = ", no body",
        [FORM_UNDER_200] = " but for its status, which is 200"};
    if (e->status)
        str_addf(out, "%d", e->status);
    else
        str_addz(out, "as usual");
    if (e->as)
        str_addf(out, " `%s`", e->as);
    str_addz(out, forms[e->form]);
    if (e->code)
        str_addf(out, ", code %d in the body", e->code);
}

/* What a profile changes, error by error. */
static void add_tellings(struct str *out)
{
    str_addz(out,
             "What they tell otherwise; a fault that names an error without a "
             "status is told so as well:\n\n"
             "| profile | error | told as |\n|---|---|---|\n");
    for (int i = 0; profile_words[i]; i++) {
        const struct profile *p = profile_at(i);
        for (const struct profile_error *e = p->errors; e->type; e++) {
            str_addf(out, "| %s | %s | ", p->name,
                     strcmp(e->type, "*") == 0 ? "any" : e->type);
            add_telling(out, e);
            str_addz(out, " |\n");
        }
    }
    str_addc(out, '\n');
}

static void add_errors(struct str *out)
{
    str_addz(out, "## Errors\n\n| type | status |\n|---|---|\n");
    for (const struct service_error *e = catalog_errors; e->name; e++)
        str_addf(out, "| %s | %d |\n", e->name, e->status);
    str_addz(out, "\nA metadata file that is gone when it is needed (load, "
                  "HEAD, commit, rename) is 404 `NotFoundException`, one that "
                  "is damaged 500 `RuntimeIOException`; drops go on.\n\n");
}

/* ---- differences ---- */

static void add_differences(struct str *out)
{
    str_addz(out,
             "## Known differences from the reference server\n\n"
             "The reference is Apache Iceberg's own server over JDBC (1.11.0). "
             "`fixtures/golden/catalog.jsonl` has its answers, and the unit "
             "test beside it shows these differences on them. The profile "
             "`reference` takes many of its ways over.\n\n"
             "| the reference | here | because |\n|---|---|---|\n");
    for (const struct catalog_difference *d = catalog_differences; d->id; d++)
        markdown_row(out, d->theirs, d->ours, d->why);
}

void catalog_document(struct str *out)
{
    str_addz(out, opening);
    add_endpoints(out);
    add_requirements(out);
    add_updates(out);
    add_options(out);
    add_tellings(out);
    add_errors(out);
    add_differences(out);
}
