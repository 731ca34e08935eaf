/* The outbox: what goes in comes out, in order, whatever the pieces. */
#include <stdlib.h>

#include "outbox.h"
#include "unit.h"

/* Pieces of all sizes, from a fixed seed; byte i of the stream is the low byte of i. */
static void what_goes_in_comes_out(void **state)
{
    (void)state;
    static char piece[20000];
    struct outbox outbox = {0};
    unsigned seed = 1;
    size_t in = 0, out = 0;
    for (int round = 0; round < 20000; round++) {
        size_t length = (size_t)rand_r(&seed) % (round % 100 == 0 ? sizeof piece : 300);
        for (size_t i = 0; i < length; i++)
            piece[i] = (char)((in + i) & 0xff);
        assert_int_equal(outbox_append(&outbox, piece, length), 0);
        in += length;
        assert_int_equal(outbox_size(&outbox), in - out);

        size_t gone = (size_t)rand_r(&seed) % 500;
        if (gone > in - out || round % 1000 == 999)
            gone = in - out;
        for (size_t i = 0; i < gone; i++)
            assert_int_equal((unsigned char)outbox_front(&outbox)[i], (out + i) & 0xff);
        outbox_drop(&outbox, gone);
        out += gone;
    }
    outbox_clear(&outbox);
    assert_int_equal(outbox_size(&outbox), 0);
}

static void it_does_not_grow_when_it_moves_on(void **state)
{
    (void)state;
    static const char bytes[1000];
    struct outbox outbox = {0};
    outbox_append(&outbox, bytes, sizeof bytes);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(outbox_append(&outbox, bytes, sizeof bytes), 0);
        outbox_drop(&outbox, sizeof bytes);
    }
    assert_in_range(outbox.capacity, 1, 8 * sizeof bytes);
    outbox_drop(&outbox, sizeof bytes);
    assert_null(outbox.bytes); /* an empty one holds no memory */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(it_does_not_grow_when_it_moves_on),
    };
    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
