/* fd_limit.h - how many descriptors this process may have open. */
#ifndef COMMON_FD_LIMIT_H
#define COMMON_FD_LIMIT_H

/* Raises the soft limit, which is 1,024 on most systems, to the hard one: any process may. The
 * limit that now holds, at most INT_MAX; or -errno. man 2 getrlimit. */
int raise_fd_limit(void);

#endif
