/* scenario: a world, faults, steps and expectations in one file.
 *
 * The loader is strict: unknown key, wrong type, impossible combination,
 * unknown requirement, mutant or operation give file, line, column, what is
 * wrong and the nearest right word. scenario_fields[] (scenario.c) is the one
 * description: reader, JSON Schema and docs come from it.
 */
#ifndef HARNESS_SCENARIO_H
#define HARNESS_SCENARIO_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/spec.h"
#include "base/str.h"

enum step_verb { /* step_verbs[] in scenario.c, same order */
    STEP_CONNECT,
    STEP_TEST_CONNECTION,
    STEP_ENSURE_NAMESPACE_EXISTS,
    STEP_NAMESPACE_EXISTS,
    STEP_LIST_TABLES,
    STEP_TABLE_EXISTS,
    STEP_CREATE_TABLE,
    STEP_INITIALIZE_ALL_TABLES,
    STEP_GET_TABLE,
    STEP_VERIFY_TABLE,
    STEP_PUT_OBJECT,
    STEP_GET_OBJECT,
    STEP_HEAD_OBJECT,
    STEP_LIST_OBJECTS,
    STEP_DELETE_OBJECT,
    STEP_DELETE_OBJECTS,
    /* an operator's: not the subject's, done to the mock directly */
    STEP_DROP_TABLE,
    STEP_RIVAL_CREATE,
    STEP_RIVAL_COMMIT,
    STEP_UUID_SWAP,
    STEP_SCHEMA_DRIFT,
    STEP_LOSE_FILE,
    STEP_RESTART,
    STEP_WAIT,   /* ms */
    STEP_VERBS
};
extern const char *const step_verb_names[]; /* "connect", ..., NULL */
extern const char *const outcome_names[];   /* "ok", "not_found", ..., NULL */

struct scenario_moment { /* "when createTable reached phase after" */
    const char *operation;
    int phase; /* enum fault_phase; only before and after */
    int64_t nth; /* 1 */
};

struct scenario_step {
    int verb;           /* enum step_verb */
    const char *table;  /* table name */
    const char *actor;  /* "main" by default; steps of one actor in order,
                           actors side by side; "operator" for the mock's */
    bool has_when;
    struct scenario_moment when; /* starts not before this moment */
    int64_t after_ms;        /* starts this long after the actor's last step
                                ended (or after its moment) */
    int64_t deadline_ms;     /* of the call; 0: default */
    int64_t cancel_after_ms; /* ice_cancel this long after it began; -1 */
    int64_t ms;              /* wait */
    const char *change;      /* schema-drift */
    const char *server;      /* restart */
    bool lose;               /* restart */
    const cJSON *params;     /* rival-create */
    /* of an object: its bytes are made from key and version */
    const char *bucket, *key; /* list: the prefix; bucket NULL: data-lake */
    int64_t size;             /* put; get: as known beforehand, 0: not */
    int64_t part_size, parallel; /* put; 0: the module's */
    int64_t version;             /* 1 */
    int64_t count;               /* that many objects: key-01, key-02 ... */
    int64_t page;                /* list: objects a page; 0: the store's */
    int64_t first, bytes;        /* get: a part of it */
    bool named, only_new, only_writer;
    int64_t etag_of; /* get: only if it is the object of that step; 0: any */
    const cJSON *settings;   /* env overrides for this actor, first step only */
};

enum expect_kind { /* expect_names[] in scenario.c */
    EXPECT_OUTCOME,
    EXPECT_ERROR,
    EXPECT_RESULT,
    EXPECT_TABLE,
    EXPECT_NAMESPACE,
    EXPECT_EXCHANGES,
    EXPECT_WAITS,
    EXPECT_HEADER,
    EXPECT_CONNECTIONS,
    EXPECT_ELAPSED,
    EXPECT_LOG,
    EXPECT_DIFFERENCES,
    EXPECT_OBJECT,
    EXPECT_UPLOADS,
    EXPECT_KINDS
};
extern const char *const expect_names[];

struct scenario_expect { /* one entry; which members count: see scenario.c */
    int kind;
    const char *requirement; /* the one this check is about; NULL: all */
    int64_t step;            /* 1..; 0: any or the whole run */
    int is;                  /* outcome: index into outcome_names */
    struct spec_list is_one_of;
    const char *table_outcome; /* of initialize: the report's table */
    const char *contains;    /* error cause, log text, header value */
    struct spec_list mentions; /* error: every one of these texts is in the
                                  printed error */
    struct spec_list lacks;
    const char *name;        /* table "ns.t", namespace, header */
    int exists;              /* -1 not asked, 0, 1 */
    int64_t metadata_files;  /* -1 not asked */
    int64_t columns, snapshots, format_version; /* -1 not asked */
    const char *snapshot_of; /* result: "ns.t", whose current snapshot get_table
                                must have named, digit by digit */
    const cJSON *properties;
    const char *server, *operation, *method, *table, *path;
    int64_t at_least, at_most, exactly; /* counts; -1 not asked */
    int64_t at_least_ms, at_most_ms;    /* elapsed, waits; -1 not asked */
    struct spec_list between; /* waits: durations "1s" that gap n lies at or
                                 above, up to +10 % and slack_ms */
    int64_t slack_ms;
    int status;              /* exchanges: only those answered so */
    int after_faults;
    int distinct, same;      /* header values */
    const char *level;       /* log */
    struct spec_list kinds, paths; /* differences: expected sets */
    int64_t attempts_at_least, attempts_at_most;
    const char *bucket, *key;
    int64_t size;            /* object, result: bytes; -1 not asked */
    int64_t version;         /* object: its bytes are those; 0 not asked */
    int intact;              /* result: what came is what was put; -1 */
    const cJSON *node;       /* for messages: where in the file */
};

struct scenario {
    struct arena arena;
    const char *id;   /* "create/lost-reply": path below scenarios/, no .yaml */
    const char *file;
    const char *title, *story;
    struct spec_list requirements, mutants; /* const char * */
    struct spec_list modes;                 /* sim, real; default both... */
    const cJSON *catalog, *s3;              /* world.catalog, world.s3 */
    const cJSON *settings;                  /* world.settings: env overrides */
    const cJSON *renewed;                   /* world.renewed_keys: settings that
                                               the program has when the store
                                               says its keys have expired */
    const cJSON *environment;               /* world.environment: variables of
                                               the process, such as proxies */
    int tls_catalog, tls_s3;                /* enum tls_kind */
    const cJSON **faults; size_t n_faults;
    struct scenario_step *steps; size_t n_steps;
    struct scenario_expect *expects; size_t n_expects;
    struct spec_list without;               /* invariants switched off, with a
                                               reason in the story */
    cJSON *tree;
};

struct file_error { /* printed as file:line:col: message */
    char text[512];
};

/* NULL with *e filled. free with scenario_free. root: the scenarios folder,
 * for ids; known words of requirements.yaml come from it. */
struct scenario *scenario_load(const char *file, const char *root,
                               struct file_error *e);
void scenario_free(struct scenario *s);

struct requirement {
    const char *id, *chapter, *text;
    bool later; /* listed as not yet covered */
};
struct requirements {
    struct arena arena;
    struct requirement *list;
    size_t n;
};
bool requirements_load(const char *file, struct requirements *r,
                       struct file_error *e);
void requirements_free(struct requirements *r);

cJSON *scenario_schema(void); /* JSON Schema of scenario files */

#endif
