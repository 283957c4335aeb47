/* Page frames: kernel-model/src/frame.c. MEM-4 (zeroed tables), OBJ-5 (nothing but the frames given). */
#include "frame.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <stdlib.h>
#include <string.h>
#include <unit.h>

#include "fake_platform.h"

#define FRAMES 512u

START_TEST(all_frames_are_had_once_and_come_back)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    uint64_t before = kernel->frames.free_count;
    bool seen[FRAMES] = {false};

    for (uint64_t i = 0; i < before; i++) {
        uint64_t frame = frame_allocate(kernel);

        ck_assert(frame_is_ram(kernel, frame));
        ck_assert(!seen[frame - kernel->frames.first]);
        seen[frame - kernel->frames.first] = true;
    }
    ck_assert_uint_eq(frame_allocate(kernel), FRAME_NONE);
    ck_assert_ptr_null(frame_allocate_table(kernel));
    for (uint64_t i = 0; i < FRAMES; i++) {
        if (seen[i])
            frame_release(kernel, kernel->frames.first + i);
    }
    ck_assert_uint_eq(kernel->frames.free_count, before);
    fake_memory_check(kernel, NULL, 0);
    fake_destroy(fake);
}
END_TEST

START_TEST(runs_are_neighbours_and_never_longer_than_asked)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    uint64_t frame = 0;

    for (uint64_t wanted = 1; wanted <= 64; wanted *= 2) {
        uint64_t count = frame_allocate_run(kernel, wanted, &frame);

        ck_assert_uint_eq(count, wanted);
        for (uint64_t i = 0; i < count; i++)
            ck_assert(frame_is_private(kernel, frame + i));
        for (uint64_t i = 0; i < count; i++)
            frame_release(kernel, frame + i);
    }
    ck_assert_uint_eq(frame_allocate_run(kernel, 7, &frame), 4);
    fake_destroy(fake);
}
END_TEST

START_TEST(a_run_is_shorter_where_frames_are_scattered)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    uint64_t frames[FRAMES];
    uint64_t count = 0, frame;

    while ((frame = frame_allocate(kernel)) != FRAME_NONE)
        frames[count++] = frame;
    for (uint64_t i = 0; i < count; i += 2)
        frame_release(kernel, frames[i]);
    ck_assert_uint_eq(frame_allocate_run(kernel, 8, &frame), 1);
    fake_destroy(fake);
}
END_TEST

START_TEST(tables_are_zeroed_and_from_the_high_end_MEM_4)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    uint8_t *table = frame_allocate_table(kernel);
    uint64_t low = frame_allocate(kernel);

    ck_assert(fake_is_zero(table, PAGE_BYTES));
    ck_assert_uint_gt(frame_of_bytes(kernel, table), low);
    ck_assert_ptr_eq(frame_bytes(kernel, frame_of_bytes(kernel, table)), table);
    fake_destroy(fake);
}
END_TEST

START_TEST(references_keep_a_frame)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    uint64_t before = kernel->frames.free_count;
    uint64_t frame = frame_allocate(kernel);

    frame_reference(kernel, frame);
    ck_assert(!frame_is_private(kernel, frame));
    frame_release(kernel, frame);
    ck_assert(frame_is_private(kernel, frame));
    ck_assert_uint_eq(kernel->frames.free_count, before - 1);
    frame_release(kernel, frame);
    ck_assert_uint_eq(kernel->frames.free_count, before);
    fake_destroy(fake);
}
END_TEST

START_TEST(a_run_that_came_free_again_is_found_below_others)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    uint64_t frame, low = FRAME_NONE;

    while (frame_allocate_run(kernel, 8, &frame) == 8)
        low = low == FRAME_NONE && (frame - kernel->frames.first) % 64 == 0 ? frame : low;
    ck_assert_uint_ne(low, FRAME_NONE);
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_uint_ne(frame_allocate_run(kernel, 8, &frame), 8);
        frame_release(kernel, frame);
        frame_release(kernel, low + (i * 3) % 8);
    }
    ck_assert_uint_eq(frame_allocate_run(kernel, 8, &frame), 8);
    ck_assert_uint_eq(frame, low);
    fake_destroy(fake);
}
END_TEST

START_TEST(archive_frames_are_never_given_out)
{
    static const char archive[3 * PAGE_BYTES] = "archive";
    struct kernel_config config;
    struct fake_platform *fake = fake_create(FRAMES, archive, sizeof(archive), &config);
    struct kernel *kernel = fake->kernel;
    uint64_t frame;

    ck_assert_int_eq(memory_state_init(kernel, &config), 0);
    while ((frame = frame_allocate(kernel)) != FRAME_NONE)
        ck_assert(frame < config.archive_frame || frame >= config.archive_frame + 3);
    frame_reference(kernel, config.archive_frame);
    frame_release(kernel, config.archive_frame);
    frame_release(kernel, config.archive_frame);
    ck_assert(!frame_is_private(kernel, config.archive_frame));
    ck_assert_str_eq(frame_bytes(kernel, config.archive_frame), "archive");
    fake_destroy(fake);
}
END_TEST

START_TEST(tables_give_way_to_an_archive_at_the_start)
{
    struct kernel_config config;
    struct fake_platform *fake = fake_create(FRAMES, NULL, 0, &config);
    struct kernel *kernel = fake->kernel;
    char *bytes = (char *)fake->ram;
    uint64_t frame, count = 0;

    config.archive_frame = config.first_frame;
    config.archive_pages = 3;
    memset(bytes, 0x5a, 3 * PAGE_BYTES);
    ck_assert_int_eq(memory_state_init(kernel, &config), 0);
    while ((frame = frame_allocate(kernel)) != FRAME_NONE) {
        ck_assert(frame >= config.first_frame + 3 && frame < config.first_frame + FRAMES);
        memset(frame_bytes(kernel, frame), 0xff, PAGE_BYTES);
        count++;
    }
    ck_assert_uint_gt(count, 0);
    ck_assert_int_eq(bytes[0], 0x5a);
    ck_assert_int_eq(memcmp(bytes, bytes + 1, 3 * PAGE_BYTES - 1), 0);
    config.archive_pages = FRAMES;
    ck_assert_int_eq(memory_state_init(kernel, &config), -E_NOMEM);
    fake_destroy(fake);
}
END_TEST

START_TEST(bad_configurations_are_refused)
{
    struct kernel_config config, bad;
    struct fake_platform *fake = fake_create(FRAMES, NULL, 0, &config);

    bad = config;
    bad.frame_count = 15;
    ck_assert_int_eq(memory_state_init(fake->kernel, &bad), -E_NOMEM);
    bad = config;
    bad.frame_count = UINT64_MAX;
    ck_assert_int_eq(memory_state_init(fake->kernel, &bad), -E_INVAL);
    bad = config;
    bad.archive_frame = config.first_frame - 1;
    bad.archive_pages = 1;
    ck_assert_int_eq(memory_state_init(fake->kernel, &bad), -E_INVAL);
    bad.archive_frame = config.first_frame + FRAMES - 1;
    bad.archive_pages = 2;
    ck_assert_int_eq(memory_state_init(fake->kernel, &bad), -E_INVAL);
    bad.archive_pages = 1;
    ck_assert_int_eq(memory_state_init(fake->kernel, &bad), 0);
    fake_destroy(fake);
}
END_TEST

UNIT_MAIN("frame", all_frames_are_had_once_and_come_back, runs_are_neighbours_and_never_longer_than_asked,
          a_run_is_shorter_where_frames_are_scattered, tables_are_zeroed_and_from_the_high_end_MEM_4,
          references_keep_a_frame, archive_frames_are_never_given_out,
          a_run_that_came_free_again_is_found_below_others,
          tables_give_way_to_an_archive_at_the_start, bad_configurations_are_refused)
