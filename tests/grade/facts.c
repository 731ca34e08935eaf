/* facts.c - the driver's end of the socket to the judge. */
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "protocol.h"

static struct task task;
static char plan[PLAN_MAX];
static unsigned char payload[PAYLOAD_MAX];
static unsigned char nonce[NONCE_SIZE];
static int judge = -1; /* the socket */

/* ---- Before the student's code can run ----------------------------------------------------- */

static size_t receive(void *bytes, size_t size)
{
    ssize_t count = recv(STDIN_FILENO, bytes, size, 0);
    if (count < 0)
        _exit(EXIT_UNHEARD);
    return (size_t)count;
}

/* The socket comes as descriptor 0 and moves to a place that cannot be guessed. */
static void hide_socket(void)
{
    unsigned short place;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || getrandom(&place, sizeof place, 0) != sizeof place)
        _exit(EXIT_UNHEARD);
    judge = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 64 + place % 900);
    if (judge < 0 || dup2(null, STDIN_FILENO) < 0 || shutdown(judge, SHUT_RD) < 0)
        _exit(EXIT_UNHEARD);
    close(null);
}

#if defined __x86_64__
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#define REFUSE(call)                                        \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

/* From now on, to start a process, a thread or a program ends this process by SIGSYS. Where the
 * kernel has no such filters the judge's other limits remain. */
static void forbid_processes(void)
{
#ifdef OUR_ARCH
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef __NR_fork
        REFUSE(fork),
        REFUSE(vfork),
#endif
        REFUSE(clone),
        REFUSE(clone3),
        REFUSE(execve),
        REFUSE(execveat),
        REFUSE(kill),
        REFUSE(ptrace),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
}

static void take_task(void)
{
    receive(nonce, sizeof nonce);
    plan[receive(plan, sizeof plan - 1)] = '\0';
    task.payload_length = receive(payload, sizeof payload);
    task.plan = plan;
    task.payload = payload;
    hide_socket();
    prctl(PR_SET_DUMPABLE, 0); /* no core file, and /proc/self/fd and mem are root's */
    forbid_processes();
    setvbuf(stdout, NULL, _IONBF, 0); /* facts_end would throw away what is in a buffer */
}

/* Runs before every constructor; this file is linked first. */
static void (*const take_task_first)(void)
    __attribute__((section(".preinit_array"), used)) = take_task;

const struct task *facts_task(void)
{
    return &task;
}

/* ---- The report ---------------------------------------------------------------------------- */

void facts_say_bytes(const char *name, const void *bytes, size_t length)
{
    static unsigned char packet[PACKET_MAX];
    size_t name_length = strlen(name) + 1;
    if (name_length > FACT_NAME_MAX || length > VALUE_MAX)
        _exit(EXIT_UNHEARD);
    memcpy(packet, nonce, NONCE_SIZE);
    memcpy(packet + NONCE_SIZE, name, name_length);
    memcpy(packet + NONCE_SIZE + name_length, bytes, length);
    size_t packet_length = NONCE_SIZE + name_length + length;
    if (send(judge, packet, packet_length, MSG_NOSIGNAL) != (ssize_t)packet_length)
        _exit(EXIT_UNHEARD);
}

static void say(const char *name, const char *format, va_list arguments)
{
    char text[512];
    vsnprintf(text, sizeof text, format, arguments);
    facts_say_bytes(name, text, strlen(text));
}

void facts_say(const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(name, format, arguments);
    va_end(arguments);
}

void facts_say_result(const char *name, long result)
{
    const char *error = result < 0 ? strerrorname_np((int)-result) : NULL;
    if (error)
        facts_say(name, "%ld (-%s)", result, error);
    else
        facts_say(name, "%ld", result);
}

void facts_end(void)
{
    facts_say_bytes(FACT_END, "", 0);
    _exit(0); /* not exit: the student's code has no say any more */
}

void facts_stop(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(FACT_STOPPED, format, arguments);
    va_end(arguments);
    _exit(0);
}
