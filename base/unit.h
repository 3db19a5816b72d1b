/* unit: what a CUnit test program needs besides its tests.
 *
 *     static void parses_a_range(void) { CU_ASSERT(...); }
 *     UNIT_MAIN("http1", UNIT(parses_a_range), UNIT(...))
 *
 * Prints one line a failed assertion, a CUnit summary at the end, and exits 0
 * only if something ran and nothing failed. With UNIT_JUNIT=FILE in the
 * environment results also go to that file, through our own writer (the one
 * of CUnit 2.1-3 writes broken XML).
 */
#ifndef BASE_UNIT_H
#define BASE_UNIT_H

#include <CUnit/CUnit.h>
#include <stddef.h>

struct unit_test {
    const char *name;
    void (*run)(void);
};

#define UNIT(f) {#f, f}
#define UNIT_MAIN(suite, ...)                                                  \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        static const struct unit_test tests[] = {__VA_ARGS__};                 \
        return unit_main(suite, tests, sizeof(tests) / sizeof(tests[0]), argc, \
                         argv);                                                \
    }

/* argv[1], when given, runs only the tests whose name contains it. */
int unit_main(const char *suite, const struct unit_test *tests, size_t n,
              int argc, char **argv);

#endif
