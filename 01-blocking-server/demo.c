/* demo.c - five delays, one after another.
 *
 *     build/01-blocking-server/demo                     against the /aio server on port 3000
 *     build/01-blocking-server/demo --url http://127.0.0.1:4000 1 2 3
 *
 * Watch the picture: each bar begins where the one above it ends, so the whole takes the sum of
 * the delays, 5 + 7 + 5 + 5 + 7 = 29 units, and the server never sees more than one request at a
 * time. The program does nothing all that while: it waits, in read(2). This is not a slow program;
 * it is a program that can wait for one thing only.
 */
#include "get_delay.h"
#include "net.h"

static const struct demo_about about = {
    .chapter = "01-blocking-server",
    .doc = "Fetches the delays one after another, each by a blocking GET.",
    .title = "one after another",
};

int main(int argc, char **argv)
{
    struct demo demo;
    demo_begin(&demo, argc, argv, &about);
    net_ignore_sigpipe();
    for (int i = 0; i < demo.count; i++)
        get_delay(&demo, i); /* the demo keeps the result */
    return demo_finish(&demo);
}
