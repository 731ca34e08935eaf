/* short_write.c - broken on purpose: nobody looks at what write(2) returns.
 *
 *     build/01-blocking-server/broken/short_write
 *
 * An answer of 8 MB to a client that is a little slow. The socket's buffer is full, write waits;
 * then a signal comes, any signal that has a handler: a timer, a terminal that is resized, a child
 * that ends. write returns how much it has taken, which is a success, and the rest is never sent.
 * The client sees an answer that ends too early, and no error anywhere. (SA_RESTART does not help:
 * a write that has taken something is not begun again.)
 *
 * The client, a process of its own, makes sure that this happens: it sends the signal when the
 * first bytes have come, and reads on only after the signal was handled.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "io.h"
#include "net.h"
#include "options.h"

#define ANSWER_BYTES (8 * 1024 * 1024)

static int handled[2]; /* a pipe: a byte for each signal that was handled */

static void on_signal(int signo)
{
    (void)signo;
    ssize_t ignored = write(handled[1], "", 1);
    (void)ignored;
}

/* The client. Never returns. */
static void __attribute__((noreturn)) read_answer(int fd, pid_t server)
{
    char bytes[65536];
    struct pollfd first = {.fd = fd, .events = POLLIN};
    CHECK(poll(&first, 1, -1));
    CHECK(kill(server, SIGUSR1));
    CHECK_RC(read_some(handled[0], bytes, 1));
    long total = 0;
    ssize_t count;
    while ((count = CHECK_RC(read_some(fd, bytes, sizeof bytes))) > 0)
        total += count;
    printf("the client got %s of %d bytes\n", total == ANSWER_BYTES ? "all" : "only a part",
           ANSWER_BYTES);
    exit(total == ANSWER_BYTES ? 0 : 1);
}

static void answer(int fd)
{
    char *bytes = calloc(1, ANSWER_BYTES);
    if (!bytes)
        die_error(ENOMEM, "an answer of %d bytes", ANSWER_BYTES);
    if (write(fd, bytes, ANSWER_BYTES) < 0) /* the trap */
        die_error(errno, "write");
    printf("the server has answered\n");
    fflush(stdout);
    free(bytes);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a short write is taken for a whole one.", argc, argv);
    net_ignore_sigpipe();
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    CHECK(sigaction(SIGUSR1, &action, NULL));
    int ends[2], status;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CHECK(pipe(handled));
    pid_t server = getpid(), client = (pid_t)CHECK(fork());
    if (client == 0) {
        close(ends[0]);
        read_answer(ends[1], server);
    }
    close(ends[1]);
    answer(ends[0]);
    close(ends[0]); /* the client's end of the answer */
    CHECK(waitpid(client, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
