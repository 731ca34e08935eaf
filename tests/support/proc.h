/* proc.h - what /proc tells about a process. Functions return >= 0, or -errno. Any thread. */
#ifndef SUPPORT_PROC_H
#define SUPPORT_PROC_H

#include <sys/types.h>

int proc_count_fds(pid_t pid);
int proc_count_threads(pid_t pid);

/* Running or not yet waited for. */
int proc_count_children(pid_t pid);

/* The same number; the first `max` of them stand in `children`. */
int proc_children(pid_t pid, pid_t children[], int max);

/* Resident memory. -ESRCH when the process has ended. */
long proc_rss_kib(pid_t pid);

/* The memory that it and its children have for themselves (private pages that were written to). A
 * child that ends meanwhile counts as nothing. */
long proc_own_memory_kib(pid_t pid);

#endif
