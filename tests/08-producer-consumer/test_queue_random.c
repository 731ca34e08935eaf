/* test_queue_random.c - producers and consumers that are cancelled at any moment, by seed. Whatever
 * was put is taken once, in order; the bound holds; join and shutdown end it all (or the virtual
 * clock's backend says that nothing could ever happen). */
#include <errno.h>

#include "waiters.h"

#define PRODUCERS 8
#define CONSUMERS 6
#define TASKS     (PRODUCERS + CONSUMERS)
#define ITEMS     60 /* that each producer tries to put */
#define SEEDS     20

static struct {
    unsigned random;
    int put, taken, cancelled;
    int wrong; /* items out of order or taken twice, bound not respected */
    int last_taken[PRODUCERS];
    struct task *tasks[TASKS];
} game;

/* The same numbers on every machine: a linear congruence, its upper bits. */
static int draw(int below)
{
    game.random = game.random * 1664525u + 1013904223u;
    return (int)((game.random >> 16) % (unsigned)below);
}

/* Cancels are only counted: the player goes on. */
static void wait_some_passes(void)
{
    for (int passes = draw(3); passes > 0; passes--) {
        if (co_sleep(0) < 0)
            game.cancelled++;
    }
}

/* An item tells who put it and as which: it may come after earlier ones only. */
static void note_taken(void *item)
{
    int producer = (int)(intptr_t)item / 1000, number = (int)(intptr_t)item % 1000;
    game.taken++;
    game.wrong += number <= game.last_taken[producer];
    game.last_taken[producer] = number;
}

/* What could not be put because of a cancel is never put. */
static int producer(void *arg)
{
    int me = (intptr_t)arg;
    for (int number = 1; number <= ITEMS; number++) {
        wait_some_passes();
        int rc = queue_put(&queue, (void *)(intptr_t)(1000 * me + number));
        if (rc == 0)
            game.put++;
        else if (rc == -ECANCELED)
            game.cancelled++;
        else
            return rc;
        game.wrong += queue_size(&queue) > queue.maxsize;
    }
    return 0;
}

static int consumer(void *arg)
{
    (void)arg;
    void *item;
    int rc;
    while ((rc = queue_get(&queue, &item)) != -ESHUTDOWN) {
        if (rc < 0) {
            game.cancelled++;
            continue;
        }
        note_taken(item);
        wait_some_passes();
        game.wrong += queue_task_done(&queue) < 0;
    }
    return 0;
}

static bool any_is_running(struct task *tasks[], int count)
{
    for (int i = 0; i < count; i++) {
        if (!task_is_done(tasks[i]))
            return true;
    }
    return false;
}

/* Cancels, and takes an item from under the nose of one that was woken for it. */
static void disturb(void)
{
    void *item;
    for (int cancels = draw(4); cancels > 0; cancels--)
        task_cancel(game.tasks[draw(TASKS)]);
    if (draw(20) == 0 && queue_try_get(&queue, &item) == 0) {
        note_taken(item);
        game.wrong += queue_task_done(&queue) < 0;
    }
}

static void start(unsigned seed)
{
    memset(&game, 0, sizeof game);
    game.random = seed;
    new_queue(1 + draw(4));
    for (int i = 0; i < PRODUCERS; i++)
        game.tasks[i] = spawn_number(producer, i);
    for (int i = 0; i < CONSUMERS; i++)
        game.tasks[PRODUCERS + i] = spawn_number(consumer, i);
}

static void check(unsigned seed)
{
    bool nobody_waits =
        TAILQ_EMPTY(&queue.getters) && TAILQ_EMPTY(&queue.putters) && TAILQ_EMPTY(&queue.joiners);
    bool sharp = game.cancelled > 50 && game.put > PRODUCERS * ITEMS / 2;
    if (game.put != game.taken || game.wrong > 0 || !nobody_waits || !sharp)
        say("seed %u: %d put, %d taken, %d wrong, %d cancelled", seed, game.put, game.taken,
            game.wrong, game.cancelled);
}

static int play(unsigned seed)
{
    start(seed);
    while (any_is_running(game.tasks, PRODUCERS)) {
        disturb();
        let_others_run(1);
    }
    int rc = queue_join(&queue);
    queue_shutdown(&queue, false);
    while (any_is_running(game.tasks, TASKS))
        let_others_run(1);
    for (int i = 0; i < TASKS; i++)
        task_unref(game.tasks[i]);
    check(seed);
    queue_fini(&queue);
    return rc;
}

static int items_are_conserved(void *arg)
{
    (void)arg;
    int rc = 0;
    for (unsigned seed = 1; seed <= SEEDS && rc == 0; seed++)
        rc = play(seed);
    return rc;
}

static const struct scenario scenarios[] = {
    {"items are conserved", items_are_conserved, ""},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
