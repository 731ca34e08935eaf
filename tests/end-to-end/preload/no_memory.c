/* no_memory.c - a machine that is out of memory for a moment. Preloaded into a program:
 *
 *     LD_PRELOAD=no_memory.so NO_MEMORY_AT=7 server --port 0
 *
 * The seventh time that the program, or a library of its, asks for memory (malloc, calloc, realloc
 * and their like, mmap by the program itself), it gets none. Counted is from the beginning of main
 * on: what the C library cannot do without before that is not ours to mend. With NO_MEMORY_FOR=3
 * it is the three times from there on; without it, one. At the end the number of times is written
 * to stderr, so that a test knows how far it has to count.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_int made;
static int first, count;
static atomic_bool counting;

static bool is_refused(void)
{
    if (!counting)
        return false;
    int number = ++made;
    if (first == 0 || number < first || number - first >= count)
        return false;
    errno = ENOMEM;
    return true;
}

/* The function that this one stands before. dlsym may itself ask for memory, in vain. */
#define NEXT(name)                                                                   \
    static __typeof__(&name) next;                                                   \
    static _Thread_local bool is_looking __attribute__((tls_model("initial-exec"))); \
    if (!next && is_looking)                                                         \
        return NULL;                                                                 \
    if (!next) {                                                                     \
        is_looking = true;                                                           \
        next = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                           \
        is_looking = false;                                                          \
    }

void *malloc(size_t size)
{
    NEXT(malloc);
    return is_refused() ? NULL : next(size);
}

void *calloc(size_t number, size_t size)
{
    NEXT(calloc);
    return is_refused() ? NULL : next(number, size);
}

void *realloc(void *old, size_t size)
{
    NEXT(realloc);
    return is_refused() ? NULL : next(old, size);
}

void *reallocarray(void *old, size_t number, size_t size)
{
    NEXT(reallocarray);
    return is_refused() ? NULL : next(old, number, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    NEXT(aligned_alloc);
    return is_refused() ? NULL : next(alignment, size);
}

void *mmap(void *wanted, size_t size, int protection, int flags, int fd, off_t offset)
{
    NEXT(mmap);
    return is_refused() ? MAP_FAILED : next(wanted, size, protection, flags, fd, offset);
}

/* ---- The beginning and the report ---------------------------------------------------------- */

static int number_in(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? (int)strtol(text, NULL, 10) : otherwise;
}

/* No stdio: it asks for memory. */
static void report(void)
{
    char line[64] = "no_memory: ";
    size_t length = strlen(line);
    counting = false;
    char digits[16];
    int left = made, place = 0;
    do
        digits[place++] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    while (place > 0)
        line[length++] = digits[--place];
    line[length++] = '\n';
    (void)!write(STDERR_FILENO, line, length);
}

typedef int main_fn(int, char **, char **);
static main_fn *real_main;

static int counted_main(int argc, char **argv, char **environment)
{
    first = number_in("NO_MEMORY_AT", 0);
    count = number_in("NO_MEMORY_FOR", 1);
    atexit(report);
    counting = true;
    return real_main(argc, argv, environment);
}

/* Every C program begins here. */
int __libc_start_main(main_fn *, int, char **, void (*)(void), void (*)(void), void (*)(void),
                      void *);
int __libc_start_main(main_fn *program_main, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    __typeof__(&__libc_start_main) next =
        (__typeof__(&__libc_start_main))dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = program_main;
    return next(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}
