/* co_scope.h - what has been opened is closed, on every way out: asyncio's `async with`.
 *
 * By begin and end, in pairs, where there is one way out:
 *
 *     rc = open_it(&thing);
 *     if (rc < 0)
 *         return rc;
 *     rc = use_it(&thing);
 *     return co_scope_end(close_it, &thing, rc);
 *
 * By the block, where there are many: close_it(&thing) is called when the block is left by its end,
 * by break, continue, goto or return. The compiler does that (attribute cleanup).
 *
 *     rc = open_it(&thing);
 *     if (rc < 0)
 *         return rc;
 *     CO_CLOSE_AT_END(close_it, &thing, &close_error);
 *
 * An error is a return and a cancel is an error, so those two ways are seen to as well. The close
 * is a coroutine function: it may suspend. A cancel that came before it and has not been delivered
 * yet is put off until after it. One that comes while it is under way does interrupt it, as in
 * Python: somebody asks for the second time. Not seen to: exit, longjmp, and a coroutine
 * that is freed while it is suspended. In a coroutine only.
 */
#ifndef CO_SCOPE_H
#define CO_SCOPE_H

#include "co.h"

/* Calls close(arg), whatever `result` is, and gives `result`, or close's error when that is the
 * only one, or -ECANCELED when the close was cancelled. A cancel that was put off comes with the
 * next wait. asyncio: __aexit__. */
int co_scope_end(coro_fn *close, void *arg, int result) CO_MUST_CHECK;

/* In a block, after the opening has succeeded. `error` points to an int that outlives the block and
 * gets close's error; it is left alone when there is none. (The block's own result is on its way by
 * then, and nobody can change it.) A cancel that ended the close early is not swallowed with it: it
 * comes again with the next wait. */
#define CO_CLOSE_AT_END(close, arg, error)                                                       \
    __attribute__((cleanup(co_scope_leave), unused)) struct co_scope CO_SCOPE_NAME(__LINE__) = { \
        (close), (arg), (error)}

/* ---- What the macro is made of ------------------------------------------------------------- */

struct co_scope {
    coro_fn *close;
    void *arg;
    int *error;
};
void co_scope_leave(struct co_scope *scope);
#define CO_SCOPE_NAME(line)       CO_SCOPE_NAME_AGAIN(line) /* so that __LINE__ is replaced */
#define CO_SCOPE_NAME_AGAIN(line) scope_of_line_##line

#endif
