/* icefault serve: becomes icefault-serve, which starts in milliseconds and
 * carries nothing of the runner. A fault file in YAML is turned into JSON
 * first, since only the runner reads YAML. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/json.h"
#include "harness/cli.h"
#include "harness/source.h"
#include "mocks/fault.h"

enum { PATH_MOST = 4096, FILE_MAX = 16 << 20 };

/* icefault-serve stands beside icefault. */
static bool find_program(char *path, size_t size)
{
    static const char name[] = "icefault-serve";
    ssize_t n = readlink("/proc/self/exe", path, size - sizeof name);
    if (n <= 0)
        return false;
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    memcpy(slash ? slash + 1 : path, name, sizeof name);
    return true;
}

static bool is_yaml(const char *file)
{
    size_t n = strlen(file);
    return n > 5 && strcmp(file + n - 5, ".yaml") == 0;
}

/* The rules of a file: one, a list, or {faults: [...]}; all checked here,
 * where their lines and columns are known. */
static bool rules_right(const struct source *src, struct file_error *e)
{
    const cJSON *list = json_get(src->tree, "faults"), *rule;
    struct spec_error found = {0};
    if (!list)
        list = src->tree;
    if (list == src->tree && cJSON_IsObject(list))
        return fault_check(list, &found) || source_fail(src, &found, e);
    if (!cJSON_IsArray(list)) {
        spec_fail(&found, src->tree,
                  "must be a fault, a list of them, or an object with such a "
                  "list under 'faults'");
        return source_fail(src, &found, e);
    }
    cJSON_ArrayForEach(rule, list)
    {
        if (!fault_check(rule, &found))
            return source_fail(src, &found, e);
    }
    return true;
}

static int in_memory(const struct source *src)
{
    struct str text;
    str_init(&text, FILE_MAX);
    json_print(src->tree, &text);
    int fd = memfd_create("faults", 0);
    if (fd >= 0 && write(fd, text.p, text.len) != (ssize_t)text.len) {
        close(fd);
        fd = -1;
    }
    if (fd < 0)
        fprintf(stderr, "icefault serve: %s: %s\n", src->file, strerror(errno));
    str_fini(&text);
    return fd;
}

/* The file as JSON in memory that the program inherits; -1 after saying why. */
static int converted(const char *file)
{
    struct source src;
    struct file_error e;
    int fd = -1;
    if (source_load(&src, file, &e) && rules_right(&src, &e))
        fd = in_memory(&src);
    else
        fprintf(stderr, "%s\n", e.text);
    source_fini(&src);
    return fd;
}

/* Replaces the value of --faults where it names a YAML file. */
static bool convert_faults(int argc, char **argv, char *place, size_t size)
{
    static const char option[] = "--faults";
    size_t n = sizeof option - 1;
    for (int i = 0; i < argc; i++) {
        bool joined = strncmp(argv[i], "--faults=", n + 1) == 0;
        if (!joined && (strcmp(argv[i], option) != 0 || i + 1 >= argc))
            continue;
        const char *file = joined ? argv[i] + n + 1 : argv[i + 1];
        if (!is_yaml(file))
            return true;
        int fd = converted(file);
        if (fd < 0)
            return false;
        snprintf(place, size, "%s/proc/self/fd/%d", joined ? "--faults=" : "",
                 fd);
        argv[joined ? i : i + 1] = place;
        return true;
    }
    return true;
}

int cmd_serve(int argc, char **argv)
{
    static char place[64]; /* lives on in argv */
    char path[PATH_MOST];
    if (!convert_faults(argc, argv, place, sizeof place))
        return EXIT_INPUT;
    char **args = calloc((size_t)argc + 2, sizeof *args);
    if (!args || !find_program(path, sizeof path)) {
        fprintf(stderr, "icefault serve: cannot find icefault-serve\n");
        free(args);
        return EXIT_CANNOT;
    }
    args[0] = path;
    memcpy(args + 1, argv, (size_t)argc * sizeof *args);
    execv(path, args);
    fprintf(stderr, "icefault serve: %s: %s\n", path, strerror(errno));
    free(args);
    return EXIT_CANNOT;
}
