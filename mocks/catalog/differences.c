/* The table of known differences from the reference server. */
#include "mocks/catalog/differences.h"

const struct catalog_difference catalog_differences[] = {
    {"unparsable",
     "500 with a servlet's own page for a body that cannot be "
     "read, an unknown action or requirement",
     "400 in the error model", "the specification says 400"},
    {"error-model", "500 with a Java exception's name for some bad requests",
     "400 in the error model", "the request is wrong, not the server"},
    {"oauth-errors", "errors of the token endpoint in the error model",
     "OAuth's own shape, with an expiry in what is issued",
     "the specification and RFC 6749"},
    {"tokens", "fixed token texts", "drawn ones", "tokens differ by nature"},
    {"namespace-names",
     "an empty namespace, empty levels and levels that "
     "contain the separator are taken",
     "400", "such a name could not be told from another on a path"},
    {"plus", "'+' in a path is a blank", "'+' is a plus",
     "RFC 3986; a blank comes as %20"},
    {"paths", "escapes that could be read in two ways are refused",
     "they are decoded, once", "clients send them for names that need them"},
    {"paging",
     "pageSize alone makes pages; a token is an offset; pageSize=0 "
     "never ends",
     "pages only with pageToken; tokens are opaque and stay good while names "
     "come and go; sizes below 1 are 400",
     "the specification"},
    {"order", "lists are in order of names", "in order of creation",
     "a page token then survives whatever happens before it"},
    {"missing-namespace",
     "a create in a namespace that is not there tells of "
     "the backing catalog",
     "\"Namespace does not exist: ns\"", "the compatibility kit demands it"},
    {"format-4", "format version 4 is taken", "1 to 3 are",
     "version 4 is not final"},
    {"format-default", "an unknown format version is named with v4", "with v3",
     "as above"},
    {"etag-form",
     "bare tags over location and query; gzip makes them such "
     "as never match",
     "quoted tags; \"*\" and lists are understood; the tag of a gzipped "
     "answer matches too",
     "RFC 9110; a client gets its 304"},
    {"etag-commit", "a commit's tag is that of a load with snapshots=all",
     "of a plain load too", "the two show the same"},
    {"snapshots-parameter",
     "an unknown value of snapshots is told with a "
     "Java class",
     "without", "it is no such thing here"},
    {"metadata-tables", "t.snapshots is looked for as a metadata table",
     "it is a name like others", "clients make them by themselves"},
    {"create-requirements", "names a Java object in the message",
     "the requirement's type", "as above"},
    {"assign-uuid",
     "another uuid for a table that exists answers 500 and is "
     "applied",
     "400, not applied", "the specification calls it unsafe"},
    {"keys", "a key decides alone, in any form, and is not announced",
     "uuids only; 422 for a key that was used on another path; announced",
     "the specification"},
    {"register-overwrite", "406", "the table's metadata is replaced",
     "the specification"},
    {"credentials", "there is no such route",
     "credentials and signatures, where there is a store; 406 where none "
     "are vended",
     "the specification"},
    {"partition-ids",
     "partition fields that come without ids get 1000 and on "
     "again, which other specs may have",
     "they follow the table's last", "ids are one field's each"},
    {"sequence-0", "a snapshot's sequence number 0 is left out",
     "it is written", "version 2 demands it"},
    {"transaction-creates", "a transaction cannot create a table",
     "it can, with assert-create", "the specification does not forbid it"},
    {"view-summary", "a new view's summary is replaced by the server's own",
     "what came is kept", "it tells which engine made the view"},
    {"dialects",
     "500 for a view that loses a dialect, and for types and "
     "defaults that the format version does not have",
     "400", "500 would mean that the outcome is unknown"},
    {"methods", "PUT 405, PATCH 501, TRACE an echo, OPTIONS 200 everywhere",
     "PUT and PATCH 405 with Allow, 501 for TRACE and what is no method, "
     "OPTIONS only where there is a path",
     "RFC 9110"},
    {"layers",
     "JDBC, files and a servlet container answer for names that are "
     "too long for them",
     "names up to 1024 bytes are taken", "no such layers here"},
    {"plans", "plans scans", "no such routes, and none advertised",
     "a scan can be planned only with the manifests read"},
    {0},
};
