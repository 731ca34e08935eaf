/* tracing.h - how many system calls a server makes in a stretch, counted by strace.
 *
 * What is traced is slowed many times over: the stretch must not be timed.
 */
#ifndef BENCH_TRACING_H
#define BENCH_TRACING_H

#include <stdio.h>
#include <sys/types.h>

struct tracing {
    pid_t strace;
    FILE *summary;
};

/* Attaches to the process, its threads and its children, and returns when all are traced. 0 or
 * -errno: -ENOENT when there is no strace, -EPERM when it may not trace. */
int tracing_begin(struct tracing *tracing, pid_t pid);

/* Lets go of them. The calls since tracing_begin, or -errno: -EPROTO when strace tells no number.
 */
long tracing_end(struct tracing *tracing);

#endif
