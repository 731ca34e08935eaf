#include "writing.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "co_io.h"
#include "leaks.h"
#include "net.h"
#include "trace.h"
#include "unit.h"

struct writing writing;
static struct usage usage_before;

int writing_set_up(void **state)
{
    (void)state;
    int pair[2], smallest = 1;
    usage_before = own_usage();
    net_ignore_sigpipe();
    trace_clear();
    writing.loop = loop_new(&backend_virtual);
    if (!writing.loop ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    writing.ours = pair[0];
    writing.theirs = pair[1];
    return setsockopt(writing.ours, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
}

int writing_tear_down(void **state)
{
    (void)state;
    struct loop_pending left = loop_pending(writing.loop);
    loop_free(writing.loop);
    if (writing.theirs >= 0)
        close(writing.theirs);
    expect_own_usage(usage_before);
    return left.readers + left.writers + left.timers + coro_count();
}

static void on_end(struct co *co, int result)
{
    (void)co;
    say("ended %s", result < 0 ? strerrorname_np(-result) : "well");
}

void writing_start(struct co *co, coro_fn *fn)
{
    assert_int_equal(co_start(co, writing.loop, fn, NULL, "test", on_end), 0);
}

void writing_run(void)
{
    alarm(60);
    assert_int_equal(loop_run_forever(writing.loop), -EDEADLK);
    alarm(0);
}

int writing_read_all(void *arg)
{
    (void)arg;
    char bytes[777];
    ssize_t count;
    while ((count = co_read(writing.theirs, bytes, sizeof bytes)) > 0)
        continue;
    return (int)count;
}
