/* result: what a run found out, and its writers.
 *
 * The model is plain data, filled by the runner; every writer is a pure
 * function of it. Texts are borrowed from an arena of the run and have had
 * secrets masked.
 */
#ifndef REPORTS_RESULT_H
#define REPORTS_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum verdict { VERDICT_PASSED, VERDICT_FAILED, VERDICT_SKIPPED };
extern const char *const verdict_names[]; /* "passed", "failed", "skipped" */

struct result_check {
    const char *name; /* "outcome", "exchanges", "I6" */
    enum verdict verdict;
    const char *said; /* one sentence, with evidence; "" when passed */
};

struct result_fault {
    const char *id;
    const char *what; /* "after reset on createTable health_data_raw" */
    uint64_t fired;
};

/* One row of a scenario's timeline, in order. Drawn as lanes: subject,
 * catalog, s3. */
enum event_kind {
    EVENT_STEP,     /* a step began or ended */
    EVENT_CONNECT,  /* connection opened, refused, closed */
    EVENT_EXCHANGE, /* a request and its answer */
    EVENT_EFFECT,   /* a change applied, state meddled with */
    EVENT_LOG       /* the subject's log line */
};

struct result_event {
    enum event_kind kind;
    int64_t at_ns, end_ns; /* since the world's start; end -1: never */
    const char *actor;     /* "main", "second"; or NULL */
    const char *server;    /* "catalog", "s3", or NULL */
    const char *label;     /* "POST createTable health_data_raw" */
    const char *outcome;   /* "200", "reset", "ok" ... */
    const char *fault;     /* id:phase, or NULL */
    bool bad;              /* drawn as trouble */
    uint64_t ordinal;      /* exchange, 0: none */
};

struct result_step {
    const char *actor, *what, *outcome, *error; /* error: "" when ok */
    int64_t began_ns, ended_ns;
};

struct result_scenario {
    const char *id; /* "create/lost-reply" */
    const char *file, *title, *story;
    const char *topic;                           /* folder */
    const char **requirements; size_t n_requirements;
    const char **mutants; size_t n_mutants;      /* it says it kills */
    enum verdict verdict;
    const char *why_skipped; /* or crashed: "" */
    struct result_check *checks; size_t n_checks;
    struct result_fault *faults; size_t n_faults;
    struct result_event *events; size_t n_events;
    struct result_step *steps; size_t n_steps;
    uint64_t exchanges, faults_fired;
    int64_t virtual_ms, wall_us;
    uint64_t seed;
    char trace[65]; /* sha256, hex */
    const char *replay; /* the command that runs it again */
};

struct result_requirement {
    const char *id, *chapter, *text;
    const char **scenarios; size_t n_scenarios;
    const char **mutants; size_t n_mutants; /* proven: killed by a named check */
    bool covered_later; /* listed as not yet covered */
};

/* One mutant against the suite; only of `make mutants`. */
struct result_mutant {
    const char *name, *rule;
    const char **breaks; size_t n_breaks;
    bool killed;
    const char **killers; size_t n_killers; /* scenario ids, that count */
    const char *note; /* why it survived or what does not count */
};

struct result {
    const char *version, *mode;
    uint64_t seed;
    struct result_scenario *scenarios; size_t n_scenarios;
    struct result_requirement *requirements; size_t n_requirements;
    struct result_mutant *mutants; size_t n_mutants;
    uint64_t exchanges, faults_fired;
    int64_t wall_ms, virtual_ms;
    size_t passed, failed, skipped;
    char trace[65]; /* sha256 over all traces in order */
};

/* Each appends the whole document. */
void report_json(const struct result *r, struct str *out);  /* results.json */
void report_junit(const struct result *r, struct str *out);
void report_tap(const struct result *r, struct str *out);
void report_html(const struct result *r, struct str *out);  /* index.html */

struct console_style {
    bool colour;   /* escape sequences */
    bool verbose;  /* also the scenarios that passed */
};
/* Failures first, then one line a topic, then totals. */
void report_console(const struct result *r, const struct console_style *style,
                    struct str *out);
/* One scenario told in words, with its timeline: `icefault explain`. */
void report_story(const struct result_scenario *s,
                  const struct console_style *style, struct str *out);
/* Its timeline as a picture of its own, SVG that needs nothing else. */
void report_svg(const struct result_scenario *s, struct str *out);
/* The same as results.json for one scenario, all of it, and back: how worker
 * processes hand results to their parent. The reader fills s from the arena;
 * false when the text is not such an object. */
struct arena;
void report_pack(const struct result_scenario *s, struct str *out);
bool report_unpack(struct slice text, struct arena *a,
                   struct result_scenario *s);

#endif
