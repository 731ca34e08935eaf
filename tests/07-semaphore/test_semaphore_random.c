/* test_semaphore_random.c - many tasks that come, hold, leave and are cancelled at any moment, by
 * seed. At no time are more permits out than there are; at the end all are back, and nobody who was
 * not cancelled has been forgotten (the virtual clock's backend says so: nothing could happen). */
#include <errno.h>

#include "waiters.h"

#define TASKS  60
#define ROUNDS 40 /* acquires of each task */
#define SEEDS  20

static struct {
    unsigned random;
    int permits;
    int held, most_held, acquired, cancelled;
    struct task *tasks[TASKS];
} game;

/* The same numbers on every machine: a linear congruence, its upper bits. */
static int draw(int below)
{
    game.random = game.random * 1664525u + 1013904223u;
    return (int)((game.random >> 16) % (unsigned)below);
}

/* Cancels are only counted: the player goes on until its rounds are over. */
static void wait_some_passes(void)
{
    for (int passes = draw(4); passes > 0; passes--) {
        if (co_sleep(0) < 0)
            game.cancelled++;
    }
}

static void hold_a_permit(void)
{
    game.held++;
    game.acquired++;
    if (game.held > game.most_held)
        game.most_held = game.held;
    wait_some_passes();
    game.held--;
    release_or_say();
}

static int player(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        wait_some_passes();
        int rc = semaphore_acquire(&semaphore);
        if (rc == 0)
            hold_a_permit();
        else
            game.cancelled++;
    }
    return 0;
}

static bool anybody_plays(void)
{
    for (int i = 0; i < TASKS; i++) {
        if (!task_is_done(game.tasks[i]))
            return true;
    }
    return false;
}

static int play(unsigned seed)
{
    game.random = seed;
    game.permits = 1 + draw(5);
    game.held = game.most_held = game.acquired = game.cancelled = 0;
    semaphore_init_bounded(&semaphore, game.permits);
    for (int i = 0; i < TASKS; i++)
        game.tasks[i] = spawn(player, NULL);

    int cancels_sent = 0;
    while (anybody_plays()) {
        if (draw(3) == 0)
            cancels_sent += task_cancel(game.tasks[draw(TASKS)]);
        let_others_run(1);
    }
    for (int i = 0; i < TASKS; i++)
        task_unref(game.tasks[i]);

    bool whole = game.held == 0 && semaphore.value == game.permits &&
                 semaphore_release(&semaphore) == -EOVERFLOW;
    bool sharp = game.most_held == game.permits && cancels_sent > 100 && game.cancelled > 100;
    if (!whole || !sharp)
        say("seed %u: %d permits, at most %d held, %d free at the end, %d acquired, %d cancelled",
            seed, game.permits, game.most_held, semaphore.value, game.acquired, game.cancelled);
    return 0;
}

static int permits_are_conserved(void *arg)
{
    (void)arg;
    int rc = 0;
    for (unsigned seed = 1; seed <= SEEDS && rc == 0; seed++)
        rc = play(seed);
    return rc;
}

static const struct scenario scenarios[] = {
    {"permits are conserved", permits_are_conserved, ""},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
