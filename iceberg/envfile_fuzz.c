/* Any bytes as an env file: entries with their places, or an error that names
 * its place, and nothing left behind.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "iceberg/envfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char why[320] = "";
    struct envfile f;

    envfile_init(&f);
    if (envfile_parse(&f, "x.env", (const char *)data, n, why, sizeof(why)))
        for (struct envfile_entry *e = f.first; e; e = e->next) {
            must(e->key[0] && e->value && e->line > 0 && e->col > 0);
            must(strlen(e->key) + strlen(e->value) <= n);
            must(envfile_find(&f, e->key));
        }
    else
        must(!strncmp(why, "x.env", 5));
    envfile_fini(&f);
    return 0;
}
