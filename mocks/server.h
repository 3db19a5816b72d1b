/* server: connections on one port: bytes in, exchanges, scripts out.
 *
 * Knows sockets, TLS and pacing; knows no operation and, apart from the
 * connection-level ones, no fault. TCP_NODELAY is set on every socket: with
 * Nagle's algorithm the kernel would hold bytes on a real timer.
 *
 * How a script ends a connection, as the peer sees it:
 *   reset       the bytes before it, then ECONNRESET. The reset is held back
 *               until the kernel has handed over all of them (a reader that is
 *               slow gets 10 s for it).
 *   close       the bytes, then end of file; with TLS without close_notify: a
 *               server that dies says nothing. A script that simply ends on a
 *               connection which is not kept alive sends close_notify first.
 *   half-close  the same, and what the peer still sends is read and dropped.
 *   stall       nothing; what the peer sends is read and dropped.
 *
 * Refused: the port stays bound but nobody listens, so the kernel answers with
 * RST and no other program can take the port. Blackholed: the listener's queue
 * has one place, taken by a connection of our own, so the kernel drops SYNs.
 *
 * Which attempt meets such a rule: exactly the one that server_connecting was
 * called for. Where it is not called (no authority in the options: real
 * clients), the kernel does not tell of attempts: a rule of connection N holds
 * from the moment N-1 were accepted, for one second or until its time is over,
 * and then counts as met.
 */
#ifndef MOCKS_SERVER_H
#define MOCKS_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "mocks/exchange.h"
#include "mocks/mock.h"

struct server;

struct server *server_new(struct mock *m, enum mock_server which,
                          uv_loop_t *loop, enum tls_kind tls);
/* Takes the port (0: an ephemeral one) without listening; then listens. */
bool server_bind(struct server *s, const char *bind, int port, char why[200]);
/* From now on this service answers. Before the first call nothing of the
 * server is on the loop, and it may be freed at once. */
void server_serve(struct server *s, struct service *service);
bool server_listen(struct server *s, char why[200]);
int server_port(const struct server *s);
/* The exchange's script is ready. */
void server_play(struct exchange *x);
void server_connecting(struct server *s); /* see mock_connecting */
/* Rules have come or gone, or time has passed: looks at them again. */
void server_look(struct server *s);
void server_calm(struct server *s);
/* Scripts that wait for a timer. */
size_t server_waiting(const struct server *s);
void server_drop_connections(struct server *s); /* with RST */
size_t server_connections(const struct server *s);
void server_close(struct server *s);
void server_free(struct server *s); /* after its handles have closed */

#endif
