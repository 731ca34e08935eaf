/* own_timer.c - broken on purpose: a timer that its own callback cancels.
 *
 *     build/03-epoll-loop/broken/own_timer
 *
 * A small list of timers, not that of our loop. It calls what is due, and then takes it out. Ada's
 * callback cancels Ada's timer, as one does when a thing is over: to be on the safe side. Now the
 * timer is out already, Bob has moved up into its place, and the list takes out Bob. Bob never
 * rings. (With timers that are allocated, and freed by the callback, it would be a use after free.)
 */
#include <stdio.h>
#include <string.h>

#include "options.h"

#define TIMERS_MAX 8

struct alarm {
    const char *name;
    int when;
    bool cancels_itself;
};

static struct alarm alarms[TIMERS_MAX]; /* in order of time */
static int alarm_count;
static int rung;

static void take_out(int i)
{
    alarm_count--;
    memmove(&alarms[i], &alarms[i + 1], (size_t)(alarm_count - i) * sizeof alarms[0]);
}

static void cancel(const char *name)
{
    for (int i = 0; i < alarm_count; i++)
        if (strcmp(alarms[i].name, name) == 0) {
            take_out(i);
            return;
        }
}

static void ring(struct alarm alarm)
{
    printf("at %d: %s\n", alarm.when, alarm.name);
    rung++;
    if (alarm.cancels_itself)
        cancel(alarm.name);
}

static void run(void)
{
    for (int now = 1; now <= 3; now++)
        while (alarm_count > 0 && alarms[0].when <= now) {
            ring(alarms[0]);
            take_out(0); /* the trap: is it still the same one? */
        }
}

int main(int argc, char **argv)
{
    no_options_parse("Broken on purpose: a timer is taken out twice.", argc, argv);
    alarms[alarm_count++] = (struct alarm){"Ada", .when = 1, .cancels_itself = true};
    alarms[alarm_count++] = (struct alarm){"Bob", .when = 2};
    alarms[alarm_count++] = (struct alarm){"Cleo", .when = 3};
    run();
    printf("3 timers were set, %d have rung, %d are left\n", rung, alarm_count);
    return 0;
}
