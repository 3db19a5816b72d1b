/* Writing the reports of a run; see report_files.h. */
#include "harness/report_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPORT_MAX = 256 << 20, PATH_MOST = 4096 };

static const struct {
    const char *name;
    void (*write)(const struct result *r, struct str *out);
} files[] = {
    {"results.json", report_json},
    {"junit.xml", report_junit},
    {"results.tap", report_tap},
    {"index.html", report_html},
};

static bool make_folders(const char *folder)
{
    char path[PATH_MOST];
    size_t n = strlen(folder);
    if (n >= sizeof path)
        return errno = ENAMETOOLONG, false;
    memcpy(path, folder, n + 1);
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return false;
        *p = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* Beside the target first, then renamed: nobody ever sees half a report. */
static bool write_whole(const char *path, const struct str *text)
{
    char temporary[PATH_MOST + 8];
    snprintf(temporary, sizeof temporary, "%s.part", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    size_t at = 0;
    while (at < text->len) {
        ssize_t n = write(fd, text->p + at, text->len - at);
        if (n < 0 && errno != EINTR)
            break;
        at += n > 0 ? (size_t)n : 0;
    }
    int wrong = at < text->len ? errno : 0;
    if (close(fd) != 0 && !wrong)
        wrong = errno;
    if (!wrong && rename(temporary, path) == 0)
        return true;
    if (!wrong)
        wrong = errno;
    unlink(temporary);
    errno = wrong;
    return false;
}

bool report_files_write(const struct result *r, const char *folder,
                        char why[300])
{
    char path[PATH_MOST];
    struct str text;
    bool ok = make_folders(folder);
    if (!ok) {
        snprintf(why, 300, "report folder %.200s: %s", folder, strerror(errno));
        return false;
    }
    str_init(&text, REPORT_MAX);
    for (size_t i = 0; ok && i < sizeof files / sizeof files[0]; i++) {
        str_reset(&text);
        files[i].write(r, &text);
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        ok = !text.failed && write_whole(path, &text);
        if (!ok)
            snprintf(why, 300, "%.200s: %s", path,
                     text.failed ? "the report is too long" : strerror(errno));
    }
    str_fini(&text);
    return ok;
}
