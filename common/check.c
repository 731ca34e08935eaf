/* check.c - see check.h. */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_TEXT_MAX 128

/* One line, in one piece: other threads may be printing too. What stdout holds comes first, so that
 * the two stay in order where they go to the same place. */
static void complain(const char *suffix, const char *format, va_list arguments)
{
    fflush(stdout);
    flockfile(stderr);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "%s%s\n", suffix[0] != '\0' ? ": " : "", suffix);
    funlockfile(stderr);
}

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain("", format, arguments);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void die_error(int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(error_text(error), format, arguments);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

const char *error_text(int error)
{
    static _Thread_local char text[ERROR_TEXT_MAX];
    int number = error < 0 ? -error : error;
    const char *name = strerrorname_np(number);
    if (name == NULL)
        snprintf(text, sizeof text, "error %d", number);
    else
        snprintf(text, sizeof text, "%s (%s)", name, strerrordesc_np(number));
    return text;
}

long check_posix(long result, const char *call, const char *file, int line)
{
    if (result == -1)
        die_error(errno, "%s:%d: %s", file, line, call);
    return result;
}

long check_rc(long result, const char *call, const char *file, int line)
{
    if (result < 0)
        die_error((int)result, "%s:%d: %s", file, line, call);
    return result;
}
