/* pending.c - the table of everything that a loop still has to do, as it gets shorter.
 *
 *     build/04-callbacks/pending
 *
 * Watch the last column. Each call was bound to its arguments by partial.h, so it can say what it
 * is about; on_the_end is a plain callback, and all that is known of it is its name. And watch the
 * order: what is queued and what is ready runs in the first pass, then come the timers.
 *
 * It is no debugger: it shows what will be called, not who asked for it.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "check.h"
#include "clock.h"
#include "loop.h"
#include "options.h"
#include "partial.h"
#include "pending_table.h"

static struct loop *loop; /* of the program; the table is about nothing else */

static void show(const char *when)
{
    printf("%s:\n", when);
    CHECK_RC(pending_print(loop, stdout));
}

static void report(const struct bound *bound, void *last)
{
    (void)last;
    printf("report: %s is %ld\n", bound[0].text, bound[1].number);
}

static void remind(const struct bound *bound, void *last)
{
    (void)last;
    printf("remind: %s\n\n", bound[0].text);
    show("after the first reminder");
    printf("\n");
}

static void hear(const struct bound *bound, void *last)
{
    char bytes[64];
    int fd = (int)bound[1].number;
    (void)last;
    ssize_t length = CHECK(read(fd, bytes, sizeof bytes));
    printf("hear: %s says %.*s\n\n", bound[0].text, (int)length, bytes);
    loop_remove_reader(loop, fd);
    show("after the first pass");
    printf("\n");
}

static void on_the_end(void *arg)
{
    (void)arg;
    loop_stop(loop);
}

static void ask_for_all(int hears, int waits)
{
    static struct partial reports[2], reminder, later, heard, unheard;
    static struct callback calls[2];
    static struct timer timers[3];
    partial_init(&reports[0], report, bind_text("the load"), bind_number(93));
    partial_init(&reports[1], report, bind_text("the number of clients"), bind_number(-1));
    partial_init(&reminder, remind, bind_text("tea is ready"));
    partial_init(&later, remind, bind_text("the meeting"));
    partial_init(&heard, hear, bind_text("Ada"), bind_number(hears));
    partial_init(&unheard, hear, bind_text("Bob"), bind_number(waits));

    for (int i = 0; i < 2; i++) {
        callback_init(&calls[i], partial_run, &reports[i]);
        loop_call_soon(loop, &calls[i]);
    }
    timer_init(&timers[0], partial_run, &later);
    timer_init(&timers[1], partial_run, &reminder);
    timer_init(&timers[2], on_the_end, NULL);
    CHECK_RC(loop_call_later(loop, &timers[0], 3600 * NS_PER_S));
    CHECK_RC(loop_call_later(loop, &timers[1], 200 * NS_PER_MS));
    CHECK_RC(loop_call_later(loop, &timers[2], 300 * NS_PER_MS));
    CHECK_RC(loop_add_reader(loop, hears, partial_run, &heard));
    CHECK_RC(loop_add_reader(loop, waits, partial_run, &unheard));
}

int main(int argc, char **argv)
{
    no_options_parse("Prints the table of everything that a loop still has to do.", argc, argv);
    int ada[2], bob[2];
    loop = loop_new(&backend_epoll);
    if (!loop)
        die_error(errno, "cannot make a loop");
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ada));
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bob));
    CHECK(write(ada[1], "hello", 5));
    ask_for_all(ada[0], bob[0]);
    show("before the loop runs");
    printf("\n");
    CHECK_RC(loop_run_forever(loop));

    loop_forget_fd(loop, ada[0]);
    loop_forget_fd(loop, bob[0]);
    for (int i = 0; i < 2; i++) {
        close(ada[i]);
        close(bob[i]);
    }
    show("when it has stopped");
    loop_free(loop);
    return 0;
}
