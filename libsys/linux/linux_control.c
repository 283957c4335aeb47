/* ioctl: passed to the file's server with the right amount of bytes each way; what concerns the descriptor alone is
 * done here. */
#include "linux_call.h"

#define FIONCLEX 0x5450u
#define FIOCLEX 0x5451u
#define FIONBIO 0x5421u

struct control_shape {
    uint32_t number;
    uint16_t in_bytes;
    uint16_t out_bytes;
    uint32_t by_value; /* the argument itself is the datum */
};

static const struct control_shape shapes[] = {
    {0x5401, 0, 36, 0}, /* TCGETS */
    {0x5402, 36, 0, 0}, /* TCSETS */
    {0x5403, 36, 0, 0}, /* TCSETSW */
    {0x5404, 36, 0, 0}, /* TCSETSF */
    {0x5409, 4, 0, 1},  /* TCSBRK */
    {0x540a, 4, 0, 1},  /* TCXONC */
    {0x540b, 4, 0, 1},  /* TCFLSH */
    {0x540e, 4, 0, 1},  /* TIOCSCTTY */
    {0x540f, 0, 4, 0},  /* TIOCGPGRP */
    {0x5410, 4, 0, 0},  /* TIOCSPGRP */
    {0x5411, 0, 4, 0},  /* TIOCOUTQ */
    {0x5413, 0, 8, 0},  /* TIOCGWINSZ */
    {0x5414, 8, 0, 0},  /* TIOCSWINSZ */
    {0x541b, 0, 4, 0},  /* FIONREAD */
    {0x5422, 0, 0, 0},  /* TIOCNOTTY */
    {0x5429, 0, 4, 0},  /* TIOCGSID */
};

int64_t linux_ioctl(struct foreign_frame *frame, const uint64_t a[6])
{
    int fd = (int)a[0];
    uint32_t number = (uint32_t)a[1];
    (void)frame;
    if (a[0] >= HANDLE_SYSTEM_BASE) {
        return -E_BADF;
    }
    if (number == FIOCLEX || number == FIONCLEX) {
        int status = sys_handle_flags(SYS_SELF_TABLE, fd, HANDLE_CLOSE_ON_EXEC,
                                      number == FIOCLEX ? HANDLE_CLOSE_ON_EXEC : 0);
        return status < 0 ? status : 0;
    }
    if (number == FIONBIO) {
        int on = *(const int *)(uintptr_t)a[2];
        int status = os_flags(fd, OPEN_NONBLOCK, on != 0 ? OPEN_NONBLOCK : 0);
        return status < 0 ? status : 0;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct control_shape *shape = &shapes[i];
        if (shape->number == number) {
            uint32_t value = (uint32_t)a[2];
            const void *in = shape->by_value != 0 ? (const void *)&value : (const void *)(uintptr_t)a[2];
            return os_control(fd, number, in, shape->in_bytes, (void *)(uintptr_t)a[2], shape->out_bytes);
        }
    }
    int flags = sys_handle_flags(SYS_SELF_TABLE, fd, 0, 0);
    return flags < 0 ? flags : -E_NOTTY;
}
