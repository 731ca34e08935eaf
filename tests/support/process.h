/* process.h - real programs, started and watched by a test.
 *
 *     struct process *server = process_start(program_path("05-coroutines/server"), "--port", "0",
 *                                            NULL);
 *     uint16_t port = process_serving_port(server);
 *     ... speak to it (client.h) ...
 *     assert_int_equal(process_stop(server), 0);
 *     process_free(server);
 *
 * What goes wrong here fails the cmocka test that is running, with the program's stderr in the
 * message. No wait lasts for ever: after PROCESS_GUARD_S seconds it fails the test.
 *
 * Nothing is left behind: a program leads a process group of its own; it is killed with all of its
 * group by process_free, by process_teardown (name it as the teardown of each test: cmocka runs it
 * after a failed assertion too), and when the test program exits. If the test program is itself
 * killed, the kernel kills the program (PR_SET_PDEATHSIG).
 *
 * The test's main thread only.
 */
#ifndef SUPPORT_PROCESS_H
#define SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_GUARD_S 60

struct process;

/* The path of something built: "05-coroutines/server" gives "$BUILD/05-coroutines/server". The
 * result lasts until the fourth call after it. Without BUILD in the environment: the build that the
 * test itself is of. */
const char *program_path(const char *name);

/* Starts a program with these arguments, the last of them NULL. Its stdin is /dev/null; what it
 * writes is captured (up to 1 MiB before the next call of a process_* function that waits or reads;
 * then it would block). */
struct process *process_start(const char *path, ...) __attribute__((sentinel));

/* The same from an array: argv[0] is the path. `environment` holds additions, "NAME=value", ended
 * by NULL; NULL: none. */
struct process *process_start_argv(const char *const argv[], const char *const environment[]);

/* Kills it with its group if it still runs, and frees. NULL is ignored. */
void process_free(struct process *process);

/* For cmocka_unit_test_teardown: process_free for all that were started and not freed. */
int process_teardown(void **state);

pid_t process_pid(const struct process *process);

/* Waits for its first line, "Serving on HOST:PORT", and gives the port. */
uint16_t process_serving_port(struct process *process);

void process_signal(struct process *process, int signo);

/* Waits for its end. Its exit code, or 128 + the signal that ended it. Again: the same. */
int process_wait(struct process *process);

/* SIGTERM and process_wait. */
int process_stop(struct process *process);

/* Has it ended? Does not wait. */
bool process_has_ended(struct process *process);

/* Is nobody left of its process group? For after process_wait: no child may outlive it. */
bool process_group_is_empty(const struct process *process);

/* What it has written so far, NUL-terminated. Valid until the next process_* call on it. */
const char *process_stdout(struct process *process);
const char *process_stderr(struct process *process);

/* Waits until it has written `text` to stdout or stderr; fails when it ends without that. */
void process_wait_stdout(struct process *process, const char *text);
void process_wait_stderr(struct process *process, const char *text);

/* Of the running program, by /proc/PID. -errno when that cannot be read (it has ended). */
int process_count_threads(const struct process *process);
int process_count_fds(const struct process *process);
int process_count_children(const struct process *process);
long process_rss_kib(const struct process *process);

/* What it and its children have for themselves: pages that nobody else shares. */
long process_own_memory_kib(const struct process *process);

#endif
