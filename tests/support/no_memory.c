#include "no_memory.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "leaks.h"
#include "unit.h"

#define BLOCKS_MAX 65536 /* that are there at the same time */

struct block {
    const void *address;
    size_t size;
    int number; /* which allocation of the life it was */
};

/* All of it under the lock: a life may have threads. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool counting;
static int pauses;
static int made;                    /* allocations that were asked for in this life */
static int first_refused;           /* the number of it; 0: none */
static int last_refused;            /* the same one, or INT_MAX: all from there on */
static int refused_with;            /* 0: it was not refused yet */
static struct block *blocks;        /* that were made in this life and are there now */
static int block_count, lost_count; /* lost_count: of those that found no place */

/* ---- What each allocation asks ------------------------------------------------------------- */

/* The number of this allocation; 0: it is not counted; -1: it is refused, errno says why. */
static int ask(int error)
{
    int number = 0;
    pthread_mutex_lock(&lock);
    if (counting && pauses == 0) {
        number = ++made;
        if (first_refused > 0 && number >= first_refused && number <= last_refused) {
            refused_with = refused_with ? refused_with : error;
            number = -1;
        }
    }
    pthread_mutex_unlock(&lock);
    if (number < 0)
        errno = error;
    return number;
}

static void keep(int number, const void *address, size_t size)
{
    if (number <= 0 || !address)
        return;
    pthread_mutex_lock(&lock);
    if (block_count < BLOCKS_MAX)
        blocks[block_count++] = (struct block){address, size, number};
    else
        lost_count++;
    pthread_mutex_unlock(&lock);
}

static void forget(const void *address)
{
    if (!address)
        return;
    pthread_mutex_lock(&lock);
    for (int i = block_count - 1; i >= 0; i--) /* what is young dies first */
        if (blocks[i].address == address) {
            blocks[i] = blocks[--block_count];
            break;
        }
    pthread_mutex_unlock(&lock);
}

void no_memory_pause(void)
{
    pthread_mutex_lock(&lock);
    pauses++;
    pthread_mutex_unlock(&lock);
}

void no_memory_resume(void)
{
    pthread_mutex_lock(&lock);
    pauses--;
    pthread_mutex_unlock(&lock);
}

/* ---- In the place of malloc and its like --------------------------------------------------- */

/* The linker makes NAME of __real_NAME, and __wrap_NAME of NAME. */
#define WRAPPED(type, name, ...)     \
    type __real_##name(__VA_ARGS__); \
    type __wrap_##name(__VA_ARGS__); \
    type __wrap_##name(__VA_ARGS__)

WRAPPED(void *, malloc, size_t size)
{
    int number = ask(ENOMEM);
    void *block = number < 0 ? NULL : __real_malloc(size);
    keep(number, block, size);
    return block;
}

WRAPPED(void *, calloc, size_t count, size_t size)
{
    int number = ask(ENOMEM);
    void *block = number < 0 ? NULL : __real_calloc(count, size);
    keep(number, block, count * size);
    return block;
}

WRAPPED(void *, realloc, void *old, size_t size)
{
    int number = ask(ENOMEM);
    if (number < 0)
        return NULL;
    forget(old);
    void *block = __real_realloc(old, size);
    keep(number, block, size);
    return block;
}

WRAPPED(void *, reallocarray, void *old, size_t count, size_t size)
{
    int number = ask(ENOMEM);
    if (number < 0)
        return NULL;
    forget(old);
    void *block = __real_reallocarray(old, count, size);
    keep(number, block, count * size);
    return block;
}

WRAPPED(void, free, void *block)
{
    forget(block); /* first: once it is free, another thread may be given it */
    __real_free(block);
}

WRAPPED(char *, strdup, const char *text)
{
    int number = ask(ENOMEM);
    char *copy = number < 0 ? NULL : __real_strdup(text);
    keep(number, copy, strlen(text) + 1);
    return copy;
}

WRAPPED(char *, strndup, const char *text, size_t length)
{
    int number = ask(ENOMEM);
    char *copy = number < 0 ? NULL : __real_strndup(text, length);
    keep(number, copy, length + 1);
    return copy;
}

WRAPPED(int, vasprintf, char **text, const char *format, va_list arguments)
{
    int number = ask(ENOMEM);
    int length = number < 0 ? -1 : __real_vasprintf(text, format, arguments);
    if (length >= 0)
        keep(number, *text, (size_t)length + 1);
    return length;
}

int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = __wrap_vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}

/* What these hold belongs to the C library: only asked for, not kept count of. */

WRAPPED(FILE *, open_memstream, char **bytes, size_t *size)
{
    return ask(ENOMEM) < 0 ? NULL : __real_open_memstream(bytes, size);
}

WRAPPED(FILE *, fopen, const char *path, const char *mode)
{
    return ask(ENOMEM) < 0 ? NULL : __real_fopen(path, mode);
}

WRAPPED(DIR *, opendir, const char *path)
{
    return ask(ENOMEM) < 0 ? NULL : __real_opendir(path);
}

WRAPPED(int, getaddrinfo, const char *host, const char *service, const struct addrinfo *hints,
        struct addrinfo **addresses)
{
    return ask(ENOMEM) < 0 ? EAI_MEMORY : __real_getaddrinfo(host, service, hints, addresses);
}

WRAPPED(void *, mmap, void *wanted, size_t size, int protection, int flags, int fd, off_t offset)
{
    int number = ask(ENOMEM);
    if (number < 0)
        return MAP_FAILED;
    void *mapping = __real_mmap(wanted, size, protection, flags, fd, offset);
    if (mapping != MAP_FAILED)
        keep(number, mapping, size);
    return mapping;
}

WRAPPED(int, munmap, void *mapping, size_t size)
{
    forget(mapping);
    return __real_munmap(mapping, size);
}

WRAPPED(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes,
        void *(*start)(void *), void *arg)
{
    return ask(EAGAIN) < 0 ? EAGAIN : __real_pthread_create(thread, attributes, start, arg);
}

/* ---- The lives ----------------------------------------------------------------------------- */

struct outcome {
    int result, made, refused_with;
};

static void expect_nothing_left(const char *name)
{
    if (block_count > 0 || lost_count > 0)
        fail_msg("%s: %d blocks are left, among them allocation %d of %zu bytes", name,
                 block_count + lost_count, blocks[0].number, blocks[0].size);
}

/* One life; allocations from `first` to `last` are refused (0, 0: none). */
static struct outcome live_once(life_fn *live, void *arg, int first, int last, const char *name)
{
    struct usage before = own_usage();
    made = refused_with = block_count = lost_count = pauses = 0;
    first_refused = first;
    last_refused = last;
    counting = true;
    int result = live(arg);
    counting = false;
    struct outcome outcome = {result, made, refused_with};
    assert_int_equal(pauses, 0);
    expect_nothing_left(name);
    expect_own_usage(before);
    return outcome;
}

static void expect_a_good_life(life_fn *live, void *arg, const char *name)
{
    struct outcome outcome = live_once(live, arg, 0, 0, name);
    if (outcome.result != 0)
        fail_msg("%s: %s, though nothing was refused", name, strerrorname_np(-outcome.result));
}

static void expect_answer(const struct outcome *outcome, enum no_memory_answer answer,
                          const char *name)
{
    if (outcome->result == -outcome->refused_with || (outcome->result == 0 && answer == MAY_COPE))
        return;
    fail_msg("%s: expected %s, got %d", name, strerrorname_np(outcome->refused_with),
             outcome->result);
}

/* False: a life makes fewer than `number`. */
static bool refuse(life_fn *live, void *arg, enum no_memory_answer answer, int number, bool alone)
{
    char name[80];
    snprintf(name, sizeof name, "allocation %d %s refused", number,
             alone ? "is" : "and all that follow are");
    struct outcome outcome = live_once(live, arg, number, alone ? number : INT_MAX, name);
    if (!outcome.refused_with) {
        assert_int_equal(outcome.result, 0);
        return false;
    }
    expect_answer(&outcome, answer, name);
    snprintf(name, sizeof name, "the life after allocation %d was refused", number);
    expect_a_good_life(live, arg, name);
    return true;
}

int for_every_allocation(life_fn *live, void *arg, enum no_memory_answer answer)
{
    static struct block space[BLOCKS_MAX];
    blocks = space;
    int number = 1;
    alarm(NO_MEMORY_GUARD_S);
    expect_a_good_life(live, arg, "the first life"); /* what is made only once is there now */
    while (refuse(live, arg, answer, number, true) && refuse(live, arg, answer, number, false))
        number++;
    alarm(0);
    return number - 1;
}
