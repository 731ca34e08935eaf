/* quotes.c - a quoted block of C stands in the file that it names, to the letter.
 *
 * A line that is only the comment "..." stands for any lines in between: what is before and after
 * it are two pieces, found one after the other.
 */
#include <stdio.h>
#include <string.h>

#include "lesson.h"

/* The file that heads the block, as a comment alone on its line; "" when none does. */
static void heading(const struct block *block, char path[256])
{
    int end = 0;

    path[0] = '\0';
    if (block->lines.count == 0 ||
        sscanf(block->lines.item[0], "/* %255[^ *] */%n", path, &end) != 1 ||
        block->lines.item[0][end] != '\0' || strpbrk(path, "./") == NULL)
        path[0] = '\0';
}

static bool is_elision(const char *line)
{
    return strcmp(line + strspn(line, " "), "/* ... */") == 0;
}

/* How many of the piece's lines stand in the file from line `at` on. */
static size_t agreeing(char **piece, size_t count, const struct names *file, size_t at)
{
    size_t same = 0;

    while (same < count && at + same < file->count &&
           strcmp(piece[same], file->item[at + same]) == 0)
        same++;
    return same;
}

/* Looks for the piece from line *at of the file on and moves *at behind it. Returns `count`, or,
 * when it is not there, the number of the line that spoils the best try. */
static size_t find_piece(char **piece, size_t count, const struct names *file, size_t *at)
{
    size_t best = 0;

    for (size_t start = *at; start < file->count; start++) {
        size_t same = agreeing(piece, count, file, start);

        if (same == count) {
            *at = start + count;
            return count;
        }
        best = same > best ? same : best;
    }
    return best;
}

static void check_block(const struct lesson *lesson, const struct block *block, const char *path,
                        const struct names *file, struct names *complaints)
{
    char **line = block->lines.item;
    size_t count = block->lines.count, at = 0, end;

    for (size_t begin = 1; begin < count; begin = end + 1) {
        size_t found;

        for (end = begin; end < count && !is_elision(line[end]); end++)
            continue;
        found = find_piece(line + begin, end - begin, file, &at);
        if (found < end - begin) {
            names_add(complaints, "%s:%zu: not in %s, at this place and to the letter:\n    %s",
                      lesson->path, (size_t)block->line + begin + found + 1, path,
                      line[begin + found]);
            return;
        }
    }
}

void check_quotes(const struct lesson *lesson, const char *root, struct names *complaints)
{
    for (size_t i = 0; i < lesson->block_count; i++) {
        const struct block *block = &lesson->blocks[i];
        struct names file = {0};
        char path[256];

        heading(block, path);
        if (strcmp(block->kind, "c") != 0 || path[0] == '\0')
            continue;
        if (read_lines(root, path, &file))
            check_block(lesson, block, path, &file, complaints);
        else
            names_add(complaints, "%s:%d: there is no file %s", lesson->path, block->line + 1,
                      path);
        names_clear(&file);
    }
}
