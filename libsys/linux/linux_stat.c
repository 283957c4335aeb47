/* What is known of a file: stat in all its forms. */
#include "linux_call.h"
#include "linux_layout.h"

#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_EMPTY_PATH 0x1000u
#define STAT_BLOCK_BYTES 4096
#define STATX_BASIC_STATS 0x7ffu
#define STATFS_MAGIC 0x4e4f5442 /* "BTON" */

static void stat_fill(struct linux_stat *out, const struct file_stat *in)
{
    const int64_t second = (int64_t)LINUX_NS_PER_S;
    *out = (struct linux_stat){.device = in->device + 1, .inode = in->inode, .link_count = in->link_count,
                               .mode = in->mode, .uid = in->uid, .gid = in->gid, .special = in->special,
                               .size = (int64_t)in->size_bytes, .block_bytes = STAT_BLOCK_BYTES,
                               .blocks = (int64_t)in->blocks};
    out->access_s = in->access_time_ns / second;
    out->access_ns = in->access_time_ns % second;
    out->modify_s = in->modify_time_ns / second;
    out->modify_ns = in->modify_time_ns % second;
    out->change_s = in->change_time_ns / second;
    out->change_ns = in->change_time_ns % second;
}

/* By path, or of `at` itself if the path is empty and the flags allow it. */
static int stat_get(int at, const char *path, uint64_t flags, struct file_stat *stat)
{
    if ((flags & AT_EMPTY_PATH) != 0 && (path == NULL || path[0] == '\0')) {
        return at == LINUX_AT_FDCWD ? os_stat(at, ".", 0, stat) : os_fstat(at, stat);
    }
    return os_stat(at, path, flags & AT_SYMLINK_NOFOLLOW ? ROOT_NO_FOLLOW : 0, stat);
}

static int64_t stat_call(int at, uint64_t path, uint64_t flags, uint64_t out)
{
    struct file_stat stat;
    int status = stat_get(at, (const char *)(uintptr_t)path, flags, &stat);
    if (status >= 0) {
        stat_fill((struct linux_stat *)(uintptr_t)out, &stat);
    }
    return status < 0 ? status : 0;
}

int64_t linux_stat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return stat_call(OS_AT_CWD, a[0], 0, a[1]);
}

int64_t linux_lstat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return stat_call(OS_AT_CWD, a[0], AT_SYMLINK_NOFOLLOW, a[1]);
}

int64_t linux_fstat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[0] >= HANDLE_SYSTEM_BASE ? -E_BADF : stat_call((int)a[0], 0, AT_EMPTY_PATH, a[1]);
}

int64_t linux_newfstatat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return stat_call((int)a[0], a[1], a[3], a[2]);
}

struct linux_statx_time {
    int64_t seconds;
    uint32_t ns;
    int32_t reserved;
};

struct linux_statx {
    uint32_t mask, block_bytes;
    uint64_t attributes;
    uint32_t link_count, uid, gid;
    uint16_t mode, reserved_1;
    uint64_t inode, size, blocks, attributes_mask;
    struct linux_statx_time access, birth, change, modify;
    uint32_t special_major, special_minor, device_major, device_minor;
    uint64_t reserved_2[14];
};
_Static_assert(sizeof(struct linux_statx) == 256, "struct statx");

static struct linux_statx_time statx_time(int64_t ns)
{
    return (struct linux_statx_time){ns / (int64_t)LINUX_NS_PER_S, (uint32_t)(ns % (int64_t)LINUX_NS_PER_S), 0};
}

int64_t linux_statx(struct foreign_frame *frame, const uint64_t a[6])
{
    struct linux_statx *out = (struct linux_statx *)(uintptr_t)a[4];
    struct file_stat stat;
    (void)frame;
    int status = stat_get((int)a[0], (const char *)(uintptr_t)a[1], a[2], &stat);
    if (status < 0) {
        return status;
    }
    *out = (struct linux_statx){.mask = STATX_BASIC_STATS, .block_bytes = STAT_BLOCK_BYTES,
                                .link_count = stat.link_count, .uid = stat.uid, .gid = stat.gid,
                                .mode = (uint16_t)stat.mode, .inode = stat.inode, .size = stat.size_bytes,
                                .blocks = stat.blocks, .access = statx_time(stat.access_time_ns),
                                .change = statx_time(stat.change_time_ns), .modify = statx_time(stat.modify_time_ns),
                                .special_major = (uint32_t)(stat.special >> 8) & 0xfff,
                                .special_minor = (uint32_t)stat.special & 0xff,
                                .device_minor = (uint32_t)stat.device + 1};
    return 0;
}

struct linux_statfs {
    int64_t type, block_bytes;
    uint64_t blocks, blocks_free, blocks_available, files, files_free;
    int32_t id[2];
    int64_t name_bytes, fragment_bytes, flags, spare[4];
};
_Static_assert(sizeof(struct linux_statfs) == 120, "struct statfs");

static int64_t statfs_call(int at, const char *path, uint64_t out_address)
{
    struct linux_statfs *out = (struct linux_statfs *)(uintptr_t)out_address;
    struct port_statfs in;
    int status = os_statfs(at, path, &in);
    if (status < 0) {
        return status;
    }
    *out = (struct linux_statfs){.type = STATFS_MAGIC, .block_bytes = (int64_t)in.block_bytes, .blocks = in.blocks,
                                 .blocks_free = in.blocks_free, .blocks_available = in.blocks_free, .files = in.files,
                                 .files_free = in.files_free, .name_bytes = (int64_t)in.name_bytes_max,
                                 .fragment_bytes = (int64_t)in.block_bytes};
    return 0;
}

int64_t linux_statfs(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return statfs_call(OS_AT_CWD, (const char *)(uintptr_t)a[0], a[1]);
}

int64_t linux_fstatfs(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return statfs_call((int)a[0], NULL, a[1]);
}
