/* coro.c - coroutines from stacks and a switch: new, resume, suspend, end. */
#include "coro.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "coro_exit.h"
#include "coro_stack.h"
#include "coro_tools.h"
#include "switch.h"

/* It lies at the top of its own stack: one page holds both while the coroutine does little. */
struct coro {
    void *stack_pointer;  /* while it is suspended */
    struct coro *resumer; /* who gets control back; NULL while it is suspended */
    coro_fn *fn;
    void *arg;
    int result;
    bool begun, done;
    struct coro *next, *prev; /* of this thread, in a ring: for who wants to see them all */
    const char *place;
    struct coro_stack stack;
    struct tools_fiber tools;
    char name[32];
};

/* The thread's own stack, seen as one more coroutine: whoever resumes has a place to keep its stack
 * pointer. The ring of coroutines begins and ends at it. */
static _Thread_local struct coro thread_itself;
static _Thread_local struct coro *current;
static _Thread_local struct coro *switched_from;
static _Thread_local int count;

static void link_last(struct coro *coro)
{
    if (!thread_itself.next)
        thread_itself.next = thread_itself.prev = &thread_itself;
    coro->next = &thread_itself;
    coro->prev = thread_itself.prev;
    coro->prev->next = coro->next->prev = coro;
    count++;
}

static void unlink_it(struct coro *coro)
{
    coro->next->prev = coro->prev;
    coro->prev->next = coro->next;
    count--;
}

static void switch_to(struct coro *to)
{
    struct coro *from = current;
    switched_from = from;
    current = to;
    tools_before_switch(&from->tools, &to->tools, from->done);
    switch_stacks(&from->stack_pointer, to->stack_pointer);
    /* Now somebody has switched back to `from`: perhaps not `to`, but a third. */
    tools_after_switch(&switched_from->tools, &from->tools);
}

/* The first function on every new stack. */
static void run(void *arg)
{
    struct coro *coro = arg;
    tools_after_switch(&switched_from->tools, &coro->tools);
    coro->begun = true;
    coro->result = coro->fn(coro->arg);
    coro->done = true;
    coro_suspend(); /* for good */
}

/* Not by snprintf, which would be half of the price of a coroutine. */
static void copy_name(struct coro *coro, const char *name)
{
    strncpy(coro->name, name, sizeof coro->name - 1); /* its last byte is a NUL from the start */
}

struct coro *coro_new_at(coro_fn *fn, void *arg, const char *name, const char *place)
{
    struct coro_stack stack;
    int rc = coro_stack_get(&stack);
    if (rc < 0) {
        errno = -rc;
        return NULL;
    }
    coro_exit_watch();
    uintptr_t top = (uintptr_t)(stack.base + stack.size);
    struct coro *coro = (struct coro *)((top - sizeof *coro) & ~(uintptr_t)63);
    *coro = (struct coro){.fn = fn, .arg = arg, .place = place, .stack = stack};
    copy_name(coro, name);
    const char *bottom = stack.base + stack.guard;
    tools_fiber_new(&coro->tools, bottom, (size_t)((char *)coro - bottom));
    coro->stack_pointer = switch_prepare(coro, run, coro);
    link_last(coro);
    return coro;
}

void coro_resume(struct coro *coro)
{
    if (!current) {
        current = &thread_itself;
        tools_adopt_thread(&current->tools);
    }
    coro->resumer = current;
    switch_to(coro);
}

void coro_suspend(void)
{
    struct coro *coro = current, *resumer = coro->resumer;
    if (coro_stack_is_overrun(&coro->stack))
        die("stack overflow in task %s: its stack has %d KiB", coro->name, CORO_STACK_SIZE / 1024);
    coro->resumer = NULL;
    switch_to(resumer);
}

struct coro *coro_current(void)
{
    return current == &thread_itself ? NULL : current;
}

bool coro_has_begun(const struct coro *coro)
{
    return coro->begun;
}

bool coro_is_done(const struct coro *coro)
{
    return coro->done;
}

int coro_result(const struct coro *coro)
{
    return coro->result;
}

const char *coro_name(const struct coro *coro)
{
    return coro->name;
}

void coro_set_name(struct coro *coro, const char *name)
{
    copy_name(coro, name);
}

const char *coro_place(const struct coro *coro)
{
    return coro->place;
}

bool coro_guard_holds(const struct coro *coro, const void *address)
{
    const char *byte = address, *base = coro->stack.base;
    return byte >= base && byte < base + coro->stack.guard;
}

void coro_free(struct coro *coro)
{
    if (!coro)
        return;
    tools_fiber_free(&coro->tools);
    unlink_it(coro);
    struct coro_stack stack = coro->stack;
    coro_stack_put(&stack);
}

int coro_count(void)
{
    return count;
}

void coro_each(coro_visit_fn *visit, void *arg)
{
    if (count == 0)
        return;
    for (const struct coro *coro = thread_itself.next; coro != &thread_itself; coro = coro->next)
        visit(coro, arg);
}
