#include "names.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

void names_add(struct names *names, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        die_error(ENOMEM, "names_add");
    va_end(arguments);
    if (names->count == names->capacity) {
        names->capacity = names->capacity ? 2 * names->capacity : 16;
        names->item = realloc(names->item, names->capacity * sizeof *names->item);
        if (names->item == NULL)
            die_error(ENOMEM, "names_add");
    }
    names->item[names->count++] = text;
}

void names_add_words(struct names *names, const char *text)
{
    const char *blanks = " \t\n\\";

    for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
        int length = (int)strcspn(text, blanks);

        names_add(names, "%.*s", length, text);
        text += length;
    }
}

bool names_has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->item[i], name) == 0)
            return true;
    return false;
}

static int compare(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

void names_sort(struct names *names)
{
    if (names->count > 0)
        qsort(names->item, names->count, sizeof *names->item, compare);
}

void names_clear(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->item[i]);
    free(names->item);
    *names = (struct names){0};
}
