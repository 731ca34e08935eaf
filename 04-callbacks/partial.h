/* partial.h - a bound call: a function, and its first arguments as data that can be looked at.
 *
 *     static void greet(const struct bound *bound, void *last)
 *     {
 *         printf("%s, %ld times\n", bound[0].text, bound[1].number);
 *     }
 *
 *     struct partial partial;
 *     partial_init(&partial, greet, bind_text("Ada"), bind_number(3));
 *     partial_call(&partial, NULL);
 *     callback_init(&callback, partial_run, &partial);      or a timer, a reader, a writer
 *
 * A loop's callback is a function and a `void *`: enough to be called, but nobody can say any more
 * what the call is about. A partial can: greet("Ada", 3). Nothing is allocated. Any thread. Source:
 * Python's functools.partial, with its order: bound arguments come first, what the caller of the
 * call adds (a result, mostly) comes last.
 */
#ifndef PARTIAL_H
#define PARTIAL_H

#include <stddef.h>

#define PARTIAL_ARGUMENTS_MAX 4

struct bound {
    enum { BOUND_NUMBER, BOUND_TEXT, BOUND_POINTER } kind;
    union {
        long number;
        const char *text; /* NUL-terminated; the binder's, as long as the partial is used */
        void *pointer;
    };
};

static inline struct bound bind_number(long number)
{
    return (struct bound){BOUND_NUMBER, .number = number};
}

static inline struct bound bind_text(const char *text)
{
    return (struct bound){BOUND_TEXT, .text = text};
}

static inline struct bound bind_pointer(void *pointer)
{
    return (struct bound){BOUND_POINTER, .pointer = pointer};
}

/* It knows how many arguments it was bound to, and of which kinds: as with any function of C. */
typedef void partial_fn(const struct bound *bound, void *last);

struct partial {
    const char *name; /* of the function */
    partial_fn *fn;
    int count;
    struct bound bound[PARTIAL_ARGUMENTS_MAX];
};

/* Binds up to four arguments, or none; a fifth does not compile. */
#define partial_init(call, function, ...)                                                        \
    do {                                                                                         \
        _Static_assert(BOUND_COUNT(__VA_ARGS__) <= PARTIAL_ARGUMENTS_MAX, "too many arguments"); \
        *(call) =                                                                                \
            (struct partial){#function, (function), BOUND_COUNT(__VA_ARGS__), {__VA_ARGS__}};    \
    } while (0)
#define BOUND_COUNT(...) (int)(sizeof((struct bound[]){__VA_ARGS__}) / sizeof(struct bound))

void partial_call(const struct partial *partial, void *last);

/* partial_call(partial, NULL), as a callback_fn: for a loop. */
void partial_run(void *partial);

/* `greet("Ada", 3)`, NUL-terminated and cut to `size` bytes. What is no printable ASCII in a text
 * is shown as \xNN; a text that is longer than 40 bytes ends in "...". Its length before the cut.
 */
size_t partial_describe(const struct partial *partial, char *text, size_t size);

#endif
