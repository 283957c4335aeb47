/* Changes of what is known of a file: mode, owner, times, size. */
#include "linux_call.h"

#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_EMPTY_PATH 0x1000u
#define UTIME_NOW ((1l << 30) - 1)
#define UTIME_OMIT ((1l << 30) - 2)
#define NS_PER_US 1000

static uint32_t follow_flags(uint64_t flags)
{
    return flags & AT_SYMLINK_NOFOLLOW ? ROOT_NO_FOLLOW : 0;
}

static int64_t mode_set(int at, uint64_t path, uint64_t mode)
{
    struct file_stat stat = {.mode = (uint32_t)mode & 07777};
    return os_setattr(at, (const char *)(uintptr_t)path, 0, PORT_SET_MODE, &stat);
}

int64_t linux_chmod(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return mode_set(OS_AT_CWD, a[0], a[1]);
}

int64_t linux_fchmod(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return mode_set((int)a[0], 0, a[1]);
}

int64_t linux_fchmodat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return mode_set((int)a[0], a[1], a[2]);
}

static int64_t owner_set(int at, const char *path, uint32_t flags, uint32_t uid, uint32_t gid)
{
    struct file_stat stat = {.uid = uid, .gid = gid};
    uint32_t mask = (uid != UINT32_MAX ? PORT_SET_UID : 0) | (gid != UINT32_MAX ? PORT_SET_GID : 0);
    return os_setattr(at, path, flags, mask, &stat);
}

int64_t linux_chown(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return owner_set(OS_AT_CWD, (const char *)(uintptr_t)a[0], 0, (uint32_t)a[1], (uint32_t)a[2]);
}

int64_t linux_lchown(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return owner_set(OS_AT_CWD, (const char *)(uintptr_t)a[0], ROOT_NO_FOLLOW, (uint32_t)a[1], (uint32_t)a[2]);
}

int64_t linux_fchown(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return owner_set((int)a[0], NULL, 0, (uint32_t)a[1], (uint32_t)a[2]);
}

int64_t linux_fchownat(struct foreign_frame *frame, const uint64_t a[6])
{
    const char *path = (const char *)(uintptr_t)a[1];
    (void)frame;
    if ((a[4] & AT_EMPTY_PATH) != 0 && path[0] == '\0') {
        path = NULL;
    }
    return owner_set((int)a[0], path, follow_flags(a[4]), (uint32_t)a[2], (uint32_t)a[3]);
}

static int64_t now_realtime_ns(void)
{
    return (int64_t)((uint64_t)sys_clock_read() + linux_realtime_offset());
}

/* One of two times: fills the field, and says whether it is to be set at all. -E_INVAL: not a time. */
static int time_choose(const struct linux_time *time, int64_t *ns, uint32_t bit, uint32_t *mask)
{
    if (time->fraction == UTIME_OMIT) {
        return 0;
    }
    *mask |= bit;
    if (time->fraction == UTIME_NOW) {
        *ns = now_realtime_ns();
        return 0;
    }
    if (time->fraction < 0 || time->fraction >= (int64_t)LINUX_NS_PER_S) {
        return -E_INVAL;
    }
    *ns = time->seconds * (int64_t)LINUX_NS_PER_S + time->fraction;
    return 0;
}

static int64_t times_set(int at, const char *path, uint32_t flags, const struct linux_time times[2])
{
    static const struct linux_time now = {0, UTIME_NOW};
    struct file_stat stat = {0};
    uint32_t mask = 0;
    int status = time_choose(times != NULL ? &times[0] : &now, &stat.access_time_ns, PORT_SET_ACCESS_TIME, &mask);
    if (status == 0) {
        status = time_choose(times != NULL ? &times[1] : &now, &stat.modify_time_ns, PORT_SET_MODIFY_TIME, &mask);
    }
    return status != 0 ? status : os_setattr(at, path, flags, mask, &stat);
}

int64_t linux_utimensat(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return times_set((int)a[0], (const char *)(uintptr_t)a[1], follow_flags(a[3]),
                     (const struct linux_time *)(uintptr_t)a[2]);
}

int64_t linux_utimes(struct foreign_frame *frame, const uint64_t a[6])
{
    const struct linux_time *in = (const struct linux_time *)(uintptr_t)a[1];
    struct linux_time times[2];
    (void)frame;
    for (int i = 0; i < 2 && in != NULL; i++) {
        times[i] = (struct linux_time){in[i].seconds, in[i].fraction * NS_PER_US};
    }
    return times_set(OS_AT_CWD, (const char *)(uintptr_t)a[0], 0, in != NULL ? times : NULL);
}

int64_t linux_utime(struct foreign_frame *frame, const uint64_t a[6])
{
    const int64_t *in = (const int64_t *)(uintptr_t)a[1];
    struct linux_time times[2];
    (void)frame;
    for (int i = 0; i < 2 && in != NULL; i++) {
        times[i] = (struct linux_time){in[i], 0};
    }
    return times_set(OS_AT_CWD, (const char *)(uintptr_t)a[0], 0, in != NULL ? times : NULL);
}

int64_t linux_truncate(struct foreign_frame *frame, const uint64_t a[6])
{
    struct file_stat stat = {.size_bytes = a[1]};
    (void)frame;
    if ((int64_t)a[1] < 0) {
        return -E_INVAL;
    }
    return os_setattr(OS_AT_CWD, (const char *)(uintptr_t)a[0], 0, PORT_SET_SIZE, &stat);
}
