/* coro_stack.h - memory for stacks: mapped, guarded below, and used again.
 *
 * Address space is taken, memory only as it is touched: a coroutine that does little costs one
 * page. The guard is what an overflow runs into:
 *   - MADV_GUARD_INSTALL, from Linux 6.13 on: costs no mapping of its own;
 *   - else a page without rights (mprotect), which splits the mapping: the kernel allows some
 * 65,530 mappings a process, so this ends at about 32,750 stacks;
 *   - else, beyond that, a canary: a pattern at the end that is looked at on every suspend.
 * The stacks kept for reuse are the thread's own.
 */
#ifndef CORO_STACK_H
#define CORO_STACK_H

#include <stdbool.h>
#include <stddef.h>

struct coro_stack {
    char *base;      /* the lowest byte: the guard begins here, the stack ends above it */
    size_t size;     /* bytes, guard included */
    size_t guard;    /* bytes */
    bool has_canary; /* the guard is only a pattern */
    unsigned valgrind_id;
};

/* 0 or -ENOMEM. */
int coro_stack_get(struct coro_stack *stack);

/* For reuse, or back to the system. */
void coro_stack_put(struct coro_stack *stack);

/* Has the pattern been overwritten? Always false with a real guard. */
bool coro_stack_is_overrun(const struct coro_stack *stack);

/* From the first stack of a thread on: a fault in a guard is told as what it is (see
 * coro_overflow.c). */
void coro_overflow_watch(void);

/* When the thread has no coroutine any more. */
void coro_overflow_unwatch(void);

#endif
