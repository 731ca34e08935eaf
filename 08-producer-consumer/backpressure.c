/* backpressure.c - a fast producer, a slow consumer: what lies between them, with a bound and
 * without.
 *
 *     build/08-producer-consumer/backpressure
 *     build/08-producer-consumer/backpressure --room 100 --items 1000
 *
 * The producer makes blocks as fast as it can; the consumer needs a millisecond for each. Watch
 * that both runs take the same time: a queue makes nobody faster. What it does is to keep what is
 * waiting, and without a bound that is everything: all the blocks are there before the first one is
 * used. With a bound the producer waits instead, and the memory is what the bound says, two blocks
 * more: the one that is being used, and the one that waits to be put.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "fetch_all.h"
#include "group.h"
#include "options.h"
#include "queue.h"

#define KIB   1024
#define BAR   50 /* columns */
#define LINES 10 /* of a plot */

struct trial {
    int items, block_kib, room; /* room 0: no bound */
    struct queue queue;         /* of blocks, which belong to who takes them */
    int made, used;
    int held[LINES + 1]; /* blocks, when so many tenths were used */
    int held_max;
    double seconds;
};

static void note(struct trial *trial)
{
    int held = trial->made - trial->used;
    if (held > trial->held_max)
        trial->held_max = held;
}

static int produce(void *arg)
{
    struct trial *trial = arg;
    int rc = 0;
    for (int i = 0; i < trial->items && rc == 0; i++) {
        char *block = malloc((size_t)trial->block_kib * KIB);
        if (!block)
            return -ENOMEM;
        memset(block, 'x', (size_t)trial->block_kib * KIB); /* now the memory is really there */
        trial->made++;
        note(trial);
        rc = queue_put(&trial->queue, block);
        if (rc < 0)
            free(block);
    }
    queue_shutdown(&trial->queue, false);
    return rc;
}

static int use(struct trial *trial, void *block)
{
    if (trial->used * LINES % trial->items < LINES)
        trial->held[trial->used * LINES / trial->items] = trial->made - trial->used;
    int rc = co_sleep(NS_PER_MS);
    free(block);
    trial->used++;
    return rc;
}

static int consume(void *arg)
{
    struct trial *trial = arg;
    void *block;
    int rc;
    while ((rc = queue_get(&trial->queue, &block)) == 0) {
        rc = use(trial, block);
        if (rc < 0)
            return rc;
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static void drop_blocks(struct queue *queue)
{
    void *block;
    while (queue_try_get(queue, &block) == 0)
        free(block);
    queue_fini(queue);
}

static int run_trial(struct trial *trial)
{
    struct group both;
    int64_t begun = loop_time(co_loop());
    int rc = queue_init(&trial->queue, co_loop(), trial->room);
    if (rc < 0)
        return rc;
    group_begin(&both);
    rc = group_spawn(&both, produce, trial, "producer");
    if (rc == 0)
        rc = group_spawn(&both, consume, trial, "consumer");
    rc = group_end(&both, rc);
    drop_blocks(&trial->queue);
    trial->seconds = (double)(loop_time(co_loop()) - begun) / NS_PER_S;
    return rc;
}

/* ---- What it was like ---------------------------------------------------------------------- */

static void plot(const struct trial *trial, int full_scale)
{
    if (trial->room > 0)
        printf("room for %d\n", trial->room);
    else
        printf("no bound\n");
    for (int i = 0; i <= LINES; i++) {
        int held = i < LINES ? trial->held[i] : trial->made - trial->used;
        int width = (held * BAR + full_scale - 1) / full_scale;
        printf("%3d%% used %8d KiB |%.*s\n", i * 100 / LINES, held * trial->block_kib, width,
               "##################################################");
    }
    printf("at most %d KiB, %d blocks in %.2f s\n", trial->held_max * trial->block_kib, trial->used,
           trial->seconds);
}

static int main_task(void *arg)
{
    const struct trial *asked = arg;
    struct trial bounded = *asked, unbounded = *asked;
    unbounded.room = 0;
    int rc = run_trial(&bounded);
    if (rc == 0)
        rc = run_trial(&unbounded);
    if (rc < 0)
        return rc;
    plot(&bounded, unbounded.held_max);
    plot(&unbounded, unbounded.held_max);
    return 0;
}

/* ---- The program --------------------------------------------------------------------------- */

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct trial *asked = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case 'n':
        asked->items = (int)option_number(state, "--items", text, LINES, 10000);
        return 0;
    case 'k':
        asked->block_kib = (int)option_number(state, "--block-kib", text, 1, 1024);
        return 0;
    case 'r':
        asked->room = (int)option_number(state, "--room", text, 1, 10000);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"items", 'n', "N", 0, "So many blocks are made (default: 400)", 0},
    {"block-kib", 'k', "KIB", 0, "Each as large as this (default: 64)", 0},
    {"room", 'r', "N", 0, "In the bounded queue (default: 8)", 0},
    {0},
};

int main(int argc, char **argv)
{
    struct trial asked = {.items = 400, .block_kib = 64, .room = 8};
    const struct argp argp = {
        .options = option_list,
        .parser = parse_option,
        .doc = "Plots the memory between a fast producer and a slow consumer, with a bound and "
               "without.",
    };
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &asked);
    if (error != 0)
        die_error(error, "options");
    int rc = run_on_epoll(main_task, &asked);
    if (rc < 0)
        die_error(rc, "%s", rc == -ECANCELED ? "interrupted" : "the trial failed");
    return 0;
}
