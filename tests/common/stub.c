/* stub.c - see stub.h. */
#include "stub.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net.h"
#include "unit.h"

#define REQUEST_MAX 2048
#define GUARD_S     30

/* Up to the empty line; no request here has a body. */
static void read_request(int fd, char request[REQUEST_MAX])
{
    size_t length = 0;
    request[0] = '\0';
    while (strstr(request, "\r\n\r\n") == NULL && length < REQUEST_MAX - 1) {
        ssize_t count = read(fd, request + length, REQUEST_MAX - 1 - length);
        if (count <= 0)
            return;
        length += (size_t)count;
        request[length] = '\0';
    }
}

static const char *answer_to(struct stub *stub, const char *request)
{
    if (strncmp(request, "GET /stats ", 11) == 0) {
        stub->asked++;
        return stub->stats;
    }
    if (strncmp(request, "POST /stats/reset ", 18) == 0) {
        stub->resets++;
        return "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    }
    stub->others++;
    return "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
}

static void serve_client(struct stub *stub, int fd)
{
    struct timeval guard = {.tv_sec = GUARD_S};
    char request[REQUEST_MAX];
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof guard) == 0)
        read_request(fd, request);
    const char *answer = answer_to(stub, request);
    send(fd, answer, strlen(answer), MSG_NOSIGNAL); /* who does not listen gets nothing */
    close(fd);
}

static void *serve(void *arg)
{
    struct stub *stub = arg;
    for (int served = 0; served != stub->patience; served++) {
        int fd = accept4(stub->listening, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return NULL; /* stub_stop */
        if (served + 1 == stub->patience)
            shutdown(stub->listening, SHUT_RDWR);
        serve_client(stub, fd);
    }
    return NULL;
}

bool stub_start_at(struct stub *stub, const char *host, const char *stats, int patience)
{
    *stub = (struct stub){.stats = stats, .patience = patience};
    stub->listening = net_listen(host, 0, 8);
    if (stub->listening == -EADDRNOTAVAIL || stub->listening == -EAFNOSUPPORT)
        return false;
    assert_true(stub->listening >= 0);
    stub->port = (uint16_t)net_port(stub->listening);
    assert_int_equal(pthread_create(&stub->thread, NULL, serve, stub), 0);
    return true;
}

void stub_start_patient(struct stub *stub, const char *stats, int patience)
{
    assert_true(stub_start_at(stub, "127.0.0.1", stats, patience));
}

void stub_start(struct stub *stub, const char *stats)
{
    stub_start_patient(stub, stats, -1);
}

void stub_stop(struct stub *stub)
{
    shutdown(stub->listening, SHUT_RDWR);
    pthread_join(stub->thread, NULL);
    close(stub->listening);
}
