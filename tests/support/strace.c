#include "strace.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define ARGUMENTS_MAX 20

static char summary[] = "/tmp/system-calls.XXXXXX"; /* where strace writes */

static void remove_summary(void)
{
    unlink(summary);
}

bool strace_may(void)
{
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
    print_message("left out: a program with a sanitizer makes calls of its own; without SANITIZE "
                  "they are counted\n");
    return false;
#else
    struct process *sh =
        process_start("/bin/sh", "-c", "strace -f -o /dev/null true 2>/dev/null", NULL);
    bool may = process_wait(sh) == 0;
    process_free(sh);
    if (!may)
        print_message("left out: strace is not installed, or may not trace; "
                      "`sh common/setup.sh --with ci` installs it\n");
    return may;
#endif
}

struct process *strace_start(const char *const argv[])
{
    const char *all[ARGUMENTS_MAX] = {"/bin/sh", "-c", "exec strace -f -c -o \"$0\" \"$@\"",
                                      summary};
    static bool is_made;
    if (!is_made) {
        int fd = mkstemp(summary);
        assert_true(fd >= 0);
        close(fd);
        atexit(remove_summary);
        is_made = true;
    }
    for (int i = 0; argv[i]; i++) {
        assert_true(4 + i + 1 < ARGUMENTS_MAX);
        all[4 + i] = argv[i];
    }
    return process_start_argv(all, NULL);
}

/* strace keeps the signal from itself, and ends with the program. */
int strace_stop(struct process *process)
{
    kill(-process_pid(process), SIGTERM);
    return process_wait(process);
}

/* A line of the summary is "  0.00  0.000000  0  16  epoll_ctl", with a further number before the
 * name if some have failed. */
long strace_calls(const char *name)
{
    char line[256], of[32];
    long count, errors, found = 0;
    FILE *file = fopen(summary, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%*f %*f %*d %ld %ld %31s", &count, &errors, of) != 3 &&
            sscanf(line, "%*f %*f %*d %ld %31s", &count, of) != 2)
            continue;
        if (strcmp(of, name) == 0)
            found = count;
    }
    fclose(file);
    return found;
}
