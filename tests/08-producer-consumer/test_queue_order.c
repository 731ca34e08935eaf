/* test_queue_order.c - which item comes next: LIFO, priority, and what is the same for all. That
 * equal items come in heapq's order the oracle shows (tests/oracle). */
#include "waiters.h"

static int by_tens(const void *a, const void *b)
{
    return (int)((intptr_t)a / 10 - (intptr_t)b / 10);
}

static void new_lifo(int maxsize)
{
    if (lifo_queue_init(&queue, co_loop(), maxsize) < 0)
        abort();
}

static void new_priority(int maxsize)
{
    if (priority_queue_init(&queue, co_loop(), maxsize, by_tens) < 0)
        abort();
}

static void put_all(const int items[], int count)
{
    for (int i = 0; i < count; i++)
        try_put(items[i]);
}

static int get_rest(void)
{
    while (!queue_empty(&queue))
        try_get();
    try_get();
    queue_fini(&queue);
    return 0;
}

static int newest_first(void *arg)
{
    (void)arg;
    new_lifo(3);
    put_all((const int[]){1, 2, 3, 4}, 4);
    try_get();
    try_put(5);
    return get_rest();
}

static int smallest_first(void *arg)
{
    (void)arg;
    new_priority(0);
    put_all((const int[]){50, 10, 90, 30, 70, 20}, 6);
    try_get();
    try_put(15);
    try_put(5);
    return get_rest();
}

/* More than an array begins with, backwards and then mixed. */
static int many_grow_in_order(void *arg)
{
    (void)arg;
    new_priority(0);
    for (int i = 999; i >= 0; i--)
        if (queue_try_put(&queue, (void *)(intptr_t)(10 * (i * 7 % 1000))) < 0)
            abort();
    intptr_t last = -1;
    int in_order = 0;
    for (int i = 0; i < 1000; i++) {
        void *item;
        if (queue_try_get(&queue, &item) < 0)
            abort();
        in_order += (intptr_t)item > last;
        last = (intptr_t)item;
    }
    say("%d in order, %d left", in_order, queue_size(&queue));
    queue_fini(&queue);
    return 0;
}

/* A ring that has gone round before it grows. */
static int newest_of_a_ring(void *arg)
{
    (void)arg;
    new_lifo(0);
    for (int i = 1; i <= 40; i++)
        try_put(i);
    for (int i = 0; i < 37; i++) {
        void *item;
        if (queue_try_get(&queue, &item) < 0)
            abort();
    }
    return get_rest();
}

/* Who is urgent overtakes what waits in the queue, not who waits for room. */
static int a_putter_waits_its_turn(void *arg)
{
    (void)arg;
    new_priority(1);
    try_put(50);
    struct task *a = spawn_number(putter, 90), *b = spawn_number(putter, 10);
    let_others_run(1);
    try_get();
    let_others_run(2);
    try_get();
    let_others_run(2);
    try_get();
    say_end("a", a);
    say_end("b", b);
    queue_fini(&queue);
    return 0;
}

static int shutdown_drops_a_heap(void *arg)
{
    (void)arg;
    new_priority(0);
    put_all((const int[]){50, 10, 90}, 3);
    struct task *j = spawn_number(joiner, 1);
    let_others_run(1);
    queue_shutdown(&queue, true);
    say_end("j", j);
    return get_rest();
}

static const struct scenario scenarios[] = {
    {"newest first", newest_first, "put EAGAIN, 3, 5, 2, 1, get EAGAIN"},
    {"smallest first", smallest_first, "10, 5, 15, 20, 30, 50, 70, 90, get EAGAIN"},
    {"many grow in order", many_grow_in_order, "1000 in order, 0 left"},
    {"newest of a ring", newest_of_a_ring, "3, 2, 1, get EAGAIN"},
    {"a putter waits its turn", a_putter_waits_its_turn, "50, p90 put, 90, p10 put, 10, a 0, b 0"},
    {"shutdown drops a heap", shutdown_drops_a_heap, "j1 joined, j 0, get ESHUTDOWN"},
};

int main(void)
{
    return scenarios_run(scenarios, sizeof scenarios / sizeof scenarios[0]);
}
