/* fd_limit.c - see fd_limit.h. The soft limit is as low as it is for the sake of programs that use
 * select, which corrupts memory with descriptors of 1,024 and more. */
#include "fd_limit.h"

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>

int raise_fd_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    return limit.rlim_cur > INT_MAX ? INT_MAX : (int)limit.rlim_cur;
}
