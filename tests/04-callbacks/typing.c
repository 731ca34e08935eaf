#include "typing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net.h"
#include "unit.h"

void typing_begin(struct typing *typing, const char *program, const char *path)
{
    char command[300], port[8];
    int listening = net_listen("127.0.0.1", 0, 1);
    assert_true(listening >= 0);
    int smallest = 1; /* the kernel takes its least: a peer that does not read is full soon */
    assert_int_equal(setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest), 0);
    snprintf(port, sizeof port, "%d", net_port(listening));
    snprintf(command, sizeof command, "exec \"$0\" --port \"$1\" <%s", path ? path : "&-");
    typing->program = process_start("/bin/sh", "-c", command, program_path(program), port, NULL);
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    close(listening);
    client_adopt(&typing->peer, fd);
}

void typing_end(struct typing *typing, int exit_code)
{
    int ended_with = process_wait(typing->program);
    if (ended_with != exit_code)
        fail_msg("it ended with %d: %s", ended_with, process_stderr(typing->program));
    client_close(&typing->peer);
    process_free(typing->program);
}

/* A name in a folder of its own would be safer among strangers; this one only has to be new. */
static void make_name(char *path, size_t size)
{
    static int count;
    const char *folder = getenv("TMPDIR");
    snprintf(path, size, "%s/typing-%d-%d", folder ? folder : "/tmp", (int)getpid(), count++);
    unlink(path);
}

int pipe_make(char *path, size_t size)
{
    make_name(path, size);
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

void pipe_close(int fd, const char *path)
{
    close(fd);
    unlink(path);
}

int terminal_make(char *path, size_t size)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(grantpt(fd), 0);
    assert_int_equal(unlockpt(fd), 0);
    assert_int_equal(ptsname_r(fd, path, size), 0);
    return fd;
}

void file_make(char *path, size_t size, const char *text, size_t length)
{
    make_name(path, size);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), (ssize_t)length);
    close(fd);
}

long typing_place(const struct typing *typing)
{
    char path[40], line[100];
    long place = -1;
    snprintf(path, sizeof path, "/proc/%d/fdinfo/0", (int)process_pid(typing->program));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (place < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, "pos:", 4) == 0)
            place = strtol(line + 4, NULL, 10);
    fclose(file);
    return place;
}

void type(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}
