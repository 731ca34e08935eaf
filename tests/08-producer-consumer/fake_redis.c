#include "fake_redis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "co_io.h"
#include "group.h"
#include "net.h"

#define PING_SIZE 14 /* of "*1\r\n$4\r\nPING\r\n" */
#define FLOOD     (100 * 1024 * 1024)

struct fake_client {
    struct fake_redis *fake;
    int fd;
};

static int say_text(int fd, const char *text)
{
    return co_write_all(fd, text, strlen(text));
}

static int flood(int fd)
{
    static const char zeros[64 * 1024];
    int rc = say_text(fd, "$104857600\r\n");
    for (size_t sent = 0; rc == 0 && sent < FLOOD; sent += sizeof zeros)
        rc = co_write_all(fd, zeros, sizeof zeros);
    return rc;
}

static int answer_all(struct fake_redis *fake, int fd)
{
    char text[16];
    int rc = 0;
    for (int i = 1; i <= fake->expected && rc == 0; i++) {
        snprintf(text, sizeof text, "+%d\r\n", i);
        rc = say_text(fd, text);
    }
    return rc;
}

static void reset(int fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
}

/* What it does when all have come. 0: it goes on reading; below: it closes. */
static int act(struct fake_redis *fake, int fd)
{
    int rc = 0;
    switch (fake->way) {
    case FAKE_HOLDS:
        return answer_all(fake, fd);
    case FAKE_RESETS:
        reset(fd);
        return -ECONNRESET;
    case FAKE_ENDS:
        return -ENODATA;
    case FAKE_CUTS:
        rc = say_text(fd, "$10\r\nhalf ");
        return rc < 0 ? rc : -ENODATA;
    case FAKE_STOPS:
        return say_text(fd, "$10\r\nhalf ");
    case FAKE_FLOODS:
        return flood(fd);
    case FAKE_CLAIMS:
        return say_text(fd, "*1000000000\r\n");
    case FAKE_TALKS_WRONG:
        return say_text(fd, "HTTP/1.1 400 Bad Request\r\n");
    default:
        return 0;
    }
}

static const char *answer_of(enum fake_way way)
{
    switch (way) {
    case FAKE_ANSWERS:
        return "+PONG\r\n";
    case FAKE_REFUSES:
        return "-ERR no\r\n";
    case FAKE_LOADS:
        return "-LOADING Redis is loading the dataset in memory\r\n";
    default:
        return NULL;
    }
}

static int serve(struct fake_redis *fake, int fd)
{
    char bytes[4096];
    size_t come = 0;
    int answered = 0, rc = fake->way == FAKE_TALKS_FIRST ? say_text(fd, "+HELLO\r\n") : 0;
    while (rc == 0) {
        ssize_t count = co_read(fd, bytes, sizeof bytes);
        if (count <= 0)
            return count < 0 ? (int)count : -ENODATA;
        come += (size_t)count;
        for (int pings = (int)(come / PING_SIZE); answered < pings && rc == 0; answered++) {
            fake->pings++;
            const char *answer = answer_of(fake->way);
            if (answer)
                rc = say_text(fd, answer);
            else if (answered + 1 == fake->expected)
                rc = act(fake, fd);
        }
    }
    return rc;
}

/* However a dialogue ends, the server goes on. */
static int serve_client(void *arg)
{
    struct fake_client client = *(struct fake_client *)arg;
    free(arg);
    int rc = serve(client.fake, client.fd);
    co_close(client.fd);
    return rc == -ECANCELED ? rc : 0;
}

static int accept_clients(struct fake_redis *fake, struct group *group)
{
    for (;;) {
        int fd = co_accept(fake->listening);
        if (fd < 0)
            return fd;
        fake->connections++;
        struct fake_client *client = malloc(sizeof *client);
        if (!client)
            abort();
        *client = (struct fake_client){fake, fd};
        CHECK_RC(group_spawn(group, serve_client, client, "fake client"));
        CHECK_RC(co_yield()); /* it takes its argument over in its first step */
    }
}

static int run(void *arg)
{
    struct fake_redis *fake = arg;
    struct group group;
    group_begin(&group);
    int rc = accept_clients(fake, &group);
    co_close(fake->listening);
    fake->listening = -1;
    return group_end(&group, rc);
}

void fake_redis_open(struct fake_redis *fake)
{
    fake->listening = (int)CHECK_RC(net_listen("127.0.0.1", fake->port, 128));
    CHECK_RC(net_set_nonblocking(fake->listening, true));
    fake->port = (uint16_t)net_port(fake->listening);
    fake->server = task_spawn(co_loop(), run, fake, "fake Redis");
    if (!fake->server)
        abort();
}

void fake_redis_close(struct fake_redis *fake)
{
    CHECK_RC(co_yield()); /* it has begun: its end closes what is open */
    task_cancel(fake->server);
    int rc = task_join(fake->server);
    if (rc < 0 && rc != -ECANCELED)
        die_error(rc, "fake Redis");
}
