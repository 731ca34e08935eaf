/* eintr.c - broken on purpose: a read that was interrupted is taken for a client that was lost.
 *
 *     build/01-blocking-server/broken/eintr
 *
 * The server waits for Ada's line. A signal comes that has nothing to do with her, and is handled;
 * read returns -1 and EINTR: "I have read nothing, call me again." The server hears "error", and
 * closes the connection. (SA_RESTART lets the kernel call again by itself. But a brick cannot know
 * how the program around it has set up its signals, and some calls, like poll, never are.)
 *
 * The client, a process of its own, makes sure that this happens: it sends the signal when the
 * server sleeps, and its line afterwards.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "io.h"
#include "net.h"
#include "options.h"

static int handled[2]; /* a pipe: a byte for each signal that was handled */

static void on_signal(int signo)
{
    (void)signo;
    ssize_t ignored = write(handled[1], "", 1);
    (void)ignored;
}

/* Until the server sleeps. It does so in read, which waits for us, and nowhere else. */
static void wait_until_asleep(pid_t server)
{
    char path[64], state = '?';
    snprintf(path, sizeof path, "/proc/%d/stat", server);
    while (state != 'S') {
        FILE *file = fopen(path, "re");
        if (!file || fscanf(file, "%*d %*s %c", &state) != 1)
            die("%s: expected a state", path);
        fclose(file);
    }
}

/* The client. Never returns. */
static void __attribute__((noreturn)) send_signal_and_line(int fd, pid_t server)
{
    char bytes[64];
    wait_until_asleep(server);
    CHECK(kill(server, SIGUSR1));
    CHECK_RC(read_some(handled[0], bytes, 1));
    if (write_all(fd, "Ada\n", 4) < 0)
        exit(1); /* closed already */
    ssize_t count = read_some(fd, bytes, sizeof bytes);
    exit(count > 0 ? 0 : 1);
}

static void serve(int fd)
{
    char line[64];
    ssize_t count = read(fd, line, sizeof line); /* the trap */
    if (count < 0) {
        printf("read: %s; the connection is closed\n", error_text(errno));
    } else {
        printf("read: %zd bytes\n", count);
        write_all(fd, line, (size_t)count);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: an EINTR is taken for an error.", argc, argv);
    net_ignore_sigpipe();
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART */
    CHECK(sigaction(SIGUSR1, &action, NULL));
    int ends[2], status;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CHECK(pipe(handled));
    pid_t server = getpid(), client = (pid_t)CHECK(fork());
    if (client == 0) {
        close(ends[0]);
        send_signal_and_line(ends[1], server);
    }
    close(ends[1]);
    serve(ends[0]);
    CHECK(waitpid(client, &status, 0));
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    printf("Ada %s\n", code == 0 ? "has her answer" : "has got no answer, and does not know why");
    return code;
}
