/* coro_exit.h - what is said of coroutines when the program ends. See coro_exit.c. */
#ifndef CORO_EXIT_H
#define CORO_EXIT_H

/* From the first coroutine on. Any thread. */
void coro_exit_watch(void);

#endif
