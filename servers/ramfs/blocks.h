/* Blocks of 4 KiB from one area of memory, and the map from a file's blocks to them: a tree of index blocks that grows
 * at the top. Block 0 is the hole: it reads as zeros and is never handed out. Blocks handed out are zero. */
#ifndef RAMFS_BLOCKS_H
#define RAMFS_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#define BLOCK_BYTES 4096u
#define BLOCK_INDEX_COUNT (BLOCK_BYTES / sizeof(uint32_t)) /* entries of an index block */
#define FILE_BYTES_MAX (1ull << 40)

struct blocks {
    uint8_t *memory; /* count blocks, zero at first */
    uint32_t count;
    uint32_t used;       /* places that were ever in use, block 0 among them */
    uint32_t free_first; /* freed blocks, linked through their first word; 0: none */
    uint32_t free_count;
};

struct block_map {
    uint32_t root;   /* block, or 0: all holes */
    uint32_t height; /* 0: the root is the data block itself */
    uint32_t held;   /* blocks held, index blocks too */
};

/* `memory`: size_bytes of zeros, at least one block. */
void blocks_init(struct blocks *blocks, void *memory, uint64_t size_bytes);
uint32_t blocks_free_count(const struct blocks *blocks);
uint8_t *blocks_address(const struct blocks *blocks, uint32_t block);
/* A zeroed block, or 0: none left. */
uint32_t blocks_take(struct blocks *blocks);
void blocks_give(struct blocks *blocks, uint32_t block);

/* The block behind file block `index`, or 0: a hole. */
uint32_t block_map_get(const struct blocks *blocks, const struct block_map *map, uint64_t index);
/* The same, made if it was a hole; 0: no block left. */
uint32_t block_map_make(struct blocks *blocks, struct block_map *map, uint64_t index);
/* Frees every block from file block `first` on. */
void block_map_cut(struct blocks *blocks, struct block_map *map, uint64_t first);

#endif
