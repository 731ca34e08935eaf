/* The HTTP server when memory runs out while it serves: a client may get a 500, or be closed, but
 * the server comes to its end in order, and the next one is served. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "co_io.h"
#include "net.h"
#include "no_memory_task.h"
#include "sample_server.h"
#include "unit.h"

static const struct router router = {.routes = SAMPLE_ROUTES};

/* Both answers, up to the end of the connection. Which ones does not matter here. */
static int read_answers(int fd)
{
    char bytes[4096];
    ssize_t count;
    while ((count = co_read(fd, bytes, sizeof bytes)) > 0)
        ;
    return (int)count;
}

static int ask(void *arg)
{
    static const char requests[] = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nAda"
                                   "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "GET /fail HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    int fd = co_connect("127.0.0.1", (uint16_t)(intptr_t)arg);
    if (fd < 0)
        return fd;
    int rc = co_write_all(fd, requests, strlen(requests));
    if (rc == 0)
        rc = read_answers(fd);
    co_close(fd);
    return rc == -ECONNRESET || rc == -EPIPE ? 0 : rc;
}

static int play_server(void *arg)
{
    (void)arg;
    struct http_server server;
    struct http_options options = {.handler = router_handle, .context = (void *)&router};
    int listening = net_listen("127.0.0.1", 0, 16);
    if (listening < 0)
        return listening;
    int port = net_port(listening);
    int rc = http_server_start(&server, co_loop(), listening, &options);
    if (rc < 0)
        return rc;
    struct task *client = task_spawn(co_loop(), ask, (void *)(intptr_t)port, "a client");
    rc = client ? task_join(client) : -ENOMEM;
    int end = http_server_stop(&server, NS_PER_S);
    return rc < 0 ? rc : end;
}

static void a_server(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_in_a_task(&backend_epoll, play_server, MAY_COPE), 15, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_server)};
    net_ignore_sigpipe();
    return cmocka_run_group_tests_name("10-http-server without memory", tests, NULL, NULL);
}
