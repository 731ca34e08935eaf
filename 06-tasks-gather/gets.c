/* gets.c - many GETs, a callback for each, and one wait() for all: two orders.
 *
 *     build/06-tasks-gather/gets                       ten GETs
 *     build/06-tasks-gather/gets 3 1 2
 *     build/06-tasks-gather/gets --count 10000 1       ten thousand GETs with a delay of 1
 *
 * Watch the numbers: the callbacks run in the order in which the tasks end, and the list at the end
 * stands in the order of asking, because the tasks stand in an array. asyncio's wait() gives back a
 * set, which has neither order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aio_client.h"
#include "check.h"
#include "fd_limit.h"
#include "gather.h"
#include "options.h"

#define MAX_COUNT    100000
#define SHOWN        10 /* of each list */
#define NOT_FOR_GETS 20 /* descriptors: for stdout, the loop, libcurl */

struct gets;

struct get {
    struct gets *gets;
    int number; /* from 1 */
    int delay;  /* units */
    struct task *task;
    struct future_callback on_done;
    struct fetch_result answer;
};

struct gets {
    struct aio_client client;
    int count;
    struct get *list;
    struct task **tasks;
    int64_t begun;
    int done, failed;
    long memory_before, memory_in_flight; /* bytes */
};

/* What this process has in memory. 0 when nobody says. */
static long memory_now(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* A task: its result is the status. */
static int run_get(void *arg)
{
    struct get *get = arg;
    int rc = aio_get(&get->gets->client, &get->answer, "/aio?delay=%d", get->delay);
    return rc < 0 ? rc : (int)get->answer.status;
}

/* ---- The first order: as they end ---------------------------------------------------------- */

static void on_get_done(void *arg)
{
    struct get *get = arg;
    struct gets *gets = get->gets;
    if (gets->done++ == 0)
        gets->memory_in_flight = memory_now();
    if (task_result(get->task) < 0)
        gets->failed++;
    if (gets->done <= SHOWN)
        printf("request %d (delay %d) %s after %.1f units\n", get->number, get->delay,
               task_result(get->task) < 0 ? "failed" : "success",
               aio_units(&gets->client, gets->begun));
}

/* ---- The second: as they stand ------------------------------------------------------------- */

static void print_get(const struct get *get)
{
    if (task_result(get->task) < 0)
        printf("%d: %s\n", get->number, error_text(task_result(get->task)));
    else
        printf("%d: %d %s\n", get->number, task_result(get->task), get->answer.body);
}

static void print_list(const struct gets *gets)
{
    printf("in the order of asking:\n");
    for (int i = 0; i < gets->count && i < SHOWN; i++)
        print_get(&gets->list[i]);
    if (gets->count > SHOWN)
        printf("and %d more\n", gets->count - SHOWN);
}

static void print_costs(const struct gets *gets)
{
    printf("cost: %.1f units for %d requests, %d failed\n", aio_units(&gets->client, gets->begun),
           gets->count, gets->failed);
    printf("memory: %.1f KiB for each that was under way\n",
           (double)(gets->memory_in_flight - gets->memory_before) / 1024.0 / gets->count);
}

/* ---- All of them --------------------------------------------------------------------------- */

static int spawn_get(struct gets *gets, int i)
{
    const struct aio_client *client = &gets->client;
    struct get *get = &gets->list[i];
    *get = (struct get){.gets = gets, .number = i + 1, .delay = client->delays[i % client->count]};
    callback_init(&get->on_done.callback, on_get_done, get);
    get->task = gets->tasks[i] = task_spawn(co_loop(), run_get, get, "get");
    if (!get->task)
        return -ENOMEM;
    future_add_done_callback(&get->task->future, &get->on_done);
    return 0;
}

/* Those that still run, if any: since the callbacks must not run either when `gets` is gone, they
 * are taken back. */
static void end_all(struct gets *gets, int spawned)
{
    for (int i = 0; i < spawned; i++) {
        future_remove_done_callback(&gets->list[i].task->future, &gets->list[i].on_done);
        task_cancel(gets->list[i].task);
    }
    for (int i = 0; i < spawned; i++) {
        int rc = task_join(gets->list[i].task);
        (void)rc; /* it has been told, or nobody wants to know */
        fetch_result_free(&gets->list[i].answer);
    }
}

static int main_task(void *arg)
{
    struct gets *gets = arg;
    int rc = 0, spawned = 0;
    fetcher_limit_connections(gets->client.fetcher, gets->count);
    gets->memory_before = memory_now();
    gets->begun = loop_time(co_loop());
    while (rc == 0 && spawned < gets->count) {
        rc = spawn_get(gets, spawned);
        spawned += rc == 0;
    }
    if (rc == 0)
        rc = wait_tasks(gets->tasks, gets->count, WAIT_ALL_COMPLETED, -1);
    if (rc >= 0) {
        print_list(gets);
        print_costs(gets);
    }
    end_all(gets, spawned);
    return rc;
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_count(int key, char *text, struct argp_state *state)
{
    struct gets *gets = state->input;
    if (key != 'n')
        return ARGP_ERR_UNKNOWN;
    gets->count = (int)option_number(state, "--count", text, 1, MAX_COUNT);
    return 0;
}

static const struct argp_option option_list[] = {
    {"count", 'n', "N", 0, "So many GETs, with the DELAYs in turn (default: one for each)", 0},
    {0},
};

static const struct argp own_options = {.options = option_list, .parser = parse_count};

/* Each request that waits costs a descriptor here, and another one in the server. */
static void make_room(struct gets *gets)
{
    int limit = raise_fd_limit();
    if (limit >= 0 && gets->count > limit - NOT_FOR_GETS)
        die("%d requests at once are too many for %d descriptors; see ulimit -n", gets->count,
            limit);
    gets->list = calloc((size_t)gets->count, sizeof gets->list[0]);
    gets->tasks = calloc((size_t)gets->count, sizeof(struct task *));
    if (!gets->list || !gets->tasks)
        die_error(ENOMEM, "%d requests", gets->count);
}

int main(int argc, char **argv)
{
    static const int delays[] = {8, 4, 9, 7, 5, 10, 6, 2, 3, 1};
    struct gets gets = {.count = 0};
    const struct aio_client_about about = {
        .doc = "Many GETs at once: in which order do they end, and in which do they stand?",
        .max_count = AIO_CLIENT_DELAYS_MAX,
        .delays = delays,
        .count = sizeof delays / sizeof delays[0],
        .own = &own_options,
        .own_input = &gets,
    };
    aio_client_options(&gets.client, argc, argv, &about);
    if (gets.count == 0)
        gets.count = gets.client.count;
    make_room(&gets);
    int rc = aio_client_run(&gets.client, main_task, &gets);
    free(gets.list);
    free(gets.tasks);
    return rc == 0 && gets.failed > 0 ? 1 : rc;
}
