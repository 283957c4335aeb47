/* Bytes in and out of descriptors. */
#include "linux_call.h"

#define PARTS_ON_STACK 64u
#define SENDFILE_BYTES 16384u

int64_t linux_read(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_read((int)a[0], (void *)(uintptr_t)a[1], a[2]);
}

int64_t linux_write(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_write((int)a[0], (const void *)(uintptr_t)a[1], a[2]);
}

/* struct iovec has the layout of struct part. Longer vectors go in pieces, and stop at the first short one. */
static int64_t vector_move(int64_t (*move)(int, const struct part *, uint32_t), const uint64_t a[6])
{
    const struct part *parts = (const struct part *)(uintptr_t)a[1];
    int64_t total = 0;
    if (a[2] > PARTS_MAX) {
        return -E_INVAL;
    }
    for (uint64_t done = 0; done < a[2];) {
        uint32_t count = a[2] - done < PARTS_ON_STACK ? (uint32_t)(a[2] - done) : PARTS_ON_STACK;
        uint64_t wanted = 0;
        for (uint32_t i = 0; i < count; i++) {
            wanted += parts[done + i].length_bytes;
        }
        int64_t moved = wanted == 0 ? 0 : move((int)a[0], parts + done, count);
        if (moved < 0) {
            return total != 0 ? total : moved;
        }
        total += moved;
        if ((uint64_t)moved < wanted) {
            break;
        }
        done += count;
    }
    return total;
}

int64_t linux_readv(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return vector_move(os_readv, a);
}

int64_t linux_writev(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return vector_move(os_writev, a);
}

int64_t linux_pread64(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return (int64_t)a[3] < 0 ? -E_INVAL : os_pread((int)a[0], (void *)(uintptr_t)a[1], a[2], a[3]);
}

int64_t linux_pwrite64(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return (int64_t)a[3] < 0 ? -E_INVAL : os_pwrite((int)a[0], (const void *)(uintptr_t)a[1], a[2], a[3]);
}

static int64_t positioned_move(const uint64_t a[6], bool writes)
{
    const struct part *parts = (const struct part *)(uintptr_t)a[1];
    int64_t total = 0;
    if (a[2] > PARTS_MAX || (int64_t)a[3] < 0) {
        return -E_INVAL;
    }
    for (uint64_t i = 0; i < a[2]; i++) {
        void *bytes = (void *)(uintptr_t)parts[i].base;
        uint64_t offset = a[3] + (uint64_t)total;
        int64_t moved = writes ? os_pwrite((int)a[0], bytes, parts[i].length_bytes, offset)
                               : os_pread((int)a[0], bytes, parts[i].length_bytes, offset);
        if (moved < 0) {
            return total != 0 ? total : moved;
        }
        total += moved;
        if ((uint64_t)moved < parts[i].length_bytes) {
            break;
        }
    }
    return total;
}

int64_t linux_preadv(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return positioned_move(a, false);
}

int64_t linux_pwritev(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return positioned_move(a, true);
}

int64_t linux_lseek(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[2] > 2 ? -E_INVAL : os_seek((int)a[0], (int64_t)a[1], (uint32_t)a[2]);
}

int64_t linux_fsync(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_sync((int)a[0]);
}

int64_t linux_ftruncate(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return (int64_t)a[1] < 0 ? -E_INVAL : os_truncate_fd((int)a[0], a[1]);
}

int64_t linux_fallocate(struct foreign_frame *frame, const uint64_t a[6])
{
    struct file_stat stat;
    (void)frame;
    if ((int64_t)a[2] < 0 || (int64_t)a[3] <= 0) {
        return -E_INVAL;
    }
    if (a[1] != 0) {
        return -E_NOTSUP;
    }
    int status = os_fstat((int)a[0], &stat);
    if (status < 0 || stat.size_bytes >= a[2] + a[3]) {
        return status;
    }
    return os_truncate_fd((int)a[0], a[2] + a[3]);
}

/* One buffer's worth a time, through the stack: the two servers have no other way to meet. */
int64_t linux_sendfile(struct foreign_frame *frame, const uint64_t a[6])
{
    char buffer[SENDFILE_BYTES];
    uint64_t *offset = (uint64_t *)(uintptr_t)a[2];
    uint64_t total = 0;
    (void)frame;
    while (total < a[3]) {
        uint64_t want = a[3] - total < sizeof buffer ? a[3] - total : sizeof buffer;
        int64_t got = offset != NULL ? os_pread((int)a[1], buffer, want, *offset) : os_read((int)a[1], buffer, want);
        if (got <= 0) {
            return total != 0 ? (int64_t)total : got;
        }
        for (int64_t done = 0; done < got;) {
            int64_t put = os_write((int)a[0], buffer + done, (uint64_t)(got - done));
            if (put < 0) {
                return total != 0 ? (int64_t)total : put;
            }
            done += put;
            total += (uint64_t)put;
            if (offset != NULL) {
                *offset += (uint64_t)put;
            }
        }
        if ((uint64_t)got < want) {
            break; /* a terminal's line, a pipe's rest: the next read may wait, or be the end of file */
        }
    }
    return (int64_t)total;
}
