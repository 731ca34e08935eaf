/* lesson.c - takes a lesson apart: its blocks and its links. */
#include "lesson.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

bool read_lines(const char *root, const char *path, struct names *lines)
{
    char full[4096], *line = NULL;
    size_t size = 0;
    FILE *file;

    snprintf(full, sizeof full, "%s/%s", root, path);
    file = fopen(full, "r");
    if (file == NULL)
        return false;
    while (getline(&line, &size, file) >= 0)
        names_add(lines, "%.*s", (int)strcspn(line, "\n"), line);
    free(line);
    fclose(file);
    return true;
}

static void *grown(void *array, size_t count, size_t size)
{
    array = realloc(array, (count + 1) * size);
    if (array == NULL)
        die_error(ENOMEM, "a lesson");
    return array;
}

static struct block *add_block(struct lesson *lesson, const char *kind, int line)
{
    struct block *block;

    lesson->blocks = grown(lesson->blocks, lesson->block_count, sizeof *lesson->blocks);
    block = &lesson->blocks[lesson->block_count++];
    *block = (struct block){.line = line};
    snprintf(block->kind, sizeof block->kind, "%s", kind);
    return block;
}

/* [text](target), as often as the line has it; `code` in between is skipped. */
static void add_links(struct lesson *lesson, const char *text, int line)
{
    bool code = false;

    for (; *text != '\0'; text++) {
        size_t length;

        if (*text == '`')
            code = !code;
        if (code || strncmp(text, "](", 2) != 0)
            continue;
        length = strcspn(text + 2, ") ");
        lesson->links = grown(lesson->links, lesson->link_count, sizeof *lesson->links);
        lesson->links[lesson->link_count++] =
            (struct link){.target = strndup(text + 2, length), .line = line};
    }
}

/* How many backticks the line begins with, if it is a fence (three or more); else 0. */
static size_t fence_of(const char *line)
{
    size_t count = strspn(line, "`");

    return count >= 3 && strchr(line + count, '`') == NULL ? count : 0;
}

void lesson_read(struct lesson *lesson, const char *root, const char *path)
{
    struct names lines = {0};
    struct block *block = NULL; /* the one that is open */
    size_t opened = 0;          /* by so many backticks */

    *lesson = (struct lesson){.path = strdup(path)};
    if (lesson->path == NULL || !read_lines(root, path, &lines))
        die_error(errno, "%s/%s", root, path);
    for (size_t i = 0; i < lines.count; i++) {
        const char *line = lines.item[i];
        size_t fence = fence_of(line);

        if (block == NULL && fence > 0) {
            block = add_block(lesson, line + fence, (int)i + 1);
            opened = fence;
        } else if (block == NULL) {
            add_links(lesson, line, (int)i + 1);
        } else if (fence >= opened && line[fence] == '\0') {
            block = NULL;
        } else {
            names_add(&block->lines, "%s", line);
        }
    }
    lesson->open_fence = block == NULL ? 0 : block->line;
    names_clear(&lines);
}

void lesson_free(struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->block_count; i++)
        names_clear(&lesson->blocks[i].lines);
    for (size_t i = 0; i < lesson->link_count; i++)
        free(lesson->links[i].target);
    free(lesson->blocks);
    free(lesson->links);
    free(lesson->path);
}
