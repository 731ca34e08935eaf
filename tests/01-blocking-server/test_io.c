/* read_some and write_all, against a kernel whose every answer is written down beforehand. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/types.h>

#include "io.h"
#include "unit.h"

/* ---- A scripted kernel (ld --wrap) --------------------------------------------------------- */

#define ALL INT_MAX /* takes whatever is offered */

static const int *script; /* counts and -errno, one for each call; NULL: the real kernel */
static size_t script_length;
static size_t calls;
static char taken[256]; /* what was written */
static size_t taken_length;

static ssize_t next_result(size_t size)
{
    assert_true(calls < script_length);
    int result = script[calls++];
    if (result < 0) {
        errno = -result;
        return -1;
    }
    return (size_t)result < size ? result : (ssize_t)size;
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    if (!script)
        return __real_write(fd, bytes, size);
    ssize_t count = next_result(size);
    if (count > 0) {
        assert_true(taken_length + (size_t)count <= sizeof taken);
        memcpy(taken + taken_length, bytes, (size_t)count);
        taken_length += (size_t)count;
    }
    return count;
}

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
    if (!script)
        return __real_read(fd, bytes, size);
    ssize_t count = next_result(size);
    if (count > 0)
        memset(bytes, 'r', (size_t)count);
    return count;
}

/* Writes a known text by this script: what write_all returned. */
static int write_scripted(const char *text, const int *results, size_t count)
{
    script = results;
    script_length = count;
    calls = taken_length = 0;
    int rc = write_all(77, text, strlen(text));
    script = NULL;
    return rc;
}

#define WRITE_SCRIPTED(text, ...) \
    write_scripted((text), (const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

/* ---- write_all ----------------------------------------------------------------------------- */

static void write_takes_all_at_once(void **state)
{
    (void)state;
    assert_int_equal(WRITE_SCRIPTED("Hello, Ada\n", ALL), 0);
    assert_int_equal(calls, 1);
    assert_int_equal(taken_length, 11);
    assert_memory_equal(taken, "Hello, Ada\n", 11);
}

static void write_takes_parts(void **state)
{
    (void)state;
    assert_int_equal(WRITE_SCRIPTED("Hello, Ada\n", 3, 1, 6, ALL), 0);
    assert_int_equal(calls, 4);
    assert_int_equal(taken_length, 11);
    assert_memory_equal(taken, "Hello, Ada\n", 11);
}

static void write_is_interrupted(void **state)
{
    (void)state;
    assert_int_equal(WRITE_SCRIPTED("Hello, Ada\n", -EINTR, 4, -EINTR, -EINTR, ALL), 0);
    assert_int_equal(calls, 5);
    assert_memory_equal(taken, "Hello, Ada\n", 11);
}

static void write_fails(void **state)
{
    (void)state;
    assert_int_equal(WRITE_SCRIPTED("Hello, Ada\n", 4, -EPIPE), -EPIPE);
    assert_int_equal(calls, 2);
    assert_int_equal(taken_length, 4);
    assert_int_equal(WRITE_SCRIPTED("Hello, Ada\n", -EAGAIN), -EAGAIN);
    assert_int_equal(calls, 1);
}

static void write_takes_nothing(void **state)
{
    (void)state;
    assert_int_equal(WRITE_SCRIPTED("Hello, Ada\n", 4, 0), -EIO);
    assert_int_equal(calls, 2);
}

static void write_of_nothing_is_no_call(void **state)
{
    (void)state;
    assert_int_equal(WRITE_SCRIPTED("", ALL), 0);
    assert_int_equal(calls, 0);
}

/* ---- read_some ----------------------------------------------------------------------------- */

static ssize_t read_scripted(char *bytes, size_t size, const int *results, size_t count)
{
    script = results;
    script_length = count;
    calls = 0;
    ssize_t rc = read_some(77, bytes, size);
    script = NULL;
    return rc;
}

static void read_gives_what_there_is(void **state)
{
    (void)state;
    char bytes[16];
    assert_int_equal(read_scripted(bytes, sizeof bytes, (int[]){5}, 1), 5);
    assert_memory_equal(bytes, "rrrrr", 5);
    assert_int_equal(read_scripted(bytes, sizeof bytes, (int[]){0}, 1), 0);
}

static void read_is_interrupted(void **state)
{
    (void)state;
    char bytes[16];
    assert_int_equal(read_scripted(bytes, sizeof bytes, (int[]){-EINTR, -EINTR, 5}, 3), 5);
    assert_int_equal(calls, 3);
}

static void read_fails(void **state)
{
    (void)state;
    char bytes[16];
    assert_int_equal(read_scripted(bytes, sizeof bytes, (int[]){-ECONNRESET}, 1), -ECONNRESET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_takes_all_at_once),
        cmocka_unit_test(write_takes_parts),
        cmocka_unit_test(write_is_interrupted),
        cmocka_unit_test(write_fails),
        cmocka_unit_test(write_takes_nothing),
        cmocka_unit_test(write_of_nothing_is_no_call),
        cmocka_unit_test(read_gives_what_there_is),
        cmocka_unit_test(read_is_interrupted),
        cmocka_unit_test(read_fails),
    };
    return cmocka_run_group_tests_name("read and write", tests, NULL, NULL);
}
