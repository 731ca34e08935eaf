/* aio_client.h - what the small programs of this chapter share: where the /aio server is, how long
 * its unit is, and the way from main() into the first task and out again.
 *
 *     aio_client_options(&client, argc, argv, &about);   exits with 2 when something is wrong
 *     return aio_client_run(&client, main_task, &work);  the program's exit code
 *
 * All times are on the loop's clock; the rest on the loop's thread.
 */
#ifndef AIO_CLIENT_H
#define AIO_CLIENT_H

#include "aio_url.h"
#include "fetch.h"

#define AIO_CLIENT_DELAYS_MAX 100

struct aio_client_about {
    const char *doc;        /* for --help: a sentence or two */
    int max_count;          /* of the DELAYs that it can be given; 0: it takes none */
    const int *delays;      /* those that it takes when it is given none */
    int count;              /* of them */
    const struct argp *own; /* further options, or NULL; their input is own_input */
    void *own_input;
};

/* The server's counters since the program began. Right when nobody else asks this server. */
struct aio_counters {
    long requests, in_flight, completed, aborted;
};

struct aio_client {
    struct aio_url url;
    int64_t unit_ns;                   /* --unit-ms, or what the server says that its unit is */
    int count;                         /* of the delays */
    int delays[AIO_CLIENT_DELAYS_MAX]; /* units */
    struct loop *loop;                 /* while the main task runs */
    struct fetcher *fetcher;           /* then, too */
    struct aio_counters at_start;
    char why[512]; /* the server cannot be used: a sentence about it */
};

/* --timeout UNITS, as the `own` of a program that has it; own_input is an int, the default. */
extern const struct argp aio_timeout_argp;

void aio_client_options(struct aio_client *client, int argc, char **argv,
                        const struct aio_client_about *about);

/* Asks the server for its counters and its unit, and runs fn(arg) as the main task; Ctrl-C cancels
 * it. fn must have ended all its tasks when it returns, since the fetcher goes then. The exit code
 * is 0; what fn returns below that ends the program with a line about it and exit code 1. */
int aio_client_run(struct aio_client *client, coro_fn *fn, void *arg);

/* GET of a target, "/aio?delay=5". What fetch() says; -EREMOTEIO: a status of 500 and more,
 * -EPROTO: another status than 200, with nothing in `result` then but `status` and `error`. */
int aio_get(struct aio_client *client, struct fetch_result *result, const char *format,
            ...) CO_MUST_CHECK __attribute__((format(printf, 3, 4)));

/* 0 or -errno. */
int aio_counters(struct aio_client *client, struct aio_counters *counters) CO_MUST_CHECK;

/* Asks until the server holds just `in_flight` of our requests: it notices a moment later that one
 * has begun, or that a client has left. -ETIMEDOUT when it does not within 10 s. */
int aio_wait_in_flight(struct aio_client *client, int in_flight,
                       struct aio_counters *counters) CO_MUST_CHECK;

/* How many units have passed since `since_ns`, a loop_time(). */
double aio_units(const struct aio_client *client, int64_t since_ns);

#endif
