/* acceptor.c - see acceptor.h. */
#include "acceptor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

static void on_acceptable(void *arg);

/* Without memory for the timer everything stays as it is, and the next pass tries again. */
static void pause_accepting(struct acceptor *acceptor, int error)
{
    if (!acceptor->is_short)
        fprintf(stderr, "accept: %s; new clients have to wait\n", strerror(error));
    acceptor->is_short = true;
    if (loop_call_later(acceptor->loop, &acceptor->pause, ACCEPT_PAUSE_NS) == 0)
        loop_remove_reader(acceptor->loop, acceptor->listening);
}

static void accept_again(void *arg)
{
    struct acceptor *acceptor = arg;
    int rc = loop_add_reader(acceptor->loop, acceptor->listening, on_acceptable, acceptor);
    if (rc < 0)
        pause_accepting(acceptor, -rc);
}

static void on_acceptable(void *arg)
{
    struct acceptor *acceptor = arg;
    for (int i = 0; i < ACCEPTS_PER_PASS && acceptor->listening >= 0; i++) {
        char name[NET_NAME_MAX];
        int fd = net_accept(acceptor->listening, name);
        if (fd == -EAGAIN)
            return;
        if (fd < 0) {
            pause_accepting(acceptor, -fd);
            return;
        }
        acceptor->is_short = false;
        acceptor->on_accepted(fd, name, acceptor->arg);
    }
}

int acceptor_start(struct acceptor *acceptor, struct loop *loop, int listening,
                   on_accepted_fn *on_accepted, void *arg)
{
    *acceptor = (struct acceptor){
        .loop = loop, .listening = listening, .on_accepted = on_accepted, .arg = arg};
    timer_init(&acceptor->pause, accept_again, acceptor);
    int rc = net_set_nonblocking(listening, true);
    if (rc < 0)
        return rc;
    return loop_add_reader(loop, listening, on_acceptable, acceptor);
}

void acceptor_stop(struct acceptor *acceptor)
{
    loop_cancel_timer(acceptor->loop, &acceptor->pause);
    loop_forget_fd(acceptor->loop, acceptor->listening);
    close(acceptor->listening);
    acceptor->listening = -1;
}
