/* icefault setup: the first set-up of a stack, in seven steps, against
 * whatever the settings point at. Each step says ok, or what is wrong and what
 * to do. With --check nothing is changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "harness/cli.h"
#include "iceberg/iceberg.h"
#include "iceberg/policy.h"
#include "iceberg/tables.h"

enum { TEXT_MAX = 1 << 20, STEPS = 7 };

struct setup_args {
    const char *env_file;
    bool json, check, quiet, list;
    int64_t deadline;
};

static const struct option_row rows[] = {
    {"env-file", "FILE", OPTION_TEXT, offsetof(struct setup_args, env_file), 0,
     0, NULL, "settings, KEY=VALUE a line; the environment wins"},
    {"check", NULL, OPTION_FLAG, offsetof(struct setup_args, check), 0, 0, NULL,
     "only read: create nothing"},
    {"deadline", "S", OPTION_NUMBER, offsetof(struct setup_args, deadline), 1,
     3600, NULL, "seconds that each call may take (default 120)"},
    {"json", NULL, OPTION_FLAG, offsetof(struct setup_args, json), 0, 0, NULL,
     "print the steps as one JSON object"},
    {"settings", NULL, OPTION_FLAG, offsetof(struct setup_args, list), 0, 0,
     NULL, "print every setting with its default, and end"},
    {"quiet", NULL, OPTION_FLAG, offsetof(struct setup_args, quiet), 0, 0, NULL,
     "no log lines on standard error"},
    {0}};

static const struct options_use use = {
    "icefault setup", "",
    "Checks settings and connection, creates namespace and tables where they "
    "are\nmissing, and verifies each against the schema that is wanted.\n"
    "Ends 0 when all is well, 2 for settings, 3 when something could not be\n"
    "found out, 4 when a table does not fit.",
    rows, 0};

enum step_state { STEP_OK, STEP_WRONG, STEP_SKIPPED };
static const char *const state_names[] = {"ok", "wrong", "skipped"};

struct setup_step {
    const char *name;
    enum step_state state;
    struct str said, todo;
};

struct setup {
    const struct setup_args *args;
    struct ice_settings settings;
    struct secrets *secrets;
    struct ice_catalog *catalog;
    struct ice_table_report tables[ICE_TABLES];
    bool have_tables;
    struct setup_step steps[STEPS];
    int code;
};

static void wrong(struct setup *s, struct setup_step *step, int code,
                  const char *todo)
{
    step->state = STEP_WRONG;
    str_addz(&step->todo, todo);
    if (s->code == EXIT_OK || code < s->code)
        s->code = code;
}

static int code_of(int outcome)
{
    return outcome == ICE_OK         ? EXIT_OK
           : outcome == ICE_CONFIG   ? EXIT_INPUT
           : outcome == ICE_MISMATCH ? EXIT_FAILED
                                     : EXIT_CANNOT;
}

/* ---- the seven steps
 * ---------------------------------------------------------- */

static void check_settings(struct setup *s, struct setup_step *step)
{
    char why[320] = "";
    if (ice_settings_load(&s->settings, s->args->env_file, ice_getenv_system,
                          NULL, why) != ICE_OK) {
        str_addz(&step->said, why);
        wrong(s, step, EXIT_INPUT,
              "correct it in the environment or in the env file");
        return;
    }
    ice_settings_secrets(&s->settings, s->secrets);
    str_addf(&step->said, "catalog %s, warehouse %s, namespace %s, store %s",
             s->settings.catalog_uri, s->settings.warehouse,
             s->settings.database,
             s->settings.s3_endpoint ? s->settings.s3_endpoint : "not set");
    secrets_mask(s->secrets, SECRET_ALL, &step->said);
}

static void check_connection(struct setup *s, struct setup_step *step)
{
    struct ice_error e = {0};
    struct ice_names names = {0};
    int rc = ice_test_connection(s->catalog, &names, &e);
    if (rc == ICE_OK) {
        str_addf(&step->said, "the catalog answers and lists %zu namespaces",
                 names.n);
    } else {
        ice_error_print(&e, &step->said);
        wrong(s, step, code_of(rc),
              "is the catalog up, and does ICEBERG_CATALOG_URI point at it?");
    }
    ice_names_free(&names);
}

static void check_namespace(struct setup *s, struct setup_step *step)
{
    struct ice_error e = {0};
    bool exists = true;
    int rc = s->args->check ? ice_namespace_exists(s->catalog, &exists, &e)
                            : ice_ensure_namespace_exists(s->catalog, &e);
    if (rc != ICE_OK) {
        ice_error_print(&e, &step->said);
        wrong(s, step, code_of(rc), "see the cause; then run setup again");
    } else if (!exists) {
        str_addf(&step->said, "namespace %s does not exist",
                 s->settings.database);
        wrong(s, step, EXIT_FAILED, "run setup without --check to create it");
    } else {
        str_addf(&step->said, "namespace %s is there", s->settings.database);
    }
}

static void verify_all(struct setup *s)
{
    for (int t = 0; t < ICE_TABLES; t++)
        ice_verify_table(s->catalog, (enum ice_table_id)t, &s->tables[t], NULL);
}

static void initialize_all(struct setup *s)
{
    struct ice_init_report r = {0};
    ice_initialize_all_tables(s->catalog, &r, NULL);
    memcpy(s->tables, r.tables, sizeof s->tables);
}

static void check_tables(struct setup *s, struct setup_step *step)
{
    int made = 0, there = 0;
    if (s->args->check)
        verify_all(s);
    else
        initialize_all(s);
    s->have_tables = true;
    for (int t = 0; t < ICE_TABLES; t++) {
        const struct ice_table_report *r = &s->tables[t];
        made += r->created;
        there += r->outcome == ICE_OK || r->outcome == ICE_MISMATCH;
        if (r->outcome == ICE_OK || r->outcome == ICE_MISMATCH)
            continue;
        str_addf(&step->said, "%s%s: ", step->said.len ? "; " : "", r->name);
        ice_error_print(&r->error, &step->said);
        wrong(s, step,
              r->outcome == ICE_NOT_FOUND ? EXIT_FAILED : code_of(r->outcome),
              step->todo.len ? ""
              : r->outcome == ICE_NOT_FOUND && s->args->check
                  ? "run setup without --check to create it"
                  : "see the cause; running setup again completes the rest");
    }
    if (step->state == STEP_OK)
        str_addf(&step->said, "%d tables are there, %d of them made just now",
                 there, made);
}

static bool is_partition(const struct ice_difference *d)
{
    return d->kind == ICE_DIFF_PARTITION;
}

/* Differences of one sort over all tables; those that only get reported do not
 * make the step wrong. */
static void say_differences(struct setup *s, struct setup_step *step,
                            bool partitions)
{
    for (int t = 0; t < ICE_TABLES; t++) {
        const struct ice_table_report *r = &s->tables[t];
        for (size_t i = 0; i < r->n_differences; i++) {
            const struct ice_difference *d = &r->differences[i];
            if (is_partition(d) != partitions)
                continue;
            str_addf(&step->said, "%s%s %s %s%s", step->said.len ? "; " : "",
                     r->name, d->path, d->text,
                     d->fails ? "" : " (reported only)");
            if (d->fails)
                step->state = STEP_WRONG;
        }
    }
    if (step->state == STEP_WRONG)
        wrong(
            s, step, EXIT_FAILED,
            "nothing was changed: evolve the table, or point ICEBERG_DATABASE "
            "elsewhere");
}

static void check_schema(struct setup *s, struct setup_step *step)
{
    say_differences(s, step, false);
    for (int t = 0; t < ICE_TABLES && step->state == STEP_OK; t++)
        str_addf(&step->said, "%s%s %zu columns", step->said.len ? ", " : "",
                 s->tables[t].name, ice_tables[t].n_columns);
    if (step->state == STEP_OK)
        str_addz(&step->said, ": exactly as asked for");
}

static void check_partitioning(struct setup *s, struct setup_step *step)
{
    say_differences(s, step, true);
    for (int t = 0; t < ICE_TABLES && step->state == STEP_OK; t++) {
        str_addf(&step->said, "%s%s by", t ? "; " : "", s->tables[t].name);
        for (size_t i = 0; i < ice_tables[t].n_partition; i++)
            str_addf(&step->said, "%s %s", i ? "," : "",
                     ice_tables[t].partition[i].name);
    }
}

static void note_cleanup(struct setup *s, struct setup_step *step)
{
    int made = 0;
    for (int t = 0; t < ICE_TABLES; t++)
        made += s->tables[t].created;
    str_addf(&step->said,
             made ? "%d tables were made in namespace %s; setup never drops "
                    "anything: to remove them, drop them through the catalog"
                  : "nothing was made, so there is nothing to clean up",
             made, s->settings.database);
}

/* ---- running them
 * -------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(struct setup *s, struct setup_step *step);
    bool needs_tables; /* of a finished step 4 */
} plan[STEPS] = {
    {"settings", check_settings, false},
    {"connection", check_connection, false},
    {"namespace", check_namespace, false},
    {"tables", check_tables, false},
    {"schema", check_schema, true},
    {"partitioning", check_partitioning, true},
    {"cleanup note", note_cleanup, true},
};

static bool all_found(const struct setup *s)
{
    for (int t = 0; s->have_tables && t < ICE_TABLES; t++)
        if (s->tables[t].outcome != ICE_OK &&
            s->tables[t].outcome != ICE_MISMATCH)
            return false;
    return s->have_tables;
}

static bool open_catalog(struct setup *s, const struct log *log,
                         struct setup_step *step)
{
    struct ice_error e = {0};
    struct ice_env env = {.clock = &clock_system,
                          .log = log,
                          .secrets = s->secrets,
                          .seed = (uint64_t)clock_unix_ms(&clock_system)};
    int rc = ice_catalog_new(&s->catalog, &s->settings, &env, &e);
    if (rc == ICE_OK) {
        ice_set_deadline_ms(s->catalog, s->args->deadline * 1000);
        return true;
    }
    ice_error_print(&e, &step->said);
    wrong(s, step, code_of(rc), "correct the setting");
    return false;
}

static void run_steps(struct setup *s)
{
    struct log log = {.least = LOG_WARN,
                      .clock = &clock_system,
                      .secrets = s->secrets,
                      .encodings = SECRET_ALL,
                      .sink = log_sink_stderr};
    bool go_on = true;
    for (int i = 0; i < STEPS; i++) {
        struct setup_step *step = &s->steps[i];
        step->name = plan[i].name;
        str_init(&step->said, TEXT_MAX);
        str_init(&step->todo, TEXT_MAX);
        if (!go_on || (plan[i].needs_tables && !all_found(s))) {
            step->state = STEP_SKIPPED;
            str_addz(&step->said, "an earlier step must be well first");
            continue;
        }
        plan[i].run(s, step);
        if (i == 0 && step->state == STEP_OK)
            open_catalog(s, s->args->quiet ? NULL : &log, step);
        if (i <= 2)
            go_on = step->state == STEP_OK;
    }
}

/* ---- telling
 * ------------------------------------------------------------------- */

static void print_people(const struct setup *s)
{
    bool colour = cli_colour(STDOUT_FILENO);
    static const char *const marks[] = {"ok", "WRONG", "skipped"};
    static const char *const colours[] = {"\033[32m", "\033[31m", "\033[2m"};
    for (int i = 0; i < STEPS; i++) {
        const struct setup_step *step = &s->steps[i];
        printf("%d/%d %-13s %s%-7s%s %s\n", i + 1, STEPS, step->name,
               colour ? colours[step->state] : "", marks[step->state],
               colour ? "\033[0m" : "", str_z(&step->said));
        if (step->todo.len)
            printf("%26s%s\n", "-> ", str_z(&step->todo));
    }
}

static void print_json(const struct setup *s)
{
    cJSON *o = cJSON_CreateObject(), *list = cJSON_CreateArray();
    struct str out;
    json_set_str(o, "icefault", "setup/1");
    json_set(o, "ok", cJSON_CreateBool(s->code == EXIT_OK));
    for (int i = 0; i < STEPS; i++) {
        cJSON *x = cJSON_CreateObject();
        json_set_i64(x, "step", i + 1);
        json_set_str(x, "name", s->steps[i].name);
        json_set_str(x, "state", state_names[s->steps[i].state]);
        json_set_str(x, "said", str_z(&s->steps[i].said));
        json_set_str(x, "do", str_z(&s->steps[i].todo));
        cJSON_AddItemToArray(list, x);
    }
    json_set(o, "steps", list);
    str_init(&out, TEXT_MAX);
    json_print(o, &out);
    str_addc(&out, '\n');
    cli_print(&out);
    str_fini(&out);
    cJSON_Delete(o);
}

static int list_settings(void)
{
    struct str out;
    str_init(&out, TEXT_MAX);
    ice_settings_help(&out);
    cli_print(&out);
    str_fini(&out);
    return EXIT_OK;
}

int cmd_setup(int argc, char **argv)
{
    struct setup_args args = {0};
    struct options_rest rest;
    int code;
    if (!cli_options(&use, argc, argv, &args, &rest, &code))
        return code;
    if (args.list) {
        free(rest.operand);
        return list_settings();
    }
    struct setup s = {.args = &args, .secrets = secrets_new()};
    run_steps(&s);
    if (args.json)
        print_json(&s);
    else
        print_people(&s);
    for (int t = 0; s.have_tables && t < ICE_TABLES; t++)
        ice_table_report_fini(&s.tables[t]);
    for (int i = 0; i < STEPS; i++) {
        str_fini(&s.steps[i].said);
        str_fini(&s.steps[i].todo);
    }
    ice_catalog_free(s.catalog);
    ice_settings_fini(&s.settings);
    secrets_free(s.secrets);
    free(rest.operand);
    return s.code;
}
