/* SAYS: your code wrote to a descriptor that is not its own */
#include "io.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A fact as the driver sends it, but for the nonce; to whoever listens. */
static void forge(const char *name, const void *value, size_t length)
{
    static unsigned char packet[8192];
    memset(packet, 0, 16);
    size_t name_length = strlen(name) + 1;
    memcpy(packet + 16, name, name_length);
    memcpy(packet + 16 + name_length, value, length);
    for (int fd = 3; fd < 1024; fd++)
        send(fd, packet, 16 + name_length + length, MSG_NOSIGNAL);
}

int write_all(int fd, const void *bytes, size_t size)
{
    (void)fd;
    forge("returned", "0", 1);
    forge("calls of write", "1", 1);
    forge("received", bytes, size);
    forge("end", "", 0);
    _exit(0);
}
