/* Blocks and block maps: see blocks.h. */
#include "blocks.h"

#include <string.h>

void blocks_init(struct blocks *blocks, void *memory, uint64_t size_bytes)
{
    uint64_t count = size_bytes / BLOCK_BYTES;
    *blocks = (struct blocks){.memory = memory, .count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count, .used = 1};
}

uint32_t blocks_free_count(const struct blocks *blocks)
{
    return blocks->count - blocks->used + blocks->free_count;
}

uint8_t *blocks_address(const struct blocks *blocks, uint32_t block)
{
    return blocks->memory + (uint64_t)block * BLOCK_BYTES;
}

static uint32_t *words(const struct blocks *blocks, uint32_t block)
{
    return (uint32_t *)(void *)blocks_address(blocks, block);
}

uint32_t blocks_take(struct blocks *blocks)
{
    if (blocks->free_first != 0) {
        uint32_t block = blocks->free_first;
        blocks->free_first = words(blocks, block)[0];
        blocks->free_count--;
        memset(blocks_address(blocks, block), 0, BLOCK_BYTES);
        return block;
    }
    return blocks->used < blocks->count ? blocks->used++ : 0;
}

void blocks_give(struct blocks *blocks, uint32_t block)
{
    words(blocks, block)[0] = blocks->free_first;
    blocks->free_first = block;
    blocks->free_count++;
}

/* File blocks that a tree of this height reaches. */
static uint64_t reach(uint32_t height)
{
    uint64_t count = 1;
    for (uint32_t i = 0; i < height; i++) {
        count *= BLOCK_INDEX_COUNT;
    }
    return count;
}

uint32_t block_map_get(const struct blocks *blocks, const struct block_map *map, uint64_t index)
{
    if (index >= reach(map->height)) {
        return 0;
    }
    uint32_t block = map->root;
    for (uint32_t height = map->height; height > 0 && block != 0; height--) {
        uint64_t below = reach(height - 1);
        block = words(blocks, block)[index / below];
        index %= below;
    }
    return block;
}

static uint32_t map_take(struct blocks *blocks, struct block_map *map)
{
    uint32_t block = blocks_take(blocks);
    map->held += block != 0;
    return block;
}

/* Makes the tree high enough for `index`; false: no block left. */
static bool map_grow(struct blocks *blocks, struct block_map *map, uint64_t index)
{
    while (index >= reach(map->height)) {
        if (map->root != 0) {
            uint32_t top = map_take(blocks, map);
            if (top == 0) {
                return false;
            }
            words(blocks, top)[0] = map->root;
            map->root = top;
        }
        map->height++;
    }
    return true;
}

uint32_t block_map_make(struct blocks *blocks, struct block_map *map, uint64_t index)
{
    if (index >= FILE_BYTES_MAX / BLOCK_BYTES || !map_grow(blocks, map, index)) {
        return 0;
    }
    uint32_t *place = &map->root;
    for (uint32_t height = map->height;; height--) {
        if (*place == 0) {
            *place = map_take(blocks, map);
        }
        if (*place == 0 || height == 0) {
            return *place;
        }
        uint64_t below = reach(height - 1);
        place = &words(blocks, *place)[index / below];
        index %= below;
    }
}

/* Frees file blocks >= first below `block` (a tree of this height); true: the block itself went too. At most four
 * deep, by FILE_BYTES_MAX. */
static bool tree_cut(struct blocks *blocks, struct block_map *map, uint32_t block, uint32_t height, uint64_t first)
{
    if (height > 0) {
        uint64_t below = reach(height - 1);
        uint32_t *entries = words(blocks, block);
        for (uint64_t i = first / below; i < BLOCK_INDEX_COUNT; i++) {
            uint64_t start = i * below;
            if (entries[i] != 0 && tree_cut(blocks, map, entries[i], height - 1, first > start ? first - start : 0)) {
                entries[i] = 0;
            }
        }
    }
    if (first > 0) {
        return false;
    }
    blocks_give(blocks, block);
    map->held--;
    return true;
}

void block_map_cut(struct blocks *blocks, struct block_map *map, uint64_t first)
{
    if (first >= reach(map->height)) {
        return;
    }
    if (map->root == 0 || tree_cut(blocks, map, map->root, map->height, first)) {
        map->root = 0;
        map->height = 0;
    }
}
