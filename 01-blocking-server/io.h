/* io.h - reading and writing a blocking descriptor, without the surprises.
 *
 * read(2) and write(2) may do less than they were asked for, and a signal may interrupt them
 * before they have done anything. These two hide that, and nothing else. Any thread. With SIGPIPE
 * ignored (net_ignore_sigpipe), a peer that has gone is -EPIPE.
 */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <sys/types.h>

/* At least one byte and at most `size` (which is not 0), as many as there are; waits until there
 * are some. 0: the peer has ended its side. Or -errno. man 2 read. */
ssize_t read_some(int fd, void *bytes, size_t size);

/* All `size` bytes; waits while the peer takes no more. 0; or -errno, and then nobody knows how
 * many have arrived. On a non-blocking descriptor -EAGAIN, at once. -EIO: write(2) took nothing and
 * gave no reason. man 2 write. */
int write_all(int fd, const void *bytes, size_t size);

#endif
