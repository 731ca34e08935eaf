/* The arithmetic of the bench on fixed numbers, and its load on a real server. No time is judged.
 */
#include <errno.h>
#include <unistd.h>

#include "loading.h"
#include "process.h"
#include "stats.h"
#include "unit.h"

static void medians(void **state)
{
    (void)state;
    double odd[] = {9, 1, 5}, even[] = {4, 1, 3, 2}, one[] = {7};
    assert_true(stats_median(odd, 3) == 5);
    assert_true(stats_median(even, 4) == 2.5);
    assert_true(stats_median(one, 1) == 7);
    assert_true(stats_spread(odd, 3) == 8.0 / 5);
    assert_true(stats_spread(one, 1) == 0);
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

static void ratios_are_of_medians(void **state)
{
    (void)state;
    static struct rows rows;
    double ratio = 0;
    assert_int_equal(rows_add(&rows, "echo\t03\tcpu\t3\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\t03\tcpu\t100\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\t03\tcpu\t2\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "echo\tbare\tcpu\t2\tus\n"), 0);
    assert_int_equal(rows_add(&rows, "not a row\n"), -EINVAL);
    assert_int_equal(rows.count, 2);
    struct row *ours = rows_find(&rows, "echo", "03", "cpu");
    assert_int_equal(rows_ratio(ours, rows_find(&rows, "echo", "bare", "cpu"), &ratio), 0);
    assert_true(ratio == 1.5);
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
        cmocka_unit_test(ratios_are_of_medians),
        cmocka_unit_test_teardown(loads_a_real_server, process_teardown),
        cmocka_unit_test(nobody_there_is_told),
    };
    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
