/* Memory objects and address spaces. */
#include "test.h"

#include <string.h>

#define PAGES 16u
#define BYTES (PAGES * PAGE_BYTES)

static uint8_t *map(int memory, uint32_t prot_flags)
{
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, BYTES, memory, 0, prot_flags);
    return address < 0 ? NULL : (uint8_t *)(uintptr_t)address;
}

static int unmap(const uint8_t *address)
{
    return sys_space_unmap(SYS_SELF_SPACE, (uintptr_t)address, BYTES);
}

TEST(pages_come_on_demand_and_hold_zeros_MEM_1_MEM_4)
{
    SKIP_IF_LINKED();
    struct grant_info before, mapped, touched, after;
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &before), 0);
    int memory = sys_memory_create(HANDLE_GRANT, 1024 * PAGE_BYTES);
    EXPECT(memory > 0);
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, 1024 * PAGE_BYTES, memory, 0, PROT_R | PROT_W);
    EXPECT(address > 0);
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &mapped), 0);
    EXPECT(mapped.used_pages - before.used_pages < 16);
    volatile uint8_t *bytes = (uint8_t *)(uintptr_t)address;
    for (unsigned i = 0; i < 512; i++) {
        EXPECT_EQ(bytes[i * PAGE_BYTES + i], 0);
        bytes[i * PAGE_BYTES + i] = (uint8_t)i;
    }
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &touched), 0);
    EXPECT(touched.used_pages - before.used_pages >= 512);
    EXPECT_EQ(sys_space_unmap(SYS_SELF_SPACE, (uint64_t)address, 1024 * PAGE_BYTES), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &after), 0);
    EXPECT(after.used_pages <= before.used_pages + 1);
}

TEST(two_maps_of_one_object_share_its_pages_MEM_1_MEM_5)
{
    SKIP_IF_LINKED();
    int memory = sys_memory_create(HANDLE_GRANT, BYTES);
    volatile uint8_t *one = map(memory, PROT_R | PROT_W), *two = map(memory, PROT_R | PROT_W);
    EXPECT(one != NULL && two != NULL && one != two);
    one[5000] = 7;
    EXPECT_EQ(two[5000], 7);
    EXPECT_EQ(unmap((const uint8_t *)one), 0);
    two[5001] = 8;
    EXPECT_EQ(two[5000], 7);
    EXPECT_EQ(unmap((const uint8_t *)two), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
}

TEST(clone_keeps_its_own_bytes_MEM_1_MEM_3)
{
    SKIP_IF_LINKED();
    int memory = sys_memory_create(HANDLE_GRANT, BYTES);
    volatile uint8_t *old = map(memory, PROT_R | PROT_W);
    EXPECT(old != NULL);
    old[0] = 1;
    old[PAGE_BYTES] = 2;
    int clone = sys_memory_clone(HANDLE_GRANT, memory, 0, BYTES);
    volatile uint8_t *copy = map(clone, PROT_R | PROT_W);
    EXPECT(clone > 0 && copy != NULL);
    EXPECT_EQ(copy[0], 1);
    old[0] = 11;
    copy[PAGE_BYTES] = 22;
    EXPECT_EQ(copy[0], 1);
    EXPECT_EQ(old[PAGE_BYTES], 2);
    EXPECT_EQ(copy[PAGE_BYTES], 22);
    EXPECT_EQ(unmap((const uint8_t *)old), 0);
    EXPECT_EQ(unmap((const uint8_t *)copy), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, clone), 0);
}

TEST(read_only_map_is_not_written_by_the_kernel_either_MEM_1_IPC_14)
{
    SKIP_IF_LINKED();
    int memory = sys_memory_create(HANDLE_GRANT, BYTES);
    uint8_t *bytes = map(memory, PROT_R);
    EXPECT(bytes != NULL);
    EXPECT_EQ(sys_kernel_info((struct kernel_info *)(void *)bytes), -E_FAULT);
    EXPECT_EQ(sys_space_protect(SYS_SELF_SPACE, (uintptr_t)bytes, BYTES, PROT_R | PROT_W), 0);
    EXPECT_EQ(sys_kernel_info((struct kernel_info *)(void *)bytes), 0);
    EXPECT(((struct kernel_info *)(void *)bytes)->total_pages > 0);
    EXPECT_EQ(unmap(bytes), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
}

TEST(map_needs_the_handles_rights_OBJ_2_MEM_4)
{
    int memory = sys_memory_create(HANDLE_GRANT, BYTES), space = sys_space_create(HANDLE_GRANT);
    EXPECT(space > 0);
    int reader = sys_handle_duplicate(SYS_SELF_TABLE, memory, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST,
                                      RIGHT_READ, 0);
    EXPECT(memory > 0 && reader > 0);
    EXPECT_EQ(sys_space_map(space, 0, BYTES, reader, 0, PROT_R | PROT_W), -E_ACCES);
    EXPECT_EQ(sys_space_map(space, 0, BYTES, reader, 0, PROT_R | PROT_X), -E_ACCES);
    int64_t address = sys_space_map(space, 0, BYTES, reader, 0, PROT_R);
    EXPECT(address > 0);
    EXPECT_EQ(sys_space_protect(space, (uint64_t)address, BYTES, PROT_R | PROT_W), -E_ACCES);
    EXPECT_EQ(sys_space_unmap(space, (uint64_t)address, BYTES), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, reader), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, space), 0);
}

#define FRESH_PAGES 512u

/* Pages full of ones are given back, and what comes next is all zero. Through the kernel: linked mode can do that. */
TEST(fresh_memory_never_holds_old_data_MEM_4)
{
    static uint8_t bytes[BYTES];
    const uint64_t address = 0x10000000, size_bytes = FRESH_PAGES * PAGE_BYTES;
    for (int round = 0; round < 3; round++) {
        int memory = sys_memory_create(HANDLE_GRANT, size_bytes), space = sys_space_create(HANDLE_GRANT);
        EXPECT(memory > 0 && space > 0);
        EXPECT_EQ(sys_space_map(space, address, size_bytes, memory, 0, PROT_R | PROT_W | MAP_FLAG_FIXED),
                  (int64_t)address);
        for (uint64_t at = 0; at < size_bytes; at += BYTES) {
            EXPECT_EQ(sys_space_read(space, address + at, bytes, BYTES), BYTES);
            uint64_t wrong = 0;
            for (uint64_t i = 0; i < BYTES; i++) {
                wrong += bytes[i];
            }
            EXPECT_EQ(wrong, 0);
            memset(bytes, 0xff, BYTES);
            EXPECT_EQ(sys_space_write(space, address + at, bytes, BYTES), BYTES);
        }
        EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, space), 0);
        EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
    }
}

/* A user of somebody's memory has a space that is paid from a grant of its own, and dies with that. */
TEST(one_page_in_two_spaces_is_one_frame_and_outlives_its_users_MEM_5)
{
    const uint64_t address = 0x10000000;
    uint64_t word = 0x1234, back = 0;
    struct grant_info before, after, lent;
    int memory = sys_memory_create(HANDLE_GRANT, PAGE_BYTES), owner = sys_space_create(HANDLE_GRANT);
    int grant = sys_grant_create(HANDLE_GRANT, 100), user = sys_space_create(grant);
    EXPECT(memory > 0 && owner > 0 && grant > 0 && user > 0);
    EXPECT_EQ(sys_space_map(owner, address, PAGE_BYTES, memory, 0, PROT_R | PROT_W | MAP_FLAG_FIXED), (int64_t)address);
    EXPECT_EQ(sys_space_write(owner, address, &word, sizeof word), sizeof word);
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &before), 0);
    EXPECT_EQ(sys_grant_info(grant, &lent), 0);
    before.used_pages -= lent.used_pages;
    EXPECT_EQ(sys_space_map(user, 2 * address, PAGE_BYTES, memory, 0, PROT_R | PROT_W | MAP_FLAG_FIXED),
              (int64_t)(2 * address));
    EXPECT_EQ(sys_space_read(user, 2 * address, &back, sizeof back), sizeof back);
    EXPECT_EQ(back, word);
    word++;
    EXPECT_EQ(sys_space_write(user, 2 * address, &word, sizeof word), sizeof word);
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &after), 0);
    EXPECT_EQ(sys_grant_info(grant, &lent), 0);
    EXPECT_EQ(after.used_pages - lent.used_pages, before.used_pages); /* the user paid for its map alone */
    EXPECT_EQ(sys_grant_revoke(grant), 0);
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &after), 0);
    EXPECT_EQ(after.used_pages, before.used_pages);
    EXPECT_EQ(sys_space_read(user, 2 * address, &back, sizeof back), -E_BADF);
    EXPECT_EQ(sys_space_read(owner, address, &back, sizeof back), sizeof back);
    EXPECT_EQ(back, word);
    const int handles[] = {owner, memory, grant};
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, handles[i]), 0);
    }
}

TEST(bad_ranges_are_refused_MEM_1)
{
    int memory = sys_memory_create(HANDLE_GRANT, BYTES), space = sys_space_create(HANDLE_GRANT);
    EXPECT(space > 0);
    EXPECT(memory > 0);
    EXPECT_EQ(sys_space_map(space, 1, BYTES, memory, 0, PROT_R | MAP_FLAG_FIXED), -E_INVAL);
    EXPECT_EQ(sys_space_map(space, 0, 0, memory, 0, PROT_R), -E_INVAL);
    EXPECT(sys_space_map(space, PLATFORM_BASE, BYTES, memory, 0, PROT_R | MAP_FLAG_FIXED) < 0);
    EXPECT(sys_space_map(space, USER_END, BYTES, memory, 0, PROT_R | MAP_FLAG_FIXED) < 0);
    EXPECT(sys_space_map(space, 0, UINT64_MAX & ~0xfffull, memory, 0, PROT_R) < 0);
    EXPECT(sys_space_map(space, 0, BYTES, memory, UINT64_MAX & ~0xfffull, PROT_R) < 0);
    EXPECT(sys_space_unmap(space, 3, 4096) < 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, space), 0);
}

TEST(query_finds_a_region_with_its_protection_MEM_6)
{
    int memory = sys_memory_create(HANDLE_GRANT, BYTES), space = sys_space_create(HANDLE_GRANT);
    EXPECT(space > 0);
    int64_t address = sys_space_map(space, 0, BYTES, memory, 0, PROT_R);
    EXPECT(address > 0);
    struct region_info info;
    EXPECT_EQ(sys_space_query(space, (uint64_t)address, &info), 0);
    EXPECT_EQ(info.start, address);
    EXPECT_EQ(info.end, address + BYTES);
    EXPECT_EQ(info.prot & (PROT_R | PROT_W | PROT_X), PROT_R);
    EXPECT_EQ(sys_space_unmap(space, (uint64_t)address, BYTES), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, space), 0);
}

TEST_MAIN(pages_come_on_demand_and_hold_zeros_MEM_1_MEM_4, two_maps_of_one_object_share_its_pages_MEM_1_MEM_5,
          clone_keeps_its_own_bytes_MEM_1_MEM_3, read_only_map_is_not_written_by_the_kernel_either_MEM_1_IPC_14,
          map_needs_the_handles_rights_OBJ_2_MEM_4, bad_ranges_are_refused_MEM_1,
          fresh_memory_never_holds_old_data_MEM_4, one_page_in_two_spaces_is_one_frame_and_outlives_its_users_MEM_5,
          query_finds_a_region_with_its_protection_MEM_6)
