/* icefault-serve as others meet it: a process with options, one line of JSON,
 * exit codes and signals. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/unit.h"

enum { MOST_TEXT = 1 << 20, MOST_ARGS = 12, PATH_SIZE = 512, GUARD_S = 120 };

/* ---- the process ----------------------------------------------------------
 */

struct served {
    pid_t pid;
    int out, err; /* what it prints */
    struct str said;
    cJSON *ready; /* the first line */
};

/* It lies two folders above the tests: build/tests/mocks/this. */
static void program(char path[PATH_SIZE])
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_SIZE - 32);

    CU_ASSERT_FATAL(n > 0);
    path[n] = '\0';
    for (int i = 0; i < 3; i++) {
        char *slash = strrchr(path, '/');
        if (slash)
            *slash = '\0';
    }
    snprintf(path + strlen(path), 32, "/icefault-serve");
}

static void become(const char *path, const char *const *args, int out, int err)
{
    char *argv[MOST_ARGS + 2] = {(char *)(uintptr_t)path};

    for (int i = 0; i < MOST_ARGS && args[i]; i++)
        argv[i + 1] = (char *)(uintptr_t)args[i];
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it never outlives the test */
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv(path, argv);
    _exit(127);
}

/* What it prints goes to said_to, or to the test when that is negative. */
static void start_to(struct served *s, const char *const *args, int said_to)
{
    char path[PATH_SIZE];
    int out[2] = {-1, -1}, err[2] = {-1, -1};

    memset(s, 0, sizeof(*s));
    str_init(&s->said, MOST_TEXT);
    program(path);
    CU_ASSERT_FATAL(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
    s->pid = fork();
    CU_ASSERT_FATAL(s->pid >= 0);
    if (s->pid == 0)
        become(path, args, said_to < 0 ? out[1] : said_to, err[1]);
    close(out[1]);
    close(err[1]);
    s->out = out[0];
    s->err = err[0];
}

static void start(struct served *s, const char *const *args)
{
    start_to(s, args, -1);
}

/* One line, without its end; "" at the end of file. */
static void read_line(int fd, struct str *line)
{
    char c;

    str_reset(line);
    while (read(fd, &c, 1) == 1 && c != '\n')
        str_addc(line, c);
}

static void read_all(int fd, struct str *text)
{
    char piece[4096];
    ssize_t n;

    str_reset(text);
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        str_add(text, piece, (size_t)n);
}

static void serve(struct served *s, const char *const *args)
{
    start(s, args);
    read_line(s->out, &s->said);
    s->ready = json_parse(str_z(&s->said), s->said.len, NULL);
    if (!json_bool(s->ready, "ready"))
        fprintf(stderr, "it said '%s'\n", str_z(&s->said));
    CU_ASSERT(json_bool(s->ready, "ready"));
}

/* The exit code; -1: a signal ended it. What it printed to stderr is in said,
 * and nothing more came on stdout. */
static int end_of(struct served *s)
{
    int status = 0;

    read_all(s->out, &s->said);
    CU_ASSERT_STRING_EQUAL(str_z(&s->said), "");
    read_all(s->err, &s->said);
    CU_ASSERT_FATAL(waitpid(s->pid, &status, 0) == s->pid);
    close(s->out);
    close(s->err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void forget(struct served *s)
{
    cJSON_Delete(s->ready);
    str_fini(&s->said);
}

static int stop(struct served *s, int number)
{
    kill(s->pid, number);
    int code = end_of(s);
    if (code != 0 || s->said.len)
        fprintf(stderr, "exit %d: %s\n", code, str_z(&s->said));
    forget(s);
    return code;
}

/* ---- its clients ----------------------------------------------------------
 */

static int port_of(const struct served *s, const char *server)
{
    const char *url = json_str(s->ready, server);
    const char *colon = url ? strrchr(url, ':') : NULL;

    return colon ? (int)strtol(colon + 1, NULL, 10) : -1;
}

static int dial(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CU_ASSERT(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
    return fd;
}

/* The status; the answer, head and body, is in *out. */
static int ask(int port, const char *request, struct str *out)
{
    int fd = dial(port);
    char text[1024];
    int n = snprintf(text, sizeof(text),
                     "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                     request);

    CU_ASSERT(send(fd, text, (size_t)n, MSG_NOSIGNAL) == n);
    read_all(fd, out);
    close(fd);
    return out->len > 12 ? (int)strtol(str_z(out) + 9, NULL, 10) : 0;
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ANY "--catalog-port", "0", "--s3-port", "0"

/* ---- serving --------------------------------------------------------------
 */

static void says_where_it_is_and_answers_there(void)
{
    struct served s;
    struct str answer;

    str_init(&answer, MOST_TEXT);
    serve(&s, ARGS(ANY));
    CU_ASSERT_EQUAL(ask(port_of(&s, "catalog"), "GET /v1/config", &answer),
                    200);
    CU_ASSERT_EQUAL(ask(port_of(&s, "s3"), "GET /data-lake/x", &answer), 403);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&answer), "<Code>AccessDenied<"));
    CU_ASSERT_EQUAL(
        ask(port_of(&s, "admin"), "GET /icefault/v1/ready", &answer), 200);
    CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
    str_fini(&answer);
}

/* Nobody is waited for: not one who is silent, not one whose answer is due in
 * minutes. */
static void stops_whoever_is_there(void)
{
    static const char wait[] =
        "GET /icefault/v1/wait?timeout=5m HTTP/1.1\r\nHost: x\r\n\r\n";
    struct served s;
    char c;

    serve(&s, ARGS(ANY));
    int silent = dial(port_of(&s, "catalog"));
    int waiting = dial(port_of(&s, "admin"));
    CU_ASSERT(send(waiting, wait, sizeof(wait) - 1, MSG_NOSIGNAL) > 0);
    CU_ASSERT_EQUAL(stop(&s, SIGINT), 0);
    CU_ASSERT(read(silent, &c, 1) <= 0);
    CU_ASSERT(read(waiting, &c, 1) <= 0);
    close(silent);
    close(waiting);
}

static void speaks_tls_and_tells_whom_to_trust(void)
{
    char file[] = "/tmp/icefault-ca-XXXXXX";
    int fd = mkstemp(file);
    struct served s;
    struct str pem;

    str_init(&pem, MOST_TEXT);
    serve(&s, ARGS(ANY, "--tls", "--ca-file", file));
    CU_ASSERT(slice_starts(slice_of(json_str(s.ready, "catalog")),
                           "https://127.0.0.1:"));
    CU_ASSERT(slice_starts(slice_of(json_str(s.ready, "admin")),
                           "http://127.0.0.1:"));
    read_all(fd, &pem);
    CU_ASSERT(slice_starts(str_slice(&pem), "-----BEGIN CERTIFICATE-----\n"));
    CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
    close(fd);
    unlink(file);
    str_fini(&pem);
}

/* ---- where tables live -----------------------------------------------------
 */

#define TABLE_AT(location)                                                     \
    "{\"tables\":[{\"namespace\":\"a\",\"name\":\"t\"," location               \
    "\"schema\":{\"type\":\"struct\",\"fields\":[]}}]}"

/* The metadata-location of table a.t; "" when there is none. */
static void location_of(const struct served *s, char out[PATH_SIZE])
{
    static const char member[] = "\"metadata-location\":\"";
    struct str answer;

    str_init(&answer, MOST_TEXT);
    CU_ASSERT_EQUAL(
        ask(port_of(s, "catalog"), "GET /v1/namespaces/a/tables/t", &answer),
        200);
    const char *at = strstr(str_z(&answer), member);
    at = at ? at + sizeof(member) - 1 : "";
    snprintf(out, PATH_SIZE, "%.*s", (int)strcspn(at, "\""), at);
    str_fini(&answer);
}

/* Removes the file and the folders on its way from top, which is one, too. */
static void remove_way(const char *top, const char *file)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s", file);
    CU_ASSERT(slice_starts(slice_of(path), top));
    while (strlen(path) >= strlen(top) && remove(path) == 0)
        *strrchr(path, '/') = '\0';
}

static void tables_live_in_a_folder_when_told_so(void)
{
    char dir[] = "/tmp/icefault-warehouse-XXXXXX";
    char uri[PATH_SIZE], location[PATH_SIZE];
    struct served s;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    snprintf(uri, sizeof(uri), "file://%s", dir);
    serve(&s, ARGS(ANY, "--warehouse", uri, "--catalog-options", TABLE_AT("")));
    location_of(&s, location);
    CU_ASSERT(slice_starts(slice_of(location), uri));
    CU_ASSERT_EQUAL(access(location + strlen("file://"), R_OK), 0);
    CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
    remove_way(dir, location + strlen("file://"));
    CU_ASSERT_NOT_EQUAL(access(dir, F_OK), 0);
}

static void a_table_may_live_anywhere_below_the_root(void)
{
    char dir[] = "/tmp/icefault-warehouse-XXXXXX";
    char options[PATH_SIZE], location[PATH_SIZE];
    struct served s;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    snprintf(options, sizeof(options), TABLE_AT("\"location\":\"file:%s/b\","),
             dir);
    serve(&s, ARGS(ANY, "--file-root", dir, "--catalog-options", options));
    location_of(&s, location);
    CU_ASSERT_EQUAL(access(location + strlen("file:"), R_OK), 0);
    CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
    remove_way(dir, location + strlen("file:"));
}

static void the_bucket_of_the_warehouse_is_made(void)
{
    char location[PATH_SIZE];
    struct served s;

    serve(&s, ARGS(ANY, "--warehouse", "s3://other-lake/x", "--catalog-options",
                   TABLE_AT("")));
    location_of(&s, location);
    CU_ASSERT(slice_starts(slice_of(location),
                           "s3://other-lake/x/a/t/metadata/00000-"));
    CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
}

static void write_file(char name[], const char *text)
{
    int fd = mkstemp(name);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

/* Is that user known? A presigned request of his is too old, not unknown. */
static bool knows(const struct served *s, const char *key)
{
    char request[400];
    struct str answer;
    bool known;

    str_init(&answer, MOST_TEXT);
    snprintf(request, sizeof(request),
             "GET /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
             "%s%%2F20260101%%2Fus-east-1%%2Fs3%%2Faws4_request&X-Amz-Date="
             "20260101T000000Z&X-Amz-Expires=1&X-Amz-SignedHeaders=host&"
             "X-Amz-Signature=%064d",
             key, 0);
    CU_ASSERT_EQUAL(ask(port_of(s, "s3"), request, &answer), 403);
    known = strstr(str_z(&answer), "<Code>AccessDenied<") != NULL;
    CU_ASSERT(known || strstr(str_z(&answer), "<Code>InvalidAccessKeyId<"));
    str_fini(&answer);
    return known;
}

static void users_and_manners_are_given_by_option(void)
{
    struct served s;
    struct str answer;

    str_init(&answer, MOST_TEXT);
    serve(&s, ARGS(ANY, "--user", "ann:secret:with:colons", "--user", "bob:b",
                   "--s3-profile", "aws"));
    CU_ASSERT(knows(&s, "ann"));
    CU_ASSERT(knows(&s, "bob"));
    CU_ASSERT_FALSE(knows(&s, "minioadmin"));
    ask(port_of(&s, "s3"), "GET /", &answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&answer), "Server: AmazonS3"));
    CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
    str_fini(&answer);
}

static void options_may_stand_in_a_file(void)
{
    char name[] = "/tmp/icefault-options-XXXXXX", arg[64];
    struct served s;

    write_file(name, "{\"users\":\n[{\"key\":\"carl\",\"secret\":\"c\","
                     "\"read_only\":true}]}");
    snprintf(arg, sizeof(arg), "@%s", name);
    serve(&s, ARGS(ANY, "--s3-options", arg, "--user", "ann:a"));
    CU_ASSERT(knows(&s, "carl"));
    CU_ASSERT(knows(&s, "ann"));
    CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
    unlink(name);
}

/* ---- faults of a file ------------------------------------------------------
 */

static void faults_of_a_file_are_armed(void)
{
#define NO                                                                     \
    "{\"id\":\"no\",\"match\":{\"operation\":\"getConfig\"},"                  \
    "\"phase\":\"before\",\"do\":{\"status\":418}}"
    static const char *const texts[] = {NO, "[" NO "]",
                                        "{\"faults\":[" NO "]}"};
#undef NO
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char file[] = "/tmp/icefault-faults-XXXXXX";
        struct served s;
        struct str answer;

        str_init(&answer, MOST_TEXT);
        write_file(file, texts[i]);
        serve(&s, ARGS(ANY, "--faults", file));
        CU_ASSERT_EQUAL(ask(port_of(&s, "catalog"), "GET /v1/config", &answer),
                        418);
        CU_ASSERT_EQUAL(ask(port_of(&s, "catalog"), "GET /v1/config", &answer),
                        200);
        CU_ASSERT_EQUAL(
            ask(port_of(&s, "admin"), "GET /icefault/v1/faults", &answer), 200);
        CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&answer), "\"fired\":1"));
        CU_ASSERT_EQUAL(stop(&s, SIGTERM), 0);
        unlink(file);
        str_fini(&answer);
    }
}

static void a_bad_file_is_told_with_its_place(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"[{\"do\":\"lie-ok\"},{\"phase\":\"afer\",\"do\":\"reset\"}]",
         ": faults[1].phase: "},
        {"[\n {\"do\": reset}\n]", ":2:9: "},
        {"{\"do\":\"lie-ko\"}", ": do: "},
        {"7", "must be a fault, a list of them"},
        {"[{\"do\":{\"tls\":\"expired\"}}]", ": faults[0].do: tls needs"},
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char file[] = "/tmp/icefault-faults-XXXXXX";
        struct served s;

        write_file(file, bad[i].text);
        start(&s, ARGS(ANY, "--faults", file));
        CU_ASSERT_EQUAL(end_of(&s), 2);
        CU_ASSERT(slice_starts(str_slice(&s.said), file));
        if (!strstr(str_z(&s.said), bad[i].says))
            fprintf(stderr, "%s: %s\n", bad[i].says, str_z(&s.said));
        CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&s.said), bad[i].says));
        forget(&s);
        unlink(file);
    }
}

/* ---- what cannot be --------------------------------------------------------
 */

static void ends_with(int code, const char *says, const char *const *args)
{
    struct served s;

    start(&s, args);
    int is = end_of(&s);
    if (is != code || !strstr(str_z(&s.said), says))
        fprintf(stderr, "exit %d: %s\n", is, str_z(&s.said));
    CU_ASSERT_EQUAL(is, code);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&s.said), says));
    forget(&s);
}

static void a_port_in_use_is_told(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char port[12], says[80];

    CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&a, n) == 0);
    CU_ASSERT_FATAL(listen(fd, 1) == 0);
    CU_ASSERT_FATAL(getsockname(fd, (struct sockaddr *)&a, &n) == 0);
    snprintf(port, sizeof(port), "%d", ntohs(a.sin_port));
    snprintf(says, sizeof(says), "port %s on 127.0.0.1 is in use", port);
    ends_with(3, says, ARGS("--catalog-port", port));
    ends_with(3, says, ARGS("--s3-port", port));
    ends_with(3, says, ARGS("--admin-port", port));
    close(fd);
}

/* Its parent would wait for ever. */
static void ends_when_it_cannot_say_that_it_is_ready(void)
{
    struct served s;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    CU_ASSERT_FATAL(full >= 0);
    start_to(&s, ARGS(ANY), full);
    close(full);
    CU_ASSERT_EQUAL(end_of(&s), 3);
    CU_ASSERT(strstr(str_z(&s.said), "ready") != NULL);
    forget(&s);
}

static void bad_options_are_told(void)
{
    ends_with(1, "catalog-port", ARGS("--catalog-prt", "0"));
    ends_with(1, "65535", ARGS("--s3-port", "70000"));
    ends_with(1, "--s3-options: column 2", ARGS("--s3-options", "{"));
    ends_with(1, "bukets", ARGS("--s3-options", "{\"bukets\":[]}"));
    ends_with(1, "/no/such/file", ARGS("--s3-options", "@/no/such/file"));
    ends_with(1, "KEY:SECRET", ARGS("--user", "nobody"));
    ends_with(1, "KEY:SECRET", ARGS("--user", "nobody:"));
    ends_with(1, "minio or aws", ARGS("--s3-profile", "ceph"));
    ends_with(1, "--ca-file", ARGS("--ca-file", "/tmp/nobody-asked"));
    ends_with(1, "'localhost' is not an IP address",
              ARGS("--bind", "localhost"));
    ends_with(2, "/no/such/file", ARGS(ANY, "--faults", "/no/such/file"));
    ends_with(3, "/no/such/file",
              ARGS(ANY, "--tls", "--ca-file", "/no/such/file"));
}

static void places_that_are_not_allowed_are_told(void)
{
    static const char outside[] = TABLE_AT("\"location\":\"file:/etc/x\",");

    ends_with(1, "no folder is allowed",
              ARGS("--catalog-options", "{\"warehouse\":\"file:///tmp\"}"));
    ends_with(1, "file:///etc/x is not below /tmp",
              ARGS("--warehouse", "file:///etc/x", "--file-root", "/tmp"));
    ends_with(1, "/no/such/folder",
              ARGS("--warehouse", "file:///no/such/folder"));
    ends_with(1, "no folder is allowed", ARGS("--catalog-options", outside));
    ends_with(1, "is not below /tmp",
              ARGS("--catalog-options", outside, "--file-root", "/tmp"));
    ends_with(
        1, "catalog",
        ARGS("--catalog-options", "[1]", "--warehouse", "s3://data-lake/x"));
}

int main(int argc, char **argv)
{
    static const struct unit_test tests[] = {
        UNIT(says_where_it_is_and_answers_there),
        UNIT(stops_whoever_is_there),
        UNIT(speaks_tls_and_tells_whom_to_trust),
        UNIT(faults_of_a_file_are_armed),
        UNIT(a_bad_file_is_told_with_its_place),
        UNIT(a_port_in_use_is_told),
        UNIT(ends_when_it_cannot_say_that_it_is_ready),
        UNIT(bad_options_are_told),
        UNIT(tables_live_in_a_folder_when_told_so),
        UNIT(a_table_may_live_anywhere_below_the_root),
        UNIT(the_bucket_of_the_warehouse_is_made),
        UNIT(users_and_manners_are_given_by_option),
        UNIT(options_may_stand_in_a_file),
        UNIT(places_that_are_not_allowed_are_told)};

    alarm(GUARD_S); /* a process that neither speaks nor ends */
    return unit_main("serve", tests, sizeof(tests) / sizeof(tests[0]), argc,
                     argv);
}
