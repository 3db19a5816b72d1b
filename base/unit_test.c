/* Tests of unit: this program runs itself as an example of a test program. */
#include "base/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

static void example_passes(void)
{
    CU_ASSERT(1 + 1 == 2);
}

static void example_fails(void)
{
    CU_ASSERT(2 < 1 && "a<b & \"c\"");
}

static void example_writes_to_a_closed_pipe(void)
{
    int ends[2];

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    close(ends[0]);
    CU_ASSERT_EQUAL(write(ends[1], "x", 1), -1);
    close(ends[1]);
}

static const struct unit_test examples[] = {
    UNIT(example_passes), UNIT(example_fails),
    UNIT(example_writes_to_a_closed_pipe)};

enum { OUTPUT_BYTES = 1 << 16 };

static _Noreturn void become_example(const char *only, const char *junit,
                                     int out)
{
    char *args[] = {(char *)"example", (char *)only, NULL};
    char self[4096]; /* by name: valgrind's /proc/self/exe is its own */
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (junit)
        setenv("UNIT_JUNIT", junit, 1);
    else
        unsetenv("UNIT_JUNIT");
    setenv("UNIT_EXAMPLE", "1", 1);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    self[n < 0 ? 0 : n] = '\0';
    execv(self, args);
    _exit(99);
}

/* Exit status of the examples whose name contains only; what they print is
 * appended to out. */
static int run_example(const char *only, const char *junit, struct str *out)
{
    int ends[2], status = 0;
    char buf[4096];
    ssize_t n;
    pid_t pid;

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    fflush(NULL);
    pid = fork();
    CU_ASSERT_FATAL(pid >= 0);
    if (pid == 0)
        become_example(only, junit, ends[1]);
    close(ends[1]);
    while ((n = read(ends[0], buf, sizeof(buf))) > 0)
        str_add(out, buf, (size_t)n);
    close(ends[0]);
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void ends_with_0_when_all_passed(void)
{
    struct str out;

    str_init(&out, OUTPUT_BYTES);
    CU_ASSERT_EQUAL(run_example("passes", NULL, &out), 0);
    CU_ASSERT(strstr(str_z(&out), "example: 1 tests, 0 failed") != NULL);
    str_fini(&out);
}

static void ends_with_1_and_names_what_failed(void)
{
    struct str out;

    str_init(&out, OUTPUT_BYTES);
    CU_ASSERT_EQUAL(run_example("example", NULL, &out), 1);
    CU_ASSERT(strstr(str_z(&out), "example_fails: 2 < 1") != NULL);
    CU_ASSERT(strstr(str_z(&out), "base/unit_test.c:") != NULL);
    CU_ASSERT(strstr(str_z(&out), "example: 3 tests, 1 failed") != NULL);
    str_fini(&out);
}

static void ends_with_1_when_nothing_ran(void)
{
    struct str out;

    str_init(&out, OUTPUT_BYTES);
    CU_ASSERT_EQUAL(run_example("no such test", NULL, &out), 1);
    CU_ASSERT(strstr(str_z(&out), "no test was run") != NULL);
    str_fini(&out);
}

static void a_closed_pipe_kills_nobody(void)
{
    struct str out;

    str_init(&out, OUTPUT_BYTES);
    CU_ASSERT_EQUAL(run_example("closed_pipe", NULL, &out), 0);
    str_fini(&out);
}

static void writes_junit_when_asked(void)
{
    char path[] = "/tmp/unit_test.XXXXXX", text[OUTPUT_BYTES];
    int fd = mkstemp(path);
    struct str out;
    ssize_t n;

    CU_ASSERT_FATAL(fd >= 0);
    str_init(&out, OUTPUT_BYTES);
    CU_ASSERT_EQUAL(run_example("example", path, &out), 1);
    n = read(fd, text, sizeof(text) - 1);
    CU_ASSERT_FATAL(n > 0);
    text[n] = '\0';
    CU_ASSERT(strstr(text, "tests=\"3\" failures=\"1\"") != NULL);
    CU_ASSERT(strstr(text, "a&lt;b &amp; \\&quot;c\\&quot;") != NULL);
    CU_ASSERT_PTR_NULL(strstr(text, "a<b"));
    close(fd);
    unlink(path);
    str_reset(&out);
    CU_ASSERT_EQUAL(run_example("passes", "/nonexistent/dir/x", &out), 1);
    CU_ASSERT(strstr(str_z(&out), "/nonexistent/dir/x") != NULL);
    str_fini(&out);
}

int main(int argc, char **argv)
{
    static const struct unit_test tests[] = {
        UNIT(ends_with_0_when_all_passed),
        UNIT(ends_with_1_and_names_what_failed),
        UNIT(ends_with_1_when_nothing_ran), UNIT(a_closed_pipe_kills_nobody),
        UNIT(writes_junit_when_asked)};

    if (getenv("UNIT_EXAMPLE"))
        return unit_main("example", examples,
                         sizeof(examples) / sizeof(examples[0]), argc, argv);
    return unit_main("unit", tests, sizeof(tests) / sizeof(tests[0]), argc,
                     argv);
}
