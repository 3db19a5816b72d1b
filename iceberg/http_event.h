/* http_event: what libcurl's result codes mean to us. */
#ifndef ICEBERG_HTTP_EVENT_H
#define ICEBERG_HTTP_EVENT_H

#include <curl/curl.h>
#include <stdbool.h>

#include "iceberg/http.h"

struct ice_ending { /* how libcurl ended a transfer */
    CURLcode code;
    CURL *easy;
    const char *error; /* libcurl's sentence, may be "" */
    bool connected;    /* TLS included */
    bool head_huge, head_ended, body_huge;
    bool name_tls_check;
};

/* Sets event and cause of a. */
void ice__event_of(const struct ice_ending *end, struct ice_answer *a);
void ice__event_set(struct ice_answer *a, enum ice_event event, const char *fmt,
                    ...) __attribute__((format(printf, 3, 4)));
/* One sentence for the events that our own loop makes. */
const char *ice__event_says(enum ice_event event);

#endif
