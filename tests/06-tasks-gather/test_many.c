/* test_many.c - a million tasks are spawned, sleep, are cancelled and joined, in random order: and
 * then there is nothing left of them.
 *
 *     SEED=7 build/tests/06-tasks-gather/test_many      plays that game again
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend_virtual.h"
#include "clock.h"
#include "task.h"
#include "unit.h"

#if defined(ADDRESS_SANITIZER) || defined(THREAD_SANITIZER)
#define TASKS 20000 /* each step is fifty times as dear */
#else
#define TASKS 1000000
#endif
#define AT_ONCE 1000
#define SLACK   4096 /* bytes; what malloc keeps at hand it counts as in use */
#define GUARD_S 60

struct game {
    unsigned short seed[3];
    int to_spawn, spawned, ended, cancelled;
    int count; /* tasks that we hold, in no order */
    struct task *tasks[AT_ONCE];
};

static int draw(struct game *game, int below)
{
    return (int)(nrand48(game->seed) % below);
}

/* What each does. A cancel finds it before its first step, asleep, cleaning up, or not at all. */
static int sleeper(void *arg)
{
    struct game *game = arg;
    int rc = co_sleep(draw(game, 100) * NS_PER_US);
    if (rc == -ECANCELED && draw(game, 4) == 0)
        rc = co_sleep(draw(game, 10) * NS_PER_US); /* swallows it */
    game->ended++;
    game->cancelled += rc == -ECANCELED;
    return rc;
}

static int spawn_one(struct game *game)
{
    struct task *task = task_spawn(co_loop(), sleeper, game, NULL);
    if (!task)
        return -ENOMEM;
    game->tasks[game->count++] = task;
    game->spawned++;
    return 0;
}

static struct task *take_one(struct game *game)
{
    int i = draw(game, game->count);
    struct task *task = game->tasks[i];
    game->tasks[i] = game->tasks[--game->count];
    return task;
}

static int join_one(struct game *game)
{
    struct task *task = take_one(game);
    if (draw(game, 8) == 0) {
        task_detach(task);
        return 0;
    }
    if (draw(game, 8) > 0)
        task_cancel(task);
    int rc = task_join(task);
    return rc == -ECANCELED ? 0 : rc;
}

static int play(void *arg)
{
    struct game *game = arg;
    int rc = 0;
    while (rc == 0 && (game->spawned < game->to_spawn || game->count > 0)) {
        int what = draw(game, 8);
        if (game->spawned < game->to_spawn && game->count < AT_ONCE && what < 4)
            rc = spawn_one(game);
        else if (game->count > 0 && what < 6)
            task_cancel(game->tasks[draw(game, game->count)]);
        else if (game->count > 0 && what == 6)
            rc = join_one(game);
        else
            rc = co_sleep(draw(game, 3) * NS_PER_US);
    }
    return rc;
}

static size_t bytes_in_use(void)
{
    coro_trim();
    malloc_trim(0);
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static long seed(void)
{
    const char *text = getenv("SEED");
    return text ? strtol(text, NULL, 10) : 1;
}

/* The game, on a loop of its own, and nothing of it is left. */
static void play_once(struct game *game, int tasks)
{
    *game = (struct game){.to_spawn = tasks,
                          .seed = {0x330e, (unsigned short)seed(), (unsigned short)(seed() >> 16)}};
    struct loop *loop = loop_new(&backend_virtual);
    assert_non_null(loop);
    assert_int_equal(task_run(loop, play, game, false), 0);
    struct loop_pending left = loop_pending(loop);
    assert_int_equal(left.callbacks + left.timers + left.readers + left.writers, 0);
    assert_int_equal(task_count(loop), 0);
    loop_free(loop);
}

static void nothing_is_left(void **state)
{
    (void)state;
    static struct game game;
    alarm(GUARD_S);
    int coroutines = coro_count();
    play_once(&game, TASKS / 10); /* once for what the library keeps for ever */
    size_t before = bytes_in_use();
    play_once(&game, TASKS);
    size_t after = bytes_in_use();
    alarm(0);
    printf("%d tasks, %d ran, %d of them were cancelled; seed %ld; %zu bytes before, %zu after\n",
           game.spawned, game.ended, game.cancelled, seed(), before, after);
    assert_int_equal(game.spawned, TASKS);
    assert_in_range(game.ended, TASKS / 4, TASKS);
    assert_in_range(game.cancelled, 1, game.ended - 1);
    assert_int_equal(coro_count(), coroutines);
    assert_int_equal(coro_stacks_kept(), 0);
    assert_true(after <= before + SLACK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_left)};
    return cmocka_run_group_tests_name("many tasks", tests, NULL, NULL);
}
