/* sts: sessions that AssumeRole gave out: keys with a token and an end. */
#ifndef MOCKS_S3_STS_H
#define MOCKS_S3_STS_H

#include "mocks/s3/internal.h"

enum { SESSION_KEY = 21, SESSION_SECRET = 41, SESSION_TOKEN = 129 };

struct s3_session {
    char key[SESSION_KEY], secret[SESSION_SECRET], token[SESSION_TOKEN];
    unsigned user; /* who it speaks for */
    int64_t until_ms;
    char *policy; /* NULL: all that the user may */
};

const struct s3_session *session_by_key(const struct s3 *s, struct slice key);
void sessions_fini(struct s3 *s);

#endif
