/* Handle tables: kernel-model/src/table.c. OBJ-1, OBJ-5, OBJ-6, OBJ-7. */
#include "table.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <unit.h>

#include "fake_platform.h"
#include "grant.h"
#include "memory.h"

#define FRAMES 2048u

static struct fake_platform *fake;
static struct kernel *kernel;
static struct grant *root;
static struct table *table;
static struct memory *memory;

static void setup(void)
{
    fake = fake_memory_create(FRAMES);
    kernel = fake->kernel;
    root = kernel->memory.root_grant;
    ck_assert_int_eq(table_create(kernel, root, &table), 0);
    ck_assert_int_eq(memory_create(kernel, root, PAGE_BYTES, &memory), 0);
}

static void teardown(void)
{
    struct grant_info info;

    fake_memory_check(kernel, (struct object *[]){table_object(table), memory_object(memory)}, 2);
    object_release(kernel, table_object(table));
    object_release(kernel, memory_object(memory));
    fake_memory_check(kernel, NULL, 0);
    grant_info_get(root, &info);
    ck_assert_uint_eq(info.used_pages, 0);
    fake_destroy(fake);
}

static int put(struct table *to, int64_t base, uint32_t rights, uint32_t flags)
{
    int handle = table_reserve(kernel, to, base);

    if (handle >= 0)
        table_fill(to, handle, memory_object(memory), rights, flags);
    return handle;
}

START_TEST(handles_that_are_not_there_reach_nothing_OBJ_1)
{
    static const int64_t numbers[] = {-1, INT64_MIN, INT64_MAX, 0, 1, 3, HANDLES_MAX - 1, HANDLES_MAX,
                                      HANDLES_MAX + 2, 1ll << 32, (1ll << 32) + 2, HANDLE_SYSTEM_BASE};
    struct object *object;
    struct handle_entry entry;

    setup();
    ck_assert_int_eq(put(table, 2, RIGHTS_ALL, 0), 2);
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ck_assert_int_eq(table_lookup(table, numbers[i], OBJECT_NONE, 0, &object), -E_BADF);
        ck_assert_int_eq(table_entry_get(table, numbers[i], &entry), -E_BADF);
        ck_assert_int_eq(table_flags(table, numbers[i], 1, 1), -E_BADF);
        ck_assert_int_eq(table_close(kernel, table, numbers[i]), -E_BADF);
    }
    ck_assert_int_eq(table_lookup(table, 2, OBJECT_MEMORY, RIGHTS_ALL, &object), 0);
    ck_assert_ptr_eq(object, memory_object(memory));
    ck_assert_int_eq(table_lookup(table, 2, OBJECT_TABLE, 0, &object), -E_BADF);
    teardown();
}
END_TEST

START_TEST(a_reduced_duplicate_has_the_rights_left_only_OBJ_7)
{
    struct object *object;

    setup();
    ck_assert_int_eq(put(table, 0, RIGHTS_ALL, 0), 0);
    ck_assert_int_eq(put(table, 0, RIGHT_READ, 0), 1);
    ck_assert_int_eq(table_lookup(table, 1, OBJECT_MEMORY, RIGHT_READ, &object), 0);
    ck_assert_int_eq(table_lookup(table, 1, OBJECT_MEMORY, RIGHT_READ | RIGHT_WRITE, &object), -E_ACCES);
    ck_assert_int_eq(table_lookup(table, 1, OBJECT_MEMORY, RIGHT_MANAGE, &object), -E_ACCES);
    ck_assert_int_eq(table_lookup(table, 0, OBJECT_MEMORY, RIGHT_READ | RIGHT_WRITE, &object), 0);
    teardown();
}
END_TEST

START_TEST(a_hundred_thousand_handles_in_one_table_OBJ_6)
{
    struct object *object;

    setup();
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(put(table, 0, RIGHTS_ALL, 0), i);
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(table_lookup(table, i, OBJECT_MEMORY, RIGHTS_ALL, &object), 0);
    ck_assert_int_eq(table_close(kernel, table, 77777), 0);
    ck_assert_int_eq(put(table, 0, RIGHTS_ALL, 0), 77777);
    for (int i = 0; i < 100000; i += 2)
        ck_assert_int_eq(table_close(kernel, table, i), 0);
    ck_assert_int_eq(table_next(table, 50000, 0), 50001);
    teardown();
}
END_TEST

START_TEST(the_table_is_full_at_its_limit_and_not_before)
{
    setup();
    ck_assert_int_eq(put(table, HANDLES_MAX - 1, RIGHTS_ALL, 0), HANDLES_MAX - 1);
    ck_assert_int_eq(put(table, HANDLES_MAX - 1, RIGHTS_ALL, 0), -E_MFILE);
    ck_assert_int_eq(put(table, HANDLES_MAX - 2, RIGHTS_ALL, 0), HANDLES_MAX - 2);
    ck_assert_int_eq(put(table, HANDLES_MAX - 300, RIGHTS_ALL, 0), HANDLES_MAX - 300);
    ck_assert_int_eq(put(table, HANDLES_MAX, RIGHTS_ALL, 0), -E_INVAL);
    ck_assert_int_eq(put(table, -1, RIGHTS_ALL, 0), -E_INVAL);
    ck_assert_int_eq(table_reserve_at(kernel, table, HANDLES_MAX - 1), 0);
    ck_assert_int_eq(table_reserve_at(kernel, table, HANDLES_MAX), -E_BADF);
    ck_assert_int_eq(table_reserve_at(kernel, table, -1), -E_BADF);
    teardown();
}
END_TEST

START_TEST(next_finds_by_number_and_flags)
{
    setup();
    put(table, 3, RIGHTS_ALL, 0);
    put(table, 700, RIGHTS_ALL, HANDLE_CLOSE_ON_EXEC);
    ck_assert_int_eq(table_next(table, -5, 0), 3);
    ck_assert_int_eq(table_next(table, 4, 0), 700);
    ck_assert_int_eq(table_next(table, 0, HANDLE_CLOSE_ON_EXEC), 700);
    ck_assert_int_eq(table_flags(table, 700, HANDLE_CLOSE_ON_EXEC, 0), HANDLE_CLOSE_ON_EXEC);
    ck_assert_int_eq(table_next(table, 0, HANDLE_CLOSE_ON_EXEC), -E_NOENT);
    ck_assert_int_eq(table_next(table, 701, 0), -E_NOENT);
    ck_assert_int_eq(table_next(table, INT64_MAX, 0), -E_NOENT);
    ck_assert_int_eq(table_flags(table, 3, UINT32_MAX, UINT32_MAX), 0);
    ck_assert_int_eq(table_flags(table, 3, 0, 0), HANDLE_CLOSE_ON_EXEC);
    teardown();
}
END_TEST

START_TEST(copy_takes_what_may_be_duplicated_to_the_same_numbers)
{
    struct table *other;
    struct handle_entry entry;

    setup();
    ck_assert_int_eq(table_create(kernel, root, &other), 0);
    put(table, 1, RIGHTS_ALL, HANDLE_CLOSE_ON_EXEC);
    put(table, 2, RIGHTS_ALL & ~RIGHT_DUPLICATE, 0);
    put(table, 1000, RIGHT_READ | RIGHT_DUPLICATE, 0);
    ck_assert_int_eq(table_copy(kernel, other, table, 0, 1001), 2);
    ck_assert_int_eq(table_entry_get(other, 2, &entry), -E_BADF);
    ck_assert_int_eq(table_entry_get(other, 1000, &entry), 0);
    ck_assert_uint_eq(entry.rights, RIGHT_READ | RIGHT_DUPLICATE);
    ck_assert_int_eq(table_entry_get(other, 1, &entry), 0);
    ck_assert_uint_eq(entry.flags, HANDLE_CLOSE_ON_EXEC);
    ck_assert_int_eq(table_copy(kernel, other, table, 1, 1), -E_EXIST);
    ck_assert_int_eq(table_copy(kernel, table, table, 0, 2000), -E_EXIST);
    ck_assert_int_eq(table_copy(kernel, other, table, 2, 998), 0);
    ck_assert_int_eq(table_copy(kernel, other, table, -1, 2), -E_INVAL);
    ck_assert_int_eq(table_copy(kernel, other, table, 1, INT64_MAX), -E_INVAL);
    ck_assert_int_eq(table_copy(kernel, other, table, INT64_MAX, 1), -E_INVAL);
    ck_assert_int_eq(table_copy(kernel, other, table, 1, (int64_t)HANDLES_MAX), -E_INVAL);
    ck_assert_int_eq(table_copy(kernel, other, table, HANDLES_MAX, 0), 0);
    object_release(kernel, table_object(other));
    teardown();
}
END_TEST

START_TEST(exhaustion_at_every_point_changes_no_handle_OBJ_5)
{
    setup();
    for (int handle = 0; handle < 1024; handle += 256)
        put(table, handle, RIGHTS_ALL, 0);
    for (uint64_t limit = 0; limit < 12; limit++) {
        struct grant *grant;
        struct table *other;
        int result;

        ck_assert_int_eq(grant_create(kernel, root, limit, &grant), 0);
        result = table_create(kernel, grant, &other);
        ck_assert_int_eq(result, limit < 2 ? -E_NOMEM : 0);
        if (result == 0) {
            result = table_copy(kernel, other, table, 0, 1024);
            ck_assert_int_eq(result, limit < 6 ? -E_NOMEM : 4);
            ck_assert_int_eq(table_next(other, 0, 0), limit < 6 ? -E_NOENT : 0);
            object_release(kernel, table_object(other));
        }
        fake_memory_check(kernel,
                          (struct object *[]){grant_object(grant), table_object(table), memory_object(memory)}, 3);
        object_release(kernel, grant_object(grant));
    }
    teardown();
}
END_TEST

UNIT_MAIN("table", handles_that_are_not_there_reach_nothing_OBJ_1,
          a_reduced_duplicate_has_the_rights_left_only_OBJ_7, a_hundred_thousand_handles_in_one_table_OBJ_6,
          the_table_is_full_at_its_limit_and_not_before, next_finds_by_number_and_flags,
          copy_takes_what_may_be_duplicated_to_the_same_numbers, exhaustion_at_every_point_changes_no_handle_OBJ_5)
