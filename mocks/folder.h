/* folder: a warehouse of plain files below one folder that the operator
 * allowed.
 *
 * Locations are "file:/a/b", "file:///a/b", "file://localhost/a/b" or "/a/b",
 * taken to the letter (no percent decoding, as Hadoop's paths do). A location
 * must begin with the folder's own path, as it was given or as the system
 * resolves it; below it no segment may be "..", and no symbolic link is
 * followed. Missing folders are made when a file is put. A file appears whole
 * or not at all (written beside its name, then renamed); it is not synced to
 * the disk.
 */
#ifndef MOCKS_FOLDER_H
#define MOCKS_FOLDER_H

#include <stdbool.h>

#include "mocks/warehouse.h"

struct folder;

/* root: an existing folder. NULL with why. */
struct folder *folder_new(const char *root, char why[160]);
void folder_free(struct folder *f);

/* The folder's makers. Borrowed: live as long as the folder. */
const struct warehouse *warehouse_of_folder(struct folder *f);

/* Whether the location is the folder itself or one below it; else why. Nothing
 * is looked up on the disk. */
bool folder_holds(const struct folder *f, const char *location, char why[160]);

/* The path within a location of the four forms above, or NULL. */
const char *folder_path(const char *location);

#endif
