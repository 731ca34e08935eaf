/* outbox.h - bytes that wait to be sent: put in at the end, taken from the front. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stddef.h>

/* All zero is an empty one. It holds no memory while it is empty: thousands of idle connections
 * should cost nothing here. */
struct outbox {
    char *bytes;
    size_t begin, end; /* the bytes that wait */
    size_t capacity;
};

static inline size_t outbox_size(const struct outbox *outbox)
{
    return outbox->end - outbox->begin;
}

static inline const char *outbox_front(const struct outbox *outbox)
{
    return outbox->bytes + outbox->begin;
}

/* Copies the bytes in. 0, or -ENOMEM and nothing has changed. */
int outbox_append(struct outbox *outbox, const void *bytes, size_t length);

/* The first `length` bytes have gone. */
void outbox_drop(struct outbox *outbox, size_t length);

/* Empties it. */
void outbox_clear(struct outbox *outbox);

#endif
