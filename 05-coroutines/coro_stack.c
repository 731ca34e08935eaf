/* coro_stack.c - mapping, guarding and keeping stacks. See coro_stack.h. */
#include "coro_stack.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "coro.h"
#include "coro_tools.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13 */
#endif

#define STACKS_KEPT 1024
#define COLOURS     16
#define COLOUR_SIZE 128 /* bytes */
#define CANARY      UINT64_C(0x5af3c107d2be9486)

/* The list's link lies in the highest bytes of the kept stack itself: that page has been touched
 * already. */
struct kept {
    struct coro_stack stack;
    struct kept *next;
};

static _Thread_local struct kept *kept_stacks;
static _Thread_local int kept_count;

static void guard_by_canary(struct coro_stack *stack)
{
    stack->has_canary = true;
    for (uint64_t *word = (uint64_t *)stack->base; word < (uint64_t *)(stack->base + 64); word++)
        *word = CANARY;
}

static void install_guard(struct coro_stack *stack)
{
    if (madvise(stack->base, stack->guard, MADV_GUARD_INSTALL) == 0)
        return;
    if (mprotect(stack->base, stack->guard, PROT_NONE) == 0)
        return;
    guard_by_canary(stack);
}

/* Were the tops of all stacks equally far from a page's end, they would all share the same few
 * lines of the processor's cache. So every next one ends a little lower. */
static void give_colour(struct coro_stack *stack)
{
    static _Thread_local unsigned turn;
    stack->size -= turn++ % COLOURS * COLOUR_SIZE;
}

static int map_stack(struct coro_stack *stack)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t usable = CORO_STACK_SIZE * CORO_STACK_FACTOR - 4096;
    stack->guard = page;
    stack->size = page + (usable + page - 1) / page * page;
    stack->has_canary = false;
    stack->base = mmap(NULL, stack->size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (stack->base == MAP_FAILED)
        return -ENOMEM;
    madvise(stack->base, stack->size, MADV_NOHUGEPAGE); /* or each would cost 2 MiB */
    install_guard(stack);
    give_colour(stack);
    stack->valgrind_id = tools_stack_register(stack->base, stack->base + stack->size);
    return 0;
}

static void unmap_stack(struct coro_stack *stack)
{
    tools_stack_deregister(stack->valgrind_id);
    munmap(stack->base, stack->size); /* the kernel rounds up to whole pages */
}

int coro_stack_get(struct coro_stack *stack)
{
    coro_overflow_watch();
    struct kept *kept = kept_stacks;
    if (!kept)
        return map_stack(stack);
    kept_stacks = kept->next;
    kept_count--;
    *stack = kept->stack;
    return 0;
}

void coro_stack_put(struct coro_stack *stack)
{
    tools_stack_unpoison(stack->base + stack->guard, stack->size - stack->guard);
    if (kept_count >= STACKS_KEPT) {
        unmap_stack(stack);
        return;
    }
    struct coro_stack copy = *stack; /* it may lie in the very bytes that are written now */
    struct kept *kept = (struct kept *)(copy.base + copy.size - sizeof *kept);
    kept->stack = copy;
    kept->next = kept_stacks;
    kept_stacks = kept;
    kept_count++;
}

bool coro_stack_is_overrun(const struct coro_stack *stack)
{
    if (!stack->has_canary)
        return false;
    const uint64_t *word = (const uint64_t *)stack->base;
    return word[0] != CANARY || word[7] != CANARY;
}

int coro_stacks_kept(void)
{
    return kept_count;
}

void coro_trim(void)
{
    while (kept_stacks) {
        struct coro_stack stack = kept_stacks->stack;
        kept_stacks = kept_stacks->next;
        kept_count--;
        unmap_stack(&stack);
    }
    if (coro_count() == 0)
        coro_overflow_unwatch();
}
