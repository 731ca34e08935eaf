#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static char trace[8192];

void say(const char *format, ...)
{
    if (trace[0] != '\0')
        strncat(trace, ", ", sizeof trace - strlen(trace) - 1);
    size_t length = strlen(trace);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(trace + length, sizeof trace - length, format, arguments);
    va_end(arguments);
    if (strlen(trace) == sizeof trace - 1)
        die("the trace is full: %s", trace);
}

const char *trace_text(void)
{
    return trace;
}

void trace_clear(void)
{
    trace[0] = '\0';
}
