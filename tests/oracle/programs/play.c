/* play.c - plays a suite of scenarios and prints what was seen: what oracle.sh compares.
 *
 *     build/tests/oracle/play                       lists the suites: program, expected text, count
 *     build/tests/oracle/play epoll groups.py       plays one; also: virtual, uv
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_uv.h"
#include "backend_virtual.h"
#include "check.h"
#include "oracle.h"

#define GUARD_S 60

static int usage(const char *why, const char *what)
{
    fprintf(stderr, "play: %s \"%s\"; usage: play epoll|virtual|uv SUITE.py\n", why, what);
    return 2;
}

static void list(void)
{
    for (int i = 0; i < oracle_suite_count; i++)
        printf("%s %s %d\n", oracle_suites[i].program, oracle_suites[i].expected,
               oracle_suites[i].count);
}

static const struct loop_backend *backend_named(const char *name)
{
    const struct loop_backend *backends[] = {&backend_epoll, &backend_virtual, &backend_uv};
    for (int i = 0; i < 3; i++)
        if (strcmp(backends[i]->name, name) == 0)
            return backends[i];
    return NULL;
}

static const struct oracle_suite *suite_named(const char *program)
{
    for (int i = 0; i < oracle_suite_count; i++)
        if (strcmp(oracle_suites[i].program, program) == 0)
            return &oracle_suites[i];
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        list();
        return 0;
    }
    if (argc != 3)
        return usage("two arguments are wanted, not", argv[argc - 1]);
    const struct loop_backend *backend = backend_named(argv[1]);
    if (!backend)
        return usage("there is no backend", argv[1]);
    const struct oracle_suite *suite = suite_named(argv[2]);
    if (!suite)
        return usage("there is no suite", argv[2]);
    alarm(GUARD_S);
    int rc = oracle_play(suite, backend);
    fputs(oracle_printed(), stdout);
    if (rc < 0)
        die_error(rc, "%s on %s ended early", suite->program, backend->name);
    return 0;
}
