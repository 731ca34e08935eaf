/* write_interest.c - broken on purpose: interest in writing that is never dropped.
 *
 *     build/03-epoll-loop/broken/write_interest
 *
 * A greeting is to be sent, so the loop is asked to say when the socket is writable. It goes out at
 * the first call. But a socket is nearly always writable, and nobody has taken the interest back:
 * the loop calls again in each pass, and never sleeps. Nothing looks wrong from outside, except one
 * processor at 100 %. Here it ends after 100,000 calls.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "loop.h"
#include "options.h"

#define CALLS_MAX 100000

struct sender {
    struct loop *loop;
    int fd;
    const char *text; /* what is still to be sent */
    long calls, in_vain;
};

static void on_writable(void *arg)
{
    struct sender *sender = arg;
    size_t left = strlen(sender->text);
    if (left > 0) {
        ssize_t count = write(sender->fd, sender->text, left);
        sender->text += count > 0 ? count : 0;
        /* the trap: when all is sent, nobody says loop_remove_writer */
    } else {
        sender->in_vain++;
    }
    if (++sender->calls == CALLS_MAX)
        loop_stop(sender->loop);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: never drops its interest in writing.", argc, argv);
    struct loop *loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
    struct sender sender = {.loop = loop, .fd = ends[0], .text = "Welcome.\n"};
    CHECK_RC(loop_add_writer(loop, sender.fd, on_writable, &sender));
    CHECK_RC(loop_run_forever(loop));
    printf("called %ld times, %ld of them with nothing to send\n", sender.calls, sender.in_vain);
    loop_forget_fd(loop, sender.fd);
    close(ends[0]);
    close(ends[1]);
    loop_free(loop);
    return 0;
}
