/* dialogue_cases.h - what every dialogue of three steps has to do, whatever it is made of. */
#ifndef DIALOGUE_CASES_H
#define DIALOGUE_CASES_H

/* Runs the cases with this program ("04-callbacks/dialogue"): how many of them failed. */
int run_dialogue_cases(const char *program);

#endif
