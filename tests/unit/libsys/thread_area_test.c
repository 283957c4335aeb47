/* Thread areas: taken lowest first, given back, limited. */
#include "unit.h"

#include "fake_gate.h"
#include "state.h"
#include "thread_area.h"

static void begin(void)
{
    fake_reset();
    process_state()->area_used[0] = process_state()->area_mapped[0] = 1;
    fake.results[SYS_MEMORY_CREATE] = HANDLE_DYNAMIC;
}

START_TEST(areas_are_taken_lowest_first_and_reused)
{
    int memory;
    begin();
    ck_assert_int_eq(area_take(&memory), 1);
    ck_assert_int_eq(memory, HANDLE_DYNAMIC);
    ck_assert_int_eq(area_take(&memory), 2);
    area_give(1);
    size_t maps = fake_count(SYS_SPACE_MAP);
    ck_assert_int_eq(area_take(&memory), 1);
    ck_assert_uint_eq(fake_count(SYS_SPACE_MAP), maps + 1); /* a control page; the stack is still there */
}
END_TEST

START_TEST(threads_are_limited)
{
    int memory;
    begin();
    for (unsigned i = 1; i < THREADS_PER_SPACE_MAX; i++) {
        fake.call_count = 0;
        ck_assert_int_eq(area_take(&memory), (int)i);
    }
    ck_assert_int_eq(area_take(&memory), -E_AGAIN);
    ck_assert_uint_lt(area_stack_top(THREADS_PER_SPACE_MAX - 1), PLATFORM_BASE);
}
END_TEST

START_TEST(an_area_without_memory_is_given_back)
{
    int memory;
    begin();
    fake.results[SYS_MEMORY_CREATE] = -E_NOMEM;
    ck_assert_int_eq(area_take(&memory), -E_NOMEM);
    ck_assert_uint_eq(process_state()->area_used[0], 1);
    fake.results[SYS_MEMORY_CREATE] = HANDLE_DYNAMIC;
    fake.results[SYS_SPACE_MAP] = -E_NOMEM;
    ck_assert_int_eq(area_take(&memory), -E_NOMEM);
    ck_assert_uint_eq(process_state()->area_used[0], 1);
}
END_TEST

UNIT_MAIN("thread_area", areas_are_taken_lowest_first_and_reused, threads_are_limited,
          an_area_without_memory_is_given_back)
