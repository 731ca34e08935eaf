/* recorder.h - a protocol that says (trace.h) what it is called for, and a loop run by hand. */
#ifndef RECORDER_H
#define RECORDER_H

#include "leaks.h"
#include "protocol.h"
#include "trace.h"
#include "unit.h"

struct recorder {
    struct protocol protocol;                   /* first */
    struct transport *transport;                /* from connection_made to connection_lost */
    bool counts_only;                           /* data is counted, and not said */
    bool keeps_open;                            /* what eof_received answers */
    void (*on_made)(struct recorder *recorder); /* further things to do, or NULL */
    void (*on_data)(struct recorder *recorder);
    void (*on_lost)(struct recorder *recorder);
    size_t received; /* bytes */
    int lost;        /* calls of connection_lost */
};

void recorder_init(struct recorder *recorder);

/* So many passes of the loop, none of which waits. */
void run_passes(struct loop *loop, int passes);

/* Runs the loop until *number is `wanted`: for sockets of the network, where "at once" is not
 * promised. */
void run_until_equal(struct loop *loop, const int *number, int wanted);

/* A recorder on one end of a pair of sockets; the test has the other, non-blocking. */
struct pair {
    struct loop *loop;
    struct usage before;
    struct recorder recorder;
    int peer;
};

/* cmocka's set-up and teardown; the teardown checks that nothing is left. */
int pair_setup(void **state);
int pair_teardown(void **state);

/* The first pass, in which connection_made is called; and an abort and the pass after it. */
void pair_begin(struct pair *pair);
void pair_end(struct pair *pair);

/* The test sends, or reads what is there: how much, 0 at the end, -errno. */
void peer_send(struct pair *pair, const char *text);
ssize_t peer_read(struct pair *pair, char *bytes, size_t size);
void peer_close(struct pair *pair);

/* What there is to be read must be this text. */
void peer_expect(struct pair *pair, const char *text);

/* Runs passes and reads until so many bytes have come, or the end. Each byte must be the low byte
 * of its place in the stream. How many came. */
size_t peer_read_pattern(struct pair *pair, size_t length);

/* Writes such bytes to the recorder's transport. */
void write_pattern(struct pair *pair, size_t length);

#endif
