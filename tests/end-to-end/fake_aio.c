#include "fake_aio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "unit.h"

#define GUARD_S 30

static const char stats[] = "{\"requests\": 5, \"in_flight\": 0, \"max_in_flight\": 1, "
                            "\"completed\": 5, \"aborted\": 0, \"unit_ms\": 10}";

static void send_text(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t count = send(fd, text, size, MSG_NOSIGNAL);
        if (count <= 0)
            return; /* the client has left, as it may */
        text += count;
        size -= (size_t)count;
    }
}

static void answer(int fd, const char *status, const char *body, size_t promised)
{
    char text[400];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          status, promised, body);
    send_text(fd, text, (size_t)length);
}

static void trickle(int fd, const char *body)
{
    char text[200];
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
             body);
    for (const char *byte = text; *byte; byte++)
        send_text(fd, byte, 1);
}

static void send_endless_head(int fd)
{
    static const char field[] =
        "X-Field: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";
    send_text(fd, "HTTP/1.1 200 OK\r\n", strlen("HTTP/1.1 200 OK\r\n"));
    for (int i = 0; i < (1 << 20) / (int)sizeof field; i++)
        send_text(fd, field, sizeof field - 1);
}

static void reset(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void answer_delay(const struct fake_aio *fake, int fd, const char *request)
{
    char body[64];
    const char *delay = strstr(request, "delay=");
    snprintf(body, sizeof body, "{\"delay\": %d}", delay ? (int)strtol(delay + 6, NULL, 10) : 1);
    switch (fake->manners) {
    case AIO_PROPER:
    case AIO_HAS_NO_STATS:
        return answer(fd, "200 OK", body, strlen(body));
    case AIO_TRICKLES:
        return trickle(fd, body);
    case AIO_DROPS:
        return;
    case AIO_RESETS:
        return reset(fd);
    case AIO_FAILS:
        return answer(fd, "503 Service Unavailable", body, strlen(body));
    case AIO_WRONG_DELAY:
        return answer(fd, "200 OK", "{\"delay\": 29}", strlen("{\"delay\": 29}"));
    case AIO_NO_JSON:
        return answer(fd, "200 OK", "five units", strlen("five units"));
    case AIO_CUTS_SHORT:
        return answer(fd, "200 OK", "{\"del", strlen(body));
    case AIO_IS_NO_HTTP:
        return send_text(fd, "220 mail ready\r\n", strlen("220 mail ready\r\n"));
    case AIO_ENDLESS_HEAD:
        return send_endless_head(fd);
    }
}

/* Reads a request's head; false: the client left before the end of it. */
static bool read_request(int fd, char *request, size_t size)
{
    size_t length = 0;
    request[0] = '\0';
    while (!strstr(request, "\r\n\r\n")) {
        ssize_t count = read(fd, request + length, size - 1 - length);
        if (count <= 0)
            return false;
        length += (size_t)count;
        request[length] = '\0';
    }
    return true;
}

static void serve(const struct fake_aio *fake, int fd)
{
    char request[4096];
    struct timeval guard = {.tv_sec = GUARD_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof guard);
    if (!read_request(fd, request, sizeof request))
        return;
    if (!strstr(request, " /stats"))
        answer_delay(fake, fd, request);
    else if (fake->manners == AIO_HAS_NO_STATS)
        answer(fd, "404 Not Found", "", 0);
    else
        answer(fd, "200 OK", stats, sizeof stats - 1);
}

static void *run(void *arg)
{
    const struct fake_aio *fake = arg;
    int fd;
    while ((fd = accept(fake->listening, NULL, NULL)) >= 0) {
        serve(fake, fd);
        close(fd);
    }
    return NULL;
}

void fake_aio_start(struct fake_aio *fake, enum manners manners)
{
    fake->manners = manners;
    fake->listening = net_listen("127.0.0.1", 0, 64);
    assert_true(fake->listening >= 0);
    fake->port = (uint16_t)net_port(fake->listening);
    assert_int_equal(pthread_create(&fake->thread, NULL, run, fake), 0);
}

void fake_aio_stop(struct fake_aio *fake)
{
    shutdown(fake->listening, SHUT_RDWR); /* its accept returns */
    pthread_join(fake->thread, NULL);
    close(fake->listening);
}
