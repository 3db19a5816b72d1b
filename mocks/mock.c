/* mock: puts servers, services, faults and journal together.
 *
 * Ports are taken when the mock is made, because the catalog must know its own
 * URL; nobody is listened to before mock_listen.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/catalog.h"
#include "mocks/lend.h"
#include "mocks/mock_inside.h"
#include "mocks/s3/s3.h"
#include "mocks/tls.h"

enum { JOURNAL_ENTRIES = 10000, JOURNAL_BYTES = 32 << 20 };

struct later {
    uv_timer_t timer;
    struct mock *mock;
    struct later *prev, *next;
    struct exchange *x;
    void (*fn)(struct exchange *x);
    void (*gone)(struct exchange *x);
};

/* ---- time ---------------------------------------------------------------- */

int64_t mock_now_ns(const struct mock *m)
{
    return clock_ns(m->clock);
}

void mock_timer(uv_timer_t *t, uv_timer_cb cb, int64_t ms)
{
    /* The loop's own time may be old: we may be called from outside it. */
    uv_update_time(t->loop);
    uv_timer_start(t, cb, ms > 0 ? (uint64_t)ms : 0, 0);
}

static void on_later_closed(uv_handle_t *h)
{
    free(h->data);
}

static void take_out(struct later *l)
{
    struct mock *m = l->mock;

    if (l->next)
        l->next->prev = l->prev;
    if (l->prev)
        l->prev->next = l->next;
    else
        m->laters = l->next;
    m->n_laters--;
    uv_close((uv_handle_t *)&l->timer, on_later_closed);
}

static void on_later(uv_timer_t *t)
{
    struct later *l = t->data;

    take_out(l);
    l->fn(l->x);
}

void mock_later(struct mock *m, int64_t ms, struct exchange *x,
                void (*fn)(struct exchange *x),
                void (*gone)(struct exchange *x))
{
    struct later *l = mem_alloc(sizeof(*l));

    l->mock = m;
    l->x = x;
    l->fn = fn;
    l->gone = gone;
    l->next = m->laters;
    if (l->next)
        l->next->prev = l;
    m->laters = l;
    m->n_laters++;
    uv_timer_init(m->loop, &l->timer);
    l->timer.data = l;
    mock_timer(&l->timer, on_later, ms);
}

static void forget_laters(struct mock *m)
{
    while (m->laters) {
        struct later *l = m->laters;
        take_out(l);
        l->gone(l->x);
    }
}

/* ---- options ------------------------------------------------------------- */

void mock_default_options(struct mock_options *o)
{
    memset(o, 0, sizeof(*o));
    o->bind = "127.0.0.1";
    o->port[MOCK_ADMIN] = -1;
    o->clock = &clock_system;
    o->journal_entries = JOURNAL_ENTRIES;
}

static bool check_options(const struct mock_options *o, char why[200])
{
    for (int i = 0; i < MOCK_SERVERS; i++) {
        if (o->port[i] < -1 || o->port[i] > 65535) {
            snprintf(why, 200, "%d is not a port (0 to 65535)", o->port[i]);
            return false;
        }
        if ((int)o->tls[i] < TLS_OFF || (int)o->tls[i] > TLS_UNTRUSTED) {
            snprintf(why, 200, "%d is no kind of certificate", o->tls[i]);
            return false;
        }
    }
    if (!o->bind || !o->clock) {
        snprintf(why, 200, "an address and a clock are needed");
        return false;
    }
    return true;
}

static void copy_options(struct mock_options *to,
                         const struct mock_options *from)
{
    *to = *from;
    to->bind = mem_strdup(from->bind);
    to->file_root = from->file_root ? mem_strdup(from->file_root) : NULL;
    to->catalog = from->catalog ? cJSON_Duplicate(from->catalog, 1) : NULL;
    to->s3 = from->s3 ? cJSON_Duplicate(from->s3, 1) : NULL;
    for (int i = 0; i < MOCK_SERVERS; i++)
        to->authority[i] =
            from->authority[i] ? mem_strdup(from->authority[i]) : NULL;
    if (!to->journal_entries)
        to->journal_entries = JOURNAL_ENTRIES;
}

static void free_options(struct mock_options *o)
{
    free((char *)(uintptr_t)o->bind);
    free((char *)(uintptr_t)o->file_root);
    cJSON_Delete((cJSON *)(uintptr_t)o->catalog);
    cJSON_Delete((cJSON *)(uintptr_t)o->s3);
    for (int i = 0; i < MOCK_SERVERS; i++)
        free((char *)(uintptr_t)o->authority[i]);
}

/* ---- making -------------------------------------------------------------- */

static bool take_port(struct mock *m, enum mock_server i, char why[200])
{
    const struct mock_options *o = &m->options;
    const char *scheme = o->tls[i] == TLS_OFF ? "http" : "https";
    const char *v6 = strchr(o->bind, ':');

    if (o->port[i] < 0)
        return true;
    m->servers[i] = server_new(m, i, m->loop, o->tls[i]);
    if (!server_bind(m->servers[i], o->bind, o->port[i], why))
        return false;
    if (o->authority[i])
        snprintf(m->url[i], sizeof(m->url[i]), "%s://%.60s", scheme,
                 o->authority[i]);
    else
        snprintf(m->url[i], sizeof(m->url[i]), "%s://%s%.45s%s:%d", scheme,
                 v6 ? "[" : "", o->bind, v6 ? "]" : "",
                 server_port(m->servers[i]));
    return true;
}

/* The folder stays when the state is made anew, and its files with it. */
static bool open_folder(struct mock *m, char why[200])
{
    char reason[160];

    if (!m->options.file_root)
        return true;
    m->folder = folder_new(m->options.file_root, reason);
    if (!m->folder)
        snprintf(why, 200, "the folder for files: %s", reason);
    return m->folder != NULL;
}

/* Tables whose files can never be written are better known at the start. */
static bool check_warehouse(const struct mock *m, char why[200])
{
    const char *warehouse = json_str(m->options.catalog, "warehouse");
    char reason[160];

    if (!warehouse || !folder_path(warehouse))
        return true;
    if (!m->folder)
        snprintf(why, 200, "warehouse %.100s: no folder is allowed", warehouse);
    else if (!folder_holds(m->folder, warehouse, reason))
        snprintf(why, 200, "warehouse %s", reason);
    else
        return true;
    return false;
}

static bool make_state(struct mock *m, char why[200])
{
    const struct mock_options *o = &m->options;

    m->s3 = s3_new(o->s3, m->clock, o->seed, m->secrets, why);
    if (!m->s3)
        return false;
    m->warehouses = (struct warehouses){
        .s3 = warehouse_of_s3(m->s3),
        .folder = m->folder ? warehouse_of_folder(m->folder) : NULL};
    m->catalog =
        catalog_new(o->catalog, warehouse_by_scheme(&m->warehouses), m->clock,
                    o->seed, m->secrets, m->url[MOCK_CATALOG], why);
    if (!m->catalog)
        return false;
    struct catalog_store store;
    lend_store(m->s3, m->url[MOCK_S3], &store);
    catalog_use_store(m->catalog, &store);
    return true;
}

static void give_services(struct mock *m)
{
    for (int i = 0; i < MOCK_SERVERS; i++)
        if (m->servers[i])
            server_serve(m->servers[i], mock_service(m, (enum mock_server)i));
}

/* Writing to a connection whose peer has gone must not end the process. */
static void ignore_sigpipe(void)
{
    struct sigaction now;

    if (!sigaction(SIGPIPE, NULL, &now) && now.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
}

/* Rules may be added and taken away at any time by anybody: each turn of the
 * loop looks whether there are more or fewer. */
static void on_turn(uv_prepare_t *p)
{
    struct mock *m = p->data;
    size_t n = fault_count(m->faults);

    if (n == m->rules_seen)
        return;
    mock_faults_changed(m);
}

static void make_turns(struct mock *m)
{
    uv_prepare_init(m->loop, &m->turn);
    m->turn.data = m;
    uv_prepare_start(&m->turn, on_turn);
    uv_unref((uv_handle_t *)&m->turn);
}

static void tell_of_tls(struct mock *m)
{
    if (m->options.tls[MOCK_CATALOG] == TLS_OFF)
        fault_set_plain(m->faults, "catalog");
    if (m->options.tls[MOCK_S3] == TLS_OFF)
        fault_set_plain(m->faults, "s3");
}

struct mock *mock_new(uv_loop_t *loop, const struct mock_options *o,
                      char why[200])
{
    if (!check_options(o, why))
        return NULL;
    ignore_sigpipe();
    struct mock *m = mem_alloc(sizeof(*m));
    copy_options(&m->options, o);
    m->loop = loop;
    m->clock = o->clock;
    str_init(&m->wire, MOST_ANSWER);
    m->secrets = secrets_new();
    m->faults = fault_engine_new(o->seed, m->clock);
    m->journal =
        journal_new(m->secrets, m->options.journal_entries, JOURNAL_BYTES);
    journal_reset(m->journal, mock_now_ns(m));
    fault_set_epoch(m->faults, mock_now_ns(m));
    for (int i = 0; i < MOCK_SERVERS; i++)
        if (!*m->bind_error)
            take_port(m, (enum mock_server)i, m->bind_error);
    tell_of_tls(m);
    if (!open_folder(m, why) || !check_warehouse(m, why) ||
        !make_state(m, why)) { /* no handle is open yet */
        mock_free(m);
        return NULL;
    }
    make_turns(m);
    if (m->servers[MOCK_ADMIN])
        m->admin = admin_new(m, loop);
    give_services(m);
    return m;
}

bool mock_listen(struct mock *m, char why[200])
{
    if (*m->bind_error) {
        snprintf(why, 200, "%s", m->bind_error);
        return false;
    }
    for (int i = 0; i < MOCK_SERVERS; i++)
        if (m->servers[i] && !server_listen(m->servers[i], why))
            return false;
    mock_faults_changed(m);
    return true;
}

/* ---- parts --------------------------------------------------------------- */

int mock_port(const struct mock *m, enum mock_server which)
{
    return m->servers[which] ? server_port(m->servers[which]) : -1;
}

const char *mock_url(const struct mock *m, enum mock_server which)
{
    return m->url[which];
}

struct fault_engine *mock_faults(struct mock *m)
{
    return m->faults;
}

struct journal *mock_journal(struct mock *m)
{
    return m->journal;
}

struct secrets *mock_secrets(struct mock *m)
{
    return m->secrets;
}

struct catalog *mock_catalog(struct mock *m)
{
    return m->catalog;
}

struct s3 *mock_s3(struct mock *m)
{
    return m->s3;
}

struct service *mock_service(struct mock *m, enum mock_server which)
{
    switch (which) {
    case MOCK_CATALOG:
        return m->catalog ? catalog_service(m->catalog) : NULL;
    case MOCK_S3:
        return m->s3 ? s3_service(m->s3) : NULL;
    default:
        return m->admin ? admin_service(m->admin) : NULL;
    }
}

enum mock_server mock_which(struct mock *m, const struct service *s)
{
    int i = MOCK_CATALOG;

    while (i < MOCK_ADMIN && mock_service(m, (enum mock_server)i) != s)
        i++;
    return (enum mock_server)i;
}

const struct clock *mock_clock(const struct mock *m)
{
    return m->clock;
}

const char *mock_ca_pem(struct mock *m)
{
    (void)m;
    return tls_ca_pem();
}

void mock_on_phase(struct mock *m,
                   void (*hook)(void *ctx, const struct exchange *x,
                                enum fault_phase phase),
                   void *ctx)
{
    m->hook = hook;
    m->hook_ctx = ctx;
}

/* ---- while it runs ------------------------------------------------------- */

void mock_connecting(struct mock *m, enum mock_server which)
{
    if (m->servers[which])
        server_connecting(m->servers[which]);
}

void mock_faults_changed(struct mock *m)
{
    m->rules_seen = fault_count(m->faults);
    for (int i = 0; i < MOCK_ADMIN; i++)
        if (m->servers[i])
            server_look(m->servers[i]);
}

void mock_calm(struct mock *m)
{
    m->calm = true;
    fault_calm(m->faults, true);
    for (int i = 0; i < MOCK_SERVERS; i++)
        if (m->servers[i])
            server_calm(m->servers[i]);
}

size_t mock_pending(const struct mock *m)
{
    size_t n = m->n_laters;

    for (int i = 0; i < MOCK_ADMIN; i++)
        if (m->servers[i])
            n += server_waiting(m->servers[i]);
    return n;
}

void mock_restart(struct mock *m, enum mock_server which, bool keep)
{
    struct service *s = mock_service(m, which);

    if (m->servers[which])
        server_drop_connections(m->servers[which]);
    if (s && s->restart)
        s->restart(s->state, keep);
}

void mock_reset(struct mock *m)
{
    char why[200];

    for (int i = 0; i < MOCK_ADMIN; i++)
        if (m->servers[i])
            server_drop_connections(m->servers[i]);
    forget_laters(m);
    fault_remove(m->faults, NULL);
    fault_calm(m->faults, false);
    m->calm = false;
    catalog_free(m->catalog);
    s3_free(m->s3);
    if (!make_state(m, why)) /* the same options made it once */
        abort();
    give_services(m);
    m->connections = m->exchanges = 0;
    journal_reset(m->journal, mock_now_ns(m));
    fault_set_epoch(m->faults, mock_now_ns(m));
    mock_faults_changed(m);
}

/* ---- the end ------------------------------------------------------------- */

void mock_close(struct mock *m)
{
    if (m->closing)
        return;
    m->closing = true;
    if (m->admin)
        admin_close(m->admin);
    for (int i = 0; i < MOCK_SERVERS; i++)
        if (m->servers[i])
            server_close(m->servers[i]);
    forget_laters(m);
    uv_close((uv_handle_t *)&m->turn, NULL);
}

void mock_free(struct mock *m)
{
    if (!m)
        return;
    admin_free(m->admin);
    for (int i = 0; i < MOCK_SERVERS; i++)
        server_free(m->servers[i]);
    catalog_free(m->catalog);
    s3_free(m->s3);
    folder_free(m->folder);
    fault_engine_free(m->faults);
    journal_free(m->journal);
    secrets_free(m->secrets);
    free_options(&m->options);
    exchange_free_spare(m);
    str_fini(&m->wire);
    free(m);
}
