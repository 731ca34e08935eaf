/* client_cases.h - what every client at the keyboard has to do, whatever it is made of. */
#ifndef CLIENT_CASES_H
#define CLIENT_CASES_H

/* Runs the cases with this program ("04-callbacks/client"): how many of them failed. */
int run_client_cases(const char *program);

#endif
