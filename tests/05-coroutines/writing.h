/* writing.h - a coroutine that writes to a peer by a stream_writer, on the virtual clock. */
#ifndef WRITING_H
#define WRITING_H

#include "backend_virtual.h"
#include "stream.h"

extern struct writing {
    struct loop *loop;
    int ours, theirs; /* the two ends; the writer's owner closes ours; -1: closed */
    struct stream_writer writer;
    struct co co; /* the one that writes */
} writing;

/* For cmocka. The kernel's buffers are the smallest that it gives: some 4 KiB, and then no more. */
int writing_set_up(void **state);
int writing_tear_down(void **state);

/* Starts a coroutine whose end is told by say: "ended well", "ended ECANCELED". */
void writing_start(struct co *co, coro_fn *fn);
void writing_run(void);

/* A coroutine: reads all that comes from the writer, until its end. */
int writing_read_all(void *arg);

#define TEST(function) cmocka_unit_test_setup_teardown(function, writing_set_up, writing_tear_down)

#endif
