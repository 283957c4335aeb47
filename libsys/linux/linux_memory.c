/* Memory of the process: Linux's flags and checks in front of posix/memory.h. */
#include "linux_call.h"

#include "memory.h"

#define LINUX_PROT_MASK 7u /* READ 1, WRITE 2, EXEC 4: abi's numbers */
#define LINUX_MAP_SHARED 0x01u
#define LINUX_MAP_PRIVATE 0x02u
#define LINUX_MAP_TYPE 0x0fu
#define LINUX_MAP_FIXED 0x10u
#define LINUX_MAP_ANONYMOUS 0x20u
#define LINUX_MAP_POPULATE 0x8000u
#define LINUX_MAP_FIXED_NOREPLACE 0x100000u
#define LINUX_MREMAP_MAYMOVE 1u
#define LINUX_MREMAP_FIXED 2u
#define LINUX_MADV_DONTNEED 4u

static uint64_t page_up(uint64_t value)
{
    return (value + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

static bool is_unaligned(uint64_t value)
{
    return (value & (PAGE_BYTES - 1)) != 0;
}

int64_t linux_brk(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return (int64_t)memory_brk(a[0]);
}

/* -E_EXIST if anything is mapped in the range. */
static int range_is_free(uint64_t address, uint64_t size)
{
    struct region_info region;
    int status = sys_space_query(SYS_SELF_SPACE, address, &region);
    return status < 0 ? status : region.end != 0 && region.start < address + size ? -E_EXIST : 0;
}

int64_t linux_mmap(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t address = a[0], size = page_up(a[1]), flags = a[3];
    uint64_t type = flags & LINUX_MAP_TYPE;
    uint32_t prot_flags = (uint32_t)a[2] & LINUX_PROT_MASK;
    (void)frame;
    if (size == 0 || is_unaligned(a[5]) || (type != LINUX_MAP_PRIVATE && type != LINUX_MAP_SHARED)) {
        return -E_INVAL;
    }
    if ((flags & LINUX_MAP_FIXED_NOREPLACE) != 0) {
        int status = range_is_free(address, size);
        if (status < 0) {
            return status;
        }
    }
    prot_flags |= flags & LINUX_MAP_POPULATE ? MAP_FLAG_POPULATE : 0;
    prot_flags |= type == LINUX_MAP_SHARED ? MAP_FLAG_SHARED : 0;
    if ((flags & (LINUX_MAP_FIXED | LINUX_MAP_FIXED_NOREPLACE)) != 0) {
        prot_flags |= MAP_FLAG_FIXED;
    } else {
        address = 0; /* a hint */
    }
    if ((flags & LINUX_MAP_ANONYMOUS) != 0) {
        return memory_map(address, size, prot_flags);
    }
    return a[4] >= HANDLE_SYSTEM_BASE ? -E_BADF : memory_map_file(address, size, (int)a[4], a[5], prot_flags);
}

int64_t linux_munmap(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[1] == 0 || is_unaligned(a[0]) ? -E_INVAL : memory_unmap(a[0], page_up(a[1]));
}

int64_t linux_mprotect(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (is_unaligned(a[0])) {
        return -E_INVAL;
    }
    return a[1] == 0 ? 0 : memory_protect(a[0], page_up(a[1]), (uint32_t)a[2] & LINUX_PROT_MASK);
}

int64_t linux_mremap(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (is_unaligned(a[0]) || a[1] == 0 || a[2] == 0 || (a[3] & LINUX_MREMAP_FIXED) != 0) {
        return -E_INVAL;
    }
    return memory_remap(a[0], page_up(a[1]), page_up(a[2]), (a[3] & LINUX_MREMAP_MAYMOVE) != 0);
}

/* Advice is free to be ignored, but for DONTNEED, which promises zeros. */
int64_t linux_madvise(struct foreign_frame *frame, const uint64_t a[6])
{
    struct region_info region;
    uint64_t size = page_up(a[1]);
    (void)frame;
    if (is_unaligned(a[0])) {
        return -E_INVAL;
    }
    if (a[2] != LINUX_MADV_DONTNEED || size == 0) {
        return 0;
    }
    if (sys_space_query(SYS_SELF_SPACE, a[0], &region) < 0 || region.end < a[0] + size || region.start > a[0]) {
        return -E_NOMEM;
    }
    int64_t status = memory_map(a[0], size, region.prot | MAP_FLAG_FIXED);
    return status < 0 ? status : 0;
}

int64_t linux_msync(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return 0; /* shared writable maps of files do not exist: nothing is ever behind */
}

int64_t linux_mlock(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return 0; /* nothing is ever paged out */
}
