#include "tiny_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "co_io.h"
#include "net.h"
#include "unit.h"

void tiny_server_open(struct tiny_server *server)
{
    *server = (struct tiny_server){.listening = net_listen("127.0.0.1", 0, 16)};
    assert_true(server->listening >= 0);
    server->port = (uint16_t)net_port(server->listening);
    assert_int_equal(net_set_nonblocking(server->listening, true), 0);
}

/* The requests are small, and come one at a time. 0, or the end. */
static int read_request(int fd, char *request, size_t size)
{
    size_t length = 0;
    do {
        ssize_t count = co_read(fd, request + length, size - 1 - length);
        if (count <= 0)
            return count < 0 ? (int)count : -ENODATA;
        length += (size_t)count;
        request[length] = '\0';
    } while (!strstr(request, "\r\n\r\n"));
    return 0;
}

static bool asks(const char *request, const char *target)
{
    return strncmp(request + 4, target, strlen(target)) == 0;
}

static int send_text(int fd, const char *text)
{
    return co_write_all(fd, text, strlen(text));
}

static int send_zeros(int fd)
{
    static const char zeros[64 * 1024];
    int rc = send_text(fd, "HTTP/1.1 200 OK\r\n\r\n");
    while (rc == 0)
        rc = co_write_all(fd, zeros, sizeof zeros);
    return rc;
}

static int wait_until_it_leaves(struct tiny_server *server, int fd)
{
    char byte;
    ssize_t count = co_read(fd, &byte, 1);
    server->left += count == 0;
    return -ENODATA;
}

static int wait_for_the_others(struct tiny_server *server, int fd)
{
    server->together++;
    while (server->together < TOGETHER) {
        int rc = co_sleep(NS_PER_MS);
        if (rc < 0)
            return rc;
    }
    return send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfive");
}

static int answer(struct tiny_server *server, int fd, const char *request)
{
    if (asks(request, "/hold"))
        return wait_until_it_leaves(server, fd);
    if (asks(request, "/together"))
        return wait_for_the_others(server, fd);
    if (asks(request, "/big"))
        return send_zeros(fd);
    if (asks(request, "/drop"))
        return -ENODATA;
    if (asks(request, "/cut"))
        return send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") < 0 ? -1
                                                                                     : -ENODATA;
    if (asks(request, "/junk"))
        return send_text(fd, "220 I speak another language\r\n\r\n") < 0 ? -1 : -ENODATA;
    if (asks(request, "/503"))
        return send_text(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    return send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                         "Content-Length: 12\r\n\r\n{\"delay\": 5}");
}

struct client {
    struct tiny_server *server;
    int fd;
};

static int serve_client(void *arg)
{
    struct client client = *(struct client *)arg;
    char request[1024];
    int rc;
    do {
        rc = read_request(client.fd, request, sizeof request);
        if (rc == 0)
            rc = answer(client.server, client.fd, request);
    } while (rc == 0);
    co_close(client.fd);
    free(arg);
    return 0;
}

static void serve_in_a_task(struct tiny_server *server, int fd)
{
    struct client *client = malloc(sizeof *client);
    if (!client)
        abort();
    *client = (struct client){.server = server, .fd = fd};
    struct task *task = task_spawn(co_loop(), serve_client, client, "a client");
    if (!task)
        abort();
    task_detach(task);
}

int tiny_server_run(void *arg)
{
    struct tiny_server *server = arg;
    int fd;
    while ((fd = co_accept(server->listening)) >= 0) {
        server->connections++;
        serve_in_a_task(server, fd);
    }
    return fd;
}
