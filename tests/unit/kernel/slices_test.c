/* Calls on large spaces, preempted at each of their points: the same comes of them, and whatever happens to the spaces
 * meanwhile ends well. SCH-6, MEM-3. */
#include "scenario.h"
#include "unit.h"

#include "grant.h"
#include "memory_object.h"
#include "region.h"

#define AT 0x10000000ull
#define PAGES 200u
#define POINTS_MAX 100u

struct world {
    struct scenario *s;
    struct process process;
    struct thread *thread;
    int memory, child; /* handles: of the large object, of an empty space */
    int limited;       /* of a grant with little room */
};

/* Pages of the large object that are there: neighbours have frames far apart, and there are gaps. */
static bool is_present(uint64_t page)
{
    return page % 7 != 3;
}

static struct world world_create(void)
{
    struct world world = {.s = scenario_create()};
    struct kernel *kernel = world.s->kernel;
    struct memory *memory;
    uint64_t frame;

    world.process = process_create(world.s);
    world.thread = thread_add(&world.process, 10, NULL, NULL);
    world.memory = (int)ACT(world.s, world.thread, MEMORY_CREATE, HANDLE_GRANT, PAGES * PAGE_BYTES);
    world.child = (int)ACT(world.s, world.thread, SPACE_CREATE, HANDLE_GRANT);
    world.limited = (int)ACT(world.s, world.thread, GRANT_CREATE, HANDLE_GRANT, 150);
    memory = (struct memory *)object_of(world.thread, world.memory);
    for (uint64_t i = 0; i < PAGES; i++) {
        uint64_t page = i * 37 % PAGES;

        if (!is_present(page))
            continue;
        ck_assert_int_eq(memory_page(kernel, memory, page, true, &frame), 0);
        *(uint8_t *)frame_bytes(kernel, frame) = (uint8_t)(page + 1);
    }
    return world;
}

static int64_t memory_map(struct world *world, uint32_t flags)
{
    return ACT(world->s, world->thread, SPACE_MAP, HANDLE_SPACE, AT, PAGES * PAGE_BYTES, (uint64_t)world->memory, 0,
               PROT_R | PROT_W | MAP_FLAG_FIXED | flags);
}

static struct space *child_of(struct world *world)
{
    return (struct space *)object_of(world->thread, world->child);
}

static int64_t space_fork(struct world *world, int grant)
{
    return ACT(world->s, world->thread, SPACE_CLONE, (uint64_t)world->child, HANDLE_SPACE, (uint64_t)grant);
}

static void preempt_at(struct world *world, uint64_t n)
{
    world->s->fake->preempt_at = world->s->fake->preempt_polls + n;
}

static bool points_are_over(struct world *world)
{
    return world->s->fake->preempt_polls < world->s->fake->preempt_at;
}

static uint64_t shown_pages(struct world *world, struct space *space)
{
    uint64_t count = 0, frame;
    uint32_t prot;

    fake_mappings_check(world->s->fake, space);
    for (uint64_t page = 0; page < PAGES; page++)
        count += fake_mapping_get(world->s->fake, space, AT + page * PAGE_BYTES, &frame, &prot);
    return count;
}

static uint64_t present_pages(void)
{
    uint64_t count = 0;

    for (uint64_t page = 0; page < PAGES; page++)
        count += is_present(page);
    return count;
}

static void map_over_preemptions(uint32_t flags, uint64_t shown, uint64_t least)
{
    uint64_t points = 0;

    for (bool more = true; more; points++) {
        struct world world = world_create();

        ck_assert_uint_lt(points, POINTS_MAX);
        preempt_at(&world, points + 1);
        memory_map(&world, flags);
        more = !points_are_over(&world);
        ck_assert(world.thread->again == more);
        ck_assert_ptr_eq(next_of(world.s), world.thread);
        ck_assert_int_eq(result_of(world.thread), AT);
        ck_assert_uint_eq(shown_pages(&world, world.process.space), shown);
        scenario_destroy(world.s);
    }
    ck_assert_uint_ge(points, least);
}

START_TEST(what_is_mapped_is_shown_over_preemptions_SCH_6)
{
    map_over_preemptions(0, present_pages(), PAGES / 32);
}
END_TEST

START_TEST(what_is_mapped_is_brought_in_over_preemptions_SCH_6)
{
    map_over_preemptions(MAP_FLAG_POPULATE, PAGES, PAGES / 16);
}
END_TEST

START_TEST(a_map_that_is_taken_away_in_the_middle_returns_where_it_was_SCH_6)
{
    struct world world = world_create();

    preempt_at(&world, 2);
    memory_map(&world, MAP_FLAG_POPULATE);
    ck_assert(world.thread->again);
    ck_assert_int_eq(space_unmap(world.s->kernel, world.process.space, AT, PAGES * PAGE_BYTES), 0);
    ck_assert_ptr_eq(next_of(world.s), world.thread);
    ck_assert_int_eq(result_of(world.thread), AT);
    ck_assert_uint_eq(shown_pages(&world, world.process.space), 0);
    scenario_destroy(world.s);
}
END_TEST

static void child_check(struct world *world, uint64_t unmapped_from)
{
    struct space *child = child_of(world);

    fake_mappings_check(world->s->fake, world->process.space);
    for (uint64_t page = 0; page < unmapped_from; page++) {
        uint8_t byte = 0xee;

        ck_assert_int_eq(space_copy_in(world->s->kernel, child, &byte, AT + page * PAGE_BYTES, 1), 0);
        ck_assert_uint_eq(byte, is_present(page) ? (uint8_t)(page + 1) : 0);
    }
}

START_TEST(a_space_is_cloned_over_preemptions_MEM_3_SCH_6)
{
    uint64_t points = 0;

    for (bool more = true; more; points++) {
        struct world world = world_create();
        uint8_t byte = 0xaa;

        ck_assert_uint_lt(points, POINTS_MAX);
        memory_map(&world, 0);
        preempt_at(&world, points + 1);
        space_fork(&world, HANDLE_GRANT);
        more = !points_are_over(&world);
        ck_assert(world.thread->again == more);
        scenario_check(world.s);
        ck_assert_ptr_eq(next_of(world.s), world.thread);
        ck_assert_int_eq(result_of(world.thread), 0);
        ck_assert_uint_eq(shown_pages(&world, child_of(&world)), present_pages());
        put(world.s, world.thread, AT + 5 * PAGE_BYTES, &byte, 1); /* the parent's alone */
        child_check(&world, PAGES);
        ck_assert_uint_eq(child_of(&world)->region_count, world.process.space->region_count);
        scenario_destroy(world.s);
    }
    ck_assert_uint_ge(points, PAGES / 64 + 3);
}
END_TEST

START_TEST(a_clone_without_room_is_undone_over_preemptions_MEM_3_SCH_6)
{
    uint64_t points = 0;

    for (bool more = true; more; points++) {
        struct world world = world_create();
        struct grant_info before, after;
        struct grant *grant = (struct grant *)object_of(world.thread, world.limited);

        ck_assert_uint_lt(points, POINTS_MAX);
        memory_map(&world, 0);
        grant_info_get(grant, &before);
        preempt_at(&world, points + 1);
        space_fork(&world, world.limited);
        more = !points_are_over(&world);
        ck_assert_ptr_eq(next_of(world.s), world.thread);
        ck_assert_int_eq(result_of(world.thread), -E_NOMEM);
        ck_assert_uint_eq(child_of(&world)->region_count, 0);
        grant_info_get(grant, &after);
        ck_assert_uint_eq(after.used_pages, before.used_pages);
        scenario_destroy(world.s);
    }
    ck_assert_uint_ge(points, 4);
}
END_TEST

/* What may happen while a clone stands still. */
enum mishap { SOURCE_UNMAPPED, SOURCE_REPLACED, CHILD_UNMAPPED, CHILD_MAPPED, SOURCE_CLOSED, KILLED, MISHAPS };

static void happen(struct world *world, enum mishap mishap)
{
    struct kernel *kernel = world->s->kernel;
    struct memory *other = NULL;
    uint64_t at = AT;

    switch (mishap) {
    case SOURCE_REPLACED:
    case CHILD_MAPPED:
        ck_assert_int_eq(memory_create(kernel, kernel->memory.root_grant, PAGES / 2 * PAGE_BYTES, &other), 0);
        ck_assert_int_eq(space_map(kernel, mishap == CHILD_MAPPED ? child_of(world) : world->process.space, &at,
                                   PAGES / 2 * PAGE_BYTES, other, RIGHTS_ALL, 0, PROT_R | MAP_FLAG_FIXED),
                         0);
        object_release(kernel, memory_object(other));
        break;
    case SOURCE_UNMAPPED:
        ck_assert_int_eq(space_unmap(kernel, world->process.space, AT, PAGES * PAGE_BYTES), 0);
        break;
    case CHILD_UNMAPPED:
        ck_assert_int_eq(space_unmap(kernel, child_of(world), AT, PAGES / 2 * PAGE_BYTES), 0);
        break;
    case SOURCE_CLOSED:
        ck_assert_int_eq(table_close(kernel, world->process.table, HANDLE_SPACE), 0);
        break;
    default:
        thread_kill(kernel, world->thread);
        break;
    }
    scenario_check(world->s);
}

static void clone_with(enum mishap mishap)
{
    bool more = true;

    for (uint64_t points = 0; more; points++) {
        struct world world = world_create();

        ck_assert_uint_lt(points, POINTS_MAX);
        memory_map(&world, 0);
        preempt_at(&world, points + 1);
        space_fork(&world, HANDLE_GRANT);
        more = !points_are_over(&world);
        if (more) {
            happen(&world, mishap);
            ck_assert_ptr_eq(next_of(world.s), mishap == KILLED ? NULL : world.thread);
        }
        if (more && mishap == SOURCE_CLOSED) {
            ck_assert_int_eq(result_of(world.thread), -E_BADF);
            ck_assert_uint_eq(child_of(&world)->region_count, 0);
        }
        if (more && mishap == CHILD_UNMAPPED)
            ck_assert_int_eq(result_of(world.thread), 0);
        scenario_destroy(world.s);
    }
}

START_TEST(whatever_happens_in_the_middle_of_a_clone_breaks_nothing_SCH_6)
{
    for (enum mishap mishap = 0; mishap < MISHAPS; mishap++)
        clone_with(mishap);
}
END_TEST

UNIT_MAIN("slices", what_is_mapped_is_shown_over_preemptions_SCH_6, what_is_mapped_is_brought_in_over_preemptions_SCH_6,
          a_map_that_is_taken_away_in_the_middle_returns_where_it_was_SCH_6,
          a_space_is_cloned_over_preemptions_MEM_3_SCH_6, a_clone_without_room_is_undone_over_preemptions_MEM_3_SCH_6,
          whatever_happens_in_the_middle_of_a_clone_breaks_nothing_SCH_6)
