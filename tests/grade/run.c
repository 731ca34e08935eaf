/* run.c - fork, limits, exec; then listen until the process has ended.
 *
 * As root the driver runs as nobody (65534). The program is opened before that, since nobody may
 * not be able to find its way to it.
 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY     65534
#define MEMORY_MAX (512ul * 1024 * 1024)

struct channels {
    int program;        /* the driver, opened to be executed */
    int socket, driver; /* our end and the driver's */
    int output, writer; /* of the pipe that is the driver's stdout and stderr */
    int pidfd;
};

int run_time_multiplier(void)
{
    const char *text = getenv("GRADE_TIMEOUT_MULTIPLIER");
    char *end;
    long value = text ? strtol(text, &end, 10) : 1;
    return !text || end == text || *end != '\0' || value < 1 || value > 100 ? 1 : (int)value;
}

/* ---- The child ----------------------------------------------------------------------------- */

static void limit(int resource, rlim_t value)
{
    struct rlimit both = {.rlim_cur = value, .rlim_max = value};
    if (setrlimit(resource, &both) < 0)
        _exit(EXIT_UNHEARD);
}

static void set_limits(void)
{
    rlim_t seconds = (rlim_t)(PROCESSOR_TIME_S * run_time_multiplier());
    struct rlimit processor = {.rlim_cur = seconds, .rlim_max = seconds + 1};
    if (setrlimit(RLIMIT_CPU, &processor) < 0) /* SIGXCPU, then SIGKILL */
        _exit(EXIT_UNHEARD);
    limit(RLIMIT_AS, MEMORY_MAX);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, 1024);
}

static void become_nobody(void)
{
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
        _exit(EXIT_UNHEARD);
}

/* What this process has inherited (make's own pipes, say) is not for a student's code to write to.
 * All of it closes with the exec, the program's own descriptor too, which is all it is for. */
static void leave_nothing_open(void)
{
    int most = (int)sysconf(_SC_OPEN_MAX);
    if (close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    for (int fd = STDERR_FILENO + 1; fd < most; fd++) /* Linux before 5.11 */
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void __attribute__((noreturn)) become_driver(const struct channels *channels)
{
    static char *const argv[] = {"driver", NULL}, *const environment[] = {NULL};
    setpgid(0, 0);
    if (dup2(channels->driver, STDIN_FILENO) < 0 || dup2(channels->writer, STDOUT_FILENO) < 0 ||
        dup2(channels->writer, STDERR_FILENO) < 0)
        _exit(EXIT_UNHEARD);
    leave_nothing_open();
    become_nobody();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* forgotten at a change of user, so after it */
    set_limits();
    fexecve(channels->program, argv, environment);
    _exit(EXIT_UNHEARD);
}

/* ---- The parent listens -------------------------------------------------------------------- */

struct nonce {
    unsigned char bytes[NONCE_SIZE];
};

const struct fact *run_fact(const struct run *run, const char *name)
{
    for (int i = run->fact_count - 1; i >= 0; i--)
        if (strcmp(run->facts[i].name, name) == 0)
            return &run->facts[i];
    return NULL;
}

static void keep_fact(struct run *run, const char *name, size_t length)
{
    size_t name_length = strnlen(name, length);
    size_t value_length = length - name_length - 1;
    if (name_length == length || name_length >= FACT_NAME_MAX || value_length > VALUE_MAX ||
        run->fact_count == MAX_FACTS) {
        run->intruded = true;
        return;
    }
    struct fact *fact = &run->facts[run->fact_count++];
    memcpy(fact->name, name, name_length + 1);
    memcpy(fact->value, name + name_length + 1, value_length);
    fact->value[value_length] = '\0';
    fact->length = value_length;
    run->complete |= strcmp(fact->name, FACT_END) == 0;
}

/* The packets that have come. */
static void read_packets(struct run *run, const struct channels *channels,
                         const struct nonce *nonce)
{
    char packet[PACKET_MAX + 1];
    ssize_t count;
    while ((count = recv(channels->socket, packet, sizeof packet, MSG_DONTWAIT)) > 0) {
        if (count > NONCE_SIZE && memcmp(packet, nonce->bytes, NONCE_SIZE) == 0)
            keep_fact(run, packet + NONCE_SIZE, (size_t)count - NONCE_SIZE);
        else
            run->intruded = true;
    }
}

/* What it has printed: the beginning is kept, the rest thrown away, so that it never has to wait.
 */
static void read_output(struct run *run, const struct channels *channels)
{
    char bytes[4096];
    ssize_t count = read(channels->output, bytes, sizeof bytes);
    size_t room = OUTPUT_MAX - run->output_length;
    size_t kept = count < 0 ? 0 : (size_t)count < room ? (size_t)count : room;
    memcpy(run->output + run->output_length, bytes, kept);
    run->output_length += kept;
}

static long milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until the process has ended, or its time is up. A socket or pipe that ends is not listened to
 * any more: only the process itself decides. */
static void listen_until_end(struct run *run, const struct channels *channels,
                             const struct nonce *nonce)
{
    long deadline = milliseconds_now() + 1000L * TIME_S * run_time_multiplier();
    struct pollfd polls[] = {{.fd = channels->pidfd, .events = POLLIN},
                             {.fd = channels->socket, .events = POLLIN},
                             {.fd = channels->output, .events = POLLIN}};
    while (!(polls[0].revents & POLLIN)) {
        long left = deadline - milliseconds_now();
        if (left <= 0) {
            run->took_long = true;
            return;
        }
        if (poll(polls, 3, (int)left) < 0)
            continue; /* EINTR: nothing was filled in that was not there before */
        if (polls[1].revents & POLLIN)
            read_packets(run, channels, nonce);
        if (polls[2].revents & POLLIN)
            read_output(run, channels);
        for (int i = 1; i < 3; i++)
            if (polls[i].revents & (POLLHUP | POLLERR) && !(polls[i].revents & POLLIN))
                polls[i].fd = -1;
    }
    read_packets(run, channels, nonce); /* what came in between */
}

static void end_driver(struct run *run, pid_t pid)
{
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    while (waitpid(pid, &run->status, 0) < 0 && errno == EINTR)
        ;
    int signo = WIFSIGNALED(run->status) ? WTERMSIG(run->status) : 0;
    if (signo == SIGXCPU || signo == SIGKILL) /* the second is for who ignores the first */
        run->took_long = true;
}

/* ---- Together ------------------------------------------------------------------------------ */

static int open_channels(struct channels *channels, const char *program)
{
    int sockets[2], pipes[2];
    channels->program = open(program, O_RDONLY | O_CLOEXEC);
    if (channels->program < 0)
        return -errno;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return -errno;
    channels->socket = sockets[0];
    channels->driver = sockets[1];
    if (pipe2(pipes, O_CLOEXEC) < 0)
        return -errno;
    channels->output = pipes[0];
    channels->writer = pipes[1];
    return 0;
}

static void close_all(const struct channels *channels)
{
    const int fds[] = {channels->program, channels->socket, channels->driver,
                       channels->output,  channels->writer, channels->pidfd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int send_task(int fd, struct nonce *nonce, const char *plan, const unsigned char *payload,
                     size_t payload_length)
{
    if (getrandom(nonce->bytes, sizeof nonce->bytes, 0) != sizeof nonce->bytes)
        return -EIO;
    if (send(fd, nonce->bytes, sizeof nonce->bytes, 0) < 0 || send(fd, plan, strlen(plan), 0) < 0 ||
        send(fd, payload, payload_length, 0) < 0)
        return -errno;
    return 0;
}

static int start_and_listen(struct run *run, struct channels *channels, const struct nonce *nonce)
{
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        become_driver(channels);
    setpgid(pid, pid);
    close(channels->driver);
    close(channels->writer);
    channels->driver = channels->writer = -1;
    channels->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int rc = channels->pidfd < 0 ? -errno : 0;
    if (rc == 0)
        listen_until_end(run, channels, nonce);
    end_driver(run, pid);
    return rc;
}

int run_driver(struct run *run, const char *program, const char *plan, const unsigned char *payload,
               size_t payload_length)
{
    struct channels channels = {-1, -1, -1, -1, -1, -1};
    struct nonce nonce;
    *run = (struct run){.fact_count = 0};
    int rc = open_channels(&channels, program);
    if (rc == 0)
        rc = send_task(channels.socket, &nonce, plan, payload, payload_length);
    if (rc == 0)
        rc = start_and_listen(run, &channels, &nonce);
    close_all(&channels);
    return rc;
}
