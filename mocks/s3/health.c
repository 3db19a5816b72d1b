/* health: MinIO's health endpoints (profile minio): GET or HEAD, unsigned. */
#include <string.h>

#include "mocks/s3/internal.h"

static const struct {          /* one drive, which is its own quorum */
    const char *path, *quorum; /* of a cluster: the header that tells it */
} checks[] = {{"/minio/health/live", NULL},
              {"/minio/health/ready", NULL},
              {"/minio/health/cluster", "x-minio-write-quorum"},
              {"/minio/health/cluster/read", "x-minio-read-quorum"}};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

static size_t find(struct slice path)
{
    size_t i = 0;

    while (i < CHECKS && !slice_eqz(path, checks[i].path))
        i++;
    return i;
}

bool health_is(struct slice path)
{
    return find(path) < CHECKS;
}

void s3_health(struct ask *c)
{
    const char *quorum = checks[find(c->r->path)].quorum;
    const char *maintenance = ask_query(c, "maintenance");

    s3_answer_empty(c->x, 200);
    answer_header(&c->x->answer, c->a, "Vary", "Origin");
    if (!quorum)
        return;
    answer_header(&c->x->answer, c->a, quorum, "1");
    answer_header(&c->x->answer, c->a, "x-minio-storage-class-defaults",
                  "false");
    if (maintenance && strcmp(maintenance, "true") == 0)
        c->x->answer.status = 412; /* it cannot be spared */
}
