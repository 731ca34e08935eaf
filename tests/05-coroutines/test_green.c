/* Chapter 02's programs, unmodified, with green.so preloaded: one OS thread, and all served. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "echo_steps.h"
#include "fd_limit.h"
#include "green_run.h"
#include "leaks.h"
#include "net.h"
#include "process.h"
#include "runs.h"
#include "unit.h"

#define CROWD   1000
#define GUARD_S 120

static struct client crowd[CROWD];

/* Starts a program with these arguments (each may be NULL), as threads or as coroutines. */
static struct process *start_program(bool green, const char *program, const char *first,
                                     const char *second, const char *third, const char *fourth)
{
    char preload[512], unit[] = "UNUSED=1";
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", green_so());
    const char *const argv[] = {program_path(program), first, second, third, fourth, NULL};
    const char *const environment[] = {green ? preload : unit, NULL};
    return process_start_argv(argv, environment);
}

static struct process *start_server(bool green, const char *option, const char *value,
                                    uint16_t *port)
{
    struct process *server =
        start_program(green, "02-threaded-server/server", "--port", "0", option, value);
    *port = process_serving_port(server);
    return server;
}

static void expect_good_end(struct process *server, int signo)
{
    process_signal(server, signo);
    assert_int_equal(process_wait(server), 0);
    assert_null(strstr(process_stderr(server), "coroutine")); /* nor does anybody speak of them */
    process_free(server);
}

static void crowd_comes(uint16_t port, int count)
{
    for (int i = 0; i < count; i++)
        join(&crowd[i], port);
}

static void crowd_leaves(int count)
{
    for (int i = 0; i < count; i++)
        client_close(&crowd[i]);
}

/* ---- The server ------------------------------------------------------------------------------ */

/* main, the watcher, and one for each: that is what the kernel has to do with, or what it has not.
 */
static void a_thousand_silent_clients_and_another_is_served(void **state)
{
    (void)state;
    for (int green = 0; green < 2; green++) {
        uint16_t port;
        struct process *server = start_server(green, NULL, NULL, &port);
        crowd_comes(port, CROWD);
        assert_int_equal(process_count_threads(server), green ? 1 : CROWD + 2);
        expect_service(port);
        ask(&crowd[0], "the first\n", "Hello, the first");
        ask(&crowd[CROWD - 1], "the last\n", "Hello, the last");
        expect_good_end(server, SIGTERM);
        crowd_leaves(CROWD);
    }
}

static void a_pool_of_coroutines_is_a_pool(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_server(true, "--pool", "4", &port);
    crowd_comes(port, 4);
    struct client fifth;
    client_connect(&fifth, port);
    for (int i = 0; i < 20; i++) /* it is awake, and the fifth has no thread */
        ask(&crowd[i % 4], "Ada\n", "Hello, Ada");
    assert_false(client_is_readable_now(&fifth));
    client_close(&crowd[2]);
    client_expect_line(&fifth, GREETING);
    assert_int_equal(process_count_threads(server), 1);
    client_close(&fifth);
    expect_good_end(server, SIGINT);
    crowd_leaves(4);
}

static void a_process_for_each_is_left_alone(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_server(true, "--processes", NULL, &port);
    crowd_comes(port, 3);
    assert_int_equal(process_count_children(server), 3);
    expect_service(port);
    expect_good_end(server, SIGTERM);
    crowd_leaves(3);
}

/* Pages: statm's first number. */
static long address_space(const struct process *server)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", process_pid(server));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld", &pages), 1);
    fclose(file);
    return pages;
}

/* Stacks are used again: who comes later costs no more address space than who came first. */
static void nothing_is_left_of_those_who_have_left(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_server(true, NULL, NULL, &port);
    expect_service(port);
    struct usage before = process_usage(server);
    long after_first = 0;
    for (int round = 0; round < 4; round++) {
        crowd_comes(port, 100);
        for (int i = 0; i < 100; i += 3)
            client_reset(&crowd[i]);
        crowd_leaves(100);
        expect_server_idle_again(server, before);
        if (round == 0)
            after_first = address_space(server);
        assert_true(address_space(server) <= after_first);
    }
    expect_good_end(server, SIGTERM);
}

/* While nobody is there, while somebody comes, in talk, and while somebody does not read. */
static void a_signal_ends_it_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        uint16_t port;
        struct process *server =
            start_server(true, i & 8 ? "--pool" : NULL, i & 8 ? "3" : NULL, &port);
        struct client coming, talking, deaf;
        client_connect(&talking, port);
        client_connect_small(&deaf, port);
        if (i & 2)
            client_expect_line(&talking, GREETING);
        if (i & 4)
            assert_int_equal(send_until_full(&deaf), 0);
        client_connect(&coming, port);
        expect_good_end(server, i & 1 ? SIGINT : SIGTERM);
        client_close(&coming);
        client_close(&talking);
        client_close(&deaf);
    }
}

/* ---- The demo, and small programs ------------------------------------------------------------ */

static void the_demo_has_one_thread_and_five_in_flight(void **state)
{
    (void)state;
    char url[64];
    struct process *aio = start_aio(url);
    struct process *demo =
        start_program(true, "02-threaded-server/demo", "--url", strchr(url, '=') + 1, NULL, NULL);
    assert_int_equal(process_wait(demo), 0);
    expect_printed(demo, "units, max in flight 5, threads 1\n");
    process_free(demo);
    assert_int_equal(process_stop(aio), 0);
    process_free(aio);
}

static void expect_output(bool green, const char *program, const char *expected)
{
    struct process *process = start_program(green, program, NULL, NULL, NULL, NULL);
    assert_int_equal(process_wait(process), 0);
    assert_string_equal(process_stdout(process), expected);
    assert_string_equal(process_stderr(process), "");
    process_free(process);
}

static void a_thread_local_variable_is_one_for_all(void **state)
{
    (void)state;
    expect_output(true, "02-threaded-server/who",
                  "Ada's thread: one for all says Cleo, one for each says Cleo\n"
                  "Bob's thread: one for all says Cleo, one for each says Cleo\n"
                  "Cleo's thread: one for all says Cleo, one for each says Cleo\n"
                  "a pool's thread, Ada's job: it sets Ada\n"
                  "the same thread, Bob's job: it finds Ada\n");
    expect_output(false, "05-coroutines/green_seen",
                  "3 by pthread_create:  4 threads\n"
                  "1 by thrd_create:     2 threads\n"
                  "pthread_setspecific:  each has its own\n"
                  "_Thread_local:        each has its own\n"
                  "fgets after read:     the line\n");
    expect_output(true, "05-coroutines/green_seen",
                  "3 by pthread_create:  1 threads\n"
                  "1 by thrd_create:     2 threads\n"
                  "pthread_setspecific:  each has its own\n"
                  "_Thread_local:        one for all\n"
                  "fgets after read:     EAGAIN (Resource temporarily unavailable)\n");
}

static void these_calls_make_all_wait(void **state)
{
    (void)state;
    expect_output(true, "05-coroutines/green_limits",
                  "one thread waits by     do the others run?\n"
                  "read                    yes\n"
                  "curl_easy_perform       yes\n"
                  "fgets                   no: all wait\n"
                  "__read_chk              no: all wait\n"
                  "syscall(SYS_read)       no: all wait\n"
                  "sem_wait                no: all wait\n"
                  "flock of a file         no: all wait\n"
                  "waitpid                 no: all wait\n"
                  "a calculation           no: all wait\n");
    struct process *threads =
        start_program(false, "05-coroutines/green_limits", NULL, NULL, NULL, NULL);
    assert_int_equal(process_wait(threads), 0);
    assert_null(strstr(process_stdout(threads), "no: all wait"));
    process_free(threads);
}

#define TEST(name) cmocka_unit_test_teardown(name, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thousand_silent_clients_and_another_is_served),
        TEST(a_pool_of_coroutines_is_a_pool),
        TEST(a_process_for_each_is_left_alone),
        TEST(nothing_is_left_of_those_who_have_left),
        TEST(a_signal_ends_it_at_any_moment),
        TEST(the_demo_has_one_thread_and_five_in_flight),
        TEST(a_thread_local_variable_is_one_for_all),
        TEST(these_calls_make_all_wait),
    };
    if (!green_so())
        return 0;
    net_ignore_sigpipe();
    raise_fd_limit();
    alarm(GUARD_S);
    return cmocka_run_group_tests_name("chapter 02 with green.so", tests, NULL, NULL);
}
