/* echo.h - one client's whole dialogue: the protocol of every echo server in this course.
 *
 *     server: Welcome. Type a line, or exit.
 *     client: Ada
 *     server: Hello, Ada
 *     client: exit
 *
 * A line ends with "\n" or "\r\n" and has at most ECHO_LINE_MAX bytes before that; a longer one is
 * answered "Line too long." and ends the dialogue, as "exit" and the client's end do. A last line
 * without its end is answered.
 */
#ifndef ECHO_H
#define ECHO_H

#define ECHO_LINE_MAX 4096

/* Greets, answers, and returns when the dialogue is over: 0, or -errno when the client is lost.
 * Blocks for as long as the client likes. Needs about 9 KiB of stack. `fd` stays open and is the
 * caller's. Any thread; SIGPIPE is ignored. */
int echo_serve(int fd);

#endif
