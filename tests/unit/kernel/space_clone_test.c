/* Clones of address spaces and faults: kernel-model/src/space_clone.c, space_access.c. MEM-1, MEM-3, MEM-5, OBJ-5. */
#include <abi/errno.h>
#include <string.h>
#include <unit.h>

#include "space_fixture.h"

static struct space *space_make(void)
{
    struct space *made;

    ck_assert_int_eq(space_create(kernel, root, &made), 0);
    return made;
}

/* The fork of `space`. */
static struct space *fork_make(void)
{
    struct space *child = space_make();

    ck_assert_int_eq(space_clone(kernel, child, space, root), 0);
    fake_mappings_check(fake, space);
    fake_mappings_check(fake, child);
    return child;
}

static void space_drop(struct space *dropped)
{
    object_recount_all((struct object *[]){space_object(dropped)}, 1);
    object_release(kernel, space_object(dropped));
    ck_assert(remains_clear(kernel));
}

#define FEW 16u  /* pages that a clone copies at once */
#define MANY 64u /* those it shares */

static void private_map(uint64_t pages, uint32_t flags)
{
    struct memory *memory = memory_make_pages(pages);

    fill(memory, pages);
    ck_assert_int_eq(map(space, memory, AREA, pages, 0, PROT_R | PROT_W | flags), 0);
    drop(memory);
}

START_TEST(a_childs_write_is_unseen_by_its_parent_and_the_reverse_MEM_3)
{
    struct space *child;

    space_setup();
    private_map(MANY, 0);
    child = fork_make();
    byte_set(child, AREA + 3 * PAGE, 100);
    byte_set(space, AREA + 4 * PAGE, 101);
    ck_assert_uint_eq(byte_at(space, AREA + 3 * PAGE), 4);
    ck_assert_uint_eq(byte_at(child, AREA + 4 * PAGE), 5);
    ck_assert_uint_eq(byte_at(child, AREA + 3 * PAGE), 100);
    ck_assert_uint_eq(byte_at(space, AREA + 4 * PAGE), 101);
    fake_mappings_check(fake, space);
    fake_mappings_check(fake, child);
    space_drop(child);
    space_teardown();
}
END_TEST

/* Faults cost more than copies. */
START_TEST(a_fork_copies_few_written_pages_so_that_neither_side_faults)
{
    struct space *child;
    uint64_t frame, own;
    uint32_t prot;

    space_setup();
    private_map(FEW, 0);
    child = fork_make();
    for (uint64_t at = AREA; at < AREA + FEW * PAGE; at += PAGE) {
        ck_assert(fake_mapping_get(fake, space, at, &own, &prot));
        ck_assert_uint_eq(prot, PROT_R | PROT_W);
        ck_assert(fake_mapping_get(fake, child, at, &frame, &prot));
        ck_assert_uint_eq(prot, PROT_R | PROT_W);
        ck_assert_uint_ne(frame, own);
    }
    ck_assert_uint_eq(byte_at(child, AREA + 3 * PAGE), 4);
    byte_set(child, AREA + 3 * PAGE, 100);
    ck_assert_uint_eq(byte_at(space, AREA + 3 * PAGE), 4);
    space_drop(child);
    space_teardown();
}
END_TEST

/* However many small objects there are. */
START_TEST(a_fork_copies_sixty_four_pages_in_all_and_shares_the_rest_MEM_3)
{
    struct space *child;
    uint64_t frame, own, copied = 0;
    uint32_t prot;

    space_setup();
    for (uint64_t at = AREA; at < AREA + 8 * FEW * PAGE; at += FEW * PAGE) {
        struct memory *memory = memory_make_pages(FEW);

        fill(memory, FEW);
        ck_assert_int_eq(map(space, memory, at, FEW, 0, PROT_R | PROT_W), 0);
        drop(memory);
    }
    child = fork_make();
    for (uint64_t at = AREA; at < AREA + 8 * FEW * PAGE; at += PAGE) {
        ck_assert(fake_mapping_get(fake, space, at, &own, &prot));
        ck_assert(fake_mapping_get(fake, child, at, &frame, &prot));
        copied += frame != own;
        ck_assert_uint_eq(prot, frame != own ? PROT_R | PROT_W : PROT_R);
    }
    ck_assert_uint_eq(copied, MANY);
    space_drop(child);
    space_teardown();
}
END_TEST

START_TEST(a_fork_copies_none_of_many_pages_and_shows_all_in_runs_MEM_3)
{
    struct space *child;
    uint64_t free_before, calls;

    space_setup();
    {
        struct memory *memory = memory_make_pages(2048);

        ck_assert_int_eq(map(space, memory, AREA, 2048, 0, PROT_R | PROT_W | MAP_FLAG_POPULATE), 0);
        drop(memory);
    }
    child = space_make();
    free_before = kernel->frames.free_count;
    calls = fake->map_calls;
    ck_assert_int_eq(space_clone(kernel, child, space, root), 0);
    ck_assert_uint_le(free_before - kernel->frames.free_count, 1 + 4 + 2);
    ck_assert_uint_le(fake->map_calls, calls + 2048 / 32); /* a few for each slice */
    ck_assert_uint_le(fake->protect_calls, 2048 / 32);
    ck_assert_uint_eq(mapped_pages(child, AREA, 2048), 2048);
    fake_mappings_check(fake, space);
    fake_mappings_check(fake, child);
    space_drop(child);
    space_teardown();
}
END_TEST

START_TEST(a_parent_gets_its_pages_back_without_copies_when_the_child_is_gone)
{
    struct space *child;
    uint64_t free_before, frame, again;
    uint32_t prot;

    space_setup();
    private_map(MANY, 0);
    ck_assert(fake_mapping_get(fake, space, AREA, &frame, &prot));
    child = fork_make();
    space_drop(child);
    free_before = kernel->frames.free_count;
    ck_assert_int_eq(space_fault(kernel, space, AREA, ACCESS_WRITE), 0);
    ck_assert_uint_eq(kernel->frames.free_count, free_before);
    ck_assert(fake_mapping_get(fake, space, AREA + 7 * PAGE, &again, &prot));
    ck_assert_uint_eq(prot, PROT_R | PROT_W);
    ck_assert(fake_mapping_get(fake, space, AREA, &again, &prot));
    ck_assert_uint_eq(frame, again);
    space_teardown();
}
END_TEST

START_TEST(shared_regions_show_the_same_frames_MEM_5)
{
    struct space *child;
    uint64_t frame, again;
    uint32_t prot;

    space_setup();
    private_map(4, MAP_FLAG_SHARED);
    child = fork_make();
    byte_set(child, AREA, 77);
    ck_assert_uint_eq(byte_at(space, AREA), 77);
    ck_assert(fake_mapping_get(fake, space, AREA, &frame, &prot));
    ck_assert(fake_mapping_get(fake, child, AREA, &again, &prot));
    ck_assert_uint_eq(frame, again);
    ck_assert(!frame_is_private(kernel, frame) || prot == (PROT_R | PROT_W));
    space_drop(child); /* the mapper's end frees nothing of the owner's */
    ck_assert_uint_eq(byte_at(space, AREA), 77);
    space_teardown();
}
END_TEST

START_TEST(a_devices_memory_is_shared_by_a_fork_SRV_2)
{
    struct space *child;
    struct memory *memory;
    uint64_t frame, again;

    space_setup();
    memory = memory_make_pages(2);
    ck_assert_int_eq(memory_physical(kernel, memory, 0, &frame), 0);
    ck_assert_int_eq(map(space, memory, AREA, 2, 0, PROT_R | PROT_W), 0);
    child = space_make();
    ck_assert_int_eq(space_clone(kernel, child, space, root), 0);
    byte_set(child, AREA, 7);
    ck_assert_uint_eq(byte_at(space, AREA), 7);
    ck_assert_uint_eq(((uint8_t *)frame_bytes(kernel, frame))[0], 7);
    byte_set(space, AREA, 8);
    ck_assert_int_eq(memory_physical(kernel, memory, 0, &again), 0);
    ck_assert_uint_eq(again, frame);
    drop(memory);
    object_release(kernel, space_object(child));
    space_teardown();
}
END_TEST

START_TEST(regions_that_are_not_to_be_cloned_are_left_out)
{
    struct space *child;
    struct region_info info;

    space_setup();
    private_map(4, MAP_FLAG_NO_CLONE | MAP_FLAG_SHARED);
    child = fork_make();
    space_query(child, 0, &info);
    ck_assert_uint_eq(info.end, 0);
    space_drop(child);
    space_teardown();
}
END_TEST

START_TEST(a_clone_into_used_addresses_is_refused)
{
    struct space *child;
    struct memory *memory;

    space_setup();
    private_map(4, 0);
    child = space_make();
    memory = memory_make_pages(1);
    ck_assert_int_eq(map(child, memory, AREA + 3 * PAGE, 1, 0, PROT_R), 0);
    ck_assert_int_eq(space_clone(kernel, child, space, root), -E_EXIST);
    ck_assert_int_eq(space_clone(kernel, space, space, root), -E_EXIST);
    ck_assert_int_eq(map(child, memory, AREA + 4 * PAGE, 1, 0, PROT_R), 0);
    ck_assert_int_eq(space_unmap(kernel, child, AREA + 3 * PAGE, PAGE), 0);
    ck_assert_int_eq(space_clone(kernel, child, space, root), 0);
    ck_assert_uint_eq(byte_at(child, AREA + 3 * PAGE), 4);
    ck_assert_uint_eq(byte_at(child, AREA + 4 * PAGE), 0);
    drop(memory);
    space_drop(child);
    space_teardown();
}
END_TEST

START_TEST(regions_split_by_protect_are_right_after_a_fork)
{
    struct space *child;

    space_setup();
    private_map(MANY, 0);
    ck_assert_int_eq(space_protect(kernel, space, AREA + 5 * PAGE, 2 * PAGE, PROT_R), 0);
    child = fork_make();
    for (uint64_t page = 0; page < 16; page++)
        ck_assert_uint_eq(byte_at(child, AREA + page * PAGE), page + 1);
    ck_assert_int_eq(space_protect(kernel, child, AREA, 16 * PAGE, PROT_R | PROT_W), 0);
    fake_mappings_check(fake, child);
    byte_set(child, AREA + 5 * PAGE, 50);
    ck_assert_uint_eq(byte_at(space, AREA + 5 * PAGE), 6);
    fake_mappings_check(fake, child);
    space_drop(child);
    space_teardown();
}
END_TEST

START_TEST(a_broken_share_is_seen_by_all_who_map_the_object_MEM_5)
{
    struct space *other, *child;
    struct memory *memory;

    space_setup();
    memory = memory_make_pages(4);
    fill(memory, 4);
    other = space_make();
    ck_assert_int_eq(map(space, memory, AREA, 4, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(map(other, memory, AREA, 4, 0, PROT_R | PROT_W | MAP_FLAG_SHARED), 0);
    child = fork_make();
    fake_mappings_check(fake, other);
    byte_set(space, AREA, 90);
    fake_mappings_check(fake, other); /* no stale frame */
    fake_mappings_check(fake, space);
    ck_assert_uint_eq(byte_at(other, AREA), 90);
    ck_assert_uint_eq(byte_at(child, AREA), 1);
    object_recount_all(
        (struct object *[]){space_object(other), space_object(child), memory_object(memory)}, 3);
    object_release(kernel, space_object(other));
    object_release(kernel, space_object(child));
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(a_fault_brings_in_its_neighbours_in_one_call_MEM_1)
{
    struct memory *memory;

    space_setup();
    memory = memory_make_pages(32);
    ck_assert_int_eq(map(space, memory, AREA, 32, 0, PROT_R | PROT_W), 0);
    ck_assert_uint_eq(fake->map_calls, 0);
    ck_assert_int_eq(space_fault(kernel, space, AREA + 11 * PAGE + 5, ACCESS_WRITE), 0);
    ck_assert_uint_eq(mapped_pages(space, AREA, 32), FAULT_AROUND_PAGES);
    ck_assert_uint_eq(mapped_pages(space, AREA + 8 * PAGE, 8), FAULT_AROUND_PAGES);
    ck_assert_uint_eq(fake->map_calls, 1);
    fake_mappings_check(fake, space);
    drop(memory);
    space_teardown();
}
END_TEST

/* Data, zeroed data and heap lie side by side, and a process that forked writes to all of them. */
START_TEST(a_write_after_a_fork_breaks_the_shares_around_it_in_one_fault)
{
    struct space *child;
    struct memory *low, *high;
    uint64_t frame;
    uint32_t prot;

    space_setup();
    low = memory_make_pages(5);
    high = memory_make_pages(40);
    fill(low, 5);
    fill(high, 40);
    ck_assert_int_eq(map(space, low, AREA, 5, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(map(space, high, AREA + 5 * PAGE, 40, 0, PROT_R | PROT_W), 0);
    drop(low);
    drop(high);
    child = fork_make();
    ck_assert_int_eq(space_fault(kernel, child, AREA + 6 * PAGE, ACCESS_WRITE), 0);
    fake_mappings_check(fake, child);
    fake_mappings_check(fake, space);
    for (uint64_t page = 0; page < 45; page++) {
        bool is_near = page < 5 + 8; /* the region below, and the page's own window */

        ck_assert(fake_mapping_get(fake, child, AREA + page * PAGE, &frame, &prot));
        ck_assert_uint_eq(prot, is_near ? PROT_R | PROT_W : PROT_R);
        ck_assert_uint_eq(byte_at(child, AREA + page * PAGE), byte_at(space, AREA + page * PAGE));
    }
    space_drop(child);
    space_teardown();
}
END_TEST

START_TEST(keys_of_shared_words_meet_and_of_private_ones_do_not)
{
    struct memory *a, *b, *c;
    struct space *child;
    uint64_t offset_a, offset_b, offset_c;

    space_setup();
    private_map(2, MAP_FLAG_SHARED);
    a = memory_make_pages(2);
    ck_assert_int_eq(map(space, a, AREA + 8 * PAGE, 1, 1, PROT_R | PROT_W), 0);
    drop(a);
    child = fork_make();
    ck_assert_int_eq(space_key(space, AREA + PAGE + 4, &a, &offset_a), 0);
    ck_assert_int_eq(space_key(child, AREA + PAGE + 4, &b, &offset_b), 0);
    ck_assert(a == b && offset_a == offset_b && offset_a == PAGE + 4);
    ck_assert_int_eq(space_key(space, AREA + 8 * PAGE + 4, &a, &offset_a), 0);
    ck_assert_int_eq(space_key(child, AREA + 8 * PAGE + 4, &c, &offset_c), 0);
    ck_assert(a != c && offset_a == PAGE + 4);
    ck_assert_int_eq(space_key(child, AREA + 9 * PAGE, &c, &offset_c), -E_FAULT);
    space_drop(child);
    space_teardown();
}
END_TEST

START_TEST(exhaustion_at_every_point_of_a_clone_leaves_all_as_before_OBJ_5)
{
    int error = -E_NOMEM;

    space_setup();
    for (unsigned i = 0; i < 12; i++) {
        struct memory *memory = memory_make_pages(10);

        fill(memory, 10);
        ck_assert_int_eq(map(space, memory, AREA + 64 * PAGE * i, 10, 0, PROT_R | PROT_W), 0);
        drop(memory);
    }
    for (uint64_t limit = 1; error != 0; limit++) {
        struct grant *grant;
        struct space *child;
        struct grant_info before, after;

        ck_assert_int_eq(grant_create(kernel, root, limit, &grant), 0);
        ck_assert_int_eq(space_create(kernel, grant, &child), 0);
        grant_info_get(grant, &before);
        error = space_clone(kernel, child, space, grant);
        grant_info_get(grant, &after);
        ck_assert(error == 0 || (error == -E_NOMEM && before.used_pages == after.used_pages));
        ck_assert(error == 0 || mapped_pages(child, AREA, 64) == 0);
        fake_mappings_check(fake, space);
        object_recount_all((struct object *[]){grant_object(grant), space_object(child)}, 2);
        object_release(kernel, space_object(child));
        object_release(kernel, grant_object(grant));
    }
    for (unsigned i = 0; i < 12; i++)
        ck_assert_uint_eq(byte_at(space, AREA + 64 * PAGE * i + 9 * PAGE), 10);
    space_teardown();
}
END_TEST

UNIT_MAIN("space_clone", a_childs_write_is_unseen_by_its_parent_and_the_reverse_MEM_3,
          a_fork_copies_few_written_pages_so_that_neither_side_faults,
          a_fork_copies_sixty_four_pages_in_all_and_shares_the_rest_MEM_3,
          a_fork_copies_none_of_many_pages_and_shows_all_in_runs_MEM_3,
          a_parent_gets_its_pages_back_without_copies_when_the_child_is_gone, shared_regions_show_the_same_frames_MEM_5,
          a_devices_memory_is_shared_by_a_fork_SRV_2, regions_that_are_not_to_be_cloned_are_left_out,
          a_clone_into_used_addresses_is_refused,
          regions_split_by_protect_are_right_after_a_fork, a_broken_share_is_seen_by_all_who_map_the_object_MEM_5,
          a_fault_brings_in_its_neighbours_in_one_call_MEM_1,
          a_write_after_a_fork_breaks_the_shares_around_it_in_one_fault,
          keys_of_shared_words_meet_and_of_private_ones_do_not,
          exhaustion_at_every_point_of_a_clone_leaves_all_as_before_OBJ_5)
