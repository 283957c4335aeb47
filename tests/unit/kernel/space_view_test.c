/* What the kernel remembers of pages must never outlive them. */
#include "unit.h"

#include <abi/errno.h>

#include "space_fixture.h"

#define OTHER (AREA + 257 * PAGE) /* known beside AREA, not in its place */

static uint8_t *bytes_at(uint64_t address, uint32_t access)
{
    void *bytes;
    uint64_t length = 1;

    if (space_access(kernel, space, address, access, false, &bytes, &length) != 0)
        return NULL;
    return bytes;
}

static uint8_t *known_at(uint64_t address, bool write)
{
    return space_view_known(&space->views, kernel->memory.view_serial, address, write);
}

/* A page that other objects share, at AREA and at OTHER. */
static struct memory *shared_twice(struct memory **clone)
{
    struct memory *memory = memory_make_pages(1);

    fill(memory, 1);
    ck_assert_int_eq(memory_clone(kernel, root, memory, 0, PAGE, clone), 0);
    ck_assert_int_eq(map(space, memory, AREA, 1, 0, PROT_R | PROT_W), 0);
    ck_assert_int_eq(map(space, memory, OTHER, 1, 0, PROT_R), 0);
    return memory;
}

START_TEST(a_page_seen_is_known_and_only_as_it_was_seen)
{
    struct memory *clone, *memory;

    space_setup();
    memory = shared_twice(&clone);
    ck_assert_ptr_null(known_at(AREA + 5, false));
    ck_assert_ptr_nonnull(bytes_at(AREA, ACCESS_READ));
    ck_assert_ptr_eq(known_at(AREA + 5, false), bytes_at(AREA + 5, ACCESS_READ));
    ck_assert_ptr_null(known_at(AREA + 5, true));
    ck_assert_ptr_null(known_at(AREA + PAGE, false));
    ck_assert_ptr_null(known_at(AREA + SPACE_VIEWS * PAGE, false));
    ck_assert_ptr_null(known_at(0, false));
    drop(memory);
    drop(clone);
    space_teardown();
}
END_TEST

START_TEST(bytes_in_two_pages_are_in_no_view)
{
    struct memory *memory;
    uint64_t last = AREA + (SPACE_VIEWS + 1) * PAGE; /* the next one's place is the first again */

    space_setup();
    memory = memory_make_pages(SPACE_VIEWS + 2);
    ck_assert_int_eq(map(space, memory, AREA, SPACE_VIEWS + 2, 0, PROT_R | PROT_W), 0);
    for (uint64_t page = AREA; page <= last; page += PAGE) {
        const uint64_t serial = kernel->memory.view_serial;

        ck_assert_ptr_nonnull(bytes_at(page, ACCESS_WRITE));
        ck_assert_ptr_nonnull(space_view_span(&space->views, serial, page, PAGE, true));
        ck_assert_ptr_nonnull(space_view_span(&space->views, serial, page + PAGE - 1, 1, true));
        ck_assert_ptr_null(space_view_span(&space->views, serial, page + 1, PAGE, true));
        ck_assert_ptr_null(space_view_span(&space->views, serial, page - 1, 2, true));
    }
    ck_assert_ptr_null(space_view_span(&space->views, kernel->memory.view_serial, UINT64_MAX, 2, false));
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(a_share_broken_at_one_address_is_seen_at_the_other)
{
    struct memory *clone, *memory;

    space_setup();
    memory = shared_twice(&clone);
    ck_assert_uint_eq(*bytes_at(OTHER, ACCESS_READ), 1);
    *bytes_at(AREA, ACCESS_WRITE) = 77;
    ck_assert_uint_eq(*bytes_at(OTHER, ACCESS_READ), 77);
    drop(memory);
    drop(clone);
    space_teardown();
}
END_TEST

START_TEST(a_page_that_became_shared_is_not_written_as_before)
{
    struct memory *clone, *memory;

    space_setup();
    memory = memory_make_pages(1);
    ck_assert_int_eq(map(space, memory, AREA, 1, 0, PROT_R | PROT_W), 0);
    *bytes_at(AREA, ACCESS_WRITE) = 1;
    ck_assert_int_eq(memory_clone(kernel, root, memory, 0, PAGE, &clone), 0);
    ck_assert_int_eq(map(space, clone, AREA + PAGE, 1, 0, PROT_R), 0);
    *bytes_at(AREA, ACCESS_WRITE) = 2;
    ck_assert_uint_eq(*bytes_at(AREA + PAGE, ACCESS_READ), 1);
    drop(memory);
    drop(clone);
    space_teardown();
}
END_TEST

START_TEST(what_is_unmapped_or_protected_is_unknown)
{
    struct memory *memory;

    space_setup();
    memory = memory_make_pages(2);
    ck_assert_int_eq(map(space, memory, AREA, 2, 0, PROT_R | PROT_W), 0);
    ck_assert_ptr_nonnull(bytes_at(AREA, ACCESS_WRITE));
    ck_assert_ptr_nonnull(bytes_at(AREA + PAGE, ACCESS_WRITE));
    ck_assert_int_eq(space_protect(kernel, space, AREA, PAGE, PROT_R), 0);
    ck_assert_ptr_null(bytes_at(AREA, ACCESS_WRITE));
    ck_assert_ptr_nonnull(bytes_at(AREA, ACCESS_READ));
    ck_assert_ptr_nonnull(bytes_at(AREA + PAGE, ACCESS_WRITE));
    ck_assert_int_eq(space_unmap(kernel, space, AREA, 2 * PAGE), 0);
    ck_assert_ptr_null(bytes_at(AREA, ACCESS_READ));
    ck_assert_ptr_null(bytes_at(AREA + PAGE, ACCESS_READ));
    drop(memory);
    space_teardown();
}
END_TEST

UNIT_MAIN("space_view", a_page_seen_is_known_and_only_as_it_was_seen, bytes_in_two_pages_are_in_no_view,
          a_share_broken_at_one_address_is_seen_at_the_other, a_page_that_became_shared_is_not_written_as_before,
          what_is_unmapped_or_protected_is_unknown)
