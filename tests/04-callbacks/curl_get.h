/* curl_get.h - transfers for the tests of the bridge: each remembers how it ended. */
#ifndef CURL_GET_H
#define CURL_GET_H

#include "curl_bridge.h"
#include "leaks.h"
#include "stub_http.h"

struct get {
    struct bridge_test *test;
    CURL *easy;
    int done; /* calls of on_done */
    CURLcode code;
    int error;   /* curl_error of it */
    long status; /* 200 */
    size_t length;
    char body[64]; /* the beginning, NUL-terminated */
    void (*on_done)(struct get *get);
    void (*on_body)(struct get *get); /* called inside libcurl */
};

/* A loop, a bridge and a stub server on it. */
struct bridge_test {
    struct loop *loop;
    struct usage before;
    struct stub stub;
    struct curl_bridge *bridge;
    int done; /* calls of on_done, of all gets */
};

/* cmocka's set-up and teardown; the teardown frees the bridge and checks that nothing is left. */
int bridge_setup(void **state);
int bridge_teardown(void **state);

/* An easy handle for this URL, not yet added. get_free cleans it up. */
void get_init(struct get *get, struct bridge_test *test, const char *url);
void get_free(struct get *get);

/* Adds it; fails the test when that fails. */
void get_add(struct get *get);

/* get_init, get_add, and the loop runs until it has ended. */
void get_run(struct get *get, struct bridge_test *test, const char *url);

#endif
