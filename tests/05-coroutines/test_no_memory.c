/* Coroutines, their stacks and their streams, when memory runs out: whoever asked is told. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "backend_virtual.h"
#include "clock.h"
#include "co_io.h"
#include "net.h"
#include "no_memory.h"
#include "stream.h"
#include "unit.h"

#define PAGE ((size_t)1024 * 1024) /* bytes: more than a socket takes at once */

/* Two coroutines at the ends of a pair of sockets, and the first error of theirs. */
struct life;
struct player {
    struct co co; /* first */
    struct life *life;
    int fd;
};

struct life {
    struct loop *loop;
    struct player says, hears;
    int running, error;
};

static char page[PAGE];

/* A page that the kernel does not take at once, so that the writer has to keep it. */
static int say_a_page(void *arg)
{
    struct player *player = arg;
    struct stream_writer writer;
    stream_writer_init(&writer, player->fd, 0);
    player->fd = -1; /* the writer's now */
    int rc = stream_write(&writer, page, PAGE);
    if (rc == 0)
        rc = stream_drain(&writer);
    stream_close(&writer);
    int end = stream_wait_closed(&writer);
    return rc < 0 ? rc : end;
}

static int hear_a_page(void *arg)
{
    const struct player *player = arg;
    struct stream_reader reader;
    char buffer[512], piece[4096];
    size_t heard = 0;
    ssize_t count = co_sleep(NS_PER_MS); /* until it is kept */
    stream_reader_init(&reader, player->fd, buffer, sizeof buffer);
    while (count >= 0 && (count = stream_read(&reader, piece, sizeof piece)) > 0)
        heard += (size_t)count;
    return count < 0 ? (int)count : heard == PAGE ? 0 : -ENODATA;
}

static void on_end(struct co *co, int result)
{
    struct player *player = (struct player *)co;
    struct life *life = player->life;
    if (player->fd >= 0) {
        loop_forget_fd(life->loop, player->fd);
        close(player->fd);
    }
    if (life->error == 0)
        life->error = result;
    if (--life->running == 0)
        loop_stop(life->loop);
}

static int start(struct life *life, struct player *player, coro_fn *fn)
{
    player->life = life;
    int rc = co_start(&player->co, life->loop, fn, player, "a player", on_end);
    life->running += rc == 0;
    return rc;
}

static int start_both(struct life *life)
{
    int rc = start(life, &life->says, say_a_page);
    if (rc == 0)
        rc = start(life, &life->hears, hear_a_page);
    if (rc < 0 && life->running > 0)
        co_cancel(&life->says.co);
    if (life->running < 2) /* who does not run does not close his end */
        close(life->hears.fd);
    if (life->running < 1)
        close(life->says.fd);
    life->error = rc;
    return life->running > 0 ? loop_run_forever(life->loop) : rc;
}

static int live_as_a_pair(void *arg)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    struct life life = {
        .loop = loop_new(arg), .says.fd = ends[0], .hears.fd = ends[1], .error = -ENOMEM};
    if (life.loop) {
        int rc = start_both(&life);
        life.error = life.error == 0 ? rc : life.error;
    } else {
        close(ends[0]);
        close(ends[1]);
    }
    loop_free(life.loop);
    coro_trim();
    return life.error;
}

/* With it stays the watch for overflows, which copes without memory, and says nothing. */
static int keep_the_watch(void *arg)
{
    (void)arg;
    return 0;
}

static int for_every_allocation_of_a_pair(const struct loop_backend *backend,
                                          enum no_memory_answer answer)
{
    struct coro *keeper = coro_new(keep_the_watch, NULL, "the keeper");
    assert_non_null(keeper);
    int count = for_every_allocation(live_as_a_pair, (void *)backend, answer);
    coro_free(keeper);
    coro_trim();
    return count;
}

static void a_pair_on_epoll(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_of_a_pair(&backend_epoll, MUST_SAY), 8, 100);
}

static void a_pair_on_the_virtual_clock(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation_of_a_pair(&backend_virtual, MUST_SAY), 8, 100);
}

/* The watch for overflows comes with the first coroutine and goes with the last; without memory for
 * its stack an overflow would be told by nobody, and all else works. */
static int live_without_a_watch(void *arg)
{
    (void)arg;
    struct coro *coro = coro_new(keep_the_watch, NULL, "alone");
    int rc = coro ? 0 : -errno;
    if (coro)
        coro_resume(coro);
    coro_free(coro);
    coro_trim();
    return rc;
}

static void the_watch_for_overflows(void **state)
{
    (void)state;
    assert_in_range(for_every_allocation(live_without_a_watch, NULL, MAY_COPE), 2, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_on_epoll),
        cmocka_unit_test(a_pair_on_the_virtual_clock),
        cmocka_unit_test(the_watch_for_overflows),
    };
    net_ignore_sigpipe();
    return cmocka_run_group_tests_name("05-coroutines without memory", tests, NULL, NULL);
}
