/* shell.h - a shell that runs one command after another and keeps what they started alive.
 *
 * stdin of the commands is /dev/null, stdout and stderr come together. Failures of the set-up fail
 * the cmocka test that is running.
 */
#ifndef SHELL_H
#define SHELL_H

#include <stdbool.h>

struct shell;

/* In `folder`, with these additions to the environment ("NAME=value", ended by NULL). */
struct shell *shell_start(const char *folder, const char *const environment[]);

/* Ends it, with everything that it started. */
void shell_stop(struct shell *shell);

/* Runs a command (several lines, maybe) and waits until it ends: its exit code; -ETIMEDOUT after
 * `seconds`; -ECHILD: it ended the shell itself. */
int shell_run(struct shell *shell, const char *command, int seconds);

/* What was printed since shell_run was called; until the next call on this shell. */
const char *shell_output(struct shell *shell);

#endif
