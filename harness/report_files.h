/* report_files: the reports of a run, written to a folder. */
#ifndef HARNESS_REPORT_FILES_H
#define HARNESS_REPORT_FILES_H

#include <stdbool.h>

#include "reports/result.h"

/* Makes the folder (and those above it) and writes results.json, junit.xml,
 * results.tap and index.html, each whole or not at all. False with the file
 * and the reason in why. */
bool report_files_write(const struct result *r, const char *folder,
                        char why[300]);

#endif
