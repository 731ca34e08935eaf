/* commands.h - the language of the command server: a line in, a reply out, a total that is kept.
 *
 * There is no socket in it, so all of it can be tested by calling it:
 *
 *     add N        Current total: T
 *     multiply N   Current total after multiplication: T
 *     reset        Total has been reset to 0.
 *     shutdown     (no reply)
 *
 * Words stand between blanks; further words are ignored, and a line of blanks is no command. N is a
 * whole number: digits, perhaps behind a sign. A total that 64 bits do not hold is refused, and the
 * total stays. Any thread.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stddef.h>
#include <stdint.h>

#define COMMAND_REPLY_MAX 128 /* bytes, with the "\n" and a NUL */

enum command_result { COMMAND_IGNORED, COMMAND_ANSWERED, COMMAND_SHUTDOWN };

/* Carries out one line, without its end; any bytes may be in it. COMMAND_ANSWERED: `reply` is the
 * answer, with "\n" and NUL. COMMAND_IGNORED and COMMAND_SHUTDOWN: there is none, `reply` is "". */
enum command_result command_run(int64_t *total, const char *line, size_t length,
                                char reply[COMMAND_REPLY_MAX]);

#endif
