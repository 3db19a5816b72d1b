/* auth: the rules that both orders of auth.c and auth_minio.c have. Each is
 * false when it has answered an error. */
#ifndef MOCKS_S3_AUTH_H
#define MOCKS_S3_AUTH_H

#include "mocks/s3/internal.h"

bool claim_signed_right(struct claim *k);

/* All of MinIO's rules for a claim in header or query. */
bool auth_minio(struct claim *k);

#endif
