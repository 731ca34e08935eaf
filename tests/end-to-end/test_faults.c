/* A kernel that keeps to its promises and no more (preload/faults.c: short reads and writes, EINTR,
 * spurious EAGAIN) under every server and every demo: they say the same as ever. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "demos.h"
#include "dialogues.h"
#include "fake_aio.h"
#include "unit.h"

#define SEEDS 3

/* ---- The environment ----------------------------------------------------------------------- */

static char preload[600], seed[40], sanitizer[600];
static const char *const environment[] = {preload, seed, sanitizer, NULL};

static void set_environment(int number)
{
    const char *options = getenv("ASAN_OPTIONS");
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", program_path("tests/end-to-end/faults.so"));
    snprintf(seed, sizeof seed, "FAULTS_SEED=%d", number);
    /* The address sanitizer wants to be the first that is loaded, or to be told. */
    snprintf(sanitizer, sizeof sanitizer, "ASAN_OPTIONS=%s%sverify_asan_link_order=0",
             options ? options : "", options ? ":" : "");
}

/* There were faults, or the test shows nothing. */
static void expect_faults(struct process *process)
{
    int shortened = 0, interrupted = 0;
    const char *report = strstr(process_stderr(process), "faults: ");
    assert_non_null(report);
    assert_int_equal(sscanf(report, "faults: %d short, %d EINTR", &shortened, &interrupted), 2);
    assert_true(shortened > 0 && interrupted > 0);
}

/* ---- Servers ------------------------------------------------------------------------------- */

static void under_faults(struct cell *cell, cell_fn *play)
{
    play(cell);
    cell_finish(cell);
    expect_faults(cell->process);
}

static void dialogue_under_faults(struct cell *cell)
{
    under_faults(cell, dialogue);
}

static void half_close_under_faults(struct cell *cell)
{
    under_faults(cell, half_close);
}

static void garbage_under_faults(struct cell *cell)
{
    under_faults(cell, garbage);
}

static void late_reader_under_faults(struct cell *cell)
{
    under_faults(cell, late_reader);
}

/* ---- Demos --------------------------------------------------------------------------------- */

static void fetches_under_faults(void **state)
{
    struct fake_aio fake;
    fake_aio_start(&fake, AIO_PROPER);
    for (int number = 1; number <= SEEDS; number++) {
        set_environment(number);
        struct process *demo = demo_start_in(
            demo_of(state), fake.port, (const char *[]){"1", "2", "3", "4", NULL}, environment);
        expect_exit(demo, 0);
        expect_faults(demo);
        process_free(demo);
    }
    fake_aio_stop(&fake);
}

/* Both ends under faults, and the delays are kept. */
static void asks_app_under_faults(void **state)
{
    set_environment(4);
    const char *argv[] = {
        program_path("10-http-server/app"), "--port", "0", "--unit-ms", "2", NULL};
    struct process *app = process_start_argv(argv, environment);
    struct process *demo = demo_start_in(demo_of(state), process_serving_port(app),
                                         (const char *[]){"5", "3", "1", NULL}, environment);
    expect_exit(demo, 0);
    assert_int_equal(process_stop(app), 0);
    expect_faults(app);
}

int main(void)
{
    static const struct cell_test of_servers[] = {
        {.name = "the dialogue", .play = dialogue_under_faults},
        {.name = "half-close", .play = half_close_under_faults},
        {.name = "garbage with NULs", .play = garbage_under_faults},
        {.name = "a client that reads late", .play = late_reader_under_faults},
    };
    static const struct demo_test of_demos[] = {
        {"fetches under faults", fetches_under_faults},
        {"fetches from the app under faults", asks_app_under_faults},
    };
    int failed = 0;
    for (int number = 1; number <= SEEDS; number++) {
        char group[40];
        set_environment(number);
        snprintf(group, sizeof group, "servers under faults, seed %d", number);
        failed +=
            cells_run(group, of_servers, sizeof of_servers / sizeof of_servers[0], environment);
    }
    return failed + demos_run("demos under faults", of_demos, sizeof of_demos / sizeof of_demos[0],
                              NULL, NULL);
}
