/* keyboard.c - stdin by callbacks. */
#include "keyboard.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIECE_SIZE 4096 /* bytes, at most, for one on_bytes */

int keyboard_keep_places(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR); /* the lowest number that is free */
        if (fd < 0)
            return -errno;
    } while (fd <= STDERR_FILENO);
    close(fd);
    return 0;
}

static void end(struct keyboard *keyboard, int error)
{
    keyboard_stop(keyboard);
    keyboard->on_end(keyboard->arg, error);
}

static void on_readable(void *arg);

/* Asks for the next piece: from now on for each that comes, or for one, at the next pass. */
static int ask(struct keyboard *keyboard)
{
    int rc = loop_add_reader(keyboard->loop, keyboard->fd, on_readable, keyboard);
    if (rc != -EPERM)
        return rc;
    loop_call_soon(keyboard->loop, &keyboard->next_piece);
    return 0;
}

static void on_readable(void *arg)
{
    struct keyboard *keyboard = arg;
    char bytes[PIECE_SIZE];
    ssize_t length = read(keyboard->fd, bytes, sizeof bytes);
    if (length > 0)
        keyboard->on_bytes(keyboard->arg, bytes, (size_t)length);
    else if (length == 0)
        end(keyboard, 0);
    else if (errno != EAGAIN && errno != EINTR)
        end(keyboard, -errno);
}

/* What has no event must ask again: but only when the last piece found room. */
static void on_next_piece(void *arg)
{
    struct keyboard *keyboard = arg;
    on_readable(keyboard);
    if (!keyboard->has_ended && !keyboard->is_paused)
        loop_call_soon(keyboard->loop, &keyboard->next_piece);
}

void keyboard_start(struct keyboard *keyboard, struct loop *loop, int fd,
                    void (*on_bytes)(void *arg, const char *bytes, size_t length),
                    void (*on_end)(void *arg, int error), void *arg)
{
    *keyboard = (struct keyboard){
        .loop = loop,
        .fd = fd,
        .is_paused = true,
        .on_bytes = on_bytes,
        .on_end = on_end,
        .arg = arg,
    };
    callback_init(&keyboard->next_piece, on_next_piece, keyboard);
    keyboard_resume(keyboard);
}

void keyboard_pause(struct keyboard *keyboard)
{
    keyboard->is_paused = true;
    loop_remove_reader(keyboard->loop, keyboard->fd);
    loop_cancel(keyboard->loop, &keyboard->next_piece);
}

/* A descriptor that cannot be asked for at all (it is closed, there is no memory) is read as well:
 * read says what is wrong with it, from the loop. */
void keyboard_resume(struct keyboard *keyboard)
{
    if (keyboard->has_ended || !keyboard->is_paused)
        return;
    keyboard->is_paused = false;
    if (ask(keyboard) < 0)
        loop_call_soon(keyboard->loop, &keyboard->next_piece);
}

void keyboard_stop(struct keyboard *keyboard)
{
    keyboard->has_ended = true;
    loop_forget_fd(keyboard->loop, keyboard->fd);
    loop_cancel(keyboard->loop, &keyboard->next_piece);
}
