/* loop_contract.h - what every backend must do, as scenarios with one expected trace each.
 *
 * A scenario drives a loop and notes what happened, in order; the same notes must come from epoll,
 * from libuv and from the virtual clock. Times are noted only as what is exact everywhere: the
 * order of deadlines, and that nothing is early.
 *
 *     int main(void)
 *     {
 *         return loop_contract_run(&backend_epoll);
 *     }
 */
#ifndef SUPPORT_LOOP_CONTRACT_H
#define SUPPORT_LOOP_CONTRACT_H

#include <stddef.h>

#include "backend.h"
#include "loop.h"

struct contract {
    struct loop *loop;
    const struct loop_backend *backend;
    char trace[4096]; /* the notes so far */
    size_t length;
};

struct loop_scenario {
    const char *name;
    void (*play)(struct contract *contract);
    const char *expected;
};

extern const struct loop_scenario loop_scenarios[];
extern const size_t loop_scenario_count;

/* Plays one on a new loop; fails the test when the trace differs, when the loop still holds
 * something at the end, or when a descriptor or a thread is left. */
void loop_contract_check(const struct loop_scenario *scenario, const struct loop_backend *backend);

/* Runs them all as a cmocka group named after the backend. The number of failed tests. */
int loop_contract_run(const struct loop_backend *backend);

#endif
