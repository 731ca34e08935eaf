/* The arithmetic of the bench on fixed numbers, and its load on a real server. No time is judged.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loading.h"
#include "process.h"
#include "stats.h"
#include "unit.h"

static struct row row_of(size_t count, const double values[])
{
    struct row row = {.count = count};
    memcpy(row.values, values, count * sizeof *values);
    return row;
}

static void medians(void **state)
{
    (void)state;
    struct row odd = row_of(3, (double[]){9, 1, 5}), even = row_of(4, (double[]){4, 1, 3, 2}),
               one = row_of(1, (double[]){7});
    assert_true(row_median(&odd) == 5);
    assert_true(row_median(&even) == 2.5);
    assert_true(row_median(&one) == 7);
    assert_true(row_spread(&odd) == 8.0 / 5);
    assert_true(row_spread(&one) == 0);
    assert_true(odd.values[0] == 9); /* the rounds keep their order */
}

static void quantiles(void **state)
{
    (void)state;
    double values[200];
    for (int i = 0; i < 200; i++)
        values[i] = 200 - i; /* 200 down to 1 */
    assert_true(stats_quantile(values, 200, 0.50) == 101);
    assert_true(stats_quantile(values, 200, 0.99) == 199);
    assert_true(stats_quantile(values, 200, 1) == 200);
}

static void ratios_are_of_rounds(void **state)
{
    (void)state;
    static struct rows rows;
    struct ratio ratio;
    /* A slow second round of both; the medians alone would say 3 / 2. */
    assert_int_equal(rows_add(&rows, "echo\t03\tcpu\t3\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\t03\tcpu\t100\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\t03\tcpu\t2\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\tbare\tcpu\t2\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\tbare\tcpu\t80\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\tbare\tcpu\t2\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "not a row\n"), -EINVAL);
    assert_int_equal(rows.count, 2);
    const struct row *ours = rows_find(&rows, "echo", "03", "cpu");
    assert_int_equal(rows_ratio(ours, rows_find(&rows, "echo", "bare", "cpu"), &ratio), 0);
    assert_true(ratio.median == 1.25 && ratio.low == 1 && ratio.high == 1.5);
    assert_int_equal(rows_ratio(ours, rows_find(&rows, "echo", "go", "cpu"), &ratio), -ENOENT);
}

static void loads_a_real_server(void **state)
{
    (void)state;
    const struct loading_options options = {
        .connections = 3, .idle = 4, .size = 64, .messages = 100};
    struct loading_result result;
    struct process *server =
        process_start(program_path("03-epoll-loop/server"), "--port", "0", NULL);
    uint16_t port = process_serving_port(server);
    assert_int_equal(loading_run(&options, port, process_pid(server), &result), 0);
    assert_true(result.messages_per_s > 0 && result.cpu_us > 0);
    assert_true(result.p50_us > 0 && result.p99_us >= result.p50_us);
    assert_true(result.threads >= 1);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

/* One wait, one read and one write for a message that comes alone; the wait that is under way when
 * strace attaches may be missing. */
static void counts_system_calls(void **state)
{
    (void)state;
    const struct loading_options options = {
        .connections = 1, .size = 64, .messages = 100, .traced = true};
    struct loading_result result;
    struct process *server =
        process_start(program_path("03-epoll-loop/server"), "--port", "0", NULL);
    uint16_t port = process_serving_port(server);
    assert_int_equal(loading_run(&options, port, process_pid(server), &result), 0);
    if (result.calls < 0) {
        print_message("left out: system calls, there is no strace that may trace\n");
        skip();
    }
    assert_true(result.calls > 2.9 && result.calls < 4);
    assert_int_equal(process_stop(server), 0);
    process_free(server);
}

static void nobody_there_is_told(void **state)
{
    (void)state;
    const struct loading_options options = {.connections = 1, .size = 64, .messages = 10};
    struct loading_result result;
    assert_int_equal(loading_run(&options, 1, getpid(), &result), -ECONNREFUSED);
}

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians),
        cmocka_unit_test(quantiles),
        cmocka_unit_test(ratios_are_of_rounds),
        cmocka_unit_test_teardown(loads_a_real_server, process_teardown),
        cmocka_unit_test_teardown(counts_system_calls, process_teardown),
        cmocka_unit_test(nobody_there_is_told),
    };
    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
