/* The same dialogue with the echo servers of chapters 01 to 05. test_hostile.c and
 * test_rude_clients.c have those clients who have no manners. */
#include "cells.h"
#include "dialogues.h"

static void line_a_byte_too_long(struct cell *cell)
{
    refused_line(cell, 4097);
}

int main(void)
{
    static const struct cell_test tests[] = {
        {.name = "the dialogue", .play = dialogue},
        {.name = "a line of a byte too many", .play = line_a_byte_too_long, .expected = CLOSED_IT},
    };
    return cells_run("the echo servers", tests, sizeof tests / sizeof tests[0], NULL);
}
