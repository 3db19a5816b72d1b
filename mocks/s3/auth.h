/* auth: the rules that both orders of auth.c and auth_minio.c have. Each is
 * false when it has answered an error. */
#ifndef MOCKS_S3_AUTH_H
#define MOCKS_S3_AUTH_H

#include "mocks/s3/internal.h"

bool claim_signed_right(struct claim *k);

/* Of x-amz-date or Date: old clients write either as the other, some with +0000
 * for GMT. Unix ms, or -1. */
int64_t auth_any_date(struct arena *a, struct slice v);

/* All of MinIO's rules for a claim in header or query. */
bool auth_minio(struct claim *k);

#endif
