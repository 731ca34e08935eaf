/* coro_tools.h - the tools that watch memory believe in one stack a thread; they are told of ours.
 *
 * AddressSanitizer and ThreadSanitizer want to know of every switch (fibers), valgrind of every
 * stack. Without them all of this compiles to nothing.
 */
#ifndef CORO_TOOLS_H
#define CORO_TOOLS_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CORO_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define CORO_TSAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define CORO_ASAN 1
#endif
#ifdef __SANITIZE_THREAD__
#define CORO_TSAN 1
#endif

/* Their frames are larger and their interceptors hungry: more room, so that the same code fits. */
#if defined(CORO_ASAN) || defined(CORO_TSAN)
#define CORO_STACK_FACTOR 8
#else
#define CORO_STACK_FACTOR 1
#endif

/* What they keep for a stack. */
struct tools_fiber {
    void *fake_stack;   /* ASan's, while the stack is left */
    const void *bottom; /* of the stack */
    size_t size;
    void *tsan;
};

#ifdef CORO_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef CORO_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* The thread's own stack, when its first coroutine is resumed. */
static inline void tools_adopt_thread(struct tools_fiber *fiber)
{
    (void)fiber;
#ifdef CORO_TSAN
    fiber->tsan = __tsan_get_current_fiber();
#endif
}

static inline void tools_fiber_new(struct tools_fiber *fiber, const void *bottom, size_t size)
{
    *fiber = (struct tools_fiber){.bottom = bottom, .size = size};
#ifdef CORO_TSAN
    fiber->tsan = __tsan_create_fiber(0);
#endif
}

static inline void tools_fiber_free(struct tools_fiber *fiber)
{
    (void)fiber;
#ifdef CORO_TSAN
    __tsan_destroy_fiber(fiber->tsan);
#endif
}

/* Right before a switch. `ends`: `from` will never be switched to again. */
static inline void tools_before_switch(struct tools_fiber *from, struct tools_fiber *to, int ends)
{
    (void)from, (void)to, (void)ends;
#ifdef CORO_ASAN
    __sanitizer_start_switch_fiber(ends ? NULL : &from->fake_stack, to->bottom, to->size);
#endif
#ifdef CORO_TSAN
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
}

/* Right after it, on the stack that goes on; `from` learns its bounds if nobody knew them. */
static inline void tools_after_switch(struct tools_fiber *from, struct tools_fiber *now)
{
    (void)from, (void)now;
#ifdef CORO_ASAN
    __sanitizer_finish_switch_fiber(now->fake_stack, &from->bottom, &from->size);
#endif
}

/* A stack that was dropped in the middle still bears ASan's marks. */
static inline void tools_stack_unpoison(const void *bytes, size_t size)
{
    (void)bytes, (void)size;
#ifdef CORO_ASAN
    __asan_unpoison_memory_region(bytes, size);
#endif
}

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define tools_stack_register(low, high) VALGRIND_STACK_REGISTER((low), (high))
#define tools_stack_deregister(id)      VALGRIND_STACK_DEREGISTER(id)
#else
#define tools_stack_register(low, high) ((void)(low), (void)(high), 0u)
#define tools_stack_deregister(id)      ((void)(id))
#endif

#endif
