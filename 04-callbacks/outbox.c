/* outbox.c - bytes that wait to be sent, in one piece of memory that moves up and grows. */
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST 4096

/* Room for `length` more at the end: by moving up, when at least half is free, else by growing. */
static int make_room(struct outbox *outbox, size_t length)
{
    if (outbox->capacity - outbox->end >= length)
        return 0;
    size_t size = outbox_size(outbox), needed;
    if (__builtin_add_overflow(size, length, &needed))
        return -ENOMEM;
    if (needed <= outbox->capacity / 2) {
        memmove(outbox->bytes, outbox_front(outbox), size);
    } else {
        size_t capacity = needed < SMALLEST ? SMALLEST : needed + needed / 2;
        char *bytes = malloc(capacity);
        if (!bytes)
            return -ENOMEM;
        if (size)
            memcpy(bytes, outbox_front(outbox), size);
        free(outbox->bytes);
        outbox->bytes = bytes;
        outbox->capacity = capacity;
    }
    outbox->begin = 0;
    outbox->end = size;
    return 0;
}

int outbox_append(struct outbox *outbox, const void *bytes, size_t length)
{
    int rc = make_room(outbox, length);
    if (rc < 0)
        return rc;
    if (length)
        memcpy(outbox->bytes + outbox->end, bytes, length);
    outbox->end += length;
    return 0;
}

void outbox_drop(struct outbox *outbox, size_t length)
{
    outbox->begin += length;
    if (outbox->begin == outbox->end)
        outbox_clear(outbox);
}

void outbox_clear(struct outbox *outbox)
{
    free(outbox->bytes);
    *outbox = (struct outbox){.bytes = NULL};
}
