/* The runs of pages that the kernel's own copies see at once. */
#include "unit.h"

#include "space_fixture.h"

#define PAGES 80u /* more than lie in one piece of a page tree */

/* Page by page, with steps, so that neighbours' frames are neighbours only here and there; each page holds its number
 * plus one. */
static struct memory *memory_scattered(uint64_t step)
{
    struct memory *memory = memory_make_pages(PAGES);

    for (uint64_t i = 0; i < PAGES; i++) {
        uint64_t page = i * step % PAGES, frame;

        ck_assert_int_eq(memory_page(kernel, memory, page, true, &frame), 0);
        *(uint8_t *)frame_bytes(kernel, frame) = (uint8_t)(page + 1);
    }
    return memory;
}

/* Pages shown from a page on, each of which must hold its number plus one, if they were given any. */
static uint64_t run_check(uint64_t page, uint32_t access, bool unnamed)
{
    uint64_t length = (PAGES - page) * PAGE;
    void *bytes;

    ck_assert_int_eq(space_access(kernel, space, AREA + page * PAGE, access, false, &bytes, &length), 0);
    ck_assert_uint_eq(length % PAGE, 0);
    ck_assert_uint_ge(length, PAGE);
    ck_assert_uint_le(length, (PAGES - page) * PAGE);
    for (uint64_t i = 0; i < length / PAGE && !unnamed; i++)
        ck_assert_uint_eq(((const uint8_t *)bytes)[i * PAGE], page + i + 1);
    return length / PAGE;
}

START_TEST(a_run_shows_its_own_pages_only_wherever_their_frames_are_IPC_2)
{
    static const uint64_t steps[] = {1, 3, 7, PAGES - 1};

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct memory *memory;

        space_setup();
        memory = memory_scattered(steps[i]);
        ck_assert_int_eq(map(space, memory, AREA, PAGES, 0, PROT_R | PROT_W), 0);
        for (uint64_t page = 0; page < PAGES; page++) {
            (void)run_check(page, ACCESS_READ, false);
            (void)run_check(page, ACCESS_WRITE, false);
        }
        drop(memory);
        space_teardown();
    }
}
END_TEST

START_TEST(neighbouring_frames_are_shown_at_once)
{
    struct memory *memory;

    space_setup();
    memory = memory_scattered(1);
    ck_assert_int_eq(map(space, memory, AREA, PAGES, 0, PROT_R | PROT_W), 0);
    ck_assert_uint_gt(run_check(0, ACCESS_READ, false), 4);
    drop(memory);
    space_teardown();
}
END_TEST

START_TEST(a_run_to_write_to_has_no_shared_page_and_none_that_is_absent)
{
    struct memory *memory, *clone;
    uint64_t frame;

    space_setup();
    memory = memory_make_pages(PAGES);
    for (uint64_t page = 0; page < PAGES / 2; page++)
        ck_assert_int_eq(memory_page(kernel, memory, page, true, &frame), 0);
    ck_assert_int_eq(memory_clone(kernel, root, memory, 4 * PAGE, (PAGES - 4) * PAGE, &clone), 0);
    ck_assert_int_eq(map(space, memory, AREA, PAGES, 0, PROT_R | PROT_W), 0);
    for (uint64_t page = 0; page < PAGES; page += 5) {
        uint64_t pages = run_check(page, ACCESS_WRITE, true), end = page + pages;
        struct page_run run;

        for (uint64_t at = page; at < end; at = run.page + run.pages) {
            ck_assert(memory_run_next(memory, at, end, &run));
            ck_assert_uint_eq(run.page, at);
            ck_assert(!run.is_shared);
        }
    }
    drop(memory);
    drop(clone);
    space_teardown();
}
END_TEST

UNIT_MAIN("space_access", a_run_shows_its_own_pages_only_wherever_their_frames_are_IPC_2,
          neighbouring_frames_are_shown_at_once, a_run_to_write_to_has_no_shared_page_and_none_that_is_absent)
