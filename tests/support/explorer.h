/* explorer.h - plays a test again and again, each time with other luck, until luck has run out.
 *
 *     static void play(void *arg)
 *     {
 *         struct loop *loop = loop_new(&backend_explore);
 *         ... run it: each time that the backend may do one thing or another it asks ...
 *         if (!as_it_should_be)
 *             explore_complain("%d permits are left", left);
 *         loop_free(loop);
 *     }
 *
 *     struct explore_report report;
 *     explore_all(play, NULL, 100000, &report);
 *
 * A run is told by the answers that it was given, its path: 0102 is a run whose four choices were
 * answered so. 0 is the answer that leaves all as it is on the plain virtual clock, and stands for
 * every choice after the path's end: so the empty path is the plain run, and a short path with many
 * zeros is one that differs in little. What backend_explore asks stands in its header; a test may
 * ask for itself: explore_choose.
 *
 * explore_all walks the tree of all paths depth first: each run follows the last one up to a choice
 * whose next answer has not been tried. For that a run must depend on nothing but its answers: no
 * threads, no clock but the loop's, no addresses. If it does, that is a complaint.
 *
 * The environment's LOOP_EXPLORE tells explore() what to do instead of what the test says:
 * path:0102 or seed:123 plays that one run; a number is how many seeds to try.
 *
 * The idea is that of CHESS (Musuvathi and Qadeer, 2007) and of loom for Rust. One thread only.
 */
#ifndef SUPPORT_EXPLORER_H
#define SUPPORT_EXPLORER_H

#include <stdbool.h>

#define EXPLORE_CHOICES_MAX 1000 /* of one run; more is a complaint: it does not end */
#define EXPLORE_OPTIONS_MAX 36   /* of one choice: a digit or a letter of the path */

typedef void explore_fn(void *arg);

struct explore_report {
    long runs;
    bool complete; /* every run that there can be has been played */
    bool failed;
    char complaint[400];                 /* the first of the failed run */
    char replay[32];                     /* the value of LOOP_EXPLORE that repeats it: its seed */
    char path[EXPLORE_CHOICES_MAX + 10]; /* the same as a path, as short as could be made */
    char events[2000];                   /* what came when in the run of that path */
};

/* Plays every run, at most `limit` of them, and ends with the first that fails. */
void explore_all(explore_fn *play, void *arg, long limit, struct explore_report *report);

/* Plays the runs of the seeds 1 to `count`; ends with the first that fails. */
void explore_seeds(explore_fn *play, void *arg, int count, struct explore_report *report);

/* Plays one run. "" is the plain one. The report has its events, whether it fails or not. */
void explore_path(explore_fn *play, void *arg, const char *path, struct explore_report *report);
void explore_seed(explore_fn *play, void *arg, unsigned seed, struct explore_report *report);

/* What LOOP_EXPLORE says; else the first `seeds` seeds, or, when seeds is 0, all (at most `limit`,
 * and more is a complaint). Dies when LOOP_EXPLORE makes no sense. */
void explore(explore_fn *play, void *arg, int seeds, long limit, struct explore_report *report);

/* From now on a run that ends the process (by a signal: a crash, abort, alarm) tells its path. */
void explore_tell_on_crash(void);

/* ---- While a run is played ------------------------------------------------------------------ */

/* One of 0 .. options - 1. With one option only nobody is asked. Outside of a run: 0. */
int explore_choose(int options);

/* This run is wrong. Only the first complaint is kept. */
void explore_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool explore_has_complaint(void);

/* Adds to the run's events; "; " comes between. */
void explore_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
