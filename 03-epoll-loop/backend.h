/* backend.h - what a loop asks of the kernel, behind five functions and a clock; and what they
 * may call.
 *
 * A backend only says what is ready (loop_fd_ready); it never runs user code. That is why order is
 * the same on all of them. backend_epoll is here, backend_uv in 09-threadpool-offload, the virtual
 * clock in tests/support.
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdint.h>

struct loop;

#define LOOP_READ  1u
#define LOOP_WRITE 2u

struct loop_backend {
    const char *name;
    /* Makes the backend's state and keeps it with loop_set_backend_data. 0 or -errno. */
    int (*init)(struct loop *loop);
    void (*fini)(struct loop *loop);
    /* Watches `fd` for `mask` (LOOP_READ | LOOP_WRITE), level-triggered; `old` is what it watched
     * before, 0 when it did not know the fd; mask 0: forget it. 0 or -errno (-EPERM: this kind of
     * descriptor cannot be watched). */
    int (*io_set)(struct loop *loop, int fd, unsigned old, unsigned mask);
    /* Waits for events, at most timeout_ns (< 0: for ever; 0: only looks), and calls loop_fd_ready
     * for each. Returns early when woken. A timeout is rounded up, never down. 0 or -errno. */
    int (*poll)(struct loop *loop, int64_t timeout_ns);
    /* Makes a poll that is under way, or else the next one, return at once. Any thread. */
    void (*wake)(struct loop *loop);
    /* The loop's clock in ns; NULL: the monotonic clock. */
    int64_t (*now)(struct loop *loop);
};

extern const struct loop_backend backend_epoll;

void *loop_backend_data(struct loop *loop);
void loop_set_backend_data(struct loop *loop, void *data);

/* From poll only: `fd` is ready for `mask`; an error or a hang-up counts as both. */
void loop_fd_ready(struct loop *loop, int fd, unsigned mask);

#endif
