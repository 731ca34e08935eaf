/* timeline_axis.c - from moments to columns. */
#include "timeline_parts.h"

#include <stdio.h>

/* What is late by less than this share of a unit does not make the axis a unit longer: a run of
 * 7.02 units is drawn on an axis of 7, and the number behind the bar tells the rest. */
#define SLACK 0.25

static long whole_units(double units)
{
    long whole = (long)units;
    if (units - (double)whole > SLACK)
        whole++;
    return whole > 0 ? whole : 1;
}

void timeline_axis_init(struct timeline_axis *axis, const struct timeline *timeline, int64_t now_ns,
                        int room)
{
    int64_t elapsed_ns = timeline->count > 0 ? now_ns - timeline->zero_ns : 0;
    axis->zero_ns = timeline->zero_ns;
    axis->unit_ns = timeline->unit_ns;
    axis->units = whole_units((double)elapsed_ns / (double)timeline->unit_ns);
    axis->width = room;
    if (axis->units <= room) /* whole columns for a unit, so that equal bars are equally long */
        axis->width = (int)(room / axis->units * axis->units);
    axis->scale = (double)axis->width / (double)axis->units;
}

static int column(const struct timeline_axis *axis, double columns)
{
    if (columns < 0)
        return 0;
    return columns < axis->width ? (int)columns : axis->width;
}

int timeline_axis_at(const struct timeline_axis *axis, int64_t ns)
{
    double columns = (double)(ns - axis->zero_ns) * axis->scale;
    return column(axis, columns / (double)axis->unit_ns);
}

int timeline_axis_tick(const struct timeline_axis *axis, long unit)
{
    return column(axis, (double)unit * axis->scale);
}

static long next_step(long step)
{
    long leading = step;
    while (leading >= 10)
        leading /= 10;
    return leading == 2 ? step / 2 * 5 : step * 2;
}

long timeline_axis_step(const struct timeline_axis *axis, int digit_width)
{
    int gap = (snprintf(NULL, 0, "%ld", axis->units) + 1) * digit_width;
    long step = 1;
    while ((double)step * axis->scale < gap)
        step = next_step(step);
    return step;
}
