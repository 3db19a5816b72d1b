/* probe_state: what else is so after a fault, while its world is still open;
 * for fault_probe_test.c only. */
#ifndef MOCKS_PROBE_STATE_H
#define MOCKS_PROBE_STATE_H

#include "mocks/probe.h"

/* The answer to a read of "old" by another client; the caller deletes. */
static inline cJSON *old_now(struct probe *p)
{
    struct client *c = observer(p);

    say_op(c, OP_READ);
    settle();
    EXPECT(p, answered_with(c, "HTTP/1.1 200 OK\r\n"));
    return body_tree(&c->got);
}

static inline const cJSON *metadata(const cJSON *answer)
{
    return json_get(answer, "metadata");
}

static inline int columns(const cJSON *answer)
{
    const cJSON *schemas = json_get(metadata(answer), "schemas");
    int n = cJSON_GetArraySize(schemas);

    return cJSON_GetArraySize(
        json_get(cJSON_GetArrayItem(schemas, n - 1), "fields"));
}

static inline bool rival_wrote(const cJSON *answer)
{
    const cJSON *list = json_get(metadata(answer), "snapshots");
    const cJSON *summary = json_get(cJSON_GetArrayItem(list, 0), "summary");

    return cJSON_GetArraySize(list) == 1 &&
           json_str(summary, "icefault.rival") != NULL;
}

static inline bool is_blue(const cJSON *answer)
{
    const char *z =
        json_str(json_get(metadata(answer), "properties"), "colour");

    return z && !strcmp(z, "blue");
}

static inline bool other_uuid(const cJSON *a, const cJSON *b)
{
    const char *x = json_str(metadata(a), "table-uuid");
    const char *y = json_str(metadata(b), "table-uuid");

    return x && y && strcmp(x, y) != 0;
}

/* plain, got (of the faulted read; before: it shows the change already) and
 * what is read now. */
static inline void compare(struct probe *p,
                           bool (*differ)(const cJSON *, const cJSON *))
{
    cJSON *plain = body_tree(&p->plain), *got = body_tree(&p->got);
    cJSON *now = old_now(p);

    EXPECT(p, differ(plain, now));
    EXPECT(p, differ(plain, got) == (p->cell->phase == FAULT_BEFORE));
    EXPECT(p, differ(got, now) == (p->cell->phase == FAULT_AFTER));
    cJSON_Delete(plain);
    cJSON_Delete(got);
    cJSON_Delete(now);
}

static void also_swapped(struct probe *p)
{
    compare(p, other_uuid);
}

static bool more_columns(const cJSON *a, const cJSON *b)
{
    return columns(b) == columns(a) + 1 && !other_uuid(a, b);
}

static void also_drifted(struct probe *p)
{
    compare(p, more_columns);
}

static void also_no_old(struct probe *p)
{
    struct client *c = observer(p);

    say_op(c, OP_READ);
    settle();
    EXPECT(p, answered_with(c, "HTTP/1.1 404 Not Found\r\n"));
}

static void also_rival_first(struct probe *p)
{
    cJSON *now = old_now(p);

    EXPECT(p, rival_wrote(now) && !is_blue(now));
    cJSON_Delete(now);
}

static void also_rival_second(struct probe *p)
{
    cJSON *now = old_now(p);

    EXPECT(p, rival_wrote(now) && is_blue(now));
    cJSON_Delete(now);
}

static void also_blue_twice(struct probe *p)
{
    cJSON *now = old_now(p);
    const cJSON *log = json_get(metadata(now), "metadata-log");

    EXPECT(p, is_blue(now) && cJSON_GetArraySize(log) == 2);
    cJSON_Delete(now);
}

/* Another read shows what the faulted one did not. */
static void also_fresh_again(struct probe *p)
{
    const char *others =
        p->cell->which == MOCK_S3 ? "\r\n\r\nothers" : "icefault.rival";
    struct client *c = observer(p);

    say_op(c, OP_READ);
    settle();
    EXPECT(p, answered_with(c, "HTTP/1.1 200 OK\r\n"));
    EXPECT(p, strstr(str_z(&c->got), others) != NULL);
}

static void also_old_stays(struct probe *p)
{
    struct client *c = observer(p);

    say_op(c, OP_READ);
    settle();
    EXPECT(p, answered_with(c, "HTTP/1.1 200 OK\r\n"));
}

static void also_forgotten(struct probe *p)
{
    EXPECT(p, s3_uploads(mock_s3(w.mock), "data-lake", "up") == 0);
}

static void also_remembered(struct probe *p)
{
    EXPECT(p, s3_uploads(mock_s3(w.mock), "data-lake", "up") == 1);
}

static void also_expired(struct probe *p)
{
    const struct s3 *s = s3_service(mock_s3(w.mock))->state;
    const struct s3_session *d = session_find(s, SLICE_LIT("K"));

    EXPECT(p, session_refusal(s, d, "ttttt") != NULL);
}

/* The page that the answer names is there, and names another. */
static void also_endless(struct probe *p)
{
    bool fresh = json_bool(p->params, "fresh");

    for (int i = 1; i < 4; i++) {
        char query[40], next[60];
        snprintf(query, sizeof(query),
                 fresh ? "pageToken=endless-%d" : "pageToken=endless", i);
        snprintf(next, sizeof(next),
                 fresh ? "\"next-page-token\":\"endless-%d\""
                       : "\"next-page-token\":\"endless\"",
                 i + 1);
        struct client *c = observer(p);
        say_query(c, &requests[OP_LIST][MOCK_CATALOG], query);
        settle();
        EXPECT(p, strstr(str_z(&c->got), "[[\"db\"]]") != NULL);
        EXPECT(p, strstr(str_z(&c->got), next) != NULL);
    }
}

#endif
