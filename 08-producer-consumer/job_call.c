/* job_call.c - see job_call.h. */
#include "job_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How deep it goes, by its brackets; those within strings do not count. */
static int depth_of(const char *text)
{
    int depth = 0, deepest = 0;
    bool in_string = false;
    for (; *text; text++) {
        if (in_string && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            in_string = !in_string;
        else if (!in_string && (*text == '[' || *text == '{'))
            deepest = ++depth > deepest ? depth : deepest;
        else if (!in_string && (*text == ']' || *text == '}'))
            depth--;
    }
    return deepest;
}

json_t *job_parse_json(const char *text)
{
    return depth_of(text) <= JOB_DEPTH_MAX ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

static job_fn *find(const struct job_function functions[], const char *name)
{
    for (; functions->name; functions++)
        if (strcmp(functions->name, name) == 0)
            return functions->fn;
    return NULL;
}

int job_call(const struct job_function functions[], struct job_call *call, const struct job *job,
             char **result)
{
    job_fn *fn = find(functions, job->function);
    if (!fn)
        return -ENOSYS;
    json_t *arguments = job_parse_json(job->arguments);
    if (!arguments)
        return -EBADMSG;
    call->arguments = arguments;
    int rc = fn(call);
    if (rc >= 0) {
        *result = call->result ? json_dumps(call->result, JSON_COMPACT | JSON_ENCODE_ANY)
                               : strdup("null");
        rc = *result ? 0 : -ENOMEM;
    }
    json_decref(call->result);
    json_decref(arguments);
    return rc;
}
