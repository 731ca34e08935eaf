/* pool.c - nine jobs, three at a time: who brings the next one waits.
 *
 *     build/07-semaphore/pool
 *     build/07-semaphore/pool --size 2 --load-factor 1
 *     build/07-semaphore/pool --limit-ms 50            each job may take so long
 *
 * Each job takes 100 ms. One loop brings them to a pool of coroutines, and says when the pool has
 * taken each. Watch the times: three are taken at once, and then one for each that has ended. The
 * loop could read its jobs from a file of a million lines; there are never more than three (and
 * with a load factor so many times three that wait for their turn). A job that fails does not end
 * the others: it is counted, and told.
 *
 * It is eventlet's GreenPool, with asyncpool's load factor and time limit.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "co_pool.h"
#include "fetch_all.h"
#include "options.h"

#define JOB_NS (100 * NS_PER_MS)

struct day {
    int size, load_factor, jobs, limit_ms; /* limit_ms 0: none */
    struct loop *loop;
    int64_t begin_ns;
    int running, most;
};

static double seconds(const struct day *day)
{
    return (double)(loop_time(day->loop) - day->begin_ns) / (double)NS_PER_S;
}

static int work(void *arg)
{
    struct day *day = arg;
    day->running++;
    day->most = day->running > day->most ? day->running : day->most;
    int rc = co_sleep(JOB_NS);
    day->running--;
    return rc;
}

/* Called from the loop, and not in a task. */
static void on_error(void *job_arg, int error, void *arg)
{
    const struct day *day = arg;
    (void)job_arg;
    printf("%.1f s: a job has failed: %s\n", seconds(day), strerrorname_np(-error));
}

static int bring_all(struct day *day, struct co_pool *pool)
{
    int rc = co_pool_load_factor(pool, day->load_factor);
    for (int i = 1; i <= day->jobs && rc == 0; i++) {
        rc = co_pool_spawn_n(pool, work, day);
        if (rc == 0)
            printf("%.1f s: job %d is taken, %d more could be\n", seconds(day), i,
                   co_pool_free(pool));
    }
    return rc;
}

static int live(void *arg)
{
    struct day *day = arg;
    struct co_pool pool;
    int rc = co_pool_begin(&pool, day->size);
    if (rc < 0)
        return rc;
    day->loop = co_loop();
    day->begin_ns = loop_time(day->loop);
    co_pool_on_error(&pool, on_error, day);
    co_pool_timeout(&pool, day->limit_ms > 0 ? day->limit_ms * NS_PER_MS : -1);
    rc = co_pool_end(&pool, bring_all(day, &pool));
    printf("%.1f s: %ld have ended, %ld of them failed; most at a time: %d\n", seconds(day),
           pool.ended, pool.failed, day->most);
    return rc;
}

/* ---- Options ------------------------------------------------------------------------------- */

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct day *day = state->input;
    if (key == 's')
        day->size = (int)option_number(state, "--size", text, 1, 1000);
    else if (key == 'f')
        day->load_factor = (int)option_number(state, "--load-factor", text, 0, 100);
    else if (key == 'j')
        day->jobs = (int)option_number(state, "--jobs", text, 0, 100000);
    else if (key == 'l')
        day->limit_ms = (int)option_number(state, "--limit-ms", text, 1, 10000);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_option option_list[] = {
    {"size", 's', "N", 0, "So many jobs at a time (default: 3)", 0},
    {"load-factor", 'f', "N", 0, "N times as many may wait for their turn (default: 0)", 0},
    {"jobs", 'j', "N", 0, "So many jobs (default: 9)", 0},
    {"limit-ms", 'l', "MS", 0, "Each job may take so long (default: as long as it likes)", 0},
    {0},
};

int main(int argc, char **argv)
{
    struct day day = {.size = 3, .jobs = 9};
    const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .doc = "Jobs of 100 ms in a pool of coroutines: who brings one too many waits.",
    };
    argp_err_exit_status = USAGE_ERROR;
    argp_parse(&argp, argc, argv, 0, NULL, &day);
    setlinebuf(stdout); /* each line when it is true, in a pipe, too */
    int rc = run_on_epoll(live, &day);
    if (rc == -ECANCELED)
        return 128 + SIGINT;
    CHECK_RC(rc);
    return 0;
}
