/* Finding, loading and running many scenarios; see suite.h. */
#include "harness/suite.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/jobs.h"

enum {
    MOST_FILES = 10000,
    MOST_DEPTH = 8,
    WATCHDOG_SIM_MS = 60 * 1000,
    WATCHDOG_REAL_MS = 180 * 1000
};

/* ---- finding files
 * ------------------------------------------------------------ */

struct paths {
    struct arena *arena;
    const char **list;
    size_t n, cap;
};

static void add_path(struct paths *p, const char *path)
{
    if (p->n >= MOST_FILES)
        return;
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 64;
        p->list = mem_realloc(p->list, p->cap * sizeof *p->list);
    }
    p->list[p->n++] = arena_strdup(p->arena, path);
}

static bool is_scenario_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".json") == 0) &&
           strcmp(name, "requirements.yaml") != 0 &&
           strcmp(name, "schema.json") != 0;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void walk(struct paths *p, const char *folder, int depth)
{
    DIR *d = depth < MOST_DEPTH ? opendir(folder) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        const char *path = arena_printf(p->arena, "%s/%s", folder, e->d_name);
        if (is_folder(path))
            walk(p, path, depth + 1);
        else if (is_scenario_name(e->d_name))
            add_path(p, path);
    }
    if (d)
        closedir(d);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Beside the program, as `make install` lays them: ../share/icefault. */
static const char *installed_root(struct arena *a)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(exe, '/');
    if (slash)
        *slash = '\0';
    return arena_printf(a, "%s/../share/icefault/scenarios", exe);
}

static const char *find_root(struct arena *a)
{
    if (access("scenarios/requirements.yaml", R_OK) == 0)
        return "scenarios";
    return installed_root(a);
}

/* A file, a folder, or an id or folder below the scenarios folder. */
static bool resolve(struct suite *s, struct paths *p, const char *arg)
{
    const char *tries[] = {
        arg,
        arena_printf(&s->arena, "%s/%s.yaml", s->root, arg),
        arena_printf(&s->arena, "%s/%s.json", s->root, arg),
        arena_printf(&s->arena, "%s/%s", s->root, arg),
    };
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        if (access(tries[i], F_OK) != 0)
            continue;
        if (!is_folder(tries[i])) {
            add_path(p, tries[i]);
            return true;
        }
        size_t first = p->n;
        walk(p, tries[i], 0);
        if (p->n > first)
            qsort(p->list + first, p->n - first, sizeof *p->list, by_name);
        return p->n > first;
    }
    return false;
}

static void say_nothing_there(struct suite *s, const char *arg,
                              struct str *problems)
{
    struct paths all = {&s->arena, NULL, 0, 0};
    walk(&all, s->root, 0);
    const char **ids = arena_alloc(&s->arena, (all.n + 1) * sizeof *ids);
    size_t root = strlen(s->root) + 1;
    for (size_t i = 0; i < all.n; i++)
        ids[i] = arena_memdup(&s->arena, all.list[i] + root,
                              strlen(all.list[i]) - root - 5);
    const char *near = spec_nearest(arg, ids);
    str_addf(problems, "%s: no such scenario, file or folder%s%s%s\n", arg,
             near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
    free(all.list);
}

/* ---- loading
 * -------------------------------------------------------------------- */

static void load_all(struct suite *s, const struct paths *p,
                     struct str *problems)
{
    struct file_error e;
    s->list = arena_alloc(&s->arena, (p->n + 1) * sizeof *s->list);
    for (size_t i = 0; i < p->n; i++) {
        struct scenario *x = scenario_load(p->list[i], s->root, &e);
        if (x)
            s->list[s->n++] = x;
        else
            str_addf(problems, "%s\n", e.text);
    }
}

bool suite_load(struct suite *s, const char *const *args, size_t n_args,
                struct str *problems)
{
    struct file_error e;
    memset(s, 0, sizeof *s);
    s->root = find_root(&s->arena);
    struct paths p = {&s->arena, NULL, 0, 0};
    const char *file = arena_printf(&s->arena, "%s/requirements.yaml", s->root);
    if (!requirements_load(file, &s->requirements, &e))
        str_addf(problems, "%s\n", e.text);
    for (size_t i = 0; i < n_args; i++)
        if (!resolve(s, &p, args[i]))
            say_nothing_there(s, args[i], problems);
    if (n_args == 0 && !resolve(s, &p, s->root))
        str_addf(problems, "%s: no scenarios there\n", s->root);
    if (problems->len == 0)
        load_all(s, &p, problems);
    free(p.list);
    return problems->len == 0;
}

void suite_free(struct suite *s)
{
    for (size_t i = 0; i < s->n; i++)
        scenario_free(s->list[i]);
    requirements_free(&s->requirements);
    arena_fini(&s->arena);
}

/* ---- running
 * ---------------------------------------------------------------------- */

struct running {
    const struct suite *suite;
    const struct suite_options *options;
    struct arena *arena;
    struct result_scenario *results; /* n * seeds */
    size_t done;
};

static struct run_options options_of(const struct running *r, size_t task)
{
    return (struct run_options){
        .mode = r->options->mode,
        .seed = r->options->seed + task / r->suite->n,
        .mutant = r->options->mutant,
        .leaks = r->options->leaks,
    };
}

static void work(void *ctx, size_t i, struct str *report)
{
    const struct running *r = ctx;
    struct arena a;
    struct result_scenario x;
    struct run_options o = options_of(r, i);
    arena_init(&a);
    run_scenario(r->suite->list[i % r->suite->n], &o, &a, &x);
    if (i >= r->suite->n && x.verdict != VERDICT_FAILED)
        x.n_events = x.n_steps = 0; /* nobody will look at them */
    report_pack(&x, report);
    arena_fini(&a);
}

static void finished(struct running *r, size_t i)
{
    if (r->options->progress)
        r->options->progress(r->options->ctx, ++r->done,
                             r->suite->n * r->options->seeds, &r->results[i]);
}

static void lost(void *ctx, size_t i, const char *why)
{
    struct running *r = ctx;
    struct result_scenario *x = &r->results[i];
    struct run_options o = options_of(r, i);
    run_describe(r->suite->list[i % r->suite->n], &o, r->arena, x);
    x->verdict = VERDICT_FAILED;
    x->n_checks = 1;
    x->checks = arena_alloc(r->arena, sizeof *x->checks);
    x->checks[0] = (struct result_check){
        "process", VERDICT_FAILED,
        arena_printf(r->arena, "the process that ran the scenario %s", why)};
    memset(x->trace, '0', 64);
    finished(r, i);
}

static void done(void *ctx, size_t i, struct slice report)
{
    struct running *r = ctx;
    if (report_unpack(report, r->arena, &r->results[i]))
        finished(r, i);
    else
        lost(ctx, i, "sent a report that does not parse");
}

static void count_up(struct result *r)
{
    struct str traces;
    str_init(&traces, 64 * (r->n_scenarios + 1));
    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct result_scenario *x = &r->scenarios[i];
        size_t *counts[] = {&r->passed, &r->failed, &r->skipped};
        ++*counts[x->verdict];
        r->exchanges += x->exchanges;
        r->faults_fired += x->faults_fired;
        r->virtual_ms += x->virtual_ms;
        str_add(&traces, x->trace, strlen(x->trace));
    }
    run_digest(str_slice(&traces), r->trace);
    str_fini(&traces);
}

static bool cites(const struct result_scenario *x, const char *id)
{
    for (size_t i = 0; i < x->n_requirements; i++)
        if (strcmp(x->requirements[i], id) == 0)
            return true;
    return false;
}

static void fill_requirements(const struct suite *s, struct arena *a,
                              struct result *r)
{
    r->n_requirements = s->requirements.n;
    r->requirements =
        arena_alloc(a, (s->requirements.n + 1) * sizeof *r->requirements);
    for (size_t i = 0; i < s->requirements.n; i++) {
        const struct requirement *q = &s->requirements.list[i];
        struct result_requirement *x = &r->requirements[i];
        x->id = q->id;
        x->chapter = q->chapter;
        x->text = q->text;
        x->covered_later = q->later;
        x->scenarios = arena_alloc(a, (r->n_scenarios + 1) * sizeof(char *));
        for (size_t k = 0; k < r->n_scenarios; k++)
            if (cites(&r->scenarios[k], q->id))
                x->scenarios[x->n_scenarios++] = r->scenarios[k].id;
    }
}

/* The first seed's results, and of the others what failed. */
static void keep_results(struct running *run, struct result *r)
{
    size_t n = run->suite->n;
    r->scenarios = run->results;
    r->n_scenarios = n;
    for (size_t i = n; i < n * run->options->seeds; i++)
        if (run->results[i].verdict == VERDICT_FAILED)
            r->scenarios[r->n_scenarios++] = run->results[i];
}

bool suite_run(const struct suite *s, const struct suite_options *o,
               struct arena *a, struct result *r)
{
    int64_t began = clock_ms(&clock_system);
    struct running run = {s, o, a, NULL, 0};
    size_t tasks = s->n * o->seeds;
    run.results = arena_alloc(a, (tasks + 1) * sizeof *run.results);
    struct jobs j = {
        .n_tasks = tasks,
        .n_workers = o->jobs ? o->jobs : jobs_default_workers(),
        .watchdog_ms = o->watchdog_ms        ? o->watchdog_ms
                       : o->mode == MODE_SIM ? WATCHDOG_SIM_MS
                                             : WATCHDOG_REAL_MS,
        .work = work,
        .done = done,
        .lost = lost,
        .ctx = &run,
    };
    memset(r, 0, sizeof *r);
    r->version = ICEFAULT_VERSION;
    r->mode = run_mode_names[o->mode];
    r->seed = o->seed;
    if (!jobs_run(&j))
        return false;
    keep_results(&run, r);
    count_up(r);
    fill_requirements(s, a, r);
    r->wall_ms = clock_ms(&clock_system) - began;
    return true;
}
