/* visits.h - servers of this chapter, and clients that come to them. Each fails the test if it
 * cannot do what it says. */
#ifndef VISITS_H
#define VISITS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "process.h"

/* Starts `program` on a free port. */
struct process *serve(const char *program, uint16_t *port);

/* The same with 30 descriptors, of which `places` are left for clients. */
struct process *serve_with_few_descriptors(const char *program, uint16_t *port, int *places);

/* Connects and reads the greeting. */
void greet(struct client *client, uint16_t port);

/* A whole dialogue. */
void polite_visit(uint16_t port);

/* Connects `count` clients and keeps only their descriptors. */
void greet_many(struct process *server, uint16_t port, int *fds, int count);
void close_many(const int *fds, int count);

/* May this process have so many descriptors, and some more? False: says what is left out. */
bool may_have(int fds);

#endif
