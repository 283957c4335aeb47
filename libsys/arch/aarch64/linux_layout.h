/* Layouts of Linux's structs, and its numbers, that differ between architectures: aarch64. */
#ifndef LINUX_LAYOUT_H
#define LINUX_LAYOUT_H

#include <stdint.h>

#define LINUX_MACHINE "aarch64"

struct linux_stat {
    uint64_t device, inode;
    uint32_t mode, link_count, uid, gid;
    uint64_t special, padding0;
    int64_t size;
    int32_t block_bytes, padding1;
    int64_t blocks;
    int64_t access_s, access_ns, modify_s, modify_ns, change_s, change_ns;
    int32_t reserved[2];
};
_Static_assert(sizeof(struct linux_stat) == 128, "struct stat of aarch64");

/* Flags of open: four bits stand elsewhere than in ours. */
#define LINUX_OPEN_MOVED 0740000u /* directory, no-follow, direct, large file; ours: direct, large file, directory... */

static inline uint32_t linux_open_in(uint64_t flags)
{
    uint32_t moved = (uint32_t)flags & LINUX_OPEN_MOVED;
    uint32_t low = moved >> 2 & LINUX_OPEN_MOVED, high = moved << 2 & LINUX_OPEN_MOVED;
    return ((uint32_t)flags & ~LINUX_OPEN_MOVED) | low | high;
}

/* Flags or an error. */
static inline int64_t linux_open_out(int64_t flags)
{
    return flags < 0 ? flags : (int64_t)linux_open_in((uint64_t)flags);
}

#endif
