/* server: connections on one port: bytes in, exchanges, scripts out.
 *
 * Knows sockets, TLS and pacing; knows no operation and, apart from the
 * connection-level ones, no fault. TCP_NODELAY is set on every socket: with
 * Nagle's algorithm the kernel would hold bytes on a real timer.
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
                          struct service *s, uv_loop_t *loop,
                          enum tls_kind tls);
bool server_listen(struct server *s, const char *bind, int port,
                   char why[200]);
int server_port(const struct server *s);
/* The exchange's script is ready. */
void server_play(struct exchange *x);
void server_connecting(struct server *s); /* see mock_connecting */
void server_calm(struct server *s);
void server_drop_connections(struct server *s); /* with RST */
size_t server_connections(const struct server *s);
void server_close(struct server *s);
void server_free(struct server *s); /* after its handles have closed */

#endif
