/* printing.c - what the scenarios are written with: a place to print to, and short spellings. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "oracle.h"

static char printed[16384];
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

void sleep_ms(int ms)
{
    CHECK_RC(co_sleep(ms * NS_PER_MS));
}

void cancel_in_ms(int ms, struct task *task)
{
    sleep_ms(ms);
    task_cancel(task);
}

static int clean_up(const struct nap *nap, int rc)
{
    p("%s cancelled", nap->name);
    if (nap->cleanup_ms > 0) {
        int slept = co_sleep(nap->cleanup_ms * NS_PER_MS);
        if (slept < 0)
            return slept;
        p("%s cleaned up", nap->name);
    }
    return nap->cleanup_error < 0 ? nap->cleanup_error : rc;
}

int nap(void *arg)
{
    const struct nap *nap = arg;
    int rc = co_sleep(nap->ms * NS_PER_MS);
    if (rc == -ECANCELED)
        return clean_up(nap, rc);
    p(nap->error < 0 ? "%s fails" : "%s ends", nap->name);
    return nap->error < 0 ? nap->error : nap->ms;
}
