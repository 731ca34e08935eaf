/* rude.h - bad manners that more than one test has. */
#ifndef RUDE_H
#define RUDE_H

#include "cells.h"

/* Asks and asks and reads nothing, until the server's answers fill all that the kernel holds and it
 * stops reading too. Fails the test when the server takes more than that, or leaves the client.
 * Ends early, as a milder test, when the server is only slow for 200 ms. */
void ask_until_full(struct cell *cell, struct client *client);

/* Connects and asks for half a megabyte; the answer has begun. */
void ask_much(const struct cell *cell, struct client *client);

#endif
