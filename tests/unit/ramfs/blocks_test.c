/* Blocks of a ramfs: sparse maps, growth at the top, nothing lost. */
#include "blocks.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define COUNT 64u

static struct blocks blocks;
static void *memory;

static void fresh(uint32_t count)
{
    free(memory);
    memory = calloc(count, BLOCK_BYTES);
    blocks_init(&blocks, memory, (uint64_t)count * BLOCK_BYTES);
}

START_TEST(holes_take_no_blocks_VFS_11)
{
    struct block_map map = {0};
    fresh(COUNT);
    ck_assert_uint_eq(block_map_get(&blocks, &map, 0), 0);
    ck_assert_uint_ne(block_map_make(&blocks, &map, 1000000), 0);
    ck_assert_uint_eq(block_map_get(&blocks, &map, 999999), 0);
    ck_assert_uint_eq(map.held, 3); /* two index blocks, one of data */
}
END_TEST

START_TEST(every_block_keeps_its_place_while_the_map_grows)
{
    static const uint64_t places[] = {0, 1, 1023, 1024, 1025, 1048576, 2000000, (1ull << 28) - 1};
    struct block_map map = {0};
    uint32_t made[8];
    fresh(COUNT);
    for (uint32_t i = 0; i < 8; i++) {
        made[i] = block_map_make(&blocks, &map, places[i]);
        ck_assert_uint_ne(made[i], 0);
    }
    for (uint32_t i = 0; i < 8; i++) {
        ck_assert_uint_eq(block_map_get(&blocks, &map, places[i]), made[i]);
        ck_assert_uint_eq(block_map_make(&blocks, &map, places[i]), made[i]);
    }
    ck_assert_uint_eq(block_map_make(&blocks, &map, FILE_BYTES_MAX / BLOCK_BYTES), 0);
}
END_TEST

START_TEST(cut_gives_back_every_block_behind_the_cut)
{
    struct block_map map = {0};
    fresh(COUNT);
    uint32_t free_before = blocks_free_count(&blocks);
    for (uint64_t i = 0; i < 8; i++) {
        block_map_make(&blocks, &map, i * 1000);
    }
    block_map_cut(&blocks, &map, 3000);
    ck_assert_uint_ne(block_map_get(&blocks, &map, 2000), 0);
    ck_assert_uint_eq(block_map_get(&blocks, &map, 3000), 0);
    ck_assert_uint_eq(blocks_free_count(&blocks), free_before - map.held);
    block_map_cut(&blocks, &map, 0);
    ck_assert_uint_eq(map.held, 0);
    ck_assert_uint_eq(blocks_free_count(&blocks), free_before);
}
END_TEST

START_TEST(reused_blocks_are_zero_MEM_4)
{
    static const uint8_t zeros[BLOCK_BYTES];
    fresh(3);
    uint32_t block = blocks_take(&blocks);
    memset(blocks_address(&blocks, block), 0xee, BLOCK_BYTES);
    blocks_give(&blocks, block);
    block = blocks_take(&blocks);
    ck_assert_mem_eq(blocks_address(&blocks, block), zeros, BLOCK_BYTES);
}
END_TEST

START_TEST(no_block_left_is_told_and_leaks_nothing)
{
    struct block_map map = {0};
    fresh(4);
    ck_assert_uint_ne(block_map_make(&blocks, &map, 0), 0);
    ck_assert_uint_ne(block_map_make(&blocks, &map, 1), 0); /* and an index block: all three */
    ck_assert_uint_eq(block_map_make(&blocks, &map, 2), 0);
    ck_assert_uint_eq(blocks_free_count(&blocks), 0);
    block_map_cut(&blocks, &map, 0);
    ck_assert_uint_eq(blocks_free_count(&blocks), 3);
}
END_TEST

UNIT_MAIN("ramfs_blocks", holes_take_no_blocks_VFS_11, every_block_keeps_its_place_while_the_map_grows,
          cut_gives_back_every_block_behind_the_cut, reused_blocks_are_zero_MEM_4,
          no_block_left_is_told_and_leaks_nothing)
