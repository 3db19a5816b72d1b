/* unit: see unit.h. */
#include "base/unit.h"

#include <CUnit/TestRun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/xml.h"

/* What CUnit's call-backs have no argument for. */
static struct {
    const char *suite;
    struct str cases; /* <testcase> elements */
    int64_t began_ms, test_began_ms;
    unsigned run, failed;
} now;

/* For text inside elements and attributes; other control characters are not
 * allowed in XML at all. */
static void add_xml(struct str *out, const char *z)
{
    for (; *z; z++) {
        const char *e = xml_entity(*z);

        if (e)
            str_addz(out, e);
        else if ((unsigned char)*z < ' ' && *z != '\n')
            str_addc(out, ' ');
        else
            str_addc(out, *z);
    }
}

static void add_failure(const struct CU_FailureRecord *f)
{
    printf("%s:%u: %s: %s\n", f->strFileName, f->uiLineNumber,
           f->pTest ? f->pTest->pName : now.suite, f->strCondition);
    str_addz(&now.cases, "<failure message=\"");
    add_xml(&now.cases, f->strCondition);
    str_addz(&now.cases, "\">");
    add_xml(&now.cases, f->strFileName);
    str_addf(&now.cases, ":%u</failure>", f->uiLineNumber);
}

static void test_starts(const CU_pTest test, const CU_pSuite suite)
{
    (void)test;
    (void)suite;
    now.test_began_ms = clock_ms(&clock_system);
}

static void test_ends(const CU_pTest test, const CU_pSuite suite,
                      const CU_pFailureRecord failures)
{
    int64_t ms = clock_ms(&clock_system) - now.test_began_ms;

    (void)suite;
    str_addz(&now.cases, "<testcase classname=\"");
    add_xml(&now.cases, now.suite);
    str_addz(&now.cases, "\" name=\"");
    add_xml(&now.cases, test->pName);
    str_addf(&now.cases, "\" time=\"%lld.%03lld\">", (long long)ms / 1000,
             (long long)ms % 1000);
    for (const struct CU_FailureRecord *f = failures; f; f = f->pNext)
        add_failure(f);
    str_addz(&now.cases, "</testcase>\n");
    now.run++;
    now.failed += failures != NULL;
}

static bool write_junit(const char *path)
{
    FILE *f = fopen(path, "w");
    int64_t ms = clock_ms(&clock_system) - now.began_ms;
    bool ok;

    if (!f) {
        perror(path);
        return false;
    }
    fprintf(f,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "<testsuite name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"0\" "
            "skipped=\"0\" time=\"%lld.%03lld\">\n%s</testsuite>\n"
            "</testsuites>\n",
            now.suite, now.run, now.failed, (long long)ms / 1000,
            (long long)ms % 1000, str_z(&now.cases));
    ok = !ferror(f);
    if (fclose(f) != 0 || !ok) {
        perror(path);
        return false;
    }
    return true;
}

static bool register_tests(const char *suite, const struct unit_test *tests,
                           size_t n, const char *only)
{
    CU_pSuite s = CU_add_suite(suite, NULL, NULL);

    for (size_t i = 0; s && i < n; i++)
        if (!only || strstr(tests[i].name, only))
            if (!CU_add_test(s, tests[i].name, tests[i].run))
                return false;
    return s;
}

int unit_main(const char *suite, const struct unit_test *tests, size_t n,
              int argc, char **argv)
{
    const char *junit = getenv("UNIT_JUNIT");
    bool ok = false;

    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0); /* nothing lost when a test crashes */
    now.suite = suite;
    now.began_ms = clock_ms(&clock_system);
    str_init(&now.cases, 16 << 20);
    if (CU_initialize_registry() != CUE_SUCCESS ||
        !register_tests(suite, tests, n, argc > 1 ? argv[1] : NULL)) {
        fprintf(stderr, "%s: CUnit: %s\n", suite, CU_get_error_msg());
        goto out;
    }
    CU_set_test_start_handler(test_starts);
    CU_set_test_complete_handler(test_ends);
    CU_run_all_tests();
    CU_print_run_results(stdout);
    printf("\n%s: %u tests, %u failed\n", suite, now.run, now.failed);
    ok = now.run > 0 && now.failed == 0 &&
         CU_get_number_of_failure_records() == 0;
    if (!now.run)
        fprintf(stderr, "%s: no test was run\n", suite);
    if (junit && *junit && !write_junit(junit))
        ok = false;
out:
    CU_cleanup_registry();
    str_fini(&now.cases);
    return ok ? 0 : 1;
}
