/* Grants and objects: kernel-model/src/grant.c, object.c. OBJ-5, MEM-4. */
#include "grant.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <string.h>
#include <unit.h>

#include "fake_platform.h"
#include "memory.h"
#include "table.h"

#define FRAMES 4096u

static uint64_t used(struct grant *grant)
{
    struct grant_info info;

    grant_info_get(grant, &info);
    return info.used_pages;
}

START_TEST(charges_stop_at_the_limit_and_not_before_OBJ_5)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    struct grant *grant;

    ck_assert_int_eq(grant_create(kernel, kernel->memory.root_grant, 10, &grant), 0);
    ck_assert_int_eq(grant_charge(kernel, grant, 10), 0);
    ck_assert_int_eq(grant_charge(kernel, grant, 1), -E_NOMEM);
    ck_assert_uint_eq(used(grant), 10);
    grant_uncharge(kernel, grant, 10);
    ck_assert_int_eq(grant_charge(kernel, grant, 11), -E_NOMEM);
    ck_assert_int_eq(grant_charge(kernel, grant, UINT64_MAX), -E_NOMEM);
    ck_assert_uint_eq(used(grant), 0);
    fake_memory_check(kernel, (struct object *[]){grant_object(grant)}, 1);
    fake_destroy(fake);
}
END_TEST

START_TEST(charges_count_in_all_grants_above)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    struct grant *root = kernel->memory.root_grant, *upper, *lower;
    uint64_t before;

    ck_assert_int_eq(grant_create(kernel, root, 8, &upper), 0);
    ck_assert_int_eq(grant_create(kernel, upper, 100, &lower), 0);
    before = used(root);
    ck_assert_uint_eq(used(upper), 1); /* the slab with the lower one */
    ck_assert_int_eq(grant_charge(kernel, lower, 7), 0);
    ck_assert_uint_eq(used(upper), 8);
    ck_assert_uint_eq(used(root), before + 7);
    ck_assert_int_eq(grant_charge(kernel, lower, 1), -E_NOMEM);
    ck_assert_uint_eq(used(lower), 7);
    grant_uncharge(kernel, lower, 7);
    object_release(kernel, grant_object(upper));
    ck_assert_uint_eq(used(lower), 0); /* kept by the lower one */
    object_release(kernel, grant_object(lower));
    ck_assert_uint_eq(used(root), 0);
    fake_memory_check(kernel, NULL, 0);
    fake_destroy(fake);
}
END_TEST

START_TEST(one_exhausted_grant_harms_no_other_OBJ_5)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    struct grant *poor, *rich;
    struct memory *memory;
    void *page;

    ck_assert_int_eq(grant_create(kernel, kernel->memory.root_grant, 0, &poor), 0);
    ck_assert_int_eq(grant_create(kernel, kernel->memory.root_grant, 2, &rich), 0);
    ck_assert_int_eq(memory_create(kernel, poor, PAGE_BYTES, &memory), -E_NOMEM);
    ck_assert_int_eq(grant_page_allocate(kernel, poor, &page), -E_NOMEM);
    ck_assert_int_eq(memory_create(kernel, rich, PAGE_BYTES, &memory), 0);
    fake_memory_check(kernel, (struct object *[]){grant_object(poor), grant_object(rich), memory_object(memory)}, 3);
    fake_destroy(fake);
}
END_TEST

START_TEST(slab_memory_is_zeroed_distinct_and_given_back_MEM_4)
{
    static void *slots[400];
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    struct grant *root = kernel->memory.root_grant;

    for (size_t size = 1; size <= PAGE_BYTES; size = size * 2 + 1) {
        for (int round = 0; round < 2; round++) {
            for (unsigned i = 0; i < 400; i++) {
                ck_assert_int_eq(grant_slab_allocate(kernel, root, size, &slots[i]), 0);
                ck_assert(fake_is_zero(slots[i], size));
                memset(slots[i], (int)(i % 251) + 1, size);
            }
            for (unsigned i = 0; i < 400; i++)
                ck_assert_uint_eq(((uint8_t *)slots[i])[size - 1], i % 251 + 1);
            for (unsigned i = 0; i < 400; i++)
                grant_slab_free(kernel, root, slots[(i * 7) % 400], size);
            ck_assert_uint_eq(used(root), 0);
        }
    }
    fake_memory_check(kernel, NULL, 0);
    fake_destroy(fake);
}
END_TEST

START_TEST(grants_nest_to_their_limit_and_not_deeper)
{
    struct fake_platform *fake = fake_memory_create(FRAMES);
    struct kernel *kernel = fake->kernel;
    struct grant *grant = kernel->memory.root_grant, *below;

    for (unsigned depth = 1; depth < GRANT_DEPTH_MAX; depth++) {
        ck_assert_int_eq(grant_create(kernel, grant, 100, &below), 0);
        if (depth > 1)
            object_release(kernel, grant_object(grant));
        grant = below;
    }
    ck_assert_int_eq(grant_create(kernel, grant, 100, &below), -E_INVAL);
    fake_memory_check(kernel, (struct object *[]){grant_object(grant)}, 1);
    object_release(kernel, grant_object(grant));
    ck_assert_uint_eq(used(kernel->memory.root_grant), 0);
    ck_assert_uint_eq(kernel->memory.object_count[OBJECT_GRANT], 1);
    fake_destroy(fake);
}
END_TEST

/* Each table holds the only reference to the next. */
START_TEST(a_long_chain_of_objects_is_destroyed_without_recursion)
{
    struct fake_platform *fake = fake_memory_create(20000);
    struct kernel *kernel = fake->kernel;
    struct grant *root = kernel->memory.root_grant;
    struct table *first, *last, *next;

    ck_assert_int_eq(table_create(kernel, root, &first), 0);
    last = first;
    for (unsigned i = 0; i < 5000; i++) {
        ck_assert_int_eq(table_create(kernel, root, &next), 0);
        ck_assert_int_eq(table_reserve_at(kernel, last, 5), 0);
        table_fill(last, 5, table_object(next), RIGHTS_ALL, 0);
        object_release(kernel, table_object(next));
        last = next;
    }
    ck_assert_uint_eq(kernel->memory.object_count[OBJECT_TABLE], 5001);
    object_release(kernel, table_object(first));
    ck_assert_uint_eq(kernel->memory.object_count[OBJECT_TABLE], 0);
    ck_assert_uint_eq(used(root), 0);
    fake_memory_check(kernel, NULL, 0);
    fake_destroy(fake);
}
END_TEST

UNIT_MAIN("grant", charges_stop_at_the_limit_and_not_before_OBJ_5, charges_count_in_all_grants_above,
          one_exhausted_grant_harms_no_other_OBJ_5, slab_memory_is_zeroed_distinct_and_given_back_MEM_4,
          grants_nest_to_their_limit_and_not_deeper, a_long_chain_of_objects_is_destroyed_without_recursion)
