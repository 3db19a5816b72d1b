/* world: one run of one scenario: its clock, servers, state and subjects.
 *
 * A world is made, run, judged and taken down; nothing of it survives but the
 * result. In mode sim everything runs in one thread in virtual time; in mode
 * real the mocks run in a thread of their own and every actor in another, on
 * the wall clock. Both leave the same record behind, so the same checks read
 * it.
 */
#ifndef HARNESS_WORLD_H
#define HARNESS_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/secret.h"
#include "harness/mutants.h"
#include "harness/scenario.h"
#include "harness/sim/sim.h"
#include "iceberg/iceberg.h"
#include "iceberg/policy.h"
#include "mocks/mock.h"

enum run_mode { MODE_SIM, MODE_REAL };
extern const char *const run_mode_names[]; /* "sim", "real", NULL */

struct world;

/* What a step came to. Texts live in the world's arena. */
struct step_record {
    const struct scenario_step *step;
    const char *actor;
    bool ran;
    int outcome; /* enum ice_outcome; an operator's failure: ICE_INVALID */
    struct ice_error error;
    int64_t began_ns, ended_ns; /* since the world's start; -1: not yet */
    uint64_t seq_from, seq_to;  /* sim: the journal's last entry before it and
                                   at its end; time may stand still between
                                   two steps */
    size_t log_from, log_to;    /* sim: lines so far, likewise */
    int64_t deadline_ms;        /* that the call had */
    int exists;                 /* exists calls: 0 or 1; else -1 */
    struct ice_names names;     /* test_connection, list_tables, list_objects;
                                   delete_objects: what is left */
    int64_t bytes;              /* get, head: so many; else -1 */
    int intact;                 /* get: they are what was put; else -1 */
    char etag[80];              /* put, get, head */
    struct ice_table_report *tables; /* create, verify, initialize */
    size_t n_tables;
    const cJSON *metadata; /* get_table; owned by the record */
    int64_t snapshot_id;   /* get_table: the current one; -1: none */
    const char *note;      /* operator: why it could not be done */
};

struct log_record {
    int64_t at_ns;
    enum log_level level;
    const char *actor, *module, *message;
};

struct actor {
    struct world *world;
    const char *name;
    struct step_record **steps; /* those of this actor, in order */
    size_t n_steps;
    const cJSON *overrides; /* of settings, on top of the scenario's */
    struct ice_settings settings;
    bool has_settings;
    struct ice_catalog *catalog; /* made by its first step */
    struct log log;
    bool done;
    int fiber;
    pthread_t thread;
};

struct world {
    const struct scenario *scenario;
    const struct mutant *mutant; /* NULL: none */
    enum run_mode mode;
    uint64_t seed;
    struct arena arena;
    struct ice_policy *policy; /* the default, or with the mutant's change */
    uv_loop_t loop;
    struct mock *mock;
    struct secrets *secrets; /* all there are in this world */
    char ca_file[64];        /* "" unless a server speaks TLS */
    char **environment;      /* what the scenario's variables were before */
    int64_t epoch_ns;
    struct step_record *steps; /* in the scenario's order */
    size_t n_steps;
    struct actor *actors;
    size_t n_actors;
    struct log_record *logs;
    size_t n_logs, cap_logs;
    enum sim_result ended; /* of the fault phase, sim only */
    enum sim_result calmed;
    int64_t ended_ns;       /* when the last step returned */
    uint64_t *moments;      /* how often each step's moment came */
    pthread_mutex_t lock;   /* real mode: records, logs and moments */
    pthread_cond_t changed; /* real mode: a moment came */
    void *real;             /* real mode: what real.c keeps */
    int fds_before, fds_after;
};

/* Makes the world, plays all steps and the calm phase. False with why when
 * it could not even be set up. The world can be judged until world_fini. */
bool world_run(struct world *w, const struct scenario *s,
               const struct mutant *mutant, enum run_mode mode, uint64_t seed,
               char why[200]);
void world_fini(struct world *w);

int64_t world_now_ns(const struct world *w); /* since the world's start */
/* The call's end, or when the world ended if it never returned. */
int64_t step_end_ns(const struct world *w, const struct step_record *r);
uint64_t world_last_seq(const struct world *w); /* of the journal, 0: none */
const struct clock *world_clock(void);
bool step_is_operators(const struct scenario_step *s);

/* actor.c */
void actor_play(struct actor *a); /* all its steps; a fiber's or thread's body */
void actor_fini(struct actor *a);
/* Registers the secrets among its settings: before it plays, with the mocks,
 * whose journal may come to hold them. */
void actor_secrets(struct actor *a, struct secrets *to);
/* actor_store.c: what its steps do to objects. */
int actor_put(struct actor *a, struct step_record *r);
int actor_get(struct actor *a, struct step_record *r);
int actor_head(struct actor *a, struct step_record *r);
int actor_list(struct actor *a, struct step_record *r);
int actor_delete(struct actor *a, struct step_record *r);
int actor_delete_many(struct actor *a, struct step_record *r);
/* The bytes from first on that an object of that key and version has; to has
 * room for n. */
void pattern_bytes(const char *key, int64_t version, int64_t first, size_t n,
                  char *to);
/* environment.c: the scenario's variables, set for the world's time. */
void environment_set(struct world *w);
void environment_restore(struct world *w);
/* operator.c: done to the mocks directly, in their thread. */
void operator_do(struct world *w, struct step_record *r);

/* The world's record as lines with nothing of the process in them: what is
 * compared byte for byte. */
void world_trace(const struct world *w, struct str *out);

#endif
