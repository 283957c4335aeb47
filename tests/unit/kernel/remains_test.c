/* What large memory objects leave behind: charges are back at once, frames a few at a time, whoever is interrupted or
 * killed meanwhile. SCH-6, OBJ-5. */
#include "scenario.h"
#include "unit.h"

#include "grant.h"
#include "memory_object.h"
#include "remains.h"

#define AT 0x10000000ull
#define LARGE_PAGES 1000u
#define POINTS_MAX 400u

struct world {
    struct scenario *s;
    struct process process;
    struct thread *thread;
    uint64_t free, used; /* without the large object */
    int memory;
};

static uint64_t used_pages(struct world *world)
{
    struct grant_info info;

    grant_info_get(world->s->kernel->memory.root_grant, &info);
    return info.used_pages;
}

static uint64_t free_pages(struct world *world)
{
    return world->s->kernel->frames.free_count;
}

/* With an object of LARGE_PAGES pages, all present, that a handle and maybe a mapping hold. */
static struct world world_create(bool is_mapped)
{
    struct world world = {.s = scenario_create()};
    struct memory *memory;
    uint64_t frame;

    world.process = process_create(world.s);
    world.thread = thread_add(&world.process, 10, NULL, NULL);
    world.memory = (int)ACT(world.s, world.thread, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);
    ck_assert_int_ge(world.memory, HANDLE_DYNAMIC);
    ck_assert_int_eq(ACT(world.s, world.thread, SPACE_MAP, HANDLE_SPACE, AT, PAGE_BYTES, (uint64_t)world.memory, 0,
                         PROT_R | PROT_W | MAP_FLAG_FIXED),
                     AT);
    ck_assert_int_eq(ACT(world.s, world.thread, SPACE_UNMAP, HANDLE_SPACE, AT, PAGE_BYTES), 0);
    ck_assert_int_eq(ACT(world.s, world.thread, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)world.memory), 0);
    world.free = free_pages(&world);
    world.used = used_pages(&world);
    world.memory = (int)ACT(world.s, world.thread, MEMORY_CREATE, HANDLE_GRANT, LARGE_PAGES * PAGE_BYTES);
    memory = (struct memory *)object_of(world.thread, world.memory);
    for (uint64_t page = 0; page < LARGE_PAGES; page++)
        ck_assert_int_eq(memory_page(world.s->kernel, memory, page, true, &frame), 0);
    if (is_mapped)
        ck_assert_int_eq(ACT(world.s, world.thread, SPACE_MAP, HANDLE_SPACE, AT, LARGE_PAGES * PAGE_BYTES,
                             (uint64_t)world.memory, 0, PROT_R | PROT_W | MAP_FLAG_FIXED),
                         AT);
    return world;
}

static int64_t memory_close(struct world *world)
{
    return ACT(world->s, world->thread, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)world->memory);
}

START_TEST(a_large_object_that_ends_is_given_back_over_preemptions_SCH_6)
{
    for (uint64_t point = 1, more = true; more; point++) {
        struct world world = world_create(false);
        struct fake_platform *fake = world.s->fake;

        ck_assert_uint_lt(point, POINTS_MAX);
        fake->preempt_at = fake->preempt_polls + point;
        memory_close(&world);
        ck_assert_uint_eq(used_pages(&world), world.used);
        more = fake->preempt_polls >= fake->preempt_at;
        ck_assert(world.thread->again == (more && world.s->kernel->memory.remains.left != 0));
        ck_assert_ptr_eq(next_of(world.s), world.thread);
        ck_assert_int_eq(result_of(world.thread), 0);
        ck_assert_uint_eq(free_pages(&world), world.free);
        scenario_destroy(world.s);
    }
}
END_TEST

START_TEST(between_two_points_few_frames_are_given_back_SCH_6)
{
    struct world world = world_create(true);
    uint64_t free = free_pages(&world);
    unsigned turns = 0;

    world.s->fake->preempt_always = true;
    memory_close(&world);
    ck_assert_uint_eq(free_pages(&world), free);
    ACT(world.s, world.thread, SPACE_UNMAP, HANDLE_SPACE, AT, LARGE_PAGES * PAGE_BYTES);
    for (; free_pages(&world) != world.free; turns++) {
        ck_assert_uint_le(free_pages(&world) - free, 66);
        free = free_pages(&world);
        ck_assert_uint_lt(turns, POINTS_MAX);
        next_of(world.s);
        scenario_check(world.s);
    }
    ck_assert_uint_ge(turns, LARGE_PAGES / 66);
    scenario_destroy(world.s);
}
END_TEST

START_TEST(another_thread_runs_and_allocates_in_the_middle_SCH_6)
{
    struct world world = world_create(false);
    struct thread *other = thread_add(&world.process, 20, NULL, NULL);
    int made;

    world.s->fake->preempt_always = true;
    memory_close(&world);
    ck_assert(world.thread->again);
    ck_assert_ptr_eq(next_of(world.s), other);
    /* The other one has left nothing behind, and works off nothing. */
    made = (int)ACT(world.s, other, MEMORY_CREATE, HANDLE_GRANT, LARGE_PAGES * PAGE_BYTES);
    ck_assert_int_ge(made, HANDLE_DYNAMIC);
    ck_assert(has_result(other) && !other->again);
    ck_assert_int_eq(ACT(world.s, other, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)made), 0);
    thread_kill(world.s->kernel, other);
    world.s->fake->preempt_always = false;
    ck_assert_ptr_eq(next_of(world.s), world.thread);
    ck_assert_int_eq(result_of(world.thread), 0);
    scenario_destroy(world.s);
}
END_TEST

START_TEST(what_a_dead_thread_left_behind_is_given_back_before_the_machine_idles_SCH_6)
{
    struct world world = world_create(true);
    struct kernel *kernel = world.s->kernel;

    world.s->fake->preempt_always = true;
    memory_close(&world);
    ACT(world.s, world.thread, SPACE_UNMAP, HANDLE_SPACE, AT, LARGE_PAGES * PAGE_BYTES);
    ck_assert(world.thread->again);
    thread_kill(kernel, world.thread);
    scenario_check(world.s);
    ck_assert_uint_ne(kernel->memory.remains.left, 0);
    ck_assert_uint_eq(used_pages(&world), 0);
    world.s->fake->preempt_always = false;
    ck_assert_ptr_null(next_of(world.s));
    ck_assert_uint_eq(kernel->memory.remains.left, 0);
    scenario_destroy(world.s);
}
END_TEST

START_TEST(frames_that_wait_are_there_for_who_is_charged_for_them_SCH_6)
{
    struct world world = world_create(false);
    struct memory *memory;
    struct kernel *kernel = world.s->kernel;
    struct grant_info info;
    uint64_t frame, pages = 0;

    world.s->fake->preempt_always = true;
    memory_close(&world);
    grant_info_get(kernel->memory.root_grant, &info);
    ck_assert_int_eq(memory_create(kernel, kernel->memory.root_grant, 4096 * PAGE_BYTES, &memory), 0);
    while (memory_page(kernel, memory, pages, true, &frame) == 0)
        pages++;
    ck_assert_uint_ge(pages, info.limit_pages - info.used_pages - 16); /* all but its nodes */
    ck_assert_uint_eq(kernel->memory.remains.left, 0);
    object_release(kernel, memory_object(memory));
    scenario_destroy(world.s);
}
END_TEST

START_TEST(a_scattered_object_is_checked_at_every_point_OBJ_5_SCH_6)
{
    static const uint64_t pages[] = {0, 1, 511, 512, 1023, 262143, 262144, 300000000, (1ull << 35) - 1};
    struct scenario *s = scenario_create();
    struct kernel *kernel = s->kernel;
    uint64_t free = kernel->frames.free_count;

    for (unsigned from = 0; from < sizeof(pages) / sizeof(pages[0]); from++) {
        struct memory *memory;
        uint64_t frame;

        ck_assert_int_eq(memory_create(kernel, kernel->memory.root_grant, (uint64_t)PAGE_BYTES << 35, &memory), 0);
        for (unsigned i = from; i < sizeof(pages) / sizeof(pages[0]); i++)
            ck_assert_int_eq(memory_page(kernel, memory, pages[i], true, &frame), 0);
        object_release(kernel, memory_object(memory));
        for (unsigned turns = 0; kernel->memory.remains.first != NULL; turns++) {
            scenario_check(s);
            remains_step(kernel);
            ck_assert_uint_lt(turns, 100);
        }
        ck_assert_uint_eq(kernel->memory.remains.left, 0);
        ck_assert_uint_eq(kernel->frames.free_count, free);
    }
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("remains", a_large_object_that_ends_is_given_back_over_preemptions_SCH_6,
          between_two_points_few_frames_are_given_back_SCH_6, another_thread_runs_and_allocates_in_the_middle_SCH_6,
          what_a_dead_thread_left_behind_is_given_back_before_the_machine_idles_SCH_6,
          frames_that_wait_are_there_for_who_is_charged_for_them_SCH_6,
          a_scattered_object_is_checked_at_every_point_OBJ_5_SCH_6)
