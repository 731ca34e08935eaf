/* watching.h - what a process has used so far, all its threads. */
#ifndef BENCH_WATCHING_H
#define BENCH_WATCHING_H

#include <stdint.h>
#include <sys/types.h>

struct watched {
    int64_t cpu_ns; /* user and system; the kernel's CPU clock of that process, finer than stat's */
    long switches;  /* voluntary context switches of the threads that it has now */
};

/* 0 or -errno (-ESRCH). Children are not counted. */
int watched_read(pid_t pid, struct watched *watched);

#endif
