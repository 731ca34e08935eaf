/* printing.c - what the scenarios are written with: a place to print to, and short spellings. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "oracle.h"

static char printed[4096];
static size_t length;

void p(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    length += vsnprintf(printed + length, sizeof printed - length, format, arguments);
    va_end(arguments);
    if (length + 1 >= sizeof printed)
        die("the scenarios print more than %zu bytes", sizeof printed);
    printed[length++] = '\n';
    printed[length] = '\0';
}

const char *oracle_printed(void)
{
    return printed;
}

void oracle_clear(void)
{
    length = 0;
    printed[0] = '\0';
}

const char *rc_text(int rc)
{
    static char texts[4][32];
    static int next;
    char *text = texts[next++ % 4];
    if (rc < 0)
        snprintf(text, sizeof texts[0], "%s", strerrorname_np(-rc));
    else
        snprintf(text, sizeof texts[0], "%d", rc);
    return text;
}

struct task *spawn(coro_fn *fn, intptr_t arg)
{
    struct task *task = task_spawn(co_loop(), fn, (void *)arg, "of a scenario");
    if (!task)
        die("no memory for a task");
    return task;
}

void unref_tasks(struct task *const tasks[], int count)
{
    for (int i = 0; i < count; i++)
        task_unref(tasks[i]);
}

void yield_times(int count)
{
    while (count-- > 0)
        CHECK_RC(co_sleep(0));
}
