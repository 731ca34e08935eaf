/* fds.c - what is known of each descriptor, and who waits for it.
 *
 * A socket is made non-blocking behind the program's back, and fcntl does not say so. What is not a
 * socket may be shared with other processes (a terminal, a pipe of the shell's), who would not
 * expect that; there, poll is asked before each call.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fds.h"

struct fd_state {
    enum green_fd_kind kind;
    struct green_watch *watches;
};

static struct fd_state *table;
static int table_size;

/* NULL: no such descriptor, or no memory for it. */
static struct fd_state *state_of(int fd)
{
    if (fd < 0)
        return NULL;
    if (fd >= table_size) {
        int size = fd < 64 ? 64 : 2 * fd;
        struct fd_state *larger = realloc(table, (size_t)size * sizeof *larger);
        if (!larger)
            return NULL;
        for (int i = table_size; i < size; i++)
            larger[i] = (struct fd_state){GREEN_FD_UNKNOWN, NULL};
        table = larger;
        table_size = size;
    }
    return &table[fd];
}

/* ---- Kinds --------------------------------------------------------------------------------- */

static int next_fcntl(int fd, int command, long argument)
{
    NEXT(fcntl);
    return next(fd, command, argument);
}

static enum green_fd_kind find_kind(int fd)
{
    struct stat about;
    int flags = next_fcntl(fd, F_GETFL, 0);
    if (flags < 0 || flags & O_NONBLOCK || fstat(fd, &about) < 0)
        return GREEN_FD_PLAIN;
    if (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) || S_ISBLK(about.st_mode))
        return GREEN_FD_PLAIN;
    if (!S_ISSOCK(about.st_mode))
        return GREEN_FD_ASKED;
    return next_fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? GREEN_FD_PLAIN : GREEN_FD_HIDDEN;
}

enum green_fd_kind green_fd_kind(int fd)
{
    struct fd_state *state = state_of(fd);
    if (!state)
        return GREEN_FD_PLAIN;
    if (state->kind == GREEN_FD_UNKNOWN)
        state->kind = find_kind(fd);
    return state->kind;
}

static bool is_hidden(int fd)
{
    return fd >= 0 && fd < table_size && table[fd].kind == GREEN_FD_HIDDEN;
}

/* ---- Who waits for it ---------------------------------------------------------------------- */

static void wake_watches(int fd, short events, int result)
{
    for (struct green_watch *watch = table[fd].watches; watch; watch = watch->next)
        if (watch->events & events)
            green_resume(watch->wait, result);
}

/* The interest stays until those who were woken have run: to drop it and to ask again would be two
 * system calls. */
static void on_readable(void *arg)
{
    wake_watches((int)(intptr_t)arg, GREEN_WATCH_READ, 0);
}

static void on_writable(void *arg)
{
    wake_watches((int)(intptr_t)arg, GREEN_WATCH_WRITE, 0);
}

int green_watch_add(struct green_watch *watch)
{
    struct fd_state *state = state_of(watch->fd);
    if (!state)
        return -ENOMEM;
    void *arg = (void *)(intptr_t)watch->fd;
    int rc = 0;
    if (watch->events & GREEN_WATCH_READ)
        rc = loop_add_reader(green_loop(), watch->fd, on_readable, arg);
    if (rc == 0 && watch->events & GREEN_WATCH_WRITE)
        rc = loop_add_writer(green_loop(), watch->fd, on_writable, arg);
    if (rc < 0)
        return rc;
    watch->next = state->watches;
    state->watches = watch;
    return 0;
}

/* Nobody is left who waits for this: an event for it would only wake the loop. */
static void drop_interest(int fd)
{
    short wanted = 0;
    for (const struct green_watch *watch = table[fd].watches; watch; watch = watch->next)
        wanted |= watch->events;
    if (!(wanted & GREEN_WATCH_READ))
        loop_remove_reader(green_loop(), fd);
    if (!(wanted & GREEN_WATCH_WRITE))
        loop_remove_writer(green_loop(), fd);
}

void green_watch_remove(struct green_watch *watch)
{
    struct green_watch **link = &table[watch->fd].watches;
    while (*link && *link != watch)
        link = &(*link)->next;
    if (!*link)
        return; /* closed meanwhile, and forgotten */
    *link = watch->next;
    drop_interest(watch->fd);
}

/* ---- Closing and copying --------------------------------------------------------------------- */

void green_fd_forget(int fd)
{
    if (fd < 0 || fd >= table_size)
        return;
    wake_watches(fd, GREEN_WATCH_READ | GREEN_WATCH_WRITE, -EBADF);
    table[fd] = (struct fd_state){GREEN_FD_UNKNOWN, NULL};
    if (green_loop())
        loop_forget_fd(green_loop(), fd);
}

/* A copy has the flags of the original, and its secret. */
static int keep_secret(int from, int to)
{
    bool hidden = is_hidden(from);
    if (to >= 0 && to != from)
        green_fd_forget(to);
    struct fd_state *state = hidden ? state_of(to) : NULL;
    if (state)
        state->kind = GREEN_FD_HIDDEN;
    return to;
}

HOOK int close(int fd)
{
    NEXT(close);
    if (green_is_thread())
        green_fd_forget(fd);
    return next(fd);
}

HOOK int fclose(FILE *file)
{
    NEXT(fclose);
    if (file && green_is_thread())
        green_fd_forget(fileno(file));
    return next(file);
}

HOOK int dup(int fd)
{
    NEXT(dup);
    return keep_secret(fd, next(fd));
}

HOOK int dup2(int fd, int other)
{
    NEXT(dup2);
    return keep_secret(fd, next(fd, other));
}

HOOK int dup3(int fd, int other, int flags)
{
    NEXT(dup3);
    return keep_secret(fd, next(fd, other, flags));
}

/* ---- What the program may know ------------------------------------------------------------- */

/* The program says itself whether the descriptor is to block. */
static int set_flags(int fd, long flags)
{
    bool is_ours = is_hidden(fd) && !(flags & O_NONBLOCK);
    int rc = next_fcntl(fd, F_SETFL, is_ours ? flags | O_NONBLOCK : flags);
    struct fd_state *state = rc < 0 || is_ours ? NULL : state_of(fd);
    if (state)
        state->kind = GREEN_FD_UNKNOWN;
    return rc;
}

static int control(int fd, int command, long argument)
{
    if (command == F_SETFL)
        return set_flags(fd, argument);
    int rc = next_fcntl(fd, command, argument);
    if (command == F_GETFL && rc >= 0 && is_hidden(fd))
        return rc & ~O_NONBLOCK;
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        return keep_secret(fd, rc);
    return rc;
}

/* Its third argument is a number, a pointer, or not there, which on the machines of this course is
 * all the same to a function that only passes it on. */
HOOK int fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return control(fd, command, argument);
}

HOOK int fcntl64(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return control(fd, command, argument);
}

HOOK int ioctl(int fd, unsigned long request, ...)
{
    NEXT(ioctl);
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request != FIONBIO || !is_hidden(fd))
        return next(fd, request, argument);
    return set_flags(fd, *(const int *)argument ? O_RDWR | O_NONBLOCK : O_RDWR);
}
