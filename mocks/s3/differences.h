/* differences: where the mock S3 is known not to do what the real ones do.
 * docs/S3.md lists them. A difference that ci/minio allows has a row here too,
 * under the same id where one row speaks of it.
 */
#ifndef MOCKS_S3_DIFFERENCES_H
#define MOCKS_S3_DIFFERENCES_H

struct s3_difference {
    const char *id;
    const char *from; /* "MinIO", "AWS" or "both" */
    const char *theirs, *ours, *why;
};
extern const struct s3_difference s3_differences[]; /* ends with {0} */

struct s3_honour {          /* what of a request is obeyed */
    const char *operations; /* names with blanks between them */
    const char *what;       /* headers and query parameters, a sentence */
};
extern const struct s3_honour s3_honours[];     /* ends with {0} */
const char *s3_honoured(const char *operation); /* NULL: no row says */

#endif
