/* example: a hand-made result, for the tests of the writers. Only they include
 * it. One scenario passed, one failed, one was skipped, and one is hostile: its
 * texts are made to break out of every format.
 */
#ifndef REPORTS_EXAMPLE_H
#define REPORTS_EXAMPLE_H

#include "reports/result.h"

#define MS(n) (INT64_C(1000000) * (n))
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define HOSTILE                                                                \
    "</script></svg><b a='x' b=\"y\">&amp; ]]> \x01\x1b[31m\x7f \xc2\x9b \xff" \
    "\xed\xa0\x80 \xef\xbf\xbf # \\ %s %n \xe2\x82\xac\n\ttwo"

static const char *example_requirements[] = {"R3.2-6", "R4.4-3"};
static const char *example_mutants[] = {"create-sent-again"};
static const char *example_scenarios[] = {"create/lost-reply", "create/rival"};
static const char *example_hostile[] = {HOSTILE};

static struct result_check example_checks[] = {
    {"outcome", VERDICT_PASSED, ""},
    {"exchanges", VERDICT_FAILED,
     "createTable health_data_raw was sent 2 times, at most 1 is allowed"},
    {"I8", VERDICT_SKIPPED, "runs only once"}};
static struct result_check example_good_checks[] = {
    {"outcome", VERDICT_PASSED, ""}, {"I6", VERDICT_PASSED, ""}};
static struct result_check example_hostile_checks[] = {
    {HOSTILE, VERDICT_FAILED, HOSTILE}};

static struct result_fault example_faults[] = {
    {"lost-reply", "after reset on createTable health_data_raw", 1},
    {"slow", "before delay on loadTable", 0}};
static struct result_fault example_hostile_faults[] = {
    {HOSTILE, HOSTILE, UINT64_MAX}};

static struct result_step example_steps[] = {
    {"main", "initialize_all_tables", "ok", "", 0, MS(1234)},
    {"second", "create_table health_data_raw", "timeout",
     "createTable http://127.0.0.1:8181/v1: 3 attempts in 10 s: no answer",
     MS(3), MS(10003)},
    {"main", "get_table", NULL, NULL, MS(2000), -1}};
static struct result_step example_hostile_steps[] = {
    {HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0, 0}};

static struct result_event example_events[] = {
    {EVENT_STEP, 0, -1, "main", NULL, "initialize_all_tables", NULL, NULL,
     false, 0},
    {EVENT_CONNECT, 0, -1, "main", "catalog", "connection 1", "open", NULL,
     false, 0},
    {EVENT_EXCHANGE, 0, MS(2), "main", "catalog", "GET getConfig", "200", NULL,
     false, 1},
    {EVENT_EXCHANGE, MS(2), MS(2), "main", "catalog",
     "POST createTable health_data_raw", "reset", "lost-reply:after", true, 2},
    {EVENT_EFFECT, MS(2), -1, NULL, "catalog", "created health_data_raw", NULL,
     NULL, false, 2},
    {EVENT_LOG, MS(2), -1, "main", NULL, "warn: no answer, settling in 1 s",
     NULL, NULL, true, 0},
    {EVENT_EXCHANGE, MS(1002), MS(1003), "main", "catalog",
     "GET loadTable health_data_raw", "200", NULL, false, 3},
    {EVENT_EXCHANGE, MS(1003), MS(1234), "second", "s3",
     "GET GetObject metadata/v1.metadata.json", "200", "slow:during", false, 4},
    {EVENT_EXCHANGE, MS(1100), -1, "second", "catalog", "GET loadTable", "",
     "silent:before", true, 5},
    {EVENT_STEP, MS(1234), -1, "main", NULL, "initialize_all_tables", "ok",
     NULL, false, 0}};
static struct result_event example_hostile_events[] = {
    {EVENT_EXCHANGE, 0, -1, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, true,
     1},
    {EVENT_LOG, INT64_MAX, INT64_MIN, HOSTILE, NULL, HOSTILE, HOSTILE, HOSTILE,
     true, 0},
    {EVENT_EFFECT, INT64_MIN, 5, NULL, NULL, NULL, NULL, NULL, true, 99}};

static struct result_scenario example_list[] = {
    {.id = "create/rival",
     .file = "scenarios/create/rival.yaml",
     .title = "Another creator wins the race",
     .story = "Two start at once.\nOne wins.",
     .topic = "create",
     .requirements = example_requirements,
     .n_requirements = 1,
     .verdict = VERDICT_PASSED,
     .why_skipped = "",
     .checks = example_good_checks,
     .n_checks = COUNT(example_good_checks),
     .exchanges = 12,
     .virtual_ms = 4321,
     .wall_us = 1500,
     .seed = 42,
     .trace = "a1",
     .replay = "build/icefault run create/rival --seed 42"},
    {.id = "create/lost-reply",
     .file = "scenarios/create/lost-reply.yaml",
     .title = "The reply to createTable is lost",
     .story = "The table is made, and the connection dies before the answer.",
     .topic = "create",
     .requirements = example_requirements,
     .n_requirements = COUNT(example_requirements),
     .mutants = example_mutants,
     .n_mutants = COUNT(example_mutants),
     .verdict = VERDICT_FAILED,
     .why_skipped = "",
     .checks = example_checks,
     .n_checks = COUNT(example_checks),
     .faults = example_faults,
     .n_faults = COUNT(example_faults),
     .events = example_events,
     .n_events = COUNT(example_events),
     .steps = example_steps,
     .n_steps = COUNT(example_steps),
     .exchanges = 5,
     .faults_fired = 1,
     .virtual_ms = 1234,
     .wall_us = 2500,
     .seed = UINT64_MAX,
     .trace = "b2",
     .replay = "build/icefault run create/lost-reply --seed 42"},
    {.id = "tls/expired",
     .file = "scenarios/tls/expired.yaml",
     .title = "The certificate has expired",
     .topic = "tls",
     .verdict = VERDICT_SKIPPED,
     .why_skipped = "mode real only",
     .seed = 42},
    {.id = HOSTILE,
     .file = HOSTILE,
     .title = HOSTILE,
     .story = HOSTILE,
     .topic = HOSTILE,
     .requirements = example_hostile,
     .n_requirements = 1,
     .mutants = example_hostile,
     .n_mutants = 1,
     .verdict = VERDICT_FAILED,
     .why_skipped = HOSTILE,
     .checks = example_hostile_checks,
     .n_checks = COUNT(example_hostile_checks),
     .faults = example_hostile_faults,
     .n_faults = COUNT(example_hostile_faults),
     .events = example_hostile_events,
     .n_events = COUNT(example_hostile_events),
     .steps = example_hostile_steps,
     .n_steps = COUNT(example_hostile_steps),
     .exchanges = UINT64_MAX,
     .faults_fired = UINT64_MAX,
     .virtual_ms = INT64_MAX,
     .wall_us = INT64_MAX,
     .replay = HOSTILE}};

static struct result_requirement example_promises[] = {
    {"R3.2-6", "3.2 Automatic table creation",
     "A lost reply to a create is settled by loading.", example_scenarios, 2,
     example_mutants, 1, false},
    {"R4.4-3", "4.4 Connection failure handling",
     "A write is repeated only when that is safe.", example_scenarios, 1, NULL,
     0, false},
    {"R3.1-1", "3.1 Batch writing", "A batch becomes files.", NULL, 0, NULL, 0,
     true},
    {HOSTILE, HOSTILE, HOSTILE, example_hostile, 1, example_hostile, 1, false}};

static struct result_mutant example_mutant_list[] = {
    {"create-sent-again", "A create is repeated after a lost answer.",
     example_requirements, 2, true, example_scenarios, 2, ""},
    {HOSTILE, HOSTILE, example_hostile, 1, false, example_hostile, 1, HOSTILE}};

static inline struct result example(void)
{
    return (struct result){.version = "0.1.0",
                           .mode = "sim",
                           .seed = 42,
                           .scenarios = example_list,
                           .n_scenarios = COUNT(example_list),
                           .requirements = example_promises,
                           .n_requirements = COUNT(example_promises),
                           .mutants = example_mutant_list,
                           .n_mutants = COUNT(example_mutant_list),
                           .exchanges = 17,
                           .faults_fired = 1,
                           .wall_ms = 620,
                           .virtual_ms = 4320000,
                           .passed = 1,
                           .failed = 2,
                           .skipped = 1,
                           .trace = "c3"};
}

#endif
