/* backlog.c - why does a second client connect, and yet hang?
 *
 *     build/01-blocking-server/backlog                  a queue of 2, four clients
 *     build/01-blocking-server/backlog --backlog 0 3
 *
 * A server that listens and does not accept: it is busy with somebody else, say. Clients connect,
 * one after the other, and each sends a line as soon as it is connected. Watch who gets through:
 * connections are made by the kernel, which keeps them in the queue that listen(2) asked for until
 * accept(2) takes them out, and their bytes too. When the queue is full a client is not refused; it
 * gets no answer at all, and its kernel asks again, a second later.
 *
 * The length of the queue and its limit come from TCP_INFO on the listening socket, whose fields
 * tcpi_unacked and tcpi_sacked mean just that there (ss -ltn shows them as Recv-Q and Send-Q).
 * Linux takes one more than the limit.
 *
 * It is not the whole story: a connection that is half made waits in another queue.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "net.h"
#include "options.h"

#define CLIENTS_MAX 100
#define PATIENCE_MS 200   /* on this machine a connection is made at once, or not */
#define LONG_MS     30000 /* for the client that asks again */

struct options {
    int backlog, clients;
};

static void print_queue(int listening)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    CHECK(getsockopt(listening, IPPROTO_TCP, TCP_INFO, &info, &size));
    printf("queue %u of %u\n", info.tcpi_unacked, info.tcpi_sacked);
}

/* Is the connection made, within so long? */
static bool is_connected(int fd, int patience_ms)
{
    struct pollfd waiting = {.fd = fd, .events = POLLOUT};
    int count = (int)CHECK(poll(&waiting, 1, patience_ms));
    if (count > 0)
        CHECK_RC(net_connect_finish(fd));
    return count > 0;
}

/* Sends its line, too, if it can. */
static bool connect_client(int number, int listening, int *fd)
{
    char line[32];
    int length = snprintf(line, sizeof line, "I am client %d\n", number);
    *fd = (int)CHECK_RC(net_connect_start("127.0.0.1", (uint16_t)net_port(listening)));
    bool connected = is_connected(*fd, PATIENCE_MS);
    if (connected && CHECK(write(*fd, line, (size_t)length)) != length)
        die("client %d: its line was cut", number);
    printf("client %d: %s", number,
           connected ? "connected, line sent;  " : "no answer;             ");
    print_queue(listening);
    return connected;
}

/* What the server finds when at last it has time. */
static void accept_one(int listening)
{
    char bytes[32];
    int fd = (int)CHECK(accept4(listening, NULL, NULL, SOCK_CLOEXEC));
    ssize_t count = CHECK(read(fd, bytes, sizeof bytes - 1));
    bytes[count] = '\0';
    bytes[strcspn(bytes, "\n")] = '\0';
    printf("accept: \"%s\";  ", bytes);
    print_queue(listening);
    close(fd);
}

/* A client that got no answer is let in when it asks again and there is room. */
static void wait_for(int number, int fd, int64_t since, int listening)
{
    if (!is_connected(fd, LONG_MS))
        die("client %d is not connected after %d seconds", number, LONG_MS / 1000);
    printf("client %d: connected after %.1f s;  ", number,
           (double)(clock_now() - since) / (double)NS_PER_S);
    print_queue(listening);
}

static void experiment(const struct options *options)
{
    int fds[CLIENTS_MAX], hanging = -1;
    int64_t hangs_since = 0;
    int listening = (int)CHECK_RC(net_listen("127.0.0.1", 0, options->backlog));
    printf("listen, with a backlog of %d;  ", options->backlog);
    print_queue(listening);
    for (int i = 0; i < options->clients; i++) {
        int64_t now = clock_now();
        if (!connect_client(i + 1, listening, &fds[i]) && hanging < 0) {
            hanging = i;
            hangs_since = now;
        }
    }
    accept_one(listening);
    if (hanging >= 0 && hanging == options->clients - 1) /* alone: nobody takes the place from it */
        wait_for(hanging + 1, fds[hanging], hangs_since, listening);
    for (int i = 0; i < options->clients; i++)
        close(fds[i]);
    close(listening);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        argp_err_exit_status = USAGE_ERROR;
        return 0;
    case 'b':
        options->backlog = (int)option_number(state, "--backlog", text, 0, CLIENTS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_failure(state, USAGE_ERROR, 0, "\"%s\": one number of clients, no more", text);
        options->clients = (int)option_number(state, "the number of clients", text, 1, CLIENTS_MAX);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option list[] = {
        {"backlog", 'b', "N", 0, "What listen(2) is given (default 2)", 0},
        {0},
    };
    static const struct argp argp = {.options = list,
                                     .parser = parse_option,
                                     .args_doc = "[CLIENTS]",
                                     .doc = "Clients of a server that does not accept "
                                            "(default: 4)."};
    struct options options = {.backlog = 2, .clients = 4};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (error != 0)
        die_error(error, "options");
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    experiment(&options);
    return 0;
}
