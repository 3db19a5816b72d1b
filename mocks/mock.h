/* mock: the two servers, their state, their faults and their journal.
 *
 * Everything runs in one thread on the loop it is given. Life cycle:
 * mock_new, mock_listen, run the loop, mock_close, run the loop until it is
 * empty, mock_free. The admin interface is a third server on the same
 * machinery, off unless asked for.
 */
#ifndef MOCKS_MOCK_H
#define MOCKS_MOCK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/clock.h"
#include "base/secret.h"
#include "mocks/fault.h"
#include "mocks/journal.h"

enum mock_server { MOCK_CATALOG, MOCK_S3, MOCK_ADMIN, MOCK_SERVERS };

enum tls_kind { /* the certificate a server shows */
    TLS_OFF,
    TLS_GOOD, /* for 127.0.0.1 and localhost, signed by the mock's CA */
    TLS_EXPIRED,
    TLS_WRONG_NAME,
    TLS_UNTRUSTED /* signed by another CA */
};

struct mock_options {
    const char *bind; /* "127.0.0.1" */
    int port[MOCK_SERVERS]; /* 0: ephemeral; -1: off */
    enum tls_kind tls[MOCK_SERVERS];
    uint64_t seed;
    const struct clock *clock;
    const cJSON *catalog; /* options of the catalog, see mocks/catalog.h */
    const cJSON *s3;      /* options of the S3, see mocks/s3.h */
    /* The catalog may keep files here and below; NULL: nowhere on the disk. */
    const char *file_root;
    size_t journal_entries;
    /* What clients call the servers, when it is not bind:port (simulation):
     * "127.0.0.1:8181". NULL: bind:port. With it mock_connecting tells of every
     * connection attempt, and connection-level faults wait for that. */
    const char *authority[MOCK_SERVERS];
};

struct mock;
struct catalog;
struct s3;
struct service;

void mock_default_options(struct mock_options *o);
/* NULL with why filled on bad options. */
struct mock *mock_new(uv_loop_t *loop, const struct mock_options *o,
                      char why[200]);
/* False with why ("port 8181 on 127.0.0.1 is in use"). */
bool mock_listen(struct mock *m, char why[200]);
int mock_port(const struct mock *m, enum mock_server which); /* real port */
/* "http://127.0.0.1:P", no slash at the end; valid as long as the mock. */
const char *mock_url(const struct mock *m, enum mock_server which);

struct fault_engine *mock_faults(struct mock *m);
struct journal *mock_journal(struct mock *m);
struct secrets *mock_secrets(struct mock *m);
struct catalog *mock_catalog(struct mock *m);
struct s3 *mock_s3(struct mock *m);
struct service *mock_service(struct mock *m, enum mock_server which);
const struct clock *mock_clock(const struct mock *m);
const char *mock_ca_pem(struct mock *m); /* the CA that signed TLS_GOOD */

/* A client is about to connect to this server. The simulation calls it from
 * its connect(), so that refuse and blackhole can count attempts; elsewhere
 * they work by time and by accepted connections. */
void mock_connecting(struct mock *m, enum mock_server which);

/* Rules were added or removed while the mock listens: connection-level ones
 * begin to count. Called by itself after each exchange of the admin server, and
 * on the loop's next turn when the number of rules has changed. */
void mock_faults_changed(struct mock *m);

/* A hook that sees every exchange reach a phase (FAULT_BEFORE: about to be
 * handled; FAULT_AFTER: its change is published, its answer not yet sent).
 * It may meddle with state. One hook; NULL takes it away. */
void mock_on_phase(struct mock *m,
                   void (*hook)(void *ctx, const struct exchange *x,
                                enum fault_phase phase),
                   void *ctx);

/* Calm: no fault fires any more, stalled connections are closed, listeners are
 * back. mock_pending: work still to be done (late applies, delayed answers). */
void mock_calm(struct mock *m);
size_t mock_pending(const struct mock *m);
/* Forget state, faults and journal; connections are closed. */
void mock_reset(struct mock *m);
/* One server restarts: connections are reset, state kept or lost. */
void mock_restart(struct mock *m, enum mock_server which, bool keep);

void mock_close(struct mock *m); /* asks all handles to close */
void mock_free(struct mock *m);  /* after the loop has run them down */

#endif
