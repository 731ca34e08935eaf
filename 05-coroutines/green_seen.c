/* green_seen.c - threads, as the kernel sees them, and what each of them has for itself.
 *
 *     build/05-coroutines/green_seen
 *     LD_PRELOAD=$PWD/build/05-coroutines/green.so build/05-coroutines/green_seen
 *
 * Three threads each put their number into a _Thread_local variable and, by pthread_setspecific,
 * under a key; they sleep a little, and look. Then one more thread is made, by C11's thrd_create.
 * Watch what green.so changes: how many threads there are, as it is meant to; and the _Thread_local
 * variable, which is read by an instruction, not by a function that one could stand before. And
 * thrd_create is another name for the same thing: it makes a thread. In the last row main reads a
 * byte from a socket by read, and then a line by fgets, which has to wait.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <threads.h>
#include <unistd.h>

#include "check.h"
#include "options.h"
#include "timeline.h"

#define THREADS  3
#define SLEEP_US 50000

static _Thread_local uintptr_t own_variable;
static pthread_key_t own_key;
static atomic_int seen, changed_variables, changed_keys;

static void look(void)
{
    int threads = (int)CHECK_RC(timeline_count_threads());
    if (threads > seen)
        seen = threads;
}

static void *live(void *arg)
{
    uintptr_t number = (uintptr_t)arg;
    own_variable = number;
    CHECK_RC(-pthread_setspecific(own_key, arg));
    usleep(SLEEP_US); /* the others do the same meanwhile */
    look();
    usleep(SLEEP_US); /* nobody leaves before all have looked */
    changed_variables += own_variable != number;
    changed_keys += pthread_getspecific(own_key) != arg;
    return NULL;
}

static int live_by_c11(void *arg)
{
    (void)arg;
    look();
    return 0;
}

/* A byte, and a little later the rest of a line. */
static void *talk_slowly(void *arg)
{
    int fd = *(int *)arg;
    CHECK(write(fd, "a", 1));
    usleep(SLEEP_US);
    CHECK(write(fd, " line\n", 6));
    return NULL;
}

static void print_stdio(void)
{
    int ends[2];
    char byte, line[16];
    pthread_t talker;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CHECK_RC(-pthread_create(&talker, NULL, talk_slowly, &ends[1]));
    CHECK(read(ends[0], &byte, 1));
    FILE *file = fdopen(ends[0], "r");
    if (!file)
        die_error(errno, "fdopen");
    const char *got = fgets(line, sizeof line, file);
    printf("%-22s%s\n", "fgets after read:", got ? "the line" : error_text(errno));
    pthread_join(talker, NULL);
    fclose(file);
    close(ends[1]);
}

static void print_owner(const char *what, int changed)
{
    printf("%-22s%s\n", what, changed == 0 ? "each has its own" : "one for all");
}

int main(int argc, char **argv)
{
    no_options_parse("What the kernel sees of threads.", argc, argv);
    pthread_t threads[THREADS];
    CHECK_RC(-pthread_key_create(&own_key, NULL));
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_RC(-pthread_create(&threads[i], NULL, live, (void *)(i + 1)));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%-22s%d threads\n", "3 by pthread_create:", seen);

    thrd_t another;
    seen = 0;
    if (thrd_create(&another, live_by_c11, NULL) != thrd_success ||
        thrd_join(another, NULL) != thrd_success)
        die("no thread by thrd_create");
    printf("%-22s%d threads\n", "1 by thrd_create:", seen);
    print_owner("pthread_setspecific:", changed_keys);
    print_owner("_Thread_local:", changed_variables);
    print_stdio();
    return 0;
}
