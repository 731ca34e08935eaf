/* The ten demos against bad luck: a server that is not there, is another, is rude or dies; a full
 * disk; Ctrl-C. Each time a clear line on stderr, an exit code, and nobody left. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "demos.h"
#include "fake_aio.h"
#include "leaks.h"
#include "unit.h"

/* ---- The server ---------------------------------------------------------------------------- */

static void no_server(void **state)
{
    uint16_t port;
    int reserved = reserve_port(&port);
    struct process *demo = demo_start(demo_of(state), port, NULL);
    expect_exit(demo, 1);
    assert_int_equal(count_lines(process_stderr(demo)), 1);
    assert_non_null(strstr(process_stderr(demo), "ECONNREFUSED"));
    assert_non_null(strstr(process_stderr(demo), "make aio"));
    assert_string_equal(process_stdout(demo), "");
    close(reserved);
}

static void another_server(void **state)
{
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_HAS_NO_STATS);
    struct process *demo = demo_start(demo_of(state), fake.port, NULL);
    expect_exit(demo, 1);
    assert_int_equal(count_lines(process_stderr(demo)), 1);
    fake_aio_stop(&fake);
}

/* Answers that are none: each is an error with a line for it, and the demo ends. */
static void rude_server(void **state)
{
    static const enum manners rude[] = {AIO_DROPS,       AIO_RESETS,      AIO_FAILS,
                                        AIO_WRONG_DELAY, AIO_NO_JSON,     AIO_CUTS_SHORT,
                                        AIO_IS_NO_HTTP,  AIO_ENDLESS_HEAD};
    for (size_t i = 0; i < sizeof rude / sizeof rude[0]; i++) {
        struct fake_aio fake;
        fake_aio_start(&fake, rude[i]);
        struct process *demo =
            demo_start(demo_of(state), fake.port, (const char *[]){"1", "2", NULL});
        int code = process_wait(demo);
        const char *said = process_stderr(demo);
        if (code != 1 || !strstr(said, "request 2 (delay 2): E"))
            fail_msg("manners %d: exit code %d, stderr: %.300s", (int)rude[i], code, said);
        assert_true(process_group_is_empty(demo));
        process_free(demo);
        fake_aio_stop(&fake);
    }
}

static void slow_server(void **state)
{
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_TRICKLES);
    struct process *demo = demo_start(demo_of(state), fake.port, (const char *[]){"1", "2", NULL});
    expect_exit(demo, 0);
    fake_aio_stop(&fake);
}

/* Delays of an hour, so that the demo is certainly in the middle of them. */
static struct process *start_in_the_middle(const struct demo_program *demo, uint16_t port)
{
    struct process *process = demo_start(demo, port, (const char *[]){"30", "30", "30", NULL});
    wait_stats_at_least(port, "in_flight",
                        demo->rows[0].max_in_flight == 1   ? 1
                        : demo->rows[0].max_in_flight == 2 ? 2
                                                           : 3);
    return process;
}

static void server_dies(void **state)
{
    uint16_t port;
    struct process *aio = aio_start(60000, &port);
    struct process *demo = start_in_the_middle(demo_of(state), port);
    process_signal(aio, SIGKILL);
    expect_exit(demo, 1);
    assert_non_null(strstr(process_stderr(demo), "request 1 (delay 30): E"));
}

/* The loop ends at once, the process when the threads come back: here, since the server goes. */
static void interrupted_threads(const struct demo_program *program)
{
    uint16_t port;
    struct process *aio = aio_start(60000, &port);
    struct process *demo = start_in_the_middle(program, port);
    process_signal(demo, SIGINT);
    process_wait_stderr(demo, "interrupted");
    process_signal(aio, SIGKILL);
    expect_exit(demo, 1);
}

/* Ctrl-C: the demo ends, and the server sees its clients leave. (Chapter 09's threads cannot be
 * interrupted in their blocking reads, which is its lesson.) */
static void interrupted(void **state)
{
    if (strncmp(demo_of(state)->chapter, "09", 2) == 0) {
        interrupted_threads(demo_of(state));
        return;
    }
    uint16_t port;
    struct process *aio = aio_start(60000, &port);
    struct usage before = process_usage(aio);
    struct process *demo = start_in_the_middle(demo_of(state), port);
    process_signal(demo, SIGINT);
    assert_int_not_equal(process_wait(demo), 0);
    assert_true(process_group_is_empty(demo));
    wait_stats_at_most(port, "in_flight", 0); /* half an hour before their time */
    expect_server_idle_again(aio, before);
    aio_stop(aio);
}

/* ---- The disk ------------------------------------------------------------------------------ */

static void full_disk(void **state)
{
    static const char *const options[] = {"--output", "--summary"};
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_PROPER);
    for (int i = 0; i < 2; i++) {
        struct process *demo = demo_start(demo_of(state), fake.port,
                                          (const char *[]){options[i], "/dev/full", "1", NULL});
        expect_exit(demo, 1);
        assert_non_null(strstr(process_stderr(demo), "/dev/full: ENOSPC"));
        process_free(demo);
    }
    struct process *nowhere = demo_start(
        demo_of(state), fake.port, (const char *[]){"--output", "/no/such/folder/file", "1", NULL});
    expect_exit(nowhere, 1);
    assert_non_null(strstr(process_stderr(nowhere), "/no/such/folder/file: ENOENT"));
    fake_aio_stop(&fake);
}

static const struct demo_test tests[] = {
    {"no server", no_server},         {"another server", another_server},
    {"a rude server", rude_server},   {"a slow server", slow_server},
    {"the server dies", server_dies}, {"interrupted", interrupted},
    {"a full disk", full_disk},
};

int main(void)
{
    return demos_run("demos and bad luck", tests, sizeof tests / sizeof tests[0], NULL, NULL);
}
