/* The hostile clients (tests/end-to-end) against chapter 02's server with green.so preloaded: what
 * it survives as threads it survives as coroutines, and what freezes its pool does so here, too. */
#include <stdio.h>
#include <stdlib.h>

#include "green_run.h"
#include "hostile.h"

int main(void)
{
    static const char *const ways[] = {"02: *", "02 --pool*"};
    char preload[512];
    const char *const environment[] = {preload, NULL};
    const char *library = green_so();
    if (!library)
        return 0;
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", library);
    int failed = 0;
    for (int i = 0; i < 2; i++) {
        setenv("ONLY", ways[i], 1);
        failed +=
            cells_run("hostile clients, green.so", hostile_clients, hostile_count, environment);
    }
    return failed;
}
