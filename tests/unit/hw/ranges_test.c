/* Which part of RAM the kernel takes. */
#include <ranges.h>

#include <unit.h>

#define KIB 1024ull
#define MIB (1024 * KIB)

static void check_run(const struct machine_range *ram, uint32_t ram_count, const struct machine_range *reserved,
                      uint32_t reserved_count, uint64_t start, uint64_t size_bytes)
{
    struct machine_range run = ranges_largest_free(ram, ram_count, reserved, reserved_count);
    ck_assert_uint_eq(run.size_bytes, size_bytes);
    if (size_bytes != 0) {
        ck_assert_uint_eq(run.start, start);
    }
}

START_TEST(the_largest_part_between_reserved_ranges_is_found_HW_6)
{
    const struct machine_range ram[] = {{MIB, 64 * MIB}};
    const struct machine_range reserved[] = {{MIB, 2 * MIB}, {40 * MIB, MIB}, {10 * MIB, 4 * KIB}};
    check_run(ram, 1, reserved, 3, 10 * MIB + 4 * KIB, 30 * MIB - 4 * KIB);
    check_run(ram, 1, reserved, 2, 3 * MIB, 37 * MIB);
    check_run(ram, 1, NULL, 0, MIB, 64 * MIB);
    check_run(NULL, 0, NULL, 0, 0, 0);
}
END_TEST

START_TEST(adjoining_ranges_in_any_order_are_one_HW_6)
{
    const struct machine_range ram[] = {{64 * MIB, 64 * MIB}, {256 * MIB, 100 * MIB}, {0, 64 * MIB}};
    check_run(ram, 3, NULL, 0, 0, 128 * MIB);
}
END_TEST

START_TEST(only_whole_pages_count_HW_6)
{
    const struct machine_range ram[] = {{100, 16 * KIB}};
    const struct machine_range reserved[] = {{8 * KIB + 1, 10}};
    check_run(ram, 1, NULL, 0, 4 * KIB, 12 * KIB);
    check_run(ram, 1, reserved, 1, 4 * KIB, 4 * KIB);
}
END_TEST

START_TEST(reserved_ranges_may_overlap_and_lie_elsewhere_HW_6)
{
    const struct machine_range ram[] = {{0, 64 * MIB}};
    const struct machine_range reserved[] = {
        {0, 16 * MIB},     {8 * MIB, 16 * MIB},   {4 * MIB, 0},
        {1024 * MIB, MIB}, {UINT64_MAX - 10, 10}, {60 * MIB, 8 * MIB},
    };
    const struct machine_range all = {0, UINT64_MAX};
    check_run(ram, 1, reserved, 6, 24 * MIB, 36 * MIB);
    check_run(ram, 1, &all, 1, 0, 0);
}
END_TEST

START_TEST(a_range_holds_what_does_not_reach_over_it)
{
    const struct machine_range outer[] = {{4096, 4096}, {64 * MIB, MIB}};
    ck_assert(range_holds(outer, &(struct machine_range){4096, 4096}));
    ck_assert(!range_holds(outer, &(struct machine_range){4096, 4097}));
    ck_assert(!range_holds(outer, &(struct machine_range){4095, 1}));
    ck_assert(!range_holds(outer, &(struct machine_range){5000, UINT64_MAX}));
    ck_assert(ranges_hold(outer, 2, &(struct machine_range){64 * MIB, MIB}));
    ck_assert(!ranges_hold(outer, 1, &(struct machine_range){64 * MIB, MIB}));
}
END_TEST

UNIT_MAIN("ranges", the_largest_part_between_reserved_ranges_is_found_HW_6,
          adjoining_ranges_in_any_order_are_one_HW_6, only_whole_pages_count_HW_6,
          reserved_ranges_may_overlap_and_lie_elsewhere_HW_6, a_range_holds_what_does_not_reach_over_it)
