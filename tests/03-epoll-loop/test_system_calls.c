/* What the demo and the server ask of the kernel, counted by strace: the numbers that the lesson
 * tells. Left out where strace is not installed, or may not trace. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "process.h"
#include "unit.h"

#define LINES 100

static char summary[] = "/tmp/system-calls.XXXXXX"; /* where strace writes */

static bool may_trace(void)
{
#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
    return false; /* the sanitizers cannot be traced */
#else
    struct process *sh =
        process_start("/bin/sh", "-c", "strace -o /dev/null true 2>/dev/null", NULL);
    bool may = process_wait(sh) == 0;
    process_free(sh);
    if (!may)
        print_message("left out: strace is not installed, or may not trace\n");
    return may;
#endif
}

/* "strace PROGRAM OPTION VALUE", with a summary of the calls for files that can be waited for. */
static struct process *trace(const char *program, const char *option, const char *value)
{
    return process_start("/bin/sh", "-c",
                         "exec strace -f -c -o $0 -e trace=epoll_ctl,epoll_wait,read,write "
                         "$1 $2 $3",
                         summary, program_path(program), option, value, NULL);
}

/* How often this call was made, by a line of the summary "  0.00  0.000000  0  16  epoll_ctl". */
static long calls(const char *name)
{
    char line[256], of[32];
    long count, found = 0;
    FILE *file = fopen(summary, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%*f %*f %*d %ld %31s", &count, of) == 2) {
            long errors; /* a column that is empty when there are none */
            if (sscanf(line, "%*f %*f %*d %*d %ld %31s", &errors, of) != 2)
                sscanf(line, "%*f %*f %*d %*d %31s", of);
            if (strcmp(of, name) == 0)
                found = count;
        }
    fclose(file);
    return found;
}

static void the_demo(void **state)
{
    (void)state;
    if (!may_trace())
        skip();
    struct process *app =
        process_start(program_path("10-http-server/app"), "--port", "0", "--unit-ms", "10", NULL);
    char url[64];
    snprintf(url, sizeof url, "--url=http://127.0.0.1:%u", process_serving_port(app));
    struct process *demo = trace("03-epoll-loop/demo", url, "--unit-ms=10");
    assert_int_equal(process_wait(demo), 0);
    /* The eventfd; and each exchange waits to be connected, waits for the answer, is forgotten. */
    assert_int_equal(calls("epoll_ctl"), 1 + 5 * 3);
    process_free(demo);
    assert_int_equal(process_stop(app), 0);
    process_free(app);
}

/* A line is a read, a write and a wait; the interest stays as it is. */
static void a_hundred_lines(void **state)
{
    (void)state;
    if (!may_trace())
        skip();
    struct process *server = trace("03-epoll-loop/server", "--port", "0");
    struct client client;
    client_connect(&client, process_serving_port(server));
    client_expect_line(&client, "Welcome. Type a line, or exit.");
    for (int i = 0; i < LINES; i++) {
        client_send(&client, "Ada\n");
        client_expect_line(&client, "Hello, Ada");
    }
    client_close(&client);
    process_wait_stdout(server, "disconnect");
    kill(-process_pid(server), SIGTERM); /* strace keeps it from itself, and ends with the server */
    assert_int_equal(process_wait(server), 0);
    assert_in_range(calls("epoll_wait"), LINES, LINES + 20);
    assert_in_range(calls("write"), LINES, LINES + 20);
    assert_in_range(calls("read"), LINES, LINES + 60); /* with those that load libraries */
    assert_in_range(calls("epoll_ctl"), 1, 10);
    process_free(server);
}

static int make_summary(void **state)
{
    (void)state;
    int fd = mkstemp(summary);
    return fd < 0 ? -1 : close(fd);
}

static int remove_summary(void **state)
{
    (void)state;
    return unlink(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_demo, process_teardown),
        cmocka_unit_test_teardown(a_hundred_lines, process_teardown),
    };
    return cmocka_run_group_tests_name("system calls", tests, make_summary, remove_summary);
}
