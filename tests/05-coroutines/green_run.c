#include "green_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "unit.h"

#define GUARD_S 60

const char *green_so(void)
{
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
    puts("left out: green.so (a sanitizer cannot be preloaded with it); build without SANITIZE");
    return NULL;
#else
    return program_path("05-coroutines/green.so");
#endif
}

bool is_green(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded && strstr(preloaded, "green.so");
}

pthread_t start(void *(*fn)(void *), void *arg)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fn, arg), 0);
    return thread;
}

void *end_of(pthread_t thread)
{
    void *result = NULL;
    assert_int_equal(pthread_join(thread, &result), 0);
    return result;
}

static int run(const char *name, const struct CMUnitTest *tests, size_t count)
{
    char group[80];
    snprintf(group, sizeof group, "%s, %s threads", name, is_green() ? "green" : "real");
    alarm(GUARD_S);
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    alarm(0);
    return failed;
}

int green_run(char **argv, const char *name, const struct CMUnitTest *tests, size_t count)
{
    int failed = run(name, tests, count);
    const char *library = failed || is_green() ? NULL : green_so();
    if (!library)
        return failed;
    fflush(stdout);
    setenv("LD_PRELOAD", library, 1);
    execv("/proc/self/exe", argv);
    perror("/proc/self/exe");
    return 1;
}
