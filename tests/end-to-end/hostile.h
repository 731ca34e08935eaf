/* hostile.h - the clients of the hostile table, as cells: see cells.h.
 *
 * The list is the table's rows, and holds what each is expected to do to a server. The tests and
 * `make hostile` play the same list.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "cells.h"

extern const struct cell_test hostile_clients[];
extern const int hostile_count;

#endif
