/* processes.h - a process for each client: the oldest way, and the one that isolates best. */
#ifndef PROCESSES_H
#define PROCESSES_H

#define PROCESSES_MAX 1000

/* Accepts until a signal stops it (call stop_on_signals first, see stop.h), forking a child for
 * each client; then ends the children and waits for them. A child that has ended is reaped at once.
 * Over PROCESSES_MAX children, or when the kernel refuses one, the client is turned away and stderr
 * says so. -ECANCELED: stopped; or -errno from accept. For a program with one thread: the process's
 * signals are used. */
int serve_by_processes(int listening_fd);

#endif
