/* Descriptors: handles below HANDLE_SYSTEM_BASE. */
#include "linux_call.h"
#include "linux_layout.h"

#define F_DUPFD 0u
#define F_GETFD 1u
#define F_SETFD 2u
#define F_GETFL 3u
#define F_SETFL 4u
#define F_GETLK 5u
#define F_SETLK 6u
#define F_SETLKW 7u
#define F_DUPFD_CLOEXEC 1030u
#define F_SETPIPE_SZ 1031u
#define F_GETPIPE_SZ 1032u
#define F_UNLOCKED 2
#define CLOSE_RANGE_CLOEXEC 4u
#define PIPE_SIZE 65536

static uint32_t handle_flags(uint64_t open_flags)
{
    return open_flags & OPEN_CLOSE_ON_EXEC ? HANDLE_CLOSE_ON_EXEC : 0;
}

static bool is_descriptor(uint64_t fd)
{
    return fd < HANDLE_SYSTEM_BASE;
}

int64_t linux_close(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return is_descriptor(a[0]) ? os_close((int)a[0]) : -E_BADF;
}

int64_t linux_close_range(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t last = a[1] < HANDLE_SYSTEM_BASE ? a[1] : HANDLE_SYSTEM_BASE - 1;
    (void)frame;
    if (a[0] > a[1] || (a[2] & ~(uint64_t)CLOSE_RANGE_CLOEXEC) != 0) {
        return -E_INVAL;
    }
    if (!is_descriptor(a[0])) {
        return 0;
    }
    for (int fd = sys_handle_next(SYS_SELF_TABLE, (int)a[0], 0); fd >= 0 && (uint64_t)fd <= last;
         fd = sys_handle_next(SYS_SELF_TABLE, fd + 1, 0)) {
        if (a[2] & CLOSE_RANGE_CLOEXEC) {
            sys_handle_flags(SYS_SELF_TABLE, fd, HANDLE_CLOSE_ON_EXEC, HANDLE_CLOSE_ON_EXEC);
        } else {
            os_close(fd);
        }
    }
    return 0;
}

int64_t linux_dup(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return is_descriptor(a[0]) ? os_duplicate((int)a[0], 0, DUPLICATE_LOWEST, 0) : -E_BADF;
}

static int64_t duplicate_to(uint64_t from, uint64_t to, uint32_t flags)
{
    if (!is_descriptor(from) || !is_descriptor(to)) {
        return -E_BADF;
    }
    return os_duplicate((int)from, (int)to, DUPLICATE_EXACT, flags);
}

int64_t linux_dup2(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (a[0] == a[1]) {
        int flags = is_descriptor(a[0]) ? sys_handle_flags(SYS_SELF_TABLE, (int)a[0], 0, 0) : -E_BADF;
        return flags < 0 ? flags : (int64_t)a[0];
    }
    return duplicate_to(a[0], a[1], 0);
}

int64_t linux_dup3(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (a[0] == a[1] || (a[2] & ~(uint64_t)OPEN_CLOSE_ON_EXEC) != 0) {
        return -E_INVAL;
    }
    return duplicate_to(a[0], a[1], handle_flags(a[2]));
}

/* Record locks: one machine, no other way to share yet; granted always, and said so in the caveats. */
static int64_t lock_answer(uint64_t command, uint64_t lock)
{
    if (command == F_GETLK) {
        *(int16_t *)(uintptr_t)lock = F_UNLOCKED;
    }
    return 0;
}

int64_t linux_fcntl(struct foreign_frame *frame, const uint64_t a[6])
{
    int fd = (int)a[0];
    (void)frame;
    if (!is_descriptor(a[0])) {
        return -E_BADF;
    }
    switch (a[1]) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return a[2] >= HANDLE_SYSTEM_BASE
                   ? -E_INVAL
                   : os_duplicate(fd, (int)a[2], DUPLICATE_LOWEST, a[1] == F_DUPFD ? 0 : HANDLE_CLOSE_ON_EXEC);
    case F_GETFD: {
        int flags = sys_handle_flags(SYS_SELF_TABLE, fd, 0, 0);
        return flags < 0 ? flags : flags & (int)HANDLE_CLOSE_ON_EXEC;
    }
    case F_SETFD: {
        int status = sys_handle_flags(SYS_SELF_TABLE, fd, HANDLE_CLOSE_ON_EXEC, a[2] & HANDLE_CLOSE_ON_EXEC);
        return status < 0 ? status : 0;
    }
    case F_GETFL:
        return linux_open_out(os_flags(fd, 0, 0));
    case F_SETFL: {
        int status = os_flags(fd, OPEN_APPEND | OPEN_NONBLOCK, (uint32_t)a[2]);
        return status < 0 ? status : 0;
    }
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
        return lock_answer(a[1], a[2]);
    case F_SETPIPE_SZ:
    case F_GETPIPE_SZ:
        return PIPE_SIZE;
    default:
        return -E_INVAL;
    }
}

int64_t linux_pipe2(struct foreign_frame *frame, const uint64_t a[6])
{
    int fds[2];
    (void)frame;
    if ((a[1] & ~(uint64_t)(OPEN_CLOSE_ON_EXEC | OPEN_NONBLOCK)) != 0) {
        return -E_INVAL;
    }
    int status = os_pipe(fds, (uint32_t)a[1]);
    if (status == 0) {
        int *out = (int *)(uintptr_t)a[0];
        out[0] = fds[0];
        out[1] = fds[1];
    }
    return status;
}

int64_t linux_pipe(struct foreign_frame *frame, const uint64_t a[6])
{
    const uint64_t arguments[6] = {a[0]};
    return linux_pipe2(frame, arguments);
}

int64_t linux_flock(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    int flags = is_descriptor(a[0]) ? sys_handle_flags(SYS_SELF_TABLE, (int)a[0], 0, 0) : -E_BADF;
    return flags < 0 ? flags : 0;
}
