/* SAYS: your code crashed: SIGABRT */
#include "io.h"

#include <stdlib.h>
#include <string.h>

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd, (void)bytes, (void)size;
    for (;;) {
        char *piece = malloc(16 << 20);
        if (!piece)
            abort();
        memset(piece, 1, 16 << 20);
    }
}
