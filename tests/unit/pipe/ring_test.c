/* The ring of a pipe. */
#include "ring.h"

#include "unit.h"

START_TEST(small_writes_go_in_whole_or_wait_VFS_12)
{
    struct pipe_ring ring = {.head = 0, .tail = PIPE_BYTES - 100};
    ck_assert_uint_eq(pipe_ring_writable(&ring, 100, 100), 100);
    ck_assert_uint_eq(pipe_ring_writable(&ring, 101, 101), 0);
    ck_assert_uint_eq(pipe_ring_writable(&ring, PIPE_ATOMIC_BYTES, PIPE_ATOMIC_BYTES), 0);
    ck_assert_uint_eq(pipe_ring_writable(&ring, PIPE_ATOMIC_BYTES + 1, PIPE_ATOMIC_BYTES + 1), 100);
    ck_assert_uint_eq(pipe_ring_writable(&ring, 1u << 20, 7), 7);
}
END_TEST

START_TEST(runs_break_at_the_end_of_the_ring)
{
    uint32_t place = 0;
    uint32_t first = 0;
    uint32_t second = 0;
    pipe_ring_runs(PIPE_BYTES - 3, 10, &place, &first, &second);
    ck_assert_uint_eq(place, PIPE_BYTES - 3);
    ck_assert_uint_eq(first, 3);
    ck_assert_uint_eq(second, 7);
    pipe_ring_runs(PIPE_BYTES * 5, 10, &place, &first, &second);
    ck_assert_uint_eq(place, 0);
    ck_assert_uint_eq(first, 10);
    ck_assert_uint_eq(second, 0);
}
END_TEST

START_TEST(indices_may_wrap)
{
    struct pipe_ring ring = {.head = UINT32_MAX - 4, .tail = 5};
    ck_assert_uint_eq(pipe_ring_count(&ring), 10);
    ck_assert_uint_eq(pipe_ring_room(&ring), PIPE_BYTES - 10);
}
END_TEST

UNIT_MAIN("pipe_ring", small_writes_go_in_whole_or_wait_VFS_12, runs_break_at_the_end_of_the_ring, indices_may_wrap)
