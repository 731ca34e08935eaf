#include "ways.h"

#include <signal.h>

#include "unit.h"

struct process *start_with(const char *const arguments[], uint16_t *port)
{
    const char *argv[8] = {program_path("02-threaded-server/server"), "--port", "0"};
    for (int i = 0; arguments[i]; i++)
        argv[3 + i] = arguments[i];
    struct process *server = process_start_argv(argv, NULL);
    *port = process_serving_port(server);
    return server;
}

struct process *start_way(enum way way, uint16_t *port)
{
    static const char *const arguments[WAY_COUNT][3] = {
        [BY_THREADS] = {NULL},
        [BY_POOL] = {"--pool", "12", NULL},
        [BY_PROCESSES] = {"--processes", NULL},
    };
    return start_with(arguments[way], port);
}

void expect_good_end(struct process *server)
{
    assert_int_equal(process_wait(server), 0);
    assert_true(process_group_is_empty(server));
    process_free(server);
}

void stop(struct process *server)
{
    process_signal(server, SIGTERM);
    expect_good_end(server);
}
