/* Calls that name files by path, and directories. */
#include "linux_call.h"
#include "linux_layout.h"

#define AT_REMOVEDIR 0x200u
#define AT_SYMLINK_FOLLOW 0x400u
#define GETDENTS_BYTES 4096u
#define FILE_TYPE_SHIFT 12

static const char *text(uint64_t address)
{
    return (const char *)(uintptr_t)address;
}

int64_t linux_openat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_open((int)a[0], text(a[1]), linux_open_in(a[2]), (uint32_t)a[3] & 07777);
}

int64_t linux_open(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_open(OS_AT_CWD, text(a[0]), linux_open_in(a[1]), (uint32_t)a[2] & 07777);
}

int64_t linux_creat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_open(OS_AT_CWD, text(a[0]), OPEN_CREATE | OPEN_WRITE_ONLY | OPEN_TRUNCATE, (uint32_t)a[1] & 07777);
}

int64_t linux_faccessat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[2] > 7 ? -E_INVAL : os_access((int)a[0], text(a[1]), (uint32_t)a[2]);
}

int64_t linux_access(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[1] > 7 ? -E_INVAL : os_access(OS_AT_CWD, text(a[0]), (uint32_t)a[1]);
}

int64_t linux_mkdirat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_mkdir((int)a[0], text(a[1]), (uint32_t)a[2] & 07777);
}

int64_t linux_mkdir(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_mkdir(OS_AT_CWD, text(a[0]), (uint32_t)a[1] & 07777);
}

int64_t linux_rmdir(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_unlink(OS_AT_CWD, text(a[0]), ROOT_DIRECTORY);
}

int64_t linux_unlink(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_unlink(OS_AT_CWD, text(a[0]), 0);
}

int64_t linux_unlinkat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if ((a[2] & ~(uint64_t)AT_REMOVEDIR) != 0) {
        return -E_INVAL;
    }
    return os_unlink((int)a[0], text(a[1]), a[2] != 0 ? ROOT_DIRECTORY : 0);
}

int64_t linux_rename(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_rename(OS_AT_CWD, text(a[0]), OS_AT_CWD, text(a[1]));
}

int64_t linux_renameat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_rename((int)a[0], text(a[1]), (int)a[2], text(a[3]));
}

int64_t linux_renameat2(struct foreign_frame *frame, const uint64_t a[6])
{
    return a[4] != 0 ? -E_INVAL : linux_renameat(frame, a);
}

int64_t linux_link(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_link(OS_AT_CWD, text(a[0]), OS_AT_CWD, text(a[1]), ROOT_NO_FOLLOW);
}

int64_t linux_linkat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if ((a[4] & ~(uint64_t)AT_SYMLINK_FOLLOW) != 0) {
        return -E_INVAL;
    }
    return os_link((int)a[0], text(a[1]), (int)a[2], text(a[3]), a[4] != 0 ? 0 : ROOT_NO_FOLLOW);
}

int64_t linux_symlink(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_symlink(text(a[0]), OS_AT_CWD, text(a[1]));
}

int64_t linux_symlinkat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_symlink(text(a[0]), (int)a[1], text(a[2]));
}

int64_t linux_readlink(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[2] == 0 ? -E_INVAL : os_readlink(OS_AT_CWD, text(a[0]), (char *)(uintptr_t)a[1], a[2]);
}

int64_t linux_readlinkat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[3] == 0 ? -E_INVAL : os_readlink((int)a[0], text(a[1]), (char *)(uintptr_t)a[2], a[3]);
}

int64_t linux_chdir(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_chdir(OS_AT_CWD, text(a[0]));
}

int64_t linux_fchdir(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_chdir((int)a[0], NULL);
}

/* Linux counts the closing zero byte. */
int64_t linux_getcwd(struct foreign_frame *frame, const uint64_t a[6])
{
    char *buffer = (char *)(uintptr_t)a[0];
    (void)frame;
    if (a[1] == 0) {
        return -E_RANGE;
    }
    int64_t length = os_getcwd(buffer, a[1] - 1);
    if (length < 0) {
        return length;
    }
    if ((uint64_t)length >= a[1]) {
        return -E_RANGE;
    }
    buffer[length] = '\0';
    return length + 1;
}

int64_t linux_umask(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_umask((uint32_t)a[0] & 0777);
}

int64_t linux_mknodat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_mknod((int)a[0], text(a[1]), (uint32_t)a[2]);
}

int64_t linux_mknod(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_mknod(OS_AT_CWD, text(a[0]), (uint32_t)a[1]);
}

struct linux_dirent64 {
    uint64_t inode;
    int64_t next_offset;
    uint16_t record_bytes;
    uint8_t type;
    char name[];
};
#define DIRENT_HEADER 19u

/* Translates what one buffer of records holds. Asks for no more than surely fits: a Linux record is never longer than
 * ours (its header is smaller, both are padded to 8). */
int64_t linux_getdents64(struct foreign_frame *frame, const uint64_t a[6])
{
    char buffer[GETDENTS_BYTES] __attribute__((aligned(8)));
    char *out = (char *)(uintptr_t)a[1];
    uint64_t room = a[2] < sizeof buffer ? a[2] : sizeof buffer;
    int64_t put = 0;
    (void)frame;
    int64_t got = os_directory_read((int)a[0], buffer, room);
    for (int64_t at = 0; at < got;) {
        const struct directory_record *record = (const struct directory_record *)(buffer + at);
        struct linux_dirent64 *entry = (struct linux_dirent64 *)(out + put);
        uint32_t bytes = (DIRENT_HEADER + record->name_bytes + 1u + 7u) & ~7u;
        entry->inode = record->inode;
        entry->next_offset = (int64_t)record->next_offset;
        entry->record_bytes = (uint16_t)bytes;
        entry->type = (uint8_t)((record->mode >> FILE_TYPE_SHIFT) & 15u);
        for (uint32_t i = 0; i <= record->name_bytes; i++) {
            entry->name[i] = record->name[i];
        }
        put += bytes;
        at += record->record_bytes;
    }
    return got < 0 ? got : put;
}

/* mount("NAME of a port", DIRECTORY, any type): the port's tree appears there. */
int64_t linux_mount(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_mount(text(a[1]), text(a[0]), 1, a[3] & 1 ? ROOT_READ_ONLY : 0);
}

int64_t linux_umount2(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_unmount(text(a[0]));
}
