/* check.c - see check.h. */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_TEXT_MAX 128

/* What helps against an error, where that is known of the error alone. */
static const char *remedy(int error)
{
    switch (error < 0 ? -error : error) {
    case EMFILE:
        return "; ulimit -n allows more";
    case ENFILE:
        return "; sysctl fs.file-max allows more";
    default:
        return "";
    }
}

/* One line, in one piece: other threads may be printing too. What stdout holds comes first, so that
 * the two stay in order where they go to the same place. */
static void complain(int error, const char *format, va_list arguments)
{
    fflush(stdout);
    flockfile(stderr);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    if (error != 0)
        fprintf(stderr, ": %s%s", error_text(error), remedy(error));
    fputc('\n', stderr);
    funlockfile(stderr);
}

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(0, format, arguments);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void die_error(int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(error, format, arguments);
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
