/* redis_wire.c - see redis_wire.h. */
#include "redis_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "co_io.h"
#include "timeout.h"

#define CHUNK      ((size_t)16 * 1024)  /* bytes of one read */
#define KEPT_SPACE ((size_t)256 * 1024) /* that the parser may keep while it is idle */

/* ---- The parser ---------------------------------------------------------------------------- */

/* hiredis allocates an array as soon as its length has come. A length that no reply within the
 * limit can have must not get so far. */
static void *create_small_array(const redisReadTask *task, int elements)
{
    struct redis_wire *wire = task->privdata;
    wire->is_over_limit = elements < 0 || (size_t)elements > wire->limit / sizeof(redisReply *);
    return wire->is_over_limit ? NULL : wire->create_array(task, elements);
}

static int open_reader(struct redis_wire *wire)
{
    wire->reader = redisReaderCreate();
    if (!wire->reader)
        return -ENOMEM;
    wire->functions = *wire->reader->fn;
    wire->create_array = wire->functions.createArray;
    wire->functions.createArray = create_small_array;
    wire->reader->fn = &wire->functions;
    wire->reader->privdata = wire;
    wire->reader->maxbuf = KEPT_SPACE;
    return 0;
}

static int reader_error(const struct redis_wire *wire)
{
    if (wire->is_over_limit)
        return -EMSGSIZE;
    return wire->reader->err == REDIS_ERR_OOM ? -ENOMEM : -EPROTO;
}

int redis_wire_read(struct redis_wire *wire)
{
    char chunk[CHUNK];
    ssize_t count = co_read(wire->fd, chunk, sizeof chunk);
    if (count <= 0)
        return count < 0 ? (int)count : -ECONNRESET;
    wire->pending += (size_t)count;
    return redisReaderFeed(wire->reader, chunk, (size_t)count) == REDIS_OK ? 0 : -ENOMEM;
}

int redis_wire_next(struct redis_wire *wire, redisReply **reply)
{
    void *next = NULL;
    if (redisReaderGetReply(wire->reader, &next) != REDIS_OK)
        return reader_error(wire);
    size_t behind = next ? wire->reader->len - wire->reader->pos : 0;
    if (wire->pending - behind > wire->limit) {
        freeReplyObject(next);
        return -EMSGSIZE;
    }
    if (!next)
        return 0;
    wire->pending = behind;
    *reply = next;
    return 1;
}

/* ---- Opening ------------------------------------------------------------------------------- */

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

int redis_wire_ask(struct redis_wire *wire, const char *bytes, size_t size, redisReply **reply)
{
    int rc = co_write_all(wire->fd, bytes, size);
    while (rc == 0 && (rc = redis_wire_next(wire, reply)) == 0)
        rc = redis_wire_read(wire);
    return rc < 0 ? rc : redis_reply_error(*reply);
}

/* Says a command that is answered by OK. */
static int say_to(struct redis_wire *wire, const char *format, ...)
{
    va_list arguments;
    char *bytes;
    redisReply *reply = NULL;
    va_start(arguments, format);
    int rc = redisvFormatCommand(&bytes, format, arguments);
    va_end(arguments);
    if (rc < 0)
        return -ENOMEM;
    rc = redis_wire_ask(wire, bytes, (size_t)rc, &reply);
    redisFreeCommand(bytes);
    freeReplyObject(reply);
    return rc;
}

static int introduce(struct redis_wire *wire, const struct redis_options *options)
{
    int rc = 0;
    if (options->password && options->user)
        rc = say_to(wire, "AUTH %s %s", options->user, options->password);
    else if (options->password)
        rc = say_to(wire, "AUTH %s", options->password);
    if (rc == 0 && options->database != 0)
        rc = say_to(wire, "SELECT %d", options->database);
    return rc;
}

static int open_wire(struct redis_wire *wire, const struct redis_options *options)
{
    wire->fd = options->unix_path ? connect_unix(options->unix_path)
                                  : co_connect(options->host, options->port);
    if (wire->fd < 0)
        return wire->fd;
    int rc = open_reader(wire);
    return rc < 0 ? rc : introduce(wire, options);
}

int redis_wire_open(struct redis_wire *wire, const struct redis_options *options)
{
    struct timeout_scope scope;
    *wire = (struct redis_wire){.fd = -1, .limit = options->reply_limit};
    timeout_begin(&scope, options->connect_timeout_ns);
    int rc = timeout_end(&scope, open_wire(wire, options));
    if (rc < 0)
        redis_wire_close(wire);
    return rc;
}

void redis_wire_close(struct redis_wire *wire)
{
    co_close(wire->fd);
    wire->fd = -1;
    if (wire->reader)
        redisReaderFree(wire->reader);
    wire->reader = NULL;
}
