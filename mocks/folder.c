/* folder: the catalog's files below a root on the disk. See folder.h.
 *
 * The root is opened once; every other folder is opened from its parent,
 * segment by segment, never through a symbolic link. So a link that somebody
 * puts there between two requests leads nowhere.
 */
#include "mocks/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

enum { SEGMENTS_MAX = 64, FILE_MAX = 256 << 20, TRIES = 100, WHY = 160 };

struct folder {
    struct warehouse warehouse;
    int fd;
    char *given, *real; /* absolute paths without a slash at the end */
    unsigned files;     /* counter of temporary names */
};

/* A location taken apart: the folders on the way, and the file's name. */
struct way {
    struct slice segment[SEGMENTS_MAX];
    size_t n;
};

/* ---- locations ----------------------------------------------------------- */

const char *folder_path(const char *location)
{
    static const char *const before[] = {"file://localhost", "file://",
                                         "file:", ""};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        if (strncmp(location, before[i], n) == 0 && location[n] == '/')
            return location + n;
    }
    return NULL;
}

/* What follows root in the path: nothing, or a slash and more. NULL when it
 * lies elsewhere. */
static const char *behind(const char *path, const char *root)
{
    size_t n = strlen(root);
    while (path[0] == '/' && path[1] == '/')
        path++;
    if (strncmp(path, root, n) != 0 || (path[n] && path[n] != '/'))
        return NULL;
    return path + n;
}

static bool take_apart(const char *rest, struct way *w)
{
    w->n = 0;
    while (*rest) {
        size_t n = strcspn(rest, "/");
        struct slice one = {rest, n};
        rest += n + (rest[n] == '/');
        if (n == 0 || slice_eqz(one, "."))
            continue;
        if (slice_eqz(one, "..") || n > NAME_MAX || w->n == SEGMENTS_MAX)
            return false;
        w->segment[w->n++] = one;
    }
    return true;
}

static bool find_way(const struct folder *f, const char *location,
                     struct way *w)
{
    const char *path = folder_path(location), *rest = NULL;
    if (path)
        rest = behind(path, f->given);
    if (path && !rest)
        rest = behind(path, f->real);
    return rest && take_apart(rest, w);
}

/* The same for a file, which the root itself is not. */
static bool find_file(const struct folder *f, const char *location,
                      struct way *w)
{
    return find_way(f, location, w) && w->n > 0;
}

static bool refuse(const struct folder *f, const char *location, char why[160])
{
    snprintf(why, WHY, "%.80s is not below %.40s", location,
             *f->given ? f->given : "/");
    return false;
}

bool folder_holds(const struct folder *f, const char *location, char why[160])
{
    struct way w;
    return find_way(f, location, &w) || refuse(f, location, why);
}

/* ---- the disk ------------------------------------------------------------ */

/* Terminates a segment in buf. */
static const char *name_of(struct slice segment, char buf[NAME_MAX + 1])
{
    memcpy(buf, segment.p, segment.len);
    buf[segment.len] = 0;
    return buf;
}

static int open_folder(int at, const char *name, bool make)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(at, name, flags);
    if (fd >= 0 || errno != ENOENT || !make)
        return fd;
    if (mkdirat(at, name, 0777) != 0 && errno != EEXIST)
        return -1;
    return openat(at, name, flags);
}

/* The folder of w's file: a descriptor for the caller to close, or -1 with
 * errno. name: the file's own. */
static int walk(const struct folder *f, const struct way *w, bool make,
                char name[NAME_MAX + 1])
{
    int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
    for (size_t i = 0; fd >= 0 && i + 1 < w->n; i++) {
        int next = open_folder(fd, name_of(w->segment[i], name), make);
        int kept = errno;
        close(fd);
        errno = kept;
        fd = next;
    }
    name_of(w->segment[w->n - 1], name);
    return fd;
}

static bool write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.p += n;
        bytes.len -= (size_t)n;
    }
    return true;
}

static bool read_all(int fd, struct str *out)
{
    char buf[65536];
    size_t at = out->len;
    for (;;) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n > 0)
            str_add(out, buf, (size_t)n);
        if (n == 0 && !out->failed)
            return true;
        if (n <= 0 || out->failed)
            break;
    }
    str_cut(out, at);
    return false;
}

/* Written beside its name first, so that no reader meets half a file. */
static bool put_into(struct folder *f, int dir, const char *name,
                     struct slice bytes)
{
    char beside[64];
    int fd = -1;
    /* A process that was killed may have left some. */
    for (int i = 0; i < TRIES && fd < 0 && (i == 0 || errno == EEXIST); i++) {
        snprintf(beside, sizeof beside, ".icefault-%ld-%u", (long)getpid(),
                 f->files++);
        fd = openat(dir, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    if (fd < 0)
        return false;
    bool ok = write_all(fd, bytes);
    ok = close(fd) == 0 && ok;
    ok = ok && renameat(dir, beside, dir, name) == 0;
    int kept = errno;
    if (!ok)
        unlinkat(dir, beside, 0);
    errno = kept;
    return ok;
}

static bool put(void *ctx, const char *location, struct slice bytes,
                char why[160])
{
    struct folder *f = ctx;
    struct way w;
    char name[NAME_MAX + 1];
    if (!find_file(f, location, &w))
        return refuse(f, location, why);
    int dir = walk(f, &w, true, name);
    bool ok = dir >= 0 && put_into(f, dir, name, bytes);
    if (!ok)
        snprintf(why, WHY, "%.100s: %.50s", location, strerror(errno));
    if (dir >= 0)
        close(dir);
    return ok;
}

/* Only plain files, of a length that is believable. */
static bool is_file(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_size <= FILE_MAX;
}

static bool get(void *ctx, const char *location, struct str *out)
{
    const struct folder *f = ctx;
    struct way w;
    char name[NAME_MAX + 1];
    struct stat st;
    int dir = find_file(f, location, &w) ? walk(f, &w, false, name) : -1;
    if (dir < 0)
        return false;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    close(dir);
    bool ok =
        fd >= 0 && fstat(fd, &st) == 0 && is_file(&st) && read_all(fd, out);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool exists(void *ctx, const char *location)
{
    const struct folder *f = ctx;
    struct way w;
    char name[NAME_MAX + 1];
    struct stat st;
    int dir = find_file(f, location, &w) ? walk(f, &w, false, name) : -1;
    if (dir < 0)
        return false;
    bool ok = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_file(&st);
    close(dir);
    return ok;
}

static bool remove_file(void *ctx, const char *location)
{
    const struct folder *f = ctx;
    struct way w;
    char name[NAME_MAX + 1];
    struct stat st;
    int dir = find_file(f, location, &w) ? walk(f, &w, false, name) : -1;
    if (dir < 0)
        return false;
    bool ok = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
              S_ISREG(st.st_mode) && unlinkat(dir, name, 0) == 0;
    close(dir);
    return ok;
}

/* ---- life ---------------------------------------------------------------- */

/* "/" becomes "": what is below it begins with its slash. */
static char *without_slash(const char *path)
{
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/')
        n--;
    return mem_memdup(path, n);
}

struct folder *folder_new(const char *root, char why[160])
{
    char real[PATH_MAX];
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || !realpath(root, real)) {
        snprintf(why, WHY, "%.100s: %.50s", root, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct folder *f = mem_alloc(sizeof *f);
    f->fd = fd;
    f->real = without_slash(real);
    f->given = without_slash(root[0] == '/' ? root : real);
    f->warehouse = (struct warehouse){.ctx = f,
                                      .put = put,
                                      .get = get,
                                      .exists = exists,
                                      .remove = remove_file};
    return f;
}

void folder_free(struct folder *f)
{
    if (!f)
        return;
    close(f->fd);
    free(f->given);
    free(f->real);
    free(f);
}

const struct warehouse *warehouse_of_folder(struct folder *f)
{
    return &f->warehouse;
}
