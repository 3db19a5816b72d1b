/* A Content-Type on the first line, a form's body behind it: the parts of what
 * is taken for a form lie inside the body, and the same form written anew is
 * read as the same.
 */
#include "mocks/s3/form.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define BOUNDARY "-+-icefault-+-"

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void must_lie_in(struct slice part, struct slice whole)
{
    must(!part.len ||
         (part.p >= whole.p && part.p + part.len <= whole.p + whole.len));
}

/* Can the name stand between quotes? */
static bool is_plain(struct slice s)
{
    return !s.len || (!memchr(s.p, '"', s.len) && !memchr(s.p, '\r', s.len));
}

static void write_part(struct str *out, struct slice name, struct slice value)
{
    str_addz(out, "--" BOUNDARY "\r\n"
                  "Content-Disposition: form-data; name=\"");
    str_adds(out, name);
    str_addz(out, "\"\r\n\r\n");
    str_adds(out, value);
    str_addz(out, "\r\n");
}

static bool write_form(struct str *out, const struct form *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!is_plain(f->fields[i].name))
            return false;
        write_part(out, f->fields[i].name, f->fields[i].value);
    }
    if (f->file.p)
        write_part(out, SLICE_LIT("file"), f->file);
    str_addz(out, "--" BOUNDARY "--\r\n");
    return !out->failed;
}

static void check_written(const struct form *f, struct slice body)
{
    static const char type[] = "multipart/form-data; boundary=" BOUNDARY;
    struct form again;
    struct str out;

    str_init(&out, 1 << 20);
    if (!memmem(body.p, body.len, BOUNDARY, sizeof(BOUNDARY) - 1) &&
        write_form(&out, f)) {
        must(form_read(slice_of(type), str_slice(&out), &again));
        must(again.n == f->n && !again.file.p == !f->file.p);
        must(slice_eq(again.file, f->file));
        for (size_t i = 0; i < f->n; i++)
            must(slice_eq(again.fields[i].name, f->fields[i].name) &&
                 slice_eq(again.fields[i].value, f->fields[i].value));
    }
    str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *p = (const char *)data;
    const char *end = n ? memchr(p, '\n', n) : NULL;
    struct slice type = {p, end ? (size_t)(end - p) : n}, body;
    struct form f;

    if (!end)
        return 0;
    body = (struct slice){end + 1, n - type.len - 1};
    if (!form_read(type, body, &f))
        return 0;
    must(f.n <= FORM_FIELDS);
    must_lie_in(f.file, body);
    must_lie_in(f.file_name, body);
    for (size_t i = 0; i < f.n; i++) {
        must(f.fields[i].name.len > 0);
        must_lie_in(f.fields[i].name, body);
        must_lie_in(f.fields[i].value, body);
    }
    check_written(&f, body);
    return 0;
}
