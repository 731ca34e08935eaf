/* outlives.c - broken on purpose: a detached thread outlives what its argument points to.
 *
 *     build/02-threaded-server/broken/outlives
 *
 * The server accepts a client, starts a thread for it, detaches it and gives it the address of the
 * descriptor. The descriptor is a local variable: in the next turn of the loop another client's is
 * in the same place. Ada's thread is a little late; when it looks, it finds Bob's number. Ada is
 * never greeted, and Bob is greeted twice. Nothing in pthread_create says for how long the argument
 * has to live: until the thread has looked at it, and nobody knows when that is.
 *
 * The gate makes both threads late, each time. It orders nothing else (memory_order_relaxed), so
 * the thread sanitizer sees the race, and the address sanitizer the variable that is no more.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "io.h"
#include "options.h"

#define CLIENTS 2

static const char *const names[CLIENTS] = {"Ada", "Bob"};
static const char hello[] = "Hello!\n";
static int ends[CLIENTS][2]; /* ours, and the client's */
static atomic_bool gate_is_open;
static atomic_int served;

static int accept_next(int i)
{
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]));
    return ends[i][0];
}

static void *serve(void *arg)
{
    while (!atomic_load_explicit(&gate_is_open, memory_order_relaxed))
        sched_yield();
    int fd = *(const int *)arg; /* whose is it now? */
    CHECK_RC(write_all(fd, hello, strlen(hello)));
    atomic_fetch_add(&served, 1);
    return NULL;
}

static void accept_all(void)
{
    for (int i = 0; i < CLIENTS; i++) {
        pthread_t thread;
        int fd = accept_next(i);
        CHECK_RC(-pthread_create(&thread, NULL, serve, &fd)); /* the trap: it lives for one turn */
        pthread_detach(thread);
    }
    atomic_store_explicit(&gate_is_open, true, memory_order_relaxed);
    while (atomic_load(&served) < CLIENTS)
        sched_yield();
}

static long greetings(int fd)
{
    char bytes[64];
    ssize_t count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return count < 0 ? 0 : count / (ssize_t)strlen(hello);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a thread is given the address of a local variable.", argc,
                     argv);
    accept_all();
    bool all_once = true;
    for (int i = 0; i < CLIENTS; i++) {
        long count = greetings(ends[i][1]);
        printf("%s was greeted %ld times\n", names[i], count);
        all_once = all_once && count == 1;
        close(ends[i][0]);
        close(ends[i][1]);
    }
    return all_once ? 0 : 1;
}
