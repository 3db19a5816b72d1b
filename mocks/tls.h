/* tls: the server's side of TLS over memory, and the certificates.
 *
 * Certificates are made once a process, at first use: EC P-256, valid from
 * 2020 to 2049 (the expired one to 2021), so that both today's clock and a
 * simulated one find them as they should be. A session is bytes in, bytes out:
 * it knows no socket.
 */
#ifndef MOCKS_TLS_H
#define MOCKS_TLS_H

#include <stdbool.h>

#include "base/str.h"
#include "mocks/mock.h"

/* The CA that signed TLS_GOOD, TLS_EXPIRED and TLS_WRONG_NAME. Borrowed. */
const char *tls_ca_pem(void);

struct tls;

struct tls *tls_new(enum tls_kind kind); /* not TLS_OFF */
void tls_free(struct tls *t);
/* Bytes of the peer; what they say is appended to plain. False when the
 * handshake or a record is broken; output may still hold an alert. */
bool tls_feed(struct tls *t, struct slice wire, struct str *plain);
bool tls_ready(const struct tls *t);  /* the handshake is done */
bool tls_closed(const struct tls *t); /* the peer sent close_notify */
/* Encrypts; the result is in the output. */
bool tls_write(struct tls *t, struct slice plain);
void tls_notify_close(struct tls *t);
/* Bytes that wait to be sent, and taking them away. */
struct slice tls_output(const struct tls *t);
void tls_output_taken(struct tls *t);

#endif
