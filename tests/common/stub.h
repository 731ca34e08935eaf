/* stub.h - a server of a few answers, one client at a time, in a thread: /stats as it is told to
 * be.
 *
 *     struct stub stub;
 *     stub_start(&stub, STUB_AIO);
 *     ... ask stub.port ...
 *     stub_stop(&stub);
 */
#ifndef TESTS_COMMON_STUB_H
#define TESTS_COMMON_STUB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What GET /stats of an /aio server says, with a unit of 20 ms. */
#define STUB_AIO                                                                                   \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"                                                 \
    "{\"requests\": 5, \"in_flight\": 0, \"max_in_flight\": 4, \"completed\": 5, \"aborted\": 0, " \
    "\"unit_ms\": 20}"

struct stub {
    uint16_t port;
    const char *stats; /* the answer to GET /stats, all of it; "" closes without one */
    int patience;      /* after so many requests the port is closed; -1: never */
    atomic_int asked;  /* how often for GET /stats, */
    atomic_int resets; /* for POST /stats/reset, */
    atomic_int others; /* and for anything else */
    int listening;     /* the stub's own from here */
    pthread_t thread;
};

/* Fail the test when there is no port or no thread. */
void stub_start(struct stub *stub, const char *stats);
void stub_start_patient(struct stub *stub, const char *stats, int patience);

/* On another address. False: this machine does not have it, and nothing was started. */
bool stub_start_at(struct stub *stub, const char *host, const char *stats, int patience);
void stub_stop(struct stub *stub);

#endif
