/* contract_fds.c - descriptors: told when ready, again while ready, and never when not wanted. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract_notes.h"
#include "unit.h"

/* A pair of sockets in a loop: ours is watched, the peer's end belongs to the scenario. */
struct pair {
    struct contract *contract;
    const char *name;
    int ours, peer;
    int calls;
    struct pair *other;
};

static void pair_open(struct pair *pair, struct contract *contract, const char *name)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    *pair = (struct pair){.contract = contract, .name = name, .ours = ends[0], .peer = ends[1]};
}

static void pair_close(struct pair *pair)
{
    loop_forget_fd(pair->contract->loop, pair->ours);
    close(pair->ours);
    if (pair->peer >= 0)
        close(pair->peer);
}

static void peer_sends(struct pair *pair, const char *text)
{
    assert_int_equal(write(pair->peer, text, strlen(text)), strlen(text));
}

static void read_and_note(struct pair *pair, size_t at_most)
{
    char bytes[64] = "";
    ssize_t count = read(pair->ours, bytes, at_most);
    note(pair->contract, "%s:%s", pair->name, count > 0 ? bytes : count == 0 ? "end" : "error");
}

static void on_read(void *arg)
{
    struct pair *pair = arg;
    read_and_note(pair, 63);
    loop_stop(pair->contract->loop);
}

static void add_reader(struct pair *pair, callback_fn *fn)
{
    assert_int_equal(loop_add_reader(pair->contract->loop, pair->ours, fn, pair), 0);
}

/* ---- Being told ---------------------------------------------------------------------------- */

void play_reader(struct contract *contract)
{
    struct pair pair;
    pair_open(&pair, contract, "pair");
    add_reader(&pair, on_read);
    peer_sends(&pair, "hello");
    note(contract, "sent");
    run(contract);
    pair_close(&pair);
}

static void on_read_one_byte(void *arg)
{
    struct pair *pair = arg;
    read_and_note(pair, 1);
    if (++pair->calls == 3)
        loop_stop(pair->contract->loop);
}

/* Level-triggered: what was left unread is told of again. */
void play_reader_level(struct contract *contract)
{
    struct pair pair;
    pair_open(&pair, contract, "byte");
    add_reader(&pair, on_read_one_byte);
    peer_sends(&pair, "xyz");
    run(contract);
    pair_close(&pair);
}

static void on_writable(void *arg)
{
    struct pair *pair = arg;
    ssize_t count = write(pair->ours, "pong", 4);
    note(pair->contract, "%s:%s", pair->name, count == 4 ? "written" : "error");
    loop_remove_writer(pair->contract->loop, pair->ours);
    loop_stop(pair->contract->loop);
}

void play_writer(struct contract *contract)
{
    struct pair pair;
    char bytes[8] = "";
    pair_open(&pair, contract, "pair");
    assert_int_equal(loop_add_writer(contract->loop, pair.ours, on_writable, &pair), 0);
    run(contract);
    assert_int_equal(read(pair.peer, bytes, 7), 4);
    note(contract, "%s", bytes);
    pair_close(&pair);
}

/* Of one descriptor, the reader is called before the writer. */
void play_reader_and_writer(struct contract *contract)
{
    struct pair pair;
    pair_open(&pair, contract, "pair");
    assert_int_equal(loop_add_writer(contract->loop, pair.ours, on_writable, &pair), 0);
    add_reader(&pair, on_read);
    peer_sends(&pair, "ping");
    run(contract);
    pair_close(&pair);
}

/* A peer that has gone is something to read (the end) and to write (an error). */
void play_peer_closed(struct contract *contract)
{
    struct pair pair;
    pair_open(&pair, contract, "pair");
    add_reader(&pair, on_read);
    assert_int_equal(loop_add_writer(contract->loop, pair.ours, on_writable, &pair), 0);
    close(pair.peer);
    pair.peer = -1;
    run(contract);
    pair_close(&pair);
}

/* A writer's descriptor is mostly ready; the loop goes on telling until it is removed. */
static void on_writable_thrice(void *arg)
{
    struct pair *pair = arg;
    note(pair->contract, "%d", ++pair->calls);
    if (pair->calls == 3)
        loop_stop(pair->contract->loop);
}

void play_writer_stays(struct contract *contract)
{
    struct pair pair;
    struct noter after;
    pair_open(&pair, contract, "pair");
    assert_int_equal(loop_add_writer(contract->loop, pair.ours, on_writable_thrice, &pair), 0);
    run(contract);
    loop_remove_writer(contract->loop, pair.ours);
    noter_init(&after, contract, "removed");
    timer_init(&after.timer, on_note_and_stop, &after);
    assert_int_equal(loop_call_later(contract->loop, &after.timer, 1000000), 0);
    run(contract);
    pair_close(&pair);
}

/* ---- Not being told ------------------------------------------------------------------------ */

static void on_must_not_be_called(void *arg)
{
    struct pair *pair = arg;
    note(pair->contract, "%s: CALLED", pair->name);
}

void play_reader_replaced(struct contract *contract)
{
    struct pair pair;
    pair_open(&pair, contract, "second");
    add_reader(&pair, on_must_not_be_called);
    add_reader(&pair, on_read);
    peer_sends(&pair, "hello");
    run(contract);
    pair_close(&pair);
}

static void on_replace(void *arg)
{
    struct pair *pair = arg;
    note(pair->contract, "replace");
    add_reader(pair, on_read);
}

/* The poll puts the event behind the callback that was asked for before: both are in one batch. */
void play_reader_replaced_when_queued(struct contract *contract)
{
    struct pair pair;
    struct callback replacer;
    pair_open(&pair, contract, "second");
    callback_init(&replacer, on_replace, &pair);
    add_reader(&pair, on_must_not_be_called);
    loop_call_soon(contract->loop, &replacer);
    peer_sends(&pair, "hello");
    run(contract);
    pair_close(&pair);
}

/* Removed, told of to nobody (this is when the backend forgets it), and wanted again. */
void play_reader_again(struct contract *contract)
{
    struct pair pair;
    struct noter meanwhile;
    pair_open(&pair, contract, "again");
    add_reader(&pair, on_must_not_be_called);
    loop_remove_reader(contract->loop, pair.ours);
    loop_remove_reader(contract->loop, pair.ours); /* again: nothing */
    loop_remove_writer(contract->loop, pair.ours); /* never asked for: nothing */
    peer_sends(&pair, "hello");
    noter_init(&meanwhile, contract, "meanwhile");
    timer_init(&meanwhile.timer, on_note_and_stop, &meanwhile);
    assert_int_equal(loop_call_later(contract->loop, &meanwhile.timer, 1000000), 0);
    run(contract);
    add_reader(&pair, on_read);
    run(contract);
    pair_close(&pair);
}

static void on_remove_other(void *arg)
{
    struct pair *pair = arg;
    note(pair->contract, "one");
    loop_remove_reader(pair->contract->loop, pair->other->ours);
    loop_remove_reader(pair->contract->loop, pair->ours);
    loop_stop(pair->contract->loop);
}

/* Both events are queued in one pass; whichever comes first removes the other. */
void play_remove_queued(struct contract *contract)
{
    struct pair first, second;
    pair_open(&first, contract, "first");
    pair_open(&second, contract, "second");
    first.other = &second;
    second.other = &first;
    add_reader(&first, on_remove_other);
    add_reader(&second, on_remove_other);
    peer_sends(&first, "x");
    peer_sends(&second, "x");
    run(contract);
    loop_stop(contract->loop);
    run(contract);
    note(contract, "only");
    pair_close(&first);
    pair_close(&second);
}

/* The other's descriptor is closed and its number given to a silent pair, on which `on_read` waits:
 * the event that is queued is the old descriptor's and must not reach the new one. */
static void on_reuse_other(void *arg)
{
    struct pair *pair = arg;
    struct pair *other = pair->other;
    struct loop *loop = pair->contract->loop;
    note(pair->contract, "reuse,");
    loop_remove_reader(loop, pair->ours);
    int number = other->ours;
    pair_close(other);
    pair_open(other, pair->contract, "new");
    if (other->ours != number) {
        assert_int_equal(dup3(other->ours, number, O_CLOEXEC), number);
        close(other->ours);
        other->ours = number;
    }
    add_reader(other, on_read);
    loop_stop(loop);
}

void play_reuse_in_pass(struct contract *contract)
{
    struct pair first, second;
    pair_open(&first, contract, "first");
    pair_open(&second, contract, "second");
    first.other = &second;
    second.other = &first;
    add_reader(&first, on_reuse_other);
    add_reader(&second, on_reuse_other);
    peer_sends(&first, "x");
    peer_sends(&second, "x");
    run(contract);
    loop_stop(contract->loop); /* one more pass, in which the new one has nothing to read */
    run(contract);
    note(contract, "then");
    struct pair *renewed = strcmp(first.name, "new") == 0 ? &first : &second;
    peer_sends(renewed, "hello");
    run(contract);
    pair_close(&first);
    pair_close(&second);
}

void play_regular_file(struct contract *contract)
{
    char name[] = "/tmp/loop-contract-XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    assert_true(fd >= 0);
    unlink(name);
    int rc = loop_add_reader(contract->loop, fd, on_must_not_be_called, NULL);
    note(contract, rc == -EPERM ? "EPERM" : "%d", rc);
    rc = loop_add_writer(contract->loop, -1, on_must_not_be_called, NULL);
    note(contract, rc == -EBADF ? "EBADF" : "%d", rc);
    close(fd);
}
