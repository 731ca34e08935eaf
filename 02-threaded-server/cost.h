/* cost.h - what a server costs while it runs, as /proc tells it: man 5 proc. */
#ifndef COST_H
#define COST_H

#include <sys/types.h>

struct cost {
    long threads;
    long memory_kb;   /* resident and its own (RssAnon): stacks and heap, no code, no libraries */
    long address_kb;  /* what is set aside, used or not (VmSize) */
    long switches;    /* how often its threads were put off a processor, since they began */
    long descriptors; /* open ones */
};

/* Of the process and its children (a thread that has ended is no longer counted in `switches`).
 * 0; -ENOENT: there is no such process; -EACCES: it is somebody else's; or what else open(2) and
 * opendir(3) say. Any thread. */
int cost_measure(pid_t pid, struct cost *cost);

#endif
