/* keys.c - pthread_setspecific: each coroutine its own values.
 *
 * A value that is fetched by a call can be hooked. A variable that is _Thread_local is fetched by
 * an instruction that adds to the OS thread's register, and nobody is asked.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "green.h"

static void (*destructors[PTHREAD_KEYS_MAX])(void *value);

/* NULL: the caller is main, or no thread of ours: libc keeps its values. */
static struct green_keys *own_keys(void)
{
    return green_may_wait() ? green_own_keys() : NULL;
}

HOOK int pthread_key_create(pthread_key_t *key, void (*destructor)(void *value))
{
    NEXT(pthread_key_create);
    int error = next(key, destructor); /* the number is libc's, so main's values can stay there */
    if (error == 0 && *key < PTHREAD_KEYS_MAX)
        destructors[*key] = destructor;
    return error;
}

HOOK int pthread_key_delete(pthread_key_t key)
{
    NEXT(pthread_key_delete);
    if (key < PTHREAD_KEYS_MAX)
        destructors[key] = NULL;
    return next(key);
}

HOOK void *pthread_getspecific(pthread_key_t key)
{
    NEXT(pthread_getspecific);
    const struct green_keys *keys = own_keys();
    if (!keys)
        return next(key);
    return keys->values && key < PTHREAD_KEYS_MAX ? (void *)keys->values[key] : NULL;
}

HOOK int pthread_setspecific(pthread_key_t key, const void *value)
{
    NEXT(pthread_setspecific);
    struct green_keys *keys = own_keys();
    if (!keys)
        return next(key, value);
    if (key >= PTHREAD_KEYS_MAX)
        return EINVAL;
    if (!keys->values)
        keys->values = calloc(PTHREAD_KEYS_MAX, sizeof *keys->values);
    if (!keys->values)
        return ENOMEM;
    keys->values[key] = value;
    return 0;
}

/* Destructors may set values again; POSIX asks for as many rounds as this. */
void green_keys_destroy(struct green_keys *keys)
{
    bool again = keys->values != NULL;
    for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        again = false;
        for (int key = 0; key < PTHREAD_KEYS_MAX; key++) {
            const void *value = keys->values[key];
            keys->values[key] = NULL;
            if (!value || !destructors[key])
                continue;
            destructors[key]((void *)value);
            again = true;
        }
    }
    free(keys->values);
    keys->values = NULL;
}
