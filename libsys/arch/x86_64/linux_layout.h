/* Layouts of Linux's structs that differ between architectures: x86_64. */
#ifndef LINUX_LAYOUT_H
#define LINUX_LAYOUT_H

#include <stdint.h>

#define LINUX_MACHINE "x86_64"

struct linux_stat {
    uint64_t device, inode, link_count;
    uint32_t mode, uid, gid, padding;
    uint64_t special;
    int64_t size, block_bytes, blocks;
    int64_t access_s, access_ns, modify_s, modify_ns, change_s, change_ns;
    int64_t reserved[3];
};
_Static_assert(sizeof(struct linux_stat) == 144, "struct stat of x86_64");

/* Flags of open are ours, since ours are Linux's of x86_64. */
static inline uint32_t linux_open_in(uint64_t flags)
{
    return (uint32_t)flags;
}

static inline int64_t linux_open_out(int64_t flags)
{
    return flags;
}

#endif
