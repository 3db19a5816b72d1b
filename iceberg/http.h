/* http: sends a request and waits for its answer, or several side by side.
 *
 * Knows no rules: what it may and may not do is in the request and in the
 * options; whether to send again is the caller's business. libcurl easy
 * handles in a multi loop of its own, HTTP/1.1 only, no signals, no redirects
 * unless told, no netrc, nothing from the environment unless told. Timers are
 * our own on the clock given; a cancel descriptor ends any wait. Every wait
 * goes through poll (curl_multi_poll), so that a simulation can own it. Where
 * the host is an IP literal or localhost no resolver is used; for other names
 * libcurl starts a resolver thread.
 *
 * libcurl sends a request a second time by itself only on a reused connection
 * that turns out to be dead; a request marked fresh never uses one. For
 * others resent counts it.
 */
#ifndef ICEBERG_HTTP_H
#define ICEBERG_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "iceberg/policy.h"

struct ice_http;

struct ice_http_options { /* strings borrowed for the life of the handle */
    const struct clock *clock;
    const char *ca_file; /* NULL: the system's store */
    bool use_proxy;      /* http_proxy and its like */
    enum ice_redirects redirects;
    bool name_tls_check;
    bool gunzip;                   /* Accept-Encoding: gzip, and read it */
    unsigned timers, cancel;       /* bits, see policy.h */
    int cancel_fd;                 /* readable: cancelled; -1: none */
    size_t body_bytes, head_bytes; /* limits */
};

struct ice_http *ice__http_new(const struct ice_http_options *o);
/* Closes all connections, unless leak is true (a mutant's). */
void ice__http_free(struct ice_http *h, bool leak);

struct ice_request {    /* all borrowed until the call returns */
    const char *method; /* "GET", "HEAD", "POST", "PUT", "DELETE" */
    const char *url;    /* absolute and encoded; goes out as it stands */
    const char *const *headers; /* "Name: value" */
    size_t n_headers;
    struct slice body; /* p NULL: none */
    bool fresh;        /* on a connection of its own */
    bool raw;          /* the body as it comes: no content coding is
                          asked for, none undone */
    size_t body_bytes; /* limit of the answer's; 0: the options' */
    /* Time-outs; deadline is on the monotonic clock, in ms. */
    int64_t connect_ms, first_byte_ms, idle_ms, request_ms, deadline_ms;
};

struct ice_answer {
    enum ice_event event;
    int status;
    struct str head; /* header lines of the last answer, each ended by \n */
    struct str body; /* decoded */
    bool sent;       /* a byte of the request reached a connected socket */
    bool connected;
    int resent; /* copies that libcurl sent by itself */
    int64_t elapsed_ms;
    char cause[256]; /* of anything but ICE_EV_ANSWER: one sentence */
};

void ice__answer_init(struct ice_answer *a);
void ice__answer_fini(struct ice_answer *a);
/* Fills a (which was initialised; what it held is dropped). */
void ice__http_send(struct ice_http *h, const struct ice_request *r,
                    struct ice_answer *a);

/* ---- several side by side ----
 *
 *   f = ice__http_start(h, &request, &answer);     as often as need be
 *   while (ice__http_go_on(h, until_ms)) ...       some have ended
 *   if (ice__flight_ended(f)) ice__flight_free(f); its answer is filled
 */
struct ice_flight; /* one request under way */

/* request and answer are the flight's until it is freed. Never NULL; when the
 * call is cancelled already the flight has ended at once. */
struct ice_flight *ice__http_start(struct ice_http *h,
                                   const struct ice_request *r,
                                   struct ice_answer *a);
/* Goes on with all that fly until one at least has ended (true), or the clock
 * shows until_ms (false). A cancel ends all of them. */
bool ice__http_go_on(struct ice_http *h, int64_t until_ms);
bool ice__flight_ended(const struct ice_flight *f);
/* Ended or not; then it is given up, and its connection closed. */
void ice__flight_free(struct ice_flight *f);

/* The value of a header of the answer, ASCII case ignored; {NULL, 0}: none. */
struct slice ice__answer_header(const struct ice_answer *a, const char *name);

/* Waits until the clock shows until_ms (monotonic). False: cancelled. */
bool ice__http_wait(struct ice_http *h, int64_t until_ms);

/* Appends what gzip data holds, at most out->max bytes all told. False: not
 * gzip, damaged, cut short or (out->failed) too long. */
bool ice__gunzip(struct slice in, struct str *out);

#endif
