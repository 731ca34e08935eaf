/* lesson.h - a lesson or another page (a Markdown file) taken apart, and what is checked of it.
 *
 * Every check adds to `complaints` a text that begins with FILE:LINE. CONTRIBUTING.md says how a
 * lesson is written.
 */
#ifndef LESSON_H
#define LESSON_H

#include <stddef.h>

#include "names.h"

/* ```kind ... ``` */
struct block {
    char kind[32];      /* "c", "console", "console no-run": what stands after the fence */
    int line;           /* of the fence, from 1 */
    struct names lines; /* between the fences */
};

struct link {
    char *target; /* "../README.md#run-it" */
    int line;
};

struct lesson {
    char *path; /* from the top folder: "05-coroutines/README.md" */
    struct block *blocks;
    size_t block_count;
    struct link *links; /* outside of blocks */
    size_t link_count;
    int open_fence; /* the line of a fence that nothing closes; 0: none */
};

/* Dies when there is no such file. */
void lesson_read(struct lesson *lesson, const char *root, const char *path);
void lesson_free(struct lesson *lesson);

/* A `c` block headed by a file name stands in that file to the letter. */
void check_quotes(const struct lesson *lesson, const char *root, struct names *complaints);

/* The commands of the `console` blocks print what the lesson says. They run in order, in one shell,
 * in a folder that looks like the top folder and whose build/ is `build`; what they leave there
 * or leave running is removed. */
void check_console(const struct lesson *lesson, const char *root, const char *build,
                   struct names *complaints);

/* Every link to a file of the course, or to a heading in one, leads somewhere; every fence is
 * closed. */
void check_links(const struct lesson *lesson, const char *root, struct names *complaints);

/* A page of a chapter is linked from the README.md of its folder; a README.md deeper down, from the
 * chapter's. */
void check_is_linked(const struct lesson *lesson, const char *root, struct names *complaints);

/* The lines of a file from the top folder; false if it cannot be read. */
bool read_lines(const char *root, const char *path, struct names *lines);

#endif
