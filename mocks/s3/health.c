/* health: MinIO's health endpoints (profile minio): GET or HEAD, unsigned. */
#include <string.h>

#include "mocks/s3/internal.h"

void s3_health(struct ask *c)
{
    const char *what = c->x->request->path.p + sizeof("/minio/health/") - 1;
    size_t n = c->r->path.len - (sizeof("/minio/health/") - 1);
    struct slice check = {what, n};
    const char *maintenance = ask_query(c, "maintenance");
    bool cluster = slice_starts(check, "cluster");

    if (!slice_eqz(check, "live") && !slice_eqz(check, "ready") &&
        !slice_eqz(check, "cluster") && !slice_eqz(check, "cluster/read")) {
        s3_answer_empty(c->x, 404);
        return;
    }
    s3_answer_empty(c->x, 200);
    if (!cluster)
        return;
    answer_header(&c->x->answer, c->a,
                  slice_eqz(check, "cluster") ? "x-minio-write-quorum"
                                              : "x-minio-read-quorum",
                  "1");
    if (maintenance && strcmp(maintenance, "true") == 0)
        c->x->answer.status = 412; /* one server: it cannot be spared */
}
