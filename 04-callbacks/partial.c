/* partial.c - a bound call: called, and described. */
#include "partial.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_SHOWN 40 /* bytes of an argument */

void partial_call(const struct partial *partial, void *last)
{
    partial->fn(partial->bound, last);
}

void partial_run(void *partial)
{
    partial_call(partial, NULL);
}

/* ---- Describing ---------------------------------------------------------------------------- */

/* Text that is cut, but whose whole length is known: as snprintf, many times. */
struct description {
    char *text;
    size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct description *description,
                                                      const char *format, ...)
{
    size_t length = description->length;
    size_t room = length < description->size ? description->size - length : 0;
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(room ? description->text + length : NULL, room, format, arguments);
    va_end(arguments);
    if (added > 0)
        description->length += (size_t)added;
}

static void add_quoted(struct description *description, const char *text)
{
    add(description, "\"");
    for (int i = 0; text[i] && i < TEXT_SHOWN; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '"' || byte == '\\')
            add(description, "\\%c", byte);
        else if (byte < ' ' || byte > '~')
            add(description, "\\x%02x", byte);
        else
            add(description, "%c", byte);
        if (text[i + 1] && i + 1 == TEXT_SHOWN)
            add(description, "...");
    }
    add(description, "\"");
}

static void add_argument(struct description *description, const struct bound *bound)
{
    switch (bound->kind) {
    case BOUND_NUMBER:
        add(description, "%ld", bound->number);
        break;
    case BOUND_TEXT:
        if (bound->text)
            add_quoted(description, bound->text);
        else
            add(description, "NULL");
        break;
    case BOUND_POINTER:
        add(description, "%p", bound->pointer);
        break;
    }
}

size_t partial_describe(const struct partial *partial, char *text, size_t size)
{
    struct description description = {.text = text, .size = size};
    add(&description, "%s(", partial->name);
    for (int i = 0; i < partial->count; i++) {
        if (i > 0)
            add(&description, ", ");
        add_argument(&description, &partial->bound[i]);
    }
    add(&description, ")");
    return description.length;
}
