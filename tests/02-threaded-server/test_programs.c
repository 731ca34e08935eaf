/* The small programs of the chapter: what clients cost, whose variable it is, a list that is worked
 * off by a pool. */
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "process.h"
#include "runs.h"
#include "unit.h"
#include "ways.h"

/* ---- idle ---------------------------------------------------------------------------------- */

static struct process *start_idle(struct process *server, uint16_t port, const char *clients)
{
    char port_text[16], pid_text[16];
    snprintf(port_text, sizeof port_text, "%u", port);
    snprintf(pid_text, sizeof pid_text, "%d", (int)process_pid(server));
    return process_start(program_path("02-threaded-server/idle"), "--port", port_text, "--pid",
                         pid_text, "--patience", "1", clients, NULL);
}

/* The first number behind the name of a row: threads. */
static int threads_of(struct process *idle, const char *row)
{
    const char *at = strstr(process_stdout(idle), row);
    int threads = -1;
    if (!at || sscanf(at + strlen(row), "%d", &threads) != 1)
        fail_msg("no row \"%s\" in\n%s", row, process_stdout(idle));
    return threads;
}

/* The thread sanitizer has a thread of its own in each process. */
#ifdef THREAD_SANITIZER
#define THREADS_OF_A_PROCESS 2
#else
#define THREADS_OF_A_PROCESS 1
#endif

/* A thread for each, a place in the pool (they were there before), or a process for each. */
static void each_way_has_its_price(void **state)
{
    (void)state;
    static const int more[WAY_COUNT] = {
        [BY_THREADS] = CROWD, [BY_POOL] = 0, [BY_PROCESSES] = CROWD * THREADS_OF_A_PROCESS};
    for (enum way way = 0; way < WAY_COUNT; way++) {
        uint16_t port;
        struct process *server = start_way(way, &port);
        struct usage at_rest = process_usage(server);
        char crowd[16];
        snprintf(crowd, sizeof crowd, "%d", CROWD);
        struct process *idle = start_idle(server, port, crowd);
        int code = process_wait(idle);
        assert_string_equal(process_stderr(idle), "");
        assert_int_equal(code, 0);
        int before = threads_of(idle, "nobody is there");
        assert_int_equal(threads_of(idle, "10 have come") - before, more[way]);
        assert_int_equal(threads_of(idle, "each has said a line") - before, more[way]);
        process_free(idle);
        expect_server_idle_again(server, at_rest);
        stop(server);
    }
}

static void who_serves_too_few_is_found_out(void **state)
{
    (void)state;
    uint16_t port;
    struct process *server = start_with((const char *const[]){"--pool", "2", NULL}, &port);
    struct process *idle = start_idle(server, port, "3");
    assert_int_equal(process_wait(idle), 1);
    assert_non_null(strstr(process_stderr(idle), "client 3 of 3: no greeting in 1 seconds"));
    threads_of(idle, "2 have come");
    process_free(idle);
    stop(server);
}

static void bad_words_are_refused(void **state)
{
    (void)state;
    expect_refused("02-threaded-server/idle", NULL, "which server");
    expect_refused("02-threaded-server/idle", "--pid=me", "--pid \"me\"");
    expect_refused("02-threaded-server/idle", "none", "\"none\"");
    expect_refused("02-threaded-server/pooled", "--threads=0", "--threads \"0\"");
    expect_refused("02-threaded-server/who", "me", "\"me\"");
    expect_refused("02-threaded-server/broken/counter", "--mend", "--mend");
    static const char *const programs[] = {"idle",
                                           "pooled",
                                           "who",
                                           "broken/counter",
                                           "broken/if_for_while",
                                           "broken/lost_wakeup",
                                           "broken/outlives"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char program[64];
        snprintf(program, sizeof program, "02-threaded-server/%s", programs[i]);
        expect_help(program);
    }
}

/* ---- who, pooled --------------------------------------------------------------------------- */

static void each_thread_has_its_own(void **state)
{
    (void)state;
    expect_run("02-threaded-server/who", 0,
               "Ada's thread: one for all says Cleo, one for each says Ada\n"
               "Bob's thread: one for all says Cleo, one for each says Bob\n"
               "Cleo's thread: one for all says Cleo, one for each says Cleo\n"
               "a pool's thread, Ada's job: it sets Ada\n"
               "the same thread, Bob's job: it finds Ada\n");
}

/* The server counts how many were there at a time. */
static void a_pool_is_a_limit(void **state)
{
    (void)state;
    static const struct {
        const char *threads, *summary;
    } pools[] = {
        {"1", " units, max in flight 1, threads 2\n"},
        {"2", " units, max in flight 2, threads 3\n"},
        {"5", " units, max in flight 5, threads 6\n"},
    };
    char entry[64];
    struct process *server = start_aio(entry);
    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        struct process *pooled = process_start_argv(
            (const char *const[]){program_path("02-threaded-server/pooled"), "--threads",
                                  pools[i].threads, "5", "5", "5", "5", "5", NULL},
            (const char *const[]){entry, NULL});
        assert_int_equal(process_wait(pooled), 0);
        expect_printed(pooled, "pooled: ");
        expect_printed(pooled, pools[i].summary);
        process_free(pooled);
    }
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_way_has_its_price), TEST(who_serves_too_few_is_found_out),
        TEST(bad_words_are_refused),  TEST(each_thread_has_its_own),
        TEST(a_pool_is_a_limit),
    };
    return cmocka_run_group_tests_name("the small programs of 02", tests, NULL, NULL);
}
