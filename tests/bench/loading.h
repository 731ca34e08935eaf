/* loading.h - a load for an echo server: connections that play ping-pong, and some that are silent.
 *
 * Each busy connection sends a line of `size` bytes, its newline included, and sends the next when
 * the answer is there. The number of messages is given, so the load ends by itself; a server that
 * answers nothing for LOADING_GUARD_S seconds ends it with -ETIMEDOUT.
 */
#ifndef BENCH_LOADING_H
#define BENCH_LOADING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LOADING_GUARD_S 20

struct loading_options {
    int connections; /* busy */
    int idle;        /* silent, there before the busy ones */
    int size;        /* bytes, 2 to 4096 */
    int messages;    /* in all; a tenth as many come before, and do not count */
    bool traced;     /* count the system calls; the times of such a run mean nothing */
};

struct loading_result {
    double messages_per_s;
    double p50_us, p99_us;
    double cpu_us;     /* of the server, all its threads, for each message */
    double switches;   /* voluntary ones of the server, for each message */
    double idle_bytes; /* of the server's own memory, for each silent connection */
    int threads;       /* of the server, in the middle of it */
    double calls;      /* system calls of the server, for each message; < 0: there is no strace */
};

/* Loads the server on 127.0.0.1 whose process is `pid`. 0 or -errno; -EPROTO: it does not speak as
 * an echo server does. */
int loading_run(const struct loading_options *options, uint16_t port, pid_t pid,
                struct loading_result *result);

#endif
