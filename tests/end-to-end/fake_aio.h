/* fake_aio.h - a server that is asked like /aio and answers as it should not.
 *
 * /stats and /stats/reset are answered well, or no demo would begin; /aio as `manners` says. One
 * connection at a time, each for one request, in a thread of this process.
 */
#ifndef FAKE_AIO_H
#define FAKE_AIO_H

#include <pthread.h>
#include <stdint.h>

enum manners {
    AIO_PROPER,       /* the right answer, at once */
    AIO_TRICKLES,     /* the right answer, a byte at a time */
    AIO_DROPS,        /* closes without a word */
    AIO_RESETS,       /* closes by a reset */
    AIO_FAILS,        /* 503 */
    AIO_WRONG_DELAY,  /* {"delay": 29} */
    AIO_NO_JSON,      /* 200 and some text */
    AIO_CUTS_SHORT,   /* half of the body that it has promised */
    AIO_IS_NO_HTTP,   /* speaks another protocol */
    AIO_ENDLESS_HEAD, /* fields and fields, until the client leaves or a megabyte is sent */
    AIO_HAS_NO_STATS, /* 404 for /stats: some other web server */
};

struct fake_aio {
    enum manners manners;
    int listening;
    uint16_t port;
    pthread_t thread;
};

/* Both fail the test when they cannot. */
void fake_aio_start(struct fake_aio *fake, enum manners manners);
void fake_aio_stop(struct fake_aio *fake);

#endif
