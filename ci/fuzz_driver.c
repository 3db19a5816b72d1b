/* fuzz_driver: runs a fuzz target without libFuzzer, the same way every time.
 *
 *     TARGET [-n INPUTS] [-s SEED] [-c FILE] FILE|FOLDER...
 *
 * Every file given is one input; then come INPUTS (2000) more, made of them by
 * a seeded mutator. The input under way is written to FILE (build/fuzz/crash
 * by default) when it ends the process or takes longer than ten seconds, so
 * that `TARGET -n 0 FILE` shows the same again. Ends 0, or by the signal.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/rng.h"
#include "base/str.h"

enum { MOST_FILES = 4096, MOST_BYTES = 1 << 20, MOST_MADE = 4096 };
enum { SECONDS_EACH_INPUT = 10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct {
    struct str seed[MOST_FILES];
    size_t n;
    struct rng rng;
    struct str made; /* the mutated input */
} driver;

static struct { /* for the handler of signals */
    const char *crash_file, *name;
    const uint8_t *data;
    size_t n;
} now;

/* ---- what is left behind when an input kills ---- */

static void say(const char *text)
{
    ssize_t n = write(STDERR_FILENO, text, strlen(text));

    (void)n;
}

static void on_signal(int number)
{
    int fd = open(now.crash_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    say("fuzz_driver: ");
    say(number == SIGALRM ? "no end within ten seconds: " : "killed by ");
    say(now.name);
    if (fd >= 0 && write(fd, now.data, now.n) == (ssize_t)now.n) {
        say(", the input is in ");
        say(now.crash_file);
    }
    say("\n");
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_signals(void)
{
    static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS,
                                 SIGFPE,  SIGILL,  SIGALRM};

    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
        signal(deadly[i], on_signal);
}

#if defined(__SANITIZE_ADDRESS__)
/* ASan and UBSan abort, so that the handler sees their findings. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "handle_segv=0:handle_abort=0:abort_on_error=1";
}
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}
#endif

/* An allocation of its own size each time, so that reading behind the end is
 * noticed under a sanitizer. */
static void run(const char *name, const struct str *input)
{
    uint8_t *copy = malloc(input->len ? input->len : 1);

    if (!copy)
        abort();
    if (input->len)
        memcpy(copy, input->p, input->len);
    now.name = name;
    now.data = copy;
    now.n = input->len;
    alarm(SECONDS_EACH_INPUT);
    LLVMFuzzerTestOneInput(copy, input->len);
    alarm(0);
    free(copy);
}

/* ---- files ---- */

static bool take_file(const char *path)
{
    char buffer[4096];
    size_t n;
    struct str *to = &driver.seed[driver.n];
    FILE *f = fopen(path, "rb");

    if (!f || driver.n == MOST_FILES) {
        fprintf(stderr, "fuzz_driver: cannot read %s\n", path);
        if (f)
            fclose(f);
        return false;
    }
    str_init(to, MOST_BYTES);
    while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
        str_add(to, buffer, n);
    fclose(f);
    driver.n++;
    run(path, to);
    return true;
}

static int not_hidden(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool take_folder(const char *path)
{
    struct dirent **list;
    int n = scandir(path, &list, not_hidden, by_bytes);
    bool ok = n >= 0;

    for (int i = 0; i < n; i++) {
        struct str file;
        str_init(&file, MOST_BYTES);
        str_addf(&file, "%s/%s", path, list[i]->d_name);
        ok = ok && take_file(str_z(&file));
        str_fini(&file);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return ok;
}

static bool take(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return take_folder(path);
    return take_file(path);
}

/* ---- the mutator ---- */

static size_t draw(size_t below)
{
    return below ? (size_t)(rng_next(&driver.rng) % below) : 0;
}

static const struct str *any_seed(void)
{
    static const struct str none = {.max = 0};

    return driver.n ? &driver.seed[draw(driver.n)] : &none;
}

/* Puts n bytes where from..from+gone were. */
static void replace(struct str *s, size_t from, size_t gone, const char *p,
                    size_t n)
{
    struct str out;

    str_init(&out, MOST_MADE);
    str_add(&out, s->p, from);
    str_add(&out, p, n);
    if (s->len > from + gone)
        str_add(&out, s->p + from + gone, s->len - from - gone);
    if (!out.failed) {
        str_fini(s);
        *s = out;
    } else {
        str_fini(&out);
    }
}

static void flip_bit(struct str *s)
{
    if (s->len)
        s->p[draw(s->len)] ^= (char)(1u << draw(8));
}

static void set_byte(struct str *s)
{
    static const char odd[] = "\0\n\r\t \"\\%/{}[]<>&;:,=-+.0129eE\x7f\x80\xc0"
                              "\xed\xf4\xff";

    if (s->len)
        s->p[draw(s->len)] = odd[draw(sizeof(odd) - 1)];
}

static void cut_range(struct str *s)
{
    size_t from = draw(s->len + 1);

    replace(s, from, draw(s->len - from + 1), "", 0);
}

static void repeat_range(struct str *s)
{
    size_t from = draw(s->len + 1), n = draw(s->len - from + 1);
    char *part;

    if (n > 256)
        n = 256;
    part = mem_memdup(s->len ? s->p + from : "", n);
    replace(s, draw(s->len + 1), 0, part, n);
    free(part);
}

/* A piece of another input, in place of a piece of this one or between. */
static void splice_in(struct str *s)
{
    const struct str *other = any_seed();
    size_t from = draw(other->len + 1), n = draw(other->len - from + 1);
    size_t at = draw(s->len + 1);
    size_t gone = draw(2) ? draw(s->len - at + 1) : 0;

    if (n)
        replace(s, at, gone, other->p + from, n);
}

static void put_text(struct str *s)
{
    static const char *const texts[] = {
        "9223372036854775807", "-9223372036854775808", "18446744073709551616",
        "1e999", "-0", "null", "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\\ud800",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"a\":", "%00", "\r\n\r\n",
        "<!DOCTYPE a [<!ENTITY b \"c\">]>", "&b;", "\x1f\x8b\x08"};
    const char *z = texts[draw(sizeof(texts) / sizeof(texts[0]))];
    size_t at = draw(s->len + 1);

    replace(s, at, draw(2) ? draw(s->len - at + 1) : 0, z, strlen(z));
}

static void mutate(struct str *s)
{
    static void (*const ways[])(struct str *) = {
        flip_bit, set_byte, cut_range, repeat_range, splice_in, put_text};
    size_t n = 1 + draw(6);

    while (n--)
        ways[draw(sizeof(ways) / sizeof(ways[0]))](s);
}

static void run_made(long i)
{
    char name[64];
    const struct str *seed = any_seed();

    snprintf(name, sizeof(name), "made input %ld", i);
    str_fini(&driver.made);
    str_init(&driver.made, MOST_MADE);
    str_add(&driver.made, seed->p, seed->len);
    mutate(&driver.made);
    run(name, &driver.made);
}

/* ---- */

static int usage(const char *program)
{
    fprintf(stderr,
            "usage: %s [-n INPUTS] [-s SEED] [-c CRASH-FILE] FILE|FOLDER...\n",
            program);
    return 1;
}

static void fini(void)
{
    str_fini(&driver.made);
    while (driver.n)
        str_fini(&driver.seed[--driver.n]);
}

int main(int argc, char **argv)
{
    long inputs = 2000;
    uint64_t seed = 1;
    int option;

    now.crash_file = "build/fuzz/crash";
    while ((option = getopt(argc, argv, "n:s:c:")) != -1) {
        if (option == 'n')
            inputs = strtol(optarg, NULL, 10);
        else if (option == 's')
            seed = strtoull(optarg, NULL, 10);
        else if (option == 'c')
            now.crash_file = optarg;
        else
            return usage(argv[0]);
    }
    watch_signals();
    rng_init(&driver.rng, seed, "fuzz");
    for (int i = optind; i < argc; i++)
        if (!take(argv[i])) {
            fini();
            return 2;
        }
    for (long i = 0; i < inputs; i++)
        run_made(i);
    printf("%zu files, %ld made inputs\n", driver.n, inputs);
    fini();
    return 0;
}
