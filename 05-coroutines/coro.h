/* coro.h - a coroutine: a function with a stack of its own that can stop in the middle.
 *
 * This is the mechanism alone: it knows nothing of a loop (co.h brings the two together). A
 * coroutine runs on the thread that resumes it, and only that one; it must not be resumed from
 * another thread. Stacks are CORO_STACK_SIZE of address space, reused, with a guard below each:
 * an overflow ends the process with a message that names the coroutine.
 */
#ifndef CORO_H
#define CORO_H

#include <stdbool.h>
#include <stddef.h>

#define CORO_STACK_SIZE                                                     \
    (64 * 1024) /* bytes, the guard page included; eight times that under a \
                   sanitizer, whose frames are larger */

struct coro;
typedef int coro_fn(void *arg);

/* A coroutine that will run fn(arg) when it is first resumed. `name` is copied (31 bytes of it).
 * NULL with errno set when there is no memory for it. One that has still not run when the program
 * ends is told on stderr, with the place of this call: see coro_exit.c. */
#define coro_new(fn, arg, name) coro_new_at((fn), (arg), (name), CORO_PLACE)

/* The same for a function that is called to make one: `place` is its caller's ("FILE:LINE"), and
 * lasts as long as the program. */
struct coro *coro_new_at(coro_fn *fn, void *arg, const char *name, const char *place);

#define CORO_PLACE      __FILE__ ":" CORO_TEXT(__LINE__)
#define CORO_TEXT(line) CORO_TEXT_OF(line)
#define CORO_TEXT_OF(x) #x

/* Runs it until it suspends or ends. Not from inside itself, not after its end. */
void coro_resume(struct coro *coro);

/* Stops the running coroutine; coro_resume returns in whoever resumed it. */
void coro_suspend(void);

/* The coroutine that is running on this thread; NULL: none, this is the thread's own stack. */
struct coro *coro_current(void);

bool coro_has_begun(const struct coro *coro);
bool coro_is_done(const struct coro *coro);

/* What fn returned, once it is done. */
int coro_result(const struct coro *coro);
const char *coro_name(const struct coro *coro);
void coro_set_name(struct coro *coro, const char *name); /* copied, 31 bytes of it */

/* Where it was made. */
const char *coro_place(const struct coro *coro);

/* Frees it. One that is suspended in the middle is dropped as it stands: nothing on its stack is
 * cleaned up. NULL is ignored. */
void coro_free(struct coro *coro);

/* The coroutines of this thread that exist, and the stacks kept for reuse: for tests of leaks. */
int coro_count(void);
int coro_stacks_kept(void);

/* Calls visit(coro, arg) for each coroutine of this thread, the oldest first. `visit` must neither
 * make one nor free one. */
typedef void coro_visit_fn(const struct coro *coro, void *arg);
void coro_each(coro_visit_fn *visit, void *arg);

/* Gives the kept stacks of this thread back to the system: before a thread that ran coroutines
 * ends. */
void coro_trim(void);

/* Does `address` lie in the guard below this coroutine's stack? Safe in a signal handler. */
bool coro_guard_holds(const struct coro *coro, const void *address);

#endif
