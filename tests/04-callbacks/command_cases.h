/* command_cases.h - what every command server has to do, whatever it is made of. */
#ifndef COMMAND_CASES_H
#define COMMAND_CASES_H

/* Runs the cases with this program ("04-callbacks/command_server"): how many of them failed. */
int run_command_cases(const char *program);

#endif
