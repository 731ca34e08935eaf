/* job_call.h - one run of a job: its function is looked up, its arguments are read, its result is
 * written. */
#ifndef JOB_CALL_H
#define JOB_CALL_H

#include "job_worker.h"

#define JOB_DEPTH_MAX 32 /* of JSON within JSON: a parser's stack is a coroutine's */

/* JSON of at most that depth, any value; to be given up by json_decref. NULL: it is none. */
json_t *job_parse_json(const char *text);

/* What the function returned; -ENOSYS: there is none of that name; -EBADMSG: the arguments are no
 * JSON. 0: *result is JSON, to be freed. */
int job_call(const struct job_function functions[], struct job_call *call, const struct job *job,
             char **result) CO_MUST_CHECK;

#endif
