/* no_memory.h - what becomes of a thing when memory runs out: at its first allocation, at its
 * second, and so on for every one that it makes.
 *
 *     static int live(void *arg)
 *     {
 *         struct pool *pool = pool_new(2, 3);
 *         if (!pool)
 *             return -errno;
 *         ... use it ...
 *         pool_free(pool);
 *         return 0;
 *     }
 *     ...
 *     int allocations = for_every_allocation(live, NULL, MUST_SAY);
 *
 * The test's folder names the program in its Makefile, `NO_MEMORY := test_pool_memory`: then the
 * linker puts functions of no_memory.c in the place of malloc and its like (ld --wrap), for the
 * bricks and for the test itself. What libraries allocate by themselves does not count. Counted are
 * malloc, calloc, realloc, reallocarray, strdup, strndup, asprintf, vasprintf, open_memstream,
 * fopen, opendir, getaddrinfo, mmap (refused with ENOMEM) and pthread_create (with EAGAIN).
 */
#ifndef SUPPORT_NO_MEMORY_H
#define SUPPORT_NO_MEMORY_H

/* A whole life: makes the thing, uses it, takes it apart again, whatever fails in between. 0: all
 * went well; else the first error, -errno. It is called many times. What is kept for the next time
 * (stacks of coroutines, say) it must give back, too. It may run threads, which have to be gone
 * when it returns. A failed assertion leaves it, so: none from a coroutine's stack. */
typedef int life_fn(void *arg);

enum no_memory_answer {
    MUST_SAY, /* a refused allocation is an error of the life: the one it was refused with */
    MAY_COPE, /* or it goes on without, and says 0 */
};

/* Lives again and again: the n-th allocation is refused, alone, and then with all that follow it;
 * n = 1, 2, 3 and so on, until no life makes as many. Fails the test when a life does not answer as
 * it must; when one leaves memory, a mapping, a descriptor or a thread behind; when the next one,
 * to which nothing is refused, does not go well. How many allocations a life makes. Main thread;
 * after NO_MEMORY_GUARD_S seconds it ends the program. */
#define NO_MEMORY_GUARD_S 120
int for_every_allocation(life_fn *live, void *arg, enum no_memory_answer answer);

/* For a life: until the second call nothing is refused and nothing counted (what the test itself
 * needs, a client, say). From any thread; they nest. */
void no_memory_pause(void);
void no_memory_resume(void);

#endif
