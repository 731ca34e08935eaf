/* generator.h - a function that can stop in the middle without a stack of its own.
 *
 * What has to outlive a stop stands in a frame, a struct that the caller owns; where to go on is a
 * number in it. When the function is called again, a switch jumps there. No memory is allocated,
 * no register is saved, and the frame is as large as what is in it. Portable C, any thread.
 *
 *     struct count_down { struct generator generator; int n; };        all zero, but for n
 *
 *     static bool count_down(struct count_down *frame, int *value)     true: here is a value
 *     {                                                                 false: that was all
 *         GENERATOR_BEGIN(frame);
 *         for (; frame->n > 0; frame->n--)
 *             YIELD(frame, *value = frame->n);
 *         GENERATOR_END(frame);
 *     }
 *
 * The price: a local variable does not survive a YIELD (what must, goes into the frame), a YIELD
 * cannot stand inside another `switch`, nor two of them in one line, and a function that it calls
 * cannot stop for it: that one is a generator, too, with a frame of its own inside this one
 * (YIELD_FROM).
 *
 * The idea is Tom Duff's and Simon Tatham's ("Coroutines in C"). Python: yield, yield from.
 */
#ifndef GENERATOR_H
#define GENERATOR_H

#include <stdbool.h>

/* The first member of every frame. */
struct generator {
    int resume_at; /* 0: at the beginning; else the line of the YIELD where it stands, or: */
};

#define GENERATOR_ENDED (-1)

static inline bool generator_has_ended(const struct generator *generator)
{
    return generator->resume_at == GENERATOR_ENDED;
}

/* Jumps to where it stands: into the middle of a loop, if a YIELD is there. One that has ended
 * finds no case, and ends again. */
#define GENERATOR_BEGIN(frame)              \
    switch ((frame)->generator.resume_at) { \
    case 0:

/* Does `give`, notes the place and returns; the next call goes on behind it. */
#define YIELD(frame, give)                       \
    do {                                         \
        give;                                    \
        (frame)->generator.resume_at = __LINE__; \
        return true;                             \
    case __LINE__:;                              \
    } while (0)

/* As long as the inner generator (a call of it) gives something, so do we. */
#define YIELD_FROM(frame, inner)                 \
    do {                                         \
        (frame)->generator.resume_at = __LINE__; \
        __attribute__((fallthrough));            \
    case __LINE__:                               \
        if (inner)                               \
            return true;                         \
    } while (0)

#define GENERATOR_END(frame)                        \
    }                                               \
    (frame)->generator.resume_at = GENERATOR_ENDED; \
    return false

#endif
