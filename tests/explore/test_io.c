/* test_io.c - descriptors that are ready in any order and pass, cancels and time limits meanwhile:
 * no byte is lost, and no event comes to one that has left. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "co_io.h"
#include "explored.h"
#include "timeout.h"

static int pairs[2][2]; /* readers have [i][0], the outside sends into [i][1] */
static int sent, got;   /* bytes */

static void open_pairs(void)
{
    sent = got = 0;
    for (int i = 0; i < 2; i++)
        CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pairs[i]));
}

/* What was sent was read, or lies there still. */
static void count_and_close(void)
{
    char bytes[8];
    int left = 0;
    for (int i = 0; i < 2; i++) {
        ssize_t count = read(pairs[i][0], bytes, sizeof bytes);
        left += count > 0 ? (int)count : 0;
        co_close(pairs[i][0]);
        close(pairs[i][1]);
    }
    expect(got + left == sent, "%d sent, %d read, %d still there", sent, got, left);
}

static void on_send(void *fd)
{
    expect(write(*(int *)fd, "x", 1) == 1, "sending failed");
    sent++;
}

static int read_one(void *fd)
{
    char byte;
    int rc = (int)co_read(*(int *)fd, &byte, 1);
    got += rc > 0;
    return rc;
}

static int a_cancelled_reader_loses_nothing(void *arg)
{
    (void)arg;
    struct task *tasks[2];
    open_pairs();
    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(read_one, &pairs[i][0], "a reader");
        call_from_outside(on_send, &pairs[i][1], "send");
    }
    cancel_from_outside(tasks[0], "cancel");
    int rc = end_of(tasks[0]);
    expect(rc == 1 || rc == -ECANCELED, "reader 1: %d", rc);
    rc = end_of(tasks[1]);
    expect(rc == 1, "reader 2: %d", rc);
    let_go(tasks, 2);
    count_and_close();
    return 0;
}

/* For a millisecond, and then, if nothing has come, for as long as it takes: the second wait is on
 * a descriptor whose event of the first may still be queued. */
static int read_in_time_or_later(void *fd)
{
    struct timeout_scope scope;
    timeout_begin(&scope, NS_PER_MS);
    int rc = timeout_end(&scope, read_one(fd));
    return rc == -ETIMEDOUT ? read_one(fd) : rc;
}

static int who_tries_again_gets_it(void *arg)
{
    (void)arg;
    struct task *tasks[2];
    open_pairs();
    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(read_in_time_or_later, &pairs[i][0], "a patient reader");
        call_from_outside(on_send, &pairs[i][1], "send");
    }
    for (int i = 0; i < 2; i++) {
        int rc = end_of(tasks[i]);
        expect(rc == 1, "reader %d: %d", i + 1, rc);
    }
    let_go(tasks, 2);
    count_and_close();
    return 0;
}

static const struct explored tests[] = {
    {.name = "a cancelled reader loses nothing", .play = a_cancelled_reader_loses_nothing},
    {.name = "who tries again gets it", .play = who_tries_again_gets_it},
};

int main(int argc, char **argv)
{
    return explored_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
