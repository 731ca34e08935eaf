/* green.h - what the files of green.so share: who is calling, and one way to wait.
 *
 * green.so is preloaded into a program of threads (LD_PRELOAD) and stands before libc: a function
 * of the same name is found here first. Each thread that the program makes becomes a coroutine, and
 * each call that would block waits on the loop of chapter 03 instead. main is no coroutine: it
 * keeps its own stack, and runs the loop for as long as it has to wait itself.
 *
 * All of it belongs to the one OS thread that main runs on; any other is left alone. Functions
 * return >= 0 or -errno; hooks return what the call that they stand for returns.
 */
#ifndef GREEN_H
#define GREEN_H

#include <dlfcn.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "co.h"
#include "loop.h"

/* A function that stands before libc's. Everything else in green.so is hidden from the program. */
#define HOOK __attribute__((visibility("default")))

/* Declares `next`: the function of this name that comes after ours, libc's as a rule. */
#define NEXT(name)                 \
    static __typeof__(&name) next; \
    if (!next)                     \
    next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* ---- Who is calling (wait.c) ----------------------------------------------------------------- */

/* Is it one of the program's threads, main included? Not: the loop itself, a signal handler, or an
 * OS thread that was made behind our back. */
bool green_is_thread(void);

/* The same, and there are others who could run meanwhile. Else a call may block, as ever. */
bool green_may_wait(void);

/* Called by pthread_create: from now on others may run. 0 or -errno. */
int green_begin(void);

struct loop *green_loop(void); /* NULL before green_begin */

/* ---- Waiting (wait.c) ---------------------------------------------------------------------- */

#define GREEN_FOR_EVER INT64_MAX

/* Does a signal handler that has run on main's behalf end this wait with -EINTR? See signal(7). */
enum green_interrupt {
    GREEN_NEVER,       /* a mutex, a condition, a join */
    GREEN_BY_A_SIGNAL, /* input and output: unless the handler has SA_RESTART */
    GREEN_BY_ANY,      /* poll, select and sleep: SA_RESTART or not */
};

/* One wait of one thread. It lies on the stack of the thread that waits. */
struct green_wait {
    struct co_waiter waiter; /* first */
    struct co *co;           /* who waits; NULL: main */
    struct timer timer;
    int result;
    bool is_over;
    enum green_interrupt interrupt;
    struct green_wait *next, *prev; /* on the list of what it waits for; see green_list */
};

/* Set up the wait, tell somebody of it, then suspend: until green_resume (its result), or until
 * the deadline, on loop_time's clock (-ETIMEDOUT). errno is left as it was. */
void green_wait_init(struct green_wait *wait);
int green_suspend(struct green_wait *wait, int64_t deadline_ns, enum green_interrupt interrupt);

/* Ends a wait: the thread goes on in the loop's next pass. Nothing if it is over already. */
void green_resume(struct green_wait *wait, int result);

/* Lets everybody else who is ready run first. */
void green_yield(void);

/* A handler has run: see signals.c. Async-signal-safe. */
void green_note_signal(bool restarts);

/* Waits in the order in which they came. Its size is one pointer, and NULL is empty: it fits into
 * a pthread_mutex_t that was initialised statically. */
struct green_list {
    struct green_wait *first;
};

void green_list_append(struct green_list *list, struct green_wait *wait);
void green_list_remove(struct green_list *list, struct green_wait *wait);

/* Takes off the first that is not over yet (its deadline may have come in this very pass). */
struct green_wait *green_list_take(struct green_list *list);

/* ---- Threads (threads.c) --------------------------------------------------------------------- */

struct green_thread;

/* The calling thread, or that of a coroutine (NULL: main), for comparing. */
struct green_thread *green_self(void);
struct green_thread *green_thread_of(struct co *co);

/* In the child of main's fork: there are no others any more. */
void green_threads_forget(void);

/* A thread's own values of pthread_setspecific, and its end (keys.c). */
struct green_keys {
    struct green_value *values; /* NULL: it has set none */
};
struct green_keys *green_own_keys(void); /* NULL: main, whose values are libc's */
void green_keys_destroy(struct green_keys *keys);

/* ---- Descriptors (fds.c) --------------------------------------------------------------------- */

/* What is done with a descriptor. It is found out at its first use. */
enum green_fd_kind {
    GREEN_FD_UNKNOWN,
    GREEN_FD_PLAIN,  /* left alone: a file, or non-blocking by the program's own wish */
    GREEN_FD_ASKED,  /* a pipe or a terminal, which others use too: asked by poll, then used */
    GREEN_FD_HIDDEN, /* a socket that we have made non-blocking, and do not say so */
};
enum green_fd_kind green_fd_kind(int fd);

/* Before it is closed: who waits for it gets -EBADF, and all that was known of it is forgotten. */
void green_fd_forget(int fd);

/* Suspends until it is ready for POLLIN or POLLOUT, whoever else waits for the same. 0; -ETIMEDOUT;
 * -EINTR by a signal; -EBADF: closed meanwhile; -ENOMEM. */
int green_wait_ready(int fd, short events, int64_t deadline_ns);

/* Suspends until one of these is ready: > 0, how many; 0: the deadline; -EINTR, -ENOMEM, -EBADF.
 * Like poll(2), it fills in revents. */
int green_poll(struct pollfd *fds, nfds_t count, int64_t deadline_ns,
               enum green_interrupt interrupt);

/* ---- Time (sleep.c) -------------------------------------------------------------------------- */

int64_t green_after(int64_t delay_ns);                                  /* a deadline */
int64_t green_deadline(clockid_t clock, const struct timespec *moment); /* of an absolute time */

#endif
