/* Does this platform do what the simulation rests on?
 *
 * The calls of libuv and libcurl must arrive here, not only our own; and what
 * is sent over loopback must be there at once. Where either does not hold,
 * runs would be slow, wrong or different every time, so nothing is run.
 */
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "harness/sim/inside.h"
#include "harness/sim/sim.h"

enum { WAIT_MS = 20, PING_PONGS = 100 };

struct trial {
    bool timer_fired;
    CURLM *multi;
    int64_t curl_ms;
    uint64_t uv_ms;
};

static int64_t virtual_ms(void)
{
    return sim_now_ns() / 1000000;
}

static void on_timer(uv_timer_t *t)
{
    struct trial *p = t->data;
    p->timer_fired = true;
    p->uv_ms = uv_now(t->loop) - p->uv_ms;
    uv_close((uv_handle_t *)t, NULL);
}

static void wait_in_curl(void *arg)
{
    struct trial *p = arg;
    int64_t from = virtual_ms();
    curl_multi_poll(p->multi, NULL, 0, WAIT_MS, NULL);
    p->curl_ms = virtual_ms() - from;
    p->multi = NULL; /* says that it is through */
}

static bool trial_is_over(void *ctx)
{
    const struct trial *p = ctx;
    return p->timer_fired && !p->multi;
}

/* libuv and libcurl each wait a moment; if a wait went past us it would be a
 * real one, and the virtual clock would stand still. */
static bool clock_obeys(char why[200])
{
    struct trial p = {0};
    CURLM *multi = curl_multi_init();
    uv_loop_t loop;
    uv_timer_t timer;
    uv_loop_init(&loop);
    p.multi = multi;
    p.uv_ms = uv_now(&loop);
    timer.data = &p;
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, on_timer, WAIT_MS, 0);
    sim_spawn("self-test", wait_in_curl, &p);
    enum sim_result r = sim_run(&loop, trial_is_over, &p);
    if (!p.timer_fired)
        uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_loop_close(&loop);
    curl_multi_cleanup(multi);
    if (r == SIM_DONE && p.curl_ms == WAIT_MS && p.uv_ms == WAIT_MS &&
        virtual_ms() == WAIT_MS)
        return true;
    snprintf(why, 200,
             "waits do not obey virtual time (libcurl waited %d of %d ms, "
             "libuv %d, result: %s)",
             (int)p.curl_ms, WAIT_MS, (int)p.uv_ms, sim_result_name(r));
    return false;
}

/* A connected pair over loopback. */
static bool pair(int fd[2])
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    int one = 1;
    int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fd[1] = -1;
    if (l >= 0 && fd[0] >= 0 && bind(l, (struct sockaddr *)&a, n) == 0 &&
        listen(l, 1) == 0 && getsockname(l, (struct sockaddr *)&a, &n) == 0 &&
        connect(fd[0], (struct sockaddr *)&a, n) == 0)
        fd[1] = accept(l, NULL, NULL);
    if (l >= 0)
        close(l);
    for (int i = 0; i < 2 && fd[1] >= 0; i++)
        setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd[1] >= 0;
}

static bool crosses(int from, int to)
{
    struct pollfd p = {to, POLLIN, 0};
    char c = 'x';
    return send(from, &c, 1, MSG_NOSIGNAL) == 1 &&
           sim__real()->poll(&p, 1, 0) == 1 &&
           recv(to, &c, 1, MSG_DONTWAIT) == 1;
}

static bool loopback_is_instant(char why[200])
{
    int fd[2] = {-1, -1}, done = 0;
    if (!pair(fd))
        snprintf(why, 200, "no connection over loopback: %s", strerror(errno));
    else
        while (done < PING_PONGS && crosses(fd[0], fd[1]) &&
               crosses(fd[1], fd[0]))
            done++;
    if (fd[1] >= 0 && done < PING_PONGS)
        snprintf(why, 200,
                 "what is sent over loopback is not there at once "
                 "(exchange %d of %d)",
                 done + 1, PING_PONGS);
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            close(fd[i]);
    return done == PING_PONGS;
}

bool sim_self_test(char why[200])
{
    const struct sim_options o = {.unix_ms = INT64_C(1735689600000),
                                  .most_virtual_ms = 1000,
                                  .most_turns_at_one_instant = 10000};
    sim_begin(&o);
    bool ok = clock_obeys(why) && loopback_is_instant(why);
    sim_end();
    return ok;
}
