/* Memory objects: kernel-model/src/memory.c, page_tree.c. MEM-1, MEM-3, MEM-4, OBJ-5. */
#include "memory.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <string.h>
#include <unit.h>

#include "fake_platform.h"
#include "grant.h"
#include "memory_object.h"

#define FRAMES 2048u
#define OBJECTS_MAX 32u

static struct fake_platform *fake;
static struct kernel *kernel;
static struct grant *root;

static void setup(void)
{
    static char archive[4 * PAGE_BYTES];
    struct kernel_config config;

    for (unsigned i = 0; i < sizeof(archive); i++)
        archive[i] = (char)(i / PAGE_BYTES + 1);
    fake = fake_create(FRAMES, archive, sizeof(archive), &config);
    kernel = fake->kernel;
    ck_assert_int_eq(memory_state_init(kernel, &config), 0);
    root = kernel->memory.root_grant;
}

static uint64_t used(struct grant *grant)
{
    struct grant_info info;

    grant_info_get(grant, &info);
    return info.used_pages;
}

static void drop(struct memory *memory)
{
    object_release(kernel, memory_object(memory));
}

static void teardown(void)
{
    fake_memory_check(kernel, NULL, 0);
    ck_assert_uint_eq(used(root), 1); /* the slab of the archive's object */
    fake_destroy(fake);
}

static struct memory *create(uint64_t pages)
{
    struct memory *memory;

    ck_assert_int_eq(memory_create(kernel, root, pages * PAGE_BYTES, &memory), 0);
    return memory;
}

static struct memory *clone(struct memory *from, uint64_t page, uint64_t pages)
{
    struct memory *memory;

    ck_assert_int_eq(memory_clone(kernel, root, from, page * PAGE_BYTES, pages * PAGE_BYTES, &memory), 0);
    return memory;
}

static uint8_t *page_bytes(struct memory *memory, uint64_t page, bool write)
{
    uint64_t frame;

    ck_assert_int_eq(memory_page(kernel, memory, page, write, &frame), 0);
    return frame_bytes(kernel, frame);
}

START_TEST(fresh_pages_are_zero_MEM_4)
{
    setup();
    for (int round = 0; round < 2; round++) {
        struct memory *memory = create(300);

        memory_populate(kernel, memory, 0, 300);
        for (uint64_t page = 0; page < 300; page++) {
            uint8_t *bytes = page_bytes(memory, page, true);

            ck_assert(fake_is_zero(bytes, PAGE_BYTES));
            memset(bytes, 0x77, PAGE_BYTES);
        }
        drop(memory);
    }
    teardown();
}
END_TEST

START_TEST(pages_come_on_demand_and_are_charged_one_by_one_MEM_1)
{
    struct memory *memory;
    uint64_t before;

    setup();
    memory = create(1ull << 30); /* 4 TiB */
    before = used(root);
    page_bytes(memory, 0, true)[0] = 1;
    ck_assert_uint_eq(used(root), before + 1 + 4);
    page_bytes(memory, 1, true)[0] = 2;
    ck_assert_uint_eq(used(root), before + 2 + 4);
    page_bytes(memory, (1ull << 30) - 1, true)[0] = 3;
    ck_assert_uint_eq(used(root), before + 3 + 4 + 3);
    ck_assert_uint_eq(page_bytes(memory, 0, false)[0], 1);
    ck_assert_uint_eq(page_bytes(memory, (1ull << 30) - 1, false)[0], 3);
    fake_memory_check(kernel, (struct object *[]){memory_object(memory)}, 1);
    drop(memory);
    teardown();
}
END_TEST

START_TEST(sizes_and_pages_are_checked_at_the_limit_and_one_past)
{
    struct memory *memory, *other;
    uint64_t frame;

    setup();
    ck_assert_int_eq(memory_create(kernel, root, 0, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create(kernel, root, UINT64_MAX, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create(kernel, root, (MEMORY_PAGES_MAX << PAGE_SHIFT) + 1, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create(kernel, root, MEMORY_PAGES_MAX << PAGE_SHIFT, &memory), 0);
    ck_assert_int_eq(memory_page(kernel, memory, MEMORY_PAGES_MAX - 1, true, &frame), 0);
    ck_assert_int_eq(memory_page(kernel, memory, MEMORY_PAGES_MAX, true, &frame), -E_INVAL);
    drop(memory);
    ck_assert_int_eq(memory_create(kernel, root, PAGE_BYTES + 1, &memory), 0);
    ck_assert_uint_eq(memory_size(memory), 2 * PAGE_BYTES);
    ck_assert_int_eq(memory_page(kernel, memory, 2, true, &frame), -E_INVAL);
    ck_assert_int_eq(memory_pin(kernel, memory, 2, &frame), -E_INVAL);
    ck_assert_int_eq(memory_clone(kernel, root, memory, 1, PAGE_BYTES, &other), -E_INVAL);
    ck_assert_int_eq(memory_clone(kernel, root, memory, 0, 0, &other), -E_INVAL);
    ck_assert_int_eq(memory_clone(kernel, root, memory, PAGE_BYTES, 2 * PAGE_BYTES, &other), -E_INVAL);
    ck_assert_int_eq(memory_clone(kernel, root, memory, ~(uint64_t)0xfff, 2 * PAGE_BYTES, &other), -E_INVAL);
    ck_assert_int_eq(memory_clone(kernel, root, memory, PAGE_BYTES, UINT64_MAX, &other), -E_INVAL);
    ck_assert_int_eq(memory_clone(kernel, root, memory, PAGE_BYTES, PAGE_BYTES, &other), 0);
    drop(other);
    drop(memory);
    teardown();
}
END_TEST

START_TEST(a_clone_is_a_snapshot_and_copies_no_page_up_front_MEM_3)
{
    struct memory *parent, *child;
    uint64_t free_before;

    setup();
    parent = create(100);
    for (uint64_t page = 0; page < 100; page++)
        page_bytes(parent, page, true)[5] = (uint8_t)page;
    free_before = kernel->frames.free_count;
    child = clone(parent, 10, 50);
    ck_assert_uint_eq(kernel->frames.free_count, free_before - 1); /* its node */
    page_bytes(child, 0, true)[5] = 200;
    page_bytes(parent, 11, true)[5] = 201;
    ck_assert_uint_eq(page_bytes(parent, 10, false)[5], 10);
    ck_assert_uint_eq(page_bytes(child, 1, false)[5], 11);
    ck_assert_uint_eq(page_bytes(parent, 12, false)[5], 12);
    ck_assert_ptr_eq(page_bytes(parent, 12, false), page_bytes(child, 2, false));
    ck_assert_uint_eq(kernel->frames.free_count, free_before - 3);
    fake_memory_check(kernel, (struct object *[]){memory_object(parent), memory_object(child)}, 2);
    drop(parent);
    ck_assert_uint_eq(page_bytes(child, 2, true)[5], 12); /* the last one keeps the frame */
    drop(child);
    teardown();
}
END_TEST

START_TEST(absent_pages_are_each_sides_own_after_a_clone)
{
    struct memory *parent, *child;

    setup();
    parent = create(4);
    child = clone(parent, 0, 4);
    page_bytes(parent, 0, true)[0] = 1;
    page_bytes(child, 1, true)[0] = 2;
    ck_assert_uint_eq(page_bytes(child, 0, false)[0], 0);
    ck_assert_uint_eq(page_bytes(parent, 1, false)[0], 0);
    drop(child);
    drop(parent);
    teardown();
}
END_TEST

START_TEST(pinned_pages_stay_and_are_copied_by_clones)
{
    struct memory *parent, *child;
    uint64_t frame, again;

    setup();
    parent = create(2);
    child = clone(parent, 0, 2);
    page_bytes(parent, 0, true)[0] = 1;
    drop(child);
    child = clone(parent, 0, 2);
    ck_assert_int_eq(memory_pin(kernel, parent, 0, &frame), 0); /* breaks the share */
    ck_assert_int_eq(memory_pin(kernel, parent, 0, &again), 0);
    ck_assert_uint_eq(frame, again);
    drop(child);
    child = clone(parent, 0, 2);
    ck_assert_ptr_ne(page_bytes(child, 0, false), frame_bytes(kernel, frame));
    ck_assert_uint_eq(page_bytes(child, 0, false)[0], 1);
    ck_assert_int_eq(memory_page(kernel, parent, 0, true, &again), 0);
    ck_assert_uint_eq(frame, again);
    fake_memory_check(kernel, (struct object *[]){memory_object(parent), memory_object(child)}, 2);
    memory_unpin(kernel, parent, 0);
    memory_unpin(kernel, parent, 0);
    drop(child);
    drop(parent);
    teardown();
}
END_TEST

START_TEST(pages_that_a_device_knows_stay_and_are_not_cloned_SRV_2)
{
    struct memory *memory, *child, *other = NULL;
    uint64_t frame, again;

    setup();
    memory = create(2);
    page_bytes(memory, 0, true)[0] = 1;
    child = clone(memory, 0, 2);
    ck_assert_int_eq(memory_physical(kernel, memory, 2, &frame), -E_INVAL);
    ck_assert(memory_is_clonable(memory));
    ck_assert_int_eq(memory_physical(kernel, memory, 0, &frame), 0); /* breaks the share */
    ck_assert_ptr_ne(page_bytes(child, 0, false), frame_bytes(kernel, frame));
    ck_assert_uint_eq(((uint8_t *)frame_bytes(kernel, frame))[0], 1);
    ck_assert_int_eq(memory_clone(kernel, root, memory, 0, 2 * PAGE_BYTES, &other), -E_INVAL);
    ck_assert_int_eq(memory_page(kernel, memory, 0, true, &again), 0);
    ck_assert_uint_eq(frame, again);
    ck_assert_int_eq(memory_physical(kernel, memory, 1, &again), 0); /* brought in */
    ck_assert_uint_eq(((uint8_t *)frame_bytes(kernel, again))[0], 0);
    fake_memory_check(kernel, (struct object *[]){memory_object(memory), memory_object(child)}, 2);
    drop(child);
    drop(memory);
    teardown();
}
END_TEST

START_TEST(a_pin_too_many_is_refused)
{
    struct memory *memory;
    uint64_t frame;
    unsigned pins = 0;

    setup();
    memory = create(1);
    while (memory_pin(kernel, memory, 0, &frame) == 0)
        pins++;
    ck_assert_uint_ge(pins, THREADS_PER_SPACE_MAX);
    ck_assert_int_eq(memory_pin(kernel, memory, 0, &frame), -E_NOMEM);
    while (pins-- > 0)
        memory_unpin(kernel, memory, 0);
    drop(memory);
    teardown();
}
END_TEST

START_TEST(clones_of_the_archive_never_write_to_it)
{
    struct memory *archive, *copy;
    uint64_t first;

    setup();
    first = kernel->frames.archive_first;
    archive = kernel->memory.archive;
    copy = clone(archive, 1, 3);
    ck_assert_uint_eq(page_bytes(copy, 0, false)[9], 2);
    page_bytes(copy, 0, true)[9] = 99;
    ck_assert_uint_eq(page_bytes(archive, 1, false)[9], 2);
    ck_assert_uint_eq(page_bytes(copy, 0, false)[9], 99);
    ck_assert_ptr_eq(page_bytes(copy, 1, false), frame_bytes(kernel, first + 2));
    fake_memory_check(kernel, (struct object *[]){memory_object(copy)}, 1);
    drop(copy);
    teardown();
}
END_TEST

START_TEST(fixed_objects_never_show_the_kernels_ram)
{
    struct memory *memory, *other;
    uint64_t first, count;

    setup();
    first = kernel->frames.first;
    count = kernel->frames.count;
    ck_assert_int_eq(memory_create_fixed(kernel, root, first, 1, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create_fixed(kernel, root, first - 1, 2, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create_fixed(kernel, root, first - 1, count + 2, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create_fixed(kernel, root, first + count - 5, 2, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create_fixed(kernel, root, first + count - 1, 2, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create_fixed(kernel, root, UINT64_MAX, 2, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create_fixed(kernel, root, first + count, 0, &memory), -E_INVAL);
    ck_assert_int_eq(memory_create_fixed(kernel, root, first + count - 4, 4, &memory), 0);
    drop(memory);
    ck_assert_int_eq(memory_create_fixed(kernel, root, first + count, 7, &memory), 0);
    ck_assert_int_eq(memory_clone(kernel, root, memory, 0, PAGE_BYTES, &other), -E_INVAL);
    drop(memory);
    teardown();
}
END_TEST

START_TEST(breaking_a_share_needs_no_memory_from_a_full_grant)
{
    struct grant *grant;
    struct memory *parent, *child;
    uint64_t frame;

    setup();
    ck_assert_int_eq(grant_create(kernel, root, 1 + 8 + 8, &grant), 0); /* a slab and the pages */
    ck_assert_int_eq(memory_create(kernel, grant, 8 * PAGE_BYTES, &parent), 0);
    memory_populate(kernel, parent, 0, 8);
    ck_assert_int_eq(memory_clone(kernel, grant, parent, 0, 8 * PAGE_BYTES, &child), 0);
    ck_assert_uint_eq(used(grant), 17);
    for (uint64_t page = 0; page < 8; page++)
        ck_assert_int_eq(memory_page(kernel, child, page, true, &frame), 0);
    ck_assert_uint_eq(used(grant), 17);
    drop(child);
    drop(parent);
    object_release(kernel, grant_object(grant));
    teardown();
}
END_TEST

START_TEST(exhaustion_at_every_point_leaves_charges_as_before_OBJ_5)
{
    static const uint64_t pages[] = {0, 7, 8, 600, 300000, 262144, 1};
    bool done = false;

    setup();
    for (uint64_t limit = 0; !done; limit++) {
        struct grant *grant;
        struct memory *memory, *copy;
        uint64_t frame, before;
        int error;

        ck_assert_int_eq(grant_create(kernel, root, limit, &grant), 0);
        error = memory_create(kernel, grant, 300001 * (uint64_t)PAGE_BYTES, &memory);
        for (unsigned i = 0; error == 0 && i < 7; i++) {
            before = used(grant);
            error = memory_page(kernel, memory, pages[i], true, &frame);
            if (error != 0)
                ck_assert_uint_eq(used(grant), before);
        }
        before = used(grant);
        if (error == 0) {
            error = memory_clone(kernel, grant, memory, 0, memory_size(memory), &copy);
            if (error == 0)
                drop(copy);
            ck_assert_uint_eq(used(grant), before);
            done = error == 0;
        }
        ck_assert(error == 0 || error == -E_NOMEM);
        if (before > 0)
            drop(memory);
        ck_assert_uint_eq(used(grant), 0);
        object_release(kernel, grant_object(grant));
        fake_memory_check(kernel, NULL, 0);
    }
    teardown();
}
END_TEST

/* Random creations, clones, writes and drops, against plain bytes. */
#define MODEL_PAGES 40u
struct model {
    struct memory *memory;
    uint8_t bytes[MODEL_PAGES];
};

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void model_step(struct model *models, uint32_t *state)
{
    struct model *model = &models[random_next(state) % OBJECTS_MAX];
    struct model *other = &models[random_next(state) % OBJECTS_MAX];
    uint64_t page = random_next(state) % MODEL_PAGES;
    uint32_t action = random_next(state) % 16;

    if (model->memory == NULL) {
        if (other->memory == NULL || action < 4) {
            memset(model->bytes, 0, sizeof(model->bytes));
            model->memory = create(MODEL_PAGES);
        } else {
            *model = *other;
            model->memory = clone(other->memory, 0, MODEL_PAGES);
        }
    } else if (action == 0) {
        drop(model->memory);
        model->memory = NULL;
    } else if (action < 8) {
        model->bytes[page] = (uint8_t)action;
        page_bytes(model->memory, page, true)[17] = (uint8_t)action;
    } else if (action == 8) {
        memory_unshare(kernel, model->memory, NULL, page, page / 2 + MODEL_PAGES / 2);
    } else if (action == 9) {
        memory_populate(kernel, model->memory, page, MODEL_PAGES);
    } else {
        ck_assert_uint_eq(page_bytes(model->memory, page, false)[17], model->bytes[page]);
    }
}

START_TEST(random_clones_and_writes_agree_with_plain_bytes_MEM_3)
{
    static struct model models[OBJECTS_MAX];
    struct object *held[OBJECTS_MAX];
    uint32_t state = 1;
    size_t count = 0;

    setup();
    for (unsigned step = 0; step < 20000; step++)
        model_step(models, &state);
    for (unsigned i = 0; i < OBJECTS_MAX; i++) {
        if (models[i].memory != NULL)
            held[count++] = memory_object(models[i].memory);
    }
    fake_memory_check(kernel, held, count);
    for (unsigned i = 0; i < OBJECTS_MAX; i++) {
        for (uint64_t page = 0; models[i].memory != NULL && page < MODEL_PAGES; page++)
            ck_assert_uint_eq(page_bytes(models[i].memory, page, false)[17], models[i].bytes[page]);
        if (models[i].memory != NULL)
            drop(models[i].memory);
    }
    teardown();
}
END_TEST

UNIT_MAIN("memory", fresh_pages_are_zero_MEM_4, pages_come_on_demand_and_are_charged_one_by_one_MEM_1,
          sizes_and_pages_are_checked_at_the_limit_and_one_past,
          a_clone_is_a_snapshot_and_copies_no_page_up_front_MEM_3,
          absent_pages_are_each_sides_own_after_a_clone, pinned_pages_stay_and_are_copied_by_clones,
          pages_that_a_device_knows_stay_and_are_not_cloned_SRV_2, a_pin_too_many_is_refused,
          clones_of_the_archive_never_write_to_it, fixed_objects_never_show_the_kernels_ram,
          breaking_a_share_needs_no_memory_from_a_full_grant,
          exhaustion_at_every_point_leaves_charges_as_before_OBJ_5,
          random_clones_and_writes_agree_with_plain_bytes_MEM_3)
