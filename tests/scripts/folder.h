/* folder.h - a temporary folder with scripts in it, removed whatever happens. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes it: for a test's set-up and teardown. */
int folder_make(void **state);
int folder_remove(void **state); /* and ends every process that the test has started */

/* "FOLDER/name"; lasts until the fourth call after it. */
const char *folder_path(const char *name);

/* Writes an executable shell script; folders in its name are made. */
void folder_add_script(const char *name, const char *text);

/* A file's text ("" when there is none); until the next call. */
const char *folder_text(const char *name);

/* How many entries a folder in it has. */
int folder_count(const char *name);

#endif
