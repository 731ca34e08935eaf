/* driver.c - calls write_all with a write(2) that does what the plan says, and reports.
 *
 * A plan is "1000: 300 EINTR all": 1000 bytes to write; the first call takes 300, the second fails
 * with EINTR, and from then on each call takes all. The linker sends the calls of write here
 * (--wrap=write).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "io.h"

#define FD        42 /* nothing is open there: only our write knows it */
#define CALLS_MAX 1000
#define ALL       4096

static struct {
    int results[16]; /* bytes taken, or -errno; the last one stays */
    int count;
    int calls;
    unsigned char received[2 * ALL];
    size_t length;
} kernel;

static int parse_result(const char *word)
{
    static const struct {
        const char *word;
        int result;
    } known[] = {{"all", ALL}, {"EINTR", -EINTR}, {"EPIPE", -EPIPE}, {"EAGAIN", -EAGAIN}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(word, known[i].word) == 0)
            return known[i].result;
    return (int)strtol(word, NULL, 10);
}

/* How many bytes there are to write. */
static size_t read_plan(const char *plan)
{
    static char copy[512];
    strncpy(copy, plan, sizeof copy - 1);
    char *rest = copy;
    size_t size = strtoul(strsep(&rest, ":"), NULL, 10);
    for (char *word; (word = strsep(&rest, " "));)
        if (*word != '\0')
            kernel.results[kernel.count++] = parse_result(word);
    return size;
}

static void receive(const void *bytes, size_t size)
{
    if (kernel.length + size > sizeof kernel.received)
        facts_stop("your code went on writing when everything had been written");
    memcpy(kernel.received + kernel.length, bytes, size);
    kernel.length += size;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    if (fd != FD)
        facts_stop("your code wrote to descriptor %d, and was given another", fd);
    if (++kernel.calls == CALLS_MAX)
        facts_stop("your code called write %d times and would not end", CALLS_MAX);
    int turn = kernel.calls < kernel.count ? kernel.calls - 1 : kernel.count - 1;
    int result = kernel.results[turn];
    if (result < 0) {
        errno = -result;
        return -1;
    }
    size_t taken = (size_t)result < size ? (size_t)result : size;
    receive(bytes, taken);
    return (ssize_t)taken;
}

int main(void)
{
    static unsigned char bytes[2 * ALL]; /* what comes after the bytes may be read by mistake */
    const struct task *task = facts_task();
    size_t size = read_plan(task->plan);
    memcpy(bytes, task->payload, size);

    int rc = write_all(FD, bytes, size);

    facts_say_result("returned", rc);
    facts_say("calls of write", "%d", kernel.calls);
    facts_say_bytes("received", kernel.received, kernel.length);
    facts_end();
}
