/* Address spaces: kernel-model/src/space.c, region.c. MEM-1, MEM-4, OBJ-5. Clones and faults: space_clone_test.c. */
#include "memory.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <string.h>
#include <unit.h>

#include "fake_platform.h"
#include "grant.h"
#include "memory_object.h"
#include "region.h"
#include "space_fixture.h"

START_TEST(bad_ranges_are_refused)
{
    static const struct {
        uint64_t address, size, offset;
    } bad[] = {{AREA, 0, 0},
               {AREA, 1, 0},
               {AREA + 1, PAGE, 0},
               {AREA, PAGE, 1},
               {AREA, 17 * PAGE, 0},
               {AREA, PAGE, 16 * PAGE},
               {AREA, PAGE, ~(uint64_t)0xfff},
               {AREA, ~(uint64_t)0xfff, PAGE},
               {0, PAGE, 0},
               {USER_BASE - PAGE, PAGE, 0},
               {USER_BASE - PAGE, 2 * PAGE, 0},
               {USER_END, PAGE, 0},
               {USER_END - PAGE, 2 * PAGE, 0},
               {~(uint64_t)0xfff, PAGE, 0},
               {~(uint64_t)0xfff, 2 * PAGE, 0},
               {PLATFORM_BASE, PAGE, 0},
               {PLATFORM_BASE - PAGE, 2 * PAGE, 0},
               {PLATFORM_END - PAGE, PAGE, 0},
               {PLATFORM_END - PAGE, 2 * PAGE, 0}};
    struct memory *memory;

    space_setup();
    memory = memory_make_pages(16);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t address = bad[i].address;

        ck_assert_int_eq(space_map(kernel, space, &address, bad[i].size, memory, RIGHTS_ALL, bad[i].offset,
                                   PROT_R | MAP_FLAG_FIXED),
                         -E_INVAL);
    }
    ck_assert_int_eq(map(space, memory, AREA, 1, 0, 0x100 | PROT_R), -E_INVAL);
    ck_assert_int_eq(space_unmap(kernel, space, PLATFORM_BASE, PAGE), -E_INVAL);
    ck_assert_int_eq(space_unmap(kernel, space, AREA, 0), -E_INVAL);
    ck_assert_int_eq(space_unmap(kernel, space, AREA, UINT64_MAX), -E_INVAL);
    ck_assert_int_eq(space_protect(kernel, space, AREA, ~(uint64_t)0xfff, PROT_R), -E_INVAL);
    ck_assert_int_eq(space_protect(kernel, space, AREA, PAGE, 8), -E_INVAL);
    ck_assert_int_eq(map(space, memory, USER_BASE, 1, 0, PROT_R), 0);
    ck_assert_int_eq(map(space, memory, USER_END - PAGE, 1, 0, PROT_R), 0);
    ck_assert_int_eq(map(space, memory, PLATFORM_BASE - PAGE, 1, 0, PROT_R), 0);
    ck_assert_int_eq(map(space, memory, PLATFORM_END, 16, 0, PROT_R), 0);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(protection_stays_within_the_handles_rights_at_map_and_at_protect_MEM_4)
{
    struct memory *memory;
    uint64_t address = AREA;

    space_setup();
    memory = memory_make_pages(16);
    for (uint32_t prot = 0; prot < 8; prot++) {
        for (uint32_t rights = 0; rights < 8; rights++) {
            bool allowed = prot == 0 || ((prot & ~rights) == 0 && (rights & RIGHT_READ) != 0);

            ck_assert_int_eq(
                space_map(kernel, space, &address, PAGE, memory, rights, 0, prot | MAP_FLAG_FIXED),
                allowed ? 0 : -E_ACCES);
            ck_assert_int_eq(space_map(kernel, space, &address, PAGE, memory, rights, 0, MAP_FLAG_FIXED), 0);
            ck_assert_int_eq(space_protect(kernel, space, AREA, PAGE, prot), allowed ? 0 : -E_ACCES);
        }
    }
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(access_follows_protection_MEM_1)
{
    struct memory *memory;
    uint8_t byte = 7;

    space_setup();
    memory = memory_make_pages(4);
    ck_assert_int_eq(map(space, memory, AREA, 4, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(space_copy_out(kernel, space, AREA + 5, &byte, 1), 0);
    ck_assert_int_eq(space_protect(kernel, space, AREA, 2 * PAGE, PROT_R), 0);
    ck_assert_int_eq(space_copy_out(kernel, space, AREA + 5, &byte, 1), -E_FAULT);
    ck_assert_int_eq(space_copy_out(kernel, space, AREA + 2 * PAGE, &byte, 1), 0);
    ck_assert_int_eq(space_fault(kernel, space, AREA, ACCESS_WRITE), -E_FAULT);
    ck_assert_int_eq(space_fault(kernel, space, AREA, ACCESS_EXECUTE), -E_FAULT);
    ck_assert_int_eq(space_fault(kernel, space, AREA, ACCESS_READ), 0);
    ck_assert_int_eq(space_protect(kernel, space, AREA, PAGE, 0), 0);
    ck_assert_int_eq(space_copy_in(kernel, space, &byte, AREA + 5, 1), -E_FAULT);
    ck_assert_int_eq(space_protect(kernel, space, AREA, PAGE, PROT_R | PROT_X), 0);
    ck_assert_int_eq(space_fault(kernel, space, AREA, ACCESS_EXECUTE), 0);
    byte = 0;
    ck_assert_int_eq(space_copy_in(kernel, space, &byte, AREA + 5, 1), 0);
    ck_assert_uint_eq(byte, 7);
    ck_assert_int_eq(space_protect(kernel, space, AREA, 5 * PAGE, PROT_R), -E_FAULT);
    fake_mappings_check(fake, space);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(access_shows_the_pages_that_are_wanted_and_no_others)
{
    struct memory *memory;
    void *bytes;
    uint64_t length = 1, address = AREA;

    space_setup();
    memory = memory_make_pages(4);
    ck_assert_int_eq(space_map(kernel, space, &address, 4 * PAGE, memory, RIGHTS_ALL, 0,
                               PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_POPULATE),
                     0);
    ck_assert_int_eq(space_access(kernel, space, AREA + 8, ACCESS_READ, false, &bytes, &length), 0);
    ck_assert_uint_eq(length, PAGE - 8);
    length = PAGE;
    ck_assert_int_eq(space_access(kernel, space, AREA + 8, ACCESS_WRITE, false, &bytes, &length), 0);
    ck_assert_uint_eq(length, 2 * PAGE - 8);
    length = UINT64_MAX;
    ck_assert_int_eq(space_access(kernel, space, AREA + 8, ACCESS_WRITE, false, &bytes, &length), 0);
    ck_assert_uint_eq(length, 4 * PAGE - 8);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(forced_access_needs_the_right_all_the_same)
{
    struct memory *memory;
    void *bytes;
    uint64_t length = PAGE, address = AREA;

    space_setup();
    memory = memory_make_pages(1);
    ck_assert_int_eq(space_map(kernel, space, &address, PAGE, memory, RIGHT_READ, 0, MAP_FLAG_FIXED), 0);
    ck_assert_int_eq(space_access(kernel, space, AREA, ACCESS_READ, false, &bytes, &length), -E_FAULT);
    ck_assert_int_eq(space_access(kernel, space, AREA, ACCESS_READ, true, &bytes, &length), 0);
    ck_assert_int_eq(space_access(kernel, space, AREA, ACCESS_WRITE, true, &bytes, &length), -E_FAULT);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(unmapping_the_middle_keeps_both_ends)
{
    struct memory *memory;
    struct region_info info;

    space_setup();
    memory = memory_make_pages(16);
    fill(memory, 16);
    ck_assert_int_eq(map(space, memory, AREA, 16, 0, PROT_R), 0);
    ck_assert_int_eq(space_unmap(kernel, space, AREA + 4 * PAGE, 8 * PAGE), 0);
    ck_assert_uint_eq(byte_at(space, AREA + 3 * PAGE), 4);
    ck_assert_uint_eq(byte_at(space, AREA + 12 * PAGE), 13);
    ck_assert_int_eq(space_fault(kernel, space, AREA + 4 * PAGE, ACCESS_READ), -E_FAULT);
    ck_assert_int_eq(space_fault(kernel, space, AREA + 11 * PAGE, ACCESS_READ), -E_FAULT);
    space_query(space, AREA + 4 * PAGE, &info);
    ck_assert_uint_eq(info.start, AREA + 12 * PAGE);
    ck_assert_uint_eq(info.offset_bytes, 12 * PAGE);
    ck_assert_uint_eq(info.present_pages, 4);
    space_query(space, AREA + 16 * PAGE, &info);
    ck_assert_uint_eq(info.end, 0);
    fake_mappings_check(fake, space);
    ck_assert_int_eq(map(space, memory, AREA + 4 * PAGE, 8, 4, PROT_R), 0);
    space_query(space, AREA, &info);
    ck_assert_uint_eq(info.end, AREA + 16 * PAGE); /* one again */
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(maps_without_an_address_find_the_lowest_gap)
{
    struct memory *memory;
    uint64_t a = 0, b = 0, c = 0, wanted = AREA;

    space_setup();
    memory = memory_make_pages(16);
    ck_assert_int_eq(space_map(kernel, space, &a, 4 * PAGE, memory, RIGHTS_ALL, 0, PROT_R), 0);
    ck_assert_int_eq(space_map(kernel, space, &b, 4 * PAGE, memory, RIGHTS_ALL, 0, PROT_R), 0);
    ck_assert_uint_eq(a, MAP_BASE);
    ck_assert_uint_eq(b, MAP_BASE + 4 * PAGE);
    ck_assert_int_eq(space_unmap(kernel, space, a + PAGE, 2 * PAGE), 0);
    ck_assert_int_eq(space_map(kernel, space, &c, 3 * PAGE, memory, RIGHTS_ALL, 0, PROT_R), 0);
    ck_assert_uint_eq(c, MAP_BASE + 8 * PAGE);
    c = 0;
    ck_assert_int_eq(space_map(kernel, space, &c, 2 * PAGE, memory, RIGHTS_ALL, 0, PROT_R), 0);
    ck_assert_uint_eq(c, a + PAGE);
    ck_assert_int_eq(space_map(kernel, space, &wanted, PAGE, memory, RIGHTS_ALL, 0, PROT_R), 0);
    ck_assert_uint_eq(wanted, AREA);
    ck_assert_int_eq(space_map(kernel, space, &wanted, PAGE, memory, RIGHTS_ALL, 0, PROT_R), 0);
    ck_assert_uint_eq(wanted, MAP_BASE + 11 * PAGE);
    drop(memory);
    ck_assert_int_eq(memory_create(kernel, root, MAP_END - MAP_BASE, &memory), 0);
    c = 0;
    ck_assert_int_eq(space_map(kernel, space, &c, MAP_END - MAP_BASE, memory, RIGHTS_ALL, 0, PROT_R), -E_NOMEM);
    ck_assert_int_eq(space_unmap(kernel, space, MAP_BASE, MAP_END - MAP_BASE), 0);
    ck_assert_int_eq(space_map(kernel, space, &c, MAP_END - MAP_BASE, memory, RIGHTS_ALL, 0, PROT_R), 0);
    ck_assert_uint_eq(c, MAP_BASE);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(present_pages_are_shown_by_map_in_one_run)
{
    struct memory *memory;

    space_setup();
    memory = memory_make_pages(16);
    memory_populate(kernel, memory, 0, 16);
    ck_assert_int_eq(map(space, memory, AREA, 16, 0, PROT_R | PROT_W), 0);
    ck_assert_uint_eq(fake->map_calls, 1);
    ck_assert_uint_eq(mapped_pages(space, AREA, 16), 16);
    ck_assert_uint_eq(fake->unmap_calls, 0);
    drop(memory);
    memory = memory_make_pages(8);
    ck_assert_int_eq(map(space, memory, AREA, 8, 0, PROT_R | PROT_W | MAP_FLAG_POPULATE), 0);
    ck_assert_uint_eq(mapped_pages(space, AREA, 8), 8);
    fake_mappings_check(fake, space);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(small_writable_maps_come_in_at_once_and_larger_ones_on_demand_MEM_1)
{
    struct memory *small, *large;

    space_setup();
    small = memory_make_pages(FAULT_AROUND_PAGES);
    large = memory_make_pages(FAULT_AROUND_PAGES + 1);
    ck_assert_int_eq(map(space, small, AREA, FAULT_AROUND_PAGES, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(map(space, large, AREA + 64 * PAGE, FAULT_AROUND_PAGES + 1, 0, PROT_R | PROT_W), 0);
    ck_assert_uint_eq(mapped_pages(space, AREA, 100), FAULT_AROUND_PAGES);
    drop(small);
    drop(large);
    space_teardown();
}
END_TEST

START_TEST(a_region_as_large_as_memory_costs_one_call)
{
    struct memory *memory;
    uint64_t address = PLATFORM_END;

    space_setup();
    ck_assert_int_eq(memory_create_identity(kernel, root, USER_END >> PAGE_SHIFT, &memory), 0);
    ck_assert_int_eq(space_map(kernel, space, &address, USER_END - address, memory, RIGHTS_ALL, address,
                               PROT_R | PROT_W | PROT_X | MAP_FLAG_FIXED | MAP_FLAG_SHARED),
                     0);
    ck_assert_uint_eq(fake->map_calls, 1);
    ck_assert_int_eq(space_fault(kernel, space, USER_END - 1, ACCESS_WRITE), 0);
    ck_assert_uint_eq(fake->map_calls, 2);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(copies_cross_pages_and_stop_at_holes)
{
    static uint8_t out[3 * PAGE_BYTES], in[3 * PAGE_BYTES];
    struct memory *low, *high;

    space_setup();
    low = memory_make_pages(2);
    high = memory_make_pages(2);
    for (unsigned i = 0; i < sizeof(out); i++)
        out[i] = (uint8_t)(i * 7);
    ck_assert_int_eq(map(space, low, AREA, 2, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(map(space, high, AREA + 2 * PAGE, 2, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(space_copy_out(kernel, space, AREA + 100, out, sizeof(out)), 0);
    ck_assert_int_eq(space_copy_in(kernel, space, in, AREA + 100, sizeof(in)), 0);
    ck_assert_int_eq(memcmp(in, out, sizeof(in)), 0);
    ck_assert_int_eq(space_copy_in(kernel, space, in, AREA + PAGE + 1, sizeof(in)), -E_FAULT);
    ck_assert_int_eq(space_copy_in(kernel, space, in, UINT64_MAX, 2), -E_FAULT);
    ck_assert_int_eq(space_copy_out(kernel, space, UINT64_MAX - 10, in, 100), -E_FAULT);
    ck_assert_int_eq(space_copy_in(kernel, space, in, AREA + 4 * PAGE, 0), 0);
    drop(low);
    drop(high);
    space_teardown();
}
END_TEST

START_TEST(an_exhausted_grant_fails_the_fault_only_OBJ_5)
{
    struct grant *grant;
    struct memory *memory;

    space_setup();
    ck_assert_int_eq(grant_create(kernel, root, 2, &grant), 0); /* a slab and a page */
    ck_assert_int_eq(memory_create(kernel, grant, 8 * PAGE, &memory), 0);
    ck_assert_int_eq(map(space, memory, AREA, 8, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(space_fault(kernel, space, AREA + 3 * PAGE, ACCESS_WRITE), 0);
    ck_assert_int_eq(space_fault(kernel, space, AREA + 4 * PAGE, ACCESS_WRITE), -E_NOMEM);
    ck_assert_int_eq(space_fault(kernel, space, AREA + 3 * PAGE, ACCESS_WRITE), 0);
    drop(memory);
    ck_assert_int_eq(space_unmap(kernel, space, AREA, 8 * PAGE), 0);
    object_release(kernel, grant_object(grant));
    space_teardown();
}
END_TEST

START_TEST(regions_stop_at_their_limit)
{
    struct memory *memory;
    uint64_t address = AREA;
    unsigned count = 0;

    space_setup();
    memory = memory_make_pages(16);
    for (count = 0; map(space, memory, address, 1, 0, PROT_R) == 0; count++)
        address += 2 * PAGE;
    ck_assert_uint_eq(count, REGIONS_MAX - 2);
    ck_assert_int_eq(map(space, memory, address, 1, 0, PROT_R), -E_NOMEM);
    drop(memory);
    space_teardown();
}
END_TEST

/* Each call either does all or, for want of memory, nothing. */
static int exhaustion_steps(struct space *target, struct memory *memory)
{
    uint64_t address = AREA + 8 * PAGE;
    int error = 0;

    for (unsigned i = 0; i < 40 && error == 0; i++)
        error = map(target, memory, AREA + 64 * PAGE * i, 16, 0, PROT_R | PROT_W);
    if (error == 0)
        error = space_unmap(kernel, target, AREA + 4 * PAGE, PAGE);
    if (error == 0)
        error = space_protect(kernel, target, AREA + 9 * PAGE, PAGE, PROT_R);
    if (error == 0)
        error = space_map(kernel, target, &address, PAGE, memory, RIGHTS_ALL, 0, PROT_R | MAP_FLAG_FIXED);
    for (unsigned i = 1; i < 30 && error == 0; i++)
        error = space_protect(kernel, target, AREA + 64 * PAGE * i + 4 * PAGE, 3 * PAGE, PROT_R);
    return error;
}

START_TEST(exhaustion_at_every_point_leaves_all_as_before_OBJ_5)
{
    struct memory *memory;
    int error = -E_NOMEM;

    space_setup();
    memory = memory_make_pages(16);
    for (uint64_t limit = 1; error != 0; limit++) {
        struct grant *grant;
        struct space *target;

        ck_assert_int_eq(grant_create(kernel, root, limit, &grant), 0);
        ck_assert_int_eq(space_create(kernel, grant, &target), 0);
        error = exhaustion_steps(target, memory);
        ck_assert(error == 0 || error == -E_NOMEM);
        fake_mappings_check(fake, target);
        object_recount_all((struct object *[]){grant_object(grant), space_object(target), memory_object(memory)}, 3);
        object_release(kernel, space_object(target));
        object_release(kernel, grant_object(grant));
    }
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(a_platform_without_room_makes_no_space)
{
    struct space *other;

    space_setup();
    fake->fail_spaces = true;
    ck_assert_int_eq(space_create(kernel, root, &other), -E_NOMEM);
    ck_assert_uint_eq(fake->spaces, 1);
    space_teardown();
}
END_TEST

UNIT_MAIN("space", bad_ranges_are_refused, protection_stays_within_the_handles_rights_at_map_and_at_protect_MEM_4,
          access_follows_protection_MEM_1, access_shows_the_pages_that_are_wanted_and_no_others,
          forced_access_needs_the_right_all_the_same,
          unmapping_the_middle_keeps_both_ends, maps_without_an_address_find_the_lowest_gap,
          present_pages_are_shown_by_map_in_one_run,
          small_writable_maps_come_in_at_once_and_larger_ones_on_demand_MEM_1,
          a_region_as_large_as_memory_costs_one_call, copies_cross_pages_and_stop_at_holes,
          an_exhausted_grant_fails_the_fault_only_OBJ_5, regions_stop_at_their_limit,
          exhaustion_at_every_point_leaves_all_as_before_OBJ_5, a_platform_without_room_makes_no_space)
