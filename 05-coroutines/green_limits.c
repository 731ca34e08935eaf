/* green_limits.c - ways to wait, tried one by one: can the other threads run meanwhile?
 *
 *     build/05-coroutines/green_limits
 *     LD_PRELOAD=$PWD/build/05-coroutines/green.so build/05-coroutines/green_limits
 *
 * An ordinary program of threads. In each row one thread waits for something that another process
 * does 200 ms later, and a second thread counts its own turns until then. With real threads every
 * row says yes. With green.so the kernel sees one thread, and a row says yes where the call goes
 * through a function that green.so stands before. Watch which do not, and why: that list is the
 * price of changing a program without changing it.
 *
 * It is not the whole list: see green_seen.c for what is no wait.
 */
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "net.h"
#include "options.h"

#define WAIT_NS (200 * NS_PER_MS)

/* What a wait has to do with, and the process that ends it. */
struct scene {
    int ends[2];   /* of a socket pair: the one is ours */
    int listening; /* what libcurl connects to */
    FILE *file;    /* locked by the other process */
    sem_t *semaphore;
    pid_t other;
};

static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n";

/* ---- The other process --------------------------------------------------------------------- */

typedef void end_fn(struct scene *scene);

static void send_a_line(struct scene *scene)
{
    CHECK(write(scene->ends[1], "done\n", 5));
}

static void post(struct scene *scene)
{
    CHECK(sem_post(scene->semaphore));
}

static void unlock(struct scene *scene)
{
    CHECK(flock(fileno(scene->file), LOCK_UN));
}

static void just_end(struct scene *scene)
{
    (void)scene; /* and be waited for */
}

static void answer_http(struct scene *scene)
{
    char request[1024];
    int fd = (int)CHECK(accept(scene->listening, NULL, NULL));
    CHECK(read(fd, request, sizeof request));
    clock_sleep(WAIT_NS);
    CHECK(write(fd, answer, sizeof answer - 1));
    close(fd);
}

/* It says when it is there, and has the lock. */
static void start_other(struct scene *scene, end_fn *end)
{
    char byte = 0;
    int ready[2];
    CHECK(pipe(ready));
    scene->other = (pid_t)CHECK(fork());
    if (scene->other == 0) {
        CHECK(flock(fileno(scene->file), LOCK_EX));
        CHECK(write(ready[1], &byte, 1));
        clock_sleep(end == answer_http ? 0 : WAIT_NS);
        end(scene);
        _exit(0);
    }
    CHECK(read(ready[0], &byte, 1));
    close(ready[0]);
    close(ready[1]);
}

/* ---- Ways to wait -------------------------------------------------------------------------- */

/* What a compiler with -D_FORTIFY_SOURCE makes of read, when it knows the buffer's size. */
extern ssize_t __read_chk(int fd, void *buffer, size_t size, size_t buffer_size);

static void by_read(struct scene *scene)
{
    char bytes[16];
    CHECK(read(scene->ends[0], bytes, sizeof bytes));
}

static void by_curl(struct scene *scene)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", net_port(scene->listening));
    CURL *easy = curl_easy_init();
    if (!easy)
        die_error(ENOMEM, "libcurl");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    CURLcode code = curl_easy_perform(easy);
    if (code != CURLE_OK)
        die("libcurl: %s", curl_easy_strerror(code));
    curl_easy_cleanup(easy);
}

static void by_fgets(struct scene *scene)
{
    char line[16];
    FILE *file = fdopen(dup(scene->ends[0]), "r");
    if (!file || !fgets(line, sizeof line, file))
        die_error(errno, "fgets");
    fclose(file);
}

static void by_read_chk(struct scene *scene)
{
    char bytes[16];
    CHECK(__read_chk(scene->ends[0], bytes, sizeof bytes, sizeof bytes));
}

static void by_syscall(struct scene *scene)
{
    char bytes[16];
    CHECK(syscall(SYS_read, scene->ends[0], bytes, sizeof bytes));
}

static void by_semaphore(struct scene *scene)
{
    CHECK(sem_wait(scene->semaphore));
}

static void by_file_lock(struct scene *scene)
{
    char path[64]; /* the same file, opened once more: a lock is between two openings */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(scene->file));
    FILE *again = fopen(path, "r");
    if (!again)
        die_error(errno, "%s", path);
    CHECK(flock(fileno(again), LOCK_SH));
    fclose(again);
}

static void by_waitpid(struct scene *scene)
{
    CHECK(waitpid(scene->other, NULL, 0));
    scene->other = 0;
}

static void by_calculating(struct scene *scene)
{
    (void)scene;
    for (int64_t end = clock_now() + WAIT_NS; clock_now() < end;)
        ;
}

static const struct way {
    const char *name;
    void (*wait)(struct scene *scene);
    end_fn *end;
} ways[] = {
    {"read", by_read, send_a_line},
    {"curl_easy_perform", by_curl, answer_http},
    {"fgets", by_fgets, send_a_line},
    {"__read_chk", by_read_chk, send_a_line},
    {"syscall(SYS_read)", by_syscall, send_a_line},
    {"sem_wait", by_semaphore, post},
    {"flock of a file", by_file_lock, unlock},
    {"waitpid", by_waitpid, just_end},
    {"a calculation", by_calculating, just_end},
};

/* ---- A row --------------------------------------------------------------------------------- */

struct row {
    const struct way *way;
    struct scene scene;
    atomic_bool is_waiting, is_over;
    atomic_int turns; /* of the second thread while the first one waited */
};

static void *wait_once(void *arg)
{
    struct row *row = arg;
    row->is_waiting = true;
    row->way->wait(&row->scene);
    row->is_waiting = false;
    row->is_over = true;
    return NULL;
}

static void *count_turns(void *arg)
{
    struct row *row = arg;
    while (!row->is_over) {
        row->turns += row->is_waiting;
        usleep(1000);
    }
    return NULL;
}

static void open_scene(struct scene *scene)
{
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->ends));
    scene->listening = (int)CHECK_RC(net_listen("127.0.0.1", 0, 1));
    scene->file = tmpfile();
    scene->semaphore = mmap(NULL, sizeof *scene->semaphore, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!scene->file || scene->semaphore == MAP_FAILED)
        die_error(errno, "no file, or no memory");
    CHECK(sem_init(scene->semaphore, 1, 0));
}

static void close_scene(struct scene *scene)
{
    if (scene->other)
        CHECK(waitpid(scene->other, NULL, 0));
    munmap(scene->semaphore, sizeof *scene->semaphore);
    fclose(scene->file);
    close(scene->listening);
    close(scene->ends[0]);
    close(scene->ends[1]);
}

static void try_way(const struct way *way)
{
    struct row row = {.way = way};
    pthread_t waiter, counter;
    open_scene(&row.scene);
    start_other(&row.scene, way->end);
    CHECK_RC(-pthread_create(&counter, NULL, count_turns, &row));
    CHECK_RC(-pthread_create(&waiter, NULL, wait_once, &row));
    pthread_join(waiter, NULL);
    pthread_join(counter, NULL);
    close_scene(&row.scene);
    printf("%-24s%s\n", way->name, row.turns > 0 ? "yes" : "no: all wait");
}

int main(int argc, char **argv)
{
    no_options_parse("Ways to wait: can the other threads run meanwhile?", argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    net_ignore_sigpipe();
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        die("libcurl cannot begin");
    printf("%-24sdo the others run?\n", "one thread waits by");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        try_way(&ways[i]);
    curl_global_cleanup();
    return 0;
}
