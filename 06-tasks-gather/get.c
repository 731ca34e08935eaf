/* get.c - one GET, awaited: what it answers, and what it costs.
 *
 *     build/06-tasks-gather/get         the server draws a delay from 1 to 30 units
 *     build/06-tasks-gather/get 3
 *
 * Watch the main task: it reads like chapter 01's, one line after the other. What is awaited holds
 * up this task, and no thread.
 */
#include <stdio.h>

#include "aio_client.h"

#define SHOWN 15 /* of the body */

static void show(const struct fetch_result *answer)
{
    printf("Status: %ld\n", answer->status);
    printf("Content-type: %s\n", answer->content_type);
    printf("Body: %.*s%s\n", SHOWN, answer->body, answer->length > SHOWN ? "..." : "");
}

static int main_task(void *arg)
{
    struct aio_client *client = arg;
    struct fetch_result answer;
    int64_t begun = loop_time(co_loop());
    int rc = client->count == 0 ? aio_get(client, &answer, "/aio")
                                : aio_get(client, &answer, "/aio?delay=%d", client->delays[0]);
    if (rc == 0) {
        show(&answer);
        printf("cost: %.1f units\n", aio_units(client, begun));
    }
    fetch_result_free(&answer);
    return rc;
}

int main(int argc, char **argv)
{
    struct aio_client client;
    const struct aio_client_about about = {
        .doc = "One GET of the /aio server, awaited.",
        .max_count = 1,
    };
    aio_client_options(&client, argc, argv, &about);
    return aio_client_run(&client, main_task, &client);
}
