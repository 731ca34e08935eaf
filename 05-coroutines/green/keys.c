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

static struct key {
    void (*destructor)(void *value);
    unsigned generation; /* of the keys that had this number: old values are not the new one's */
} table[PTHREAD_KEYS_MAX];

/* What a thread has set. */
struct green_value {
    const void *value;
    unsigned generation;
};

static const void *value_of(const struct green_value *set, pthread_key_t key)
{
    return set->generation == table[key].generation ? set->value : NULL;
}

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
        table[*key] = (struct key){destructor, table[*key].generation + 1};
    return error;
}

HOOK int pthread_key_delete(pthread_key_t key)
{
    NEXT(pthread_key_delete);
    if (key < PTHREAD_KEYS_MAX)
        table[key].destructor = NULL;
    return next(key);
}

HOOK void *pthread_getspecific(pthread_key_t key)
{
    NEXT(pthread_getspecific);
    const struct green_keys *keys = own_keys();
    if (!keys)
        return next(key);
    if (!keys->values || key >= PTHREAD_KEYS_MAX)
        return NULL;
    return (void *)value_of(&keys->values[key], key);
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
    keys->values[key] = (struct green_value){value, table[key].generation};
    return 0;
}

/* Destructors may set values again; POSIX asks for as many rounds as this. */
void green_keys_destroy(struct green_keys *keys)
{
    bool again = keys->values != NULL;
    for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        again = false;
        for (int key = 0; key < PTHREAD_KEYS_MAX; key++) {
            const void *value = value_of(&keys->values[key], key);
            keys->values[key].value = NULL;
            if (!value || !table[key].destructor)
                continue;
            table[key].destructor((void *)value);
            again = true;
        }
    }
    free(keys->values);
    keys->values = NULL;
}
