/* keyboard.h - stdin by callbacks, whatever it is: a terminal, a pipe, a file, or closed.
 *
 * A terminal and a pipe are watched like a socket. A regular file is not: epoll refuses it (EPERM),
 * since a file can always be read, and waiting for it would end at once. So it is read in pieces,
 * one for each pass of the loop: everybody else gets a turn in between. The owner's back-pressure
 * is keyboard_pause in either case.
 *
 * Stdin is not made non-blocking: that is a property of the open file, which we share with the
 * shell and with whoever else has this terminal. One read for each event does not block, as long as
 * nobody else reads there. The loop's thread only.
 */
#ifndef KEYBOARD_H
#define KEYBOARD_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

struct keyboard {
    struct loop *loop;
    int fd;
    bool is_paused, has_ended;
    struct callback next_piece; /* of what cannot be watched */
    void (*on_bytes)(void *arg, const char *bytes, size_t length);
    void (*on_end)(void *arg, int error);
    void *arg;
};

/* Opens /dev/null in the place of each of stdin, stdout and stderr that is closed. To be called
 * before anything else is opened: the first socket would otherwise be descriptor 0, and be taken
 * for the keyboard, or be 1, and receive what we print. 0 or -errno. */
int keyboard_keep_places(void);

/* Reads from `fd`: on_bytes for at least one byte, at most as they come; then on_end, once: with 0
 * at the end of it, or -errno. Both are called from the loop. on_end may come at once after the
 * call (a closed descriptor), but never inside it. Everything else of `keyboard` is set by this. */
void keyboard_start(struct keyboard *keyboard, struct loop *loop, int fd,
                    void (*on_bytes)(void *arg, const char *bytes, size_t length),
                    void (*on_end)(void *arg, int error), void *arg);

/* No on_bytes and no on_end until it is resumed. Doing it twice is doing it once. */
void keyboard_pause(struct keyboard *keyboard);
void keyboard_resume(struct keyboard *keyboard);

/* Nothing is called any more; `fd` stays open. It may be called from on_bytes, and twice. */
void keyboard_stop(struct keyboard *keyboard);

#endif
