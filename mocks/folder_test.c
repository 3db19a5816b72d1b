/* folder: files below the allowed root, and nothing else. */
#include "mocks/folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unit.h"

/* ---- a place of its own -------------------------------------------------- */

/* top/root is allowed; top/outside is what must not be reached. */
static struct {
    char top[64], root[96], outside[96];
    struct folder *folder;
    const struct warehouse *w;
    char why[160];
    struct str text;
} t;

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}

static void begin(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(t.top, sizeof t.top, "%.40s/folder.XXXXXX", base ? base : "/tmp");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(t.top));
    snprintf(t.root, sizeof t.root, "%s/root", t.top);
    snprintf(t.outside, sizeof t.outside, "%s/outside", t.top);
    mkdir(t.root, 0777);
    mkdir(t.outside, 0777);
    t.folder = folder_new(t.root, t.why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t.folder);
    t.w = warehouse_of_folder(t.folder);
    str_init(&t.text, 1 << 20);
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void end(void)
{
    str_fini(&t.text);
    folder_free(t.folder);
    nftw(t.top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* prefix, root and rest as one location. */
static const char *place(const char *prefix, const char *rest)
{
    static char z[400];
    snprintf(z, sizeof z, "%s%s%s", prefix, t.root, rest);
    return z;
}

static bool put(const char *location, const char *text)
{
    t.why[0] = 0;
    return t.w->put(t.w->ctx, location, slice_of(text), t.why);
}

static bool get(const char *location)
{
    str_reset(&t.text);
    return t.w->get(t.w->ctx, location, &t.text);
}

static int entries(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    if (!d)
        return -1;
    for (const struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

/* ---- tests --------------------------------------------------------------- */

static void a_file_comes_back_by_any_form_of_its_location(void)
{
    begin();
    CU_ASSERT(put(place("file:", "/ns/t/metadata/00000-a.json"), "{1}"));
    CU_ASSERT(get(place("file://", "/ns/t/metadata/00000-a.json")));
    CU_ASSERT_STRING_EQUAL(str_z(&t.text), "{1}");
    CU_ASSERT(get(place("file://localhost", "/ns//t/./metadata/00000-a.json")));
    CU_ASSERT(get(place("", "/ns/t/metadata/00000-a.json")));
    CU_ASSERT_FALSE(get(place("file://elsewhere", "/ns/t/metadata/0-a.json")));
    CU_ASSERT(t.w->exists(t.w->ctx, place("file:", "/ns/t/metadata/00000-a"
                                                   ".json")));
    end();
}

static void a_file_is_replaced_and_nothing_is_left_beside_it(void)
{
    begin();
    CU_ASSERT(put(place("file:", "/a/x"), "first, and longer"));
    CU_ASSERT(put(place("file:", "/a/x"), "second"));
    CU_ASSERT(get(place("file:", "/a/x")));
    CU_ASSERT_STRING_EQUAL(str_z(&t.text), "second");
    CU_ASSERT_EQUAL(entries(place("", "/a")), 1);
    end();
}

static void a_removed_file_is_gone(void)
{
    begin();
    CU_ASSERT(put(place("file:", "/x"), "x"));
    CU_ASSERT(t.w->remove(t.w->ctx, place("file:", "/x")));
    CU_ASSERT_FALSE(t.w->remove(t.w->ctx, place("file:", "/x")));
    CU_ASSERT_FALSE(t.w->exists(t.w->ctx, place("file:", "/x")));
    CU_ASSERT_FALSE(get(place("file:", "/x")));
    end();
}

static void names_are_taken_to_the_letter(void)
{
    begin();
    CU_ASSERT(put(place("file:", "/a%2Fb c/%2e%2e/x?y#z"), "x"));
    CU_ASSERT_EQUAL(access(place("", "/a%2Fb c/%2e%2e/x?y#z"), R_OK), 0);
    end();
}

static void nothing_outside_the_root_is_reached(void)
{
    static const char *const ways[] = {"/../outside/x",
                                       "/a/../../outside/x",
                                       "/./../outside/x",
                                       "/a//../..//outside/x",
                                       "side/x",
                                       "",
                                       "/",
                                       "/."};
    char secret[128];
    begin();
    snprintf(secret, sizeof secret, "%s/x", t.outside);
    write_file(secret, "secret");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        CU_ASSERT_FALSE(put(place("file:", ways[i]), "mine"));
        CU_ASSERT_PTR_NOT_NULL(strstr(t.why, "is not below"));
        CU_ASSERT_FALSE(get(place("file:", ways[i])));
        CU_ASSERT_FALSE(t.w->exists(t.w->ctx, place("file:", ways[i])));
        CU_ASSERT_FALSE(t.w->remove(t.w->ctx, place("file:", ways[i])));
    }
    CU_ASSERT_FALSE(get(secret));
    CU_ASSERT_FALSE(put("relative/x", "x"));
    CU_ASSERT_FALSE(put("s3://data-lake/x", "x"));
    CU_ASSERT_EQUAL(entries(t.outside), 1);
    end();
}

static void symbolic_links_are_not_followed(void)
{
    char target[128];
    begin();
    snprintf(target, sizeof target, "%s/x", t.outside);
    write_file(target, "secret");
    CU_ASSERT_EQUAL(symlink(t.outside, place("", "/way")), 0);
    CU_ASSERT_EQUAL(symlink(target, place("", "/link")), 0);
    CU_ASSERT_FALSE(get(place("file:", "/way/x")));
    CU_ASSERT_FALSE(put(place("file:", "/way/x"), "mine"));
    CU_ASSERT_FALSE(put(place("file:", "/way/new/x"), "mine"));
    CU_ASSERT_FALSE(t.w->remove(t.w->ctx, place("file:", "/way/x")));
    CU_ASSERT_FALSE(get(place("file:", "/link")));
    CU_ASSERT_FALSE(t.w->exists(t.w->ctx, place("file:", "/link")));
    /* A put replaces the link, not what it points to. */
    CU_ASSERT(put(place("file:", "/link"), "mine"));
    CU_ASSERT(get(place("file:", "/link")));
    CU_ASSERT_STRING_EQUAL(str_z(&t.text), "mine");
    CU_ASSERT_EQUAL(entries(t.outside), 1);
    struct stat st;
    CU_ASSERT_EQUAL(stat(target, &st), 0);
    CU_ASSERT_EQUAL(st.st_size, 6);
    end();
}

static void the_root_itself_may_be_given_through_a_link(void)
{
    char alias[128], given[130], location[200];
    begin();
    snprintf(alias, sizeof alias, "%s/alias", t.top);
    snprintf(given, sizeof given, "%s/", alias);
    CU_ASSERT_EQUAL(symlink(t.root, alias), 0);
    struct folder *f = folder_new(given, t.why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    const struct warehouse *w = warehouse_of_folder(f);
    snprintf(location, sizeof location, "file:%s/x", alias);
    CU_ASSERT(w->put(w->ctx, location, SLICE_LIT("x"), t.why));
    CU_ASSERT(w->exists(w->ctx, place("file:", "/x")));
    folder_free(f);
    end();
}

static void folders_and_pipes_are_no_files(void)
{
    begin();
    CU_ASSERT_EQUAL(mkdir(place("", "/d"), 0777), 0);
    CU_ASSERT_EQUAL(mkfifo(place("", "/p"), 0666), 0);
    CU_ASSERT_FALSE(get(place("file:", "/d")));
    CU_ASSERT_FALSE(get(place("file:", "/p")));
    CU_ASSERT_FALSE(t.w->exists(t.w->ctx, place("file:", "/d")));
    CU_ASSERT_FALSE(t.w->remove(t.w->ctx, place("file:", "/d")));
    CU_ASSERT_FALSE(put(place("file:", "/d"), "x"));
    CU_ASSERT_PTR_NOT_NULL(strstr(t.why, "directory"));
    CU_ASSERT(put(place("file:", "/f"), "x"));
    CU_ASSERT_FALSE(put(place("file:", "/f/x"), "x"));
    CU_ASSERT_EQUAL(entries(t.root), 3);
    end();
}

static void names_have_limits(void)
{
    char deep[600] = "", name[300];
    begin();
    for (int i = 0; i < 70; i++)
        snprintf(deep + 3 * i, sizeof deep - 3 * (size_t)i, "/%02d", i);
    CU_ASSERT_FALSE(put(place("file:", deep), "x"));
    memset(name, 'n', sizeof name);
    name[0] = '/';
    name[257] = 0;
    CU_ASSERT_FALSE(put(place("file:", name), "x"));
    name[256] = 0;
    CU_ASSERT(put(place("file:", name), "x"));
    end();
}

static void a_file_too_long_for_the_caller_is_not_half_read(void)
{
    struct str little;
    begin();
    str_init(&little, 4);
    CU_ASSERT(put(place("file:", "/x"), "longer"));
    CU_ASSERT_FALSE(t.w->get(t.w->ctx, place("file:", "/x"), &little));
    CU_ASSERT_EQUAL(little.len, 0);
    str_fini(&little);
    end();
}

static void a_root_that_is_not_there_is_named(void)
{
    begin();
    CU_ASSERT_PTR_NULL(folder_new(place("", "/none"), t.why));
    CU_ASSERT_PTR_NOT_NULL(strstr(t.why, "/none: No such file"));
    write_file(place("", "/f"), "x");
    CU_ASSERT_PTR_NULL(folder_new(place("", "/f"), t.why));
    end();
}

static void the_scheme_chooses_the_maker(void)
{
    begin();
    struct warehouses both = {.s3 = t.w, .folder = NULL};
    const struct warehouse *w = warehouse_by_scheme(&both);
    CU_ASSERT_FALSE(
        w->put(w->ctx, place("file:", "/x"), SLICE_LIT("x"), t.why));
    CU_ASSERT_PTR_NOT_NULL(strstr(t.why, "no folder is allowed"));
    CU_ASSERT_FALSE(w->exists(w->ctx, place("", "/x")));
    both.folder = t.w;
    CU_ASSERT(w->put(w->ctx, place("file:", "/x"), SLICE_LIT("x"), t.why));
    CU_ASSERT(w->exists(w->ctx, place("file:", "/x")));
    CU_ASSERT(w->get(w->ctx, place("file:", "/x"), &t.text));
    CU_ASSERT(w->remove(w->ctx, place("file:", "/x")));
    CU_ASSERT_FALSE(w->put(w->ctx, "s3://b/x", SLICE_LIT("x"), t.why));
    CU_ASSERT_PTR_NOT_NULL(strstr(t.why, "s3://b/x is not below"));
    end();
}

UNIT_MAIN("folder", UNIT(a_file_comes_back_by_any_form_of_its_location),
          UNIT(a_file_is_replaced_and_nothing_is_left_beside_it),
          UNIT(a_removed_file_is_gone), UNIT(names_are_taken_to_the_letter),
          UNIT(nothing_outside_the_root_is_reached),
          UNIT(symbolic_links_are_not_followed),
          UNIT(the_root_itself_may_be_given_through_a_link),
          UNIT(folders_and_pipes_are_no_files), UNIT(names_have_limits),
          UNIT(a_file_too_long_for_the_caller_is_not_half_read),
          UNIT(a_root_that_is_not_there_is_named),
          UNIT(the_scheme_chooses_the_maker))
