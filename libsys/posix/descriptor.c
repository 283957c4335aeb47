/* Descriptors: handles below HANDLE_SYSTEM_BASE. */
#include <sys/os.h>

int os_close(int fd)
{
    if (fd < 0 || (uint32_t)fd >= HANDLE_SYSTEM_BASE) {
        return -E_BADF;
    }
    return sys_handle_close(SYS_SELF_TABLE, fd);
}

int os_duplicate(int fd, int at, uint32_t mode, uint32_t handle_flags)
{
    if (fd < 0) {
        return -E_BADF;
    }
    if (at < 0 || (uint32_t)at >= HANDLE_SYSTEM_BASE) {
        return mode == DUPLICATE_EXACT ? -E_BADF : -E_INVAL;
    }
    int result = sys_handle_duplicate(SYS_SELF_TABLE, fd, SYS_SELF_TABLE, at, mode, RIGHTS_ALL, handle_flags);
    if (result >= 0 && (uint32_t)result >= HANDLE_SYSTEM_BASE) {
        sys_handle_close(SYS_SELF_TABLE, result);
        return -E_MFILE;
    }
    return result;
}
