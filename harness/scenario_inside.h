/* scenario_inside: what the files of the scenario loader share. */
#ifndef HARNESS_SCENARIO_INSIDE_H
#define HARNESS_SCENARIO_INSIDE_H

#include "harness/scenario.h"

/* ---- scenario_words.c: readers of single values ---- */

/* Fails with "unknown WHAT 'word': did you mean 'x'?" or the words there are.
 * Words is NULL-ended. */
bool word_fail(struct spec_error *e, const cJSON *node, const char *what,
               const char *const *words);
/* The index of node's text in words, or -1 with *e filled. */
int word_read(const cJSON *node, const char *what, const char *const *words,
              struct spec_error *e);
cJSON *words_schema(const char *const *words); /* an enum */

/* Readers for SPEC_CUSTOM, filling a const char *. */
bool read_operation(const cJSON *node, void *out, struct arena *a,
                    struct spec_error *e);
bool read_server(const cJSON *node, void *out, struct arena *a,
                 struct spec_error *e);
bool read_change(const cJSON *node, void *out, struct arena *a,
                 struct spec_error *e);
cJSON *schema_operation(void);
cJSON *schema_server(void);
cJSON *schema_change(void);
/* Filling a const cJSON *: a mapping of settings, texts or null. */
bool read_settings(const cJSON *node, void *out, struct arena *a,
                   struct spec_error *e);
cJSON *schema_settings(void);
/* Filling a const cJSON *: a mapping of variables, texts. */
bool read_environment(const cJSON *node, void *out, struct arena *a,
                      struct spec_error *e);
/* Filling a const cJSON *: any mapping. */
bool read_mapping(const cJSON *node, void *out, struct arena *a,
                  struct spec_error *e);
cJSON *schema_mapping(void);

/* ---- scenario_step.c and scenario_expect.c ----
 * Both fill a struct scenario; what refers to other parts of the file is
 * judged afterwards, when all of it is there. */
bool read_steps(const cJSON *node, void *scenario, struct arena *a,
                struct spec_error *e);
bool judge_steps(const struct scenario *s, const cJSON *steps,
                 struct spec_error *e);
cJSON *schema_steps(void);
bool read_expects(const cJSON *node, void *scenario, struct arena *a,
                  struct spec_error *e);
bool judge_expects(const struct scenario *s, const struct requirements *known,
                   struct spec_error *e);
cJSON *schema_expects(void);
bool verb_is_operators(int verb);
bool verb_is_call(int verb); /* of the subject */

/* ---- scenario.c ---- */
bool judge_requirement(const struct requirements *known, const cJSON *node,
                       struct spec_error *e);
/* From memory; all else as scenario_load. */
struct scenario *scenario_read(const char *file, const char *id,
                               struct slice text,
                               const struct requirements *known,
                               struct file_error *e);

#endif
