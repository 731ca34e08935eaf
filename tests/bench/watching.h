/* watching.h - what a server has used so far: its process, all its threads and its children. */
#ifndef BENCH_WATCHING_H
#define BENCH_WATCHING_H

#include <stdint.h>
#include <sys/types.h>

struct watched {
    int64_t cpu_ns; /* user and system; the kernel's CPU clock of a process, finer than stat's */
    long switches;  /* voluntary context switches of the threads that there are now */
    int threads;    /* of all its processes */
};

/* 0 or -errno (-ESRCH). A child that has ended is not counted, nor is a child of a child. */
int watched_read(pid_t pid, struct watched *watched);

#endif
