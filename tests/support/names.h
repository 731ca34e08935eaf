/* names.h - a growing list of strings that it owns. Dies when there is no memory. */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names {
    char **item;
    size_t count, capacity;
};

/* Adds a string made from a format, as printf does. */
void names_add(struct names *names, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds each of the words in `text`. */
void names_add_words(struct names *names, const char *text);

bool names_has(const struct names *names, const char *name);
void names_sort(struct names *names);

/* Frees the strings; the list is empty again. */
void names_clear(struct names *names);

#endif
