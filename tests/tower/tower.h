/* tower.h - the course as a tower of floors, read from its folders: who stands on whom, who
 * includes what, who defines which symbol.
 *
 * A floor is common/ (the lowest) or a chapter; higher floors come later. A set-up error of the
 * test (no such folder, no nm) dies with a message.
 */
#ifndef TOWER_H
#define TOWER_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"

#define TOWER_MAX_FLOORS 32
#define TOWER_MAX_LINES  320 /* of a source file: one idea */

struct source {
    char *path; /* from the floor's folder: "co.c", "broken/spin.c" */
    int lines;
    struct names includes; /* of #include "...": what stands between the quotes */
};

struct floor {
    char *name;             /* "05-coroutines" */
    struct names files;     /* every file of the folder, from the folder */
    struct names stands_on; /* as its Makefile says */
    struct source *sources; /* its .c, .h and .S files */
    size_t source_count;
    struct names defined; /* symbols of its library; see tower_read_symbols */
    struct names undefined;
};

struct tower {
    char *root;
    int max_lines; /* of a source file */
    struct floor floors[TOWER_MAX_FLOORS];
    int count;
};

/* Reads the folders common and NN-* under `root`. */
void tower_read(struct tower *tower, const char *root);

/* Reads one folder only, which need not be a floor: for check_lengths. */
void tower_read_folder(struct tower *tower, const char *root, const char *name, int max_lines);

/* Reads BUILD/FLOOR/libFLOOR.a of every floor by nm. A floor without a library has no symbols. */
void tower_read_symbols(struct tower *tower, const char *build);
void tower_free(struct tower *tower);

/* The number of this floor, or -1. */
int tower_find(const struct tower *tower, const char *name);

/* May floor `user` use what floor `used` has? Itself, common, and what its Makefile names. */
bool tower_may_use(const struct tower *tower, int user, int used);

/* ---- The rules; each adds a sentence to `complaints` for everything that breaks it ----------- */

void check_stands_on(const struct tower *tower, struct names *complaints);
void check_includes(const struct tower *tower, struct names *complaints);
void check_symbols(const struct tower *tower, struct names *complaints);
void check_lengths(const struct tower *tower, struct names *complaints);
void check_shape(const struct tower *tower, struct names *complaints);

#endif
