/* Native calls on handles, tables and grants. */
#include <sys/call.h>

#include "gate.h"

int sys_handle_close(int table, int handle)
{
    return (int)gate_call(SYS_HANDLE_CLOSE, (uint64_t)table, (uint64_t)handle, 0, 0, 0, 0);
}

int sys_handle_duplicate(int from_table, int handle, int to_table, int at, uint32_t mode, uint32_t rights,
                         uint32_t flags)
{
    uint64_t place = (uint32_t)at | (uint64_t)mode << 32;
    return (int)gate_call(SYS_HANDLE_DUPLICATE, (uint64_t)from_table, (uint64_t)handle, (uint64_t)to_table, place,
                          rights, flags);
}

int sys_handle_flags(int table, int handle, uint32_t mask, uint32_t flags)
{
    return (int)gate_call(SYS_HANDLE_FLAGS, (uint64_t)table, (uint64_t)handle, mask, flags, 0, 0);
}

int sys_handle_info(int table, int handle)
{
    return (int)gate_call(SYS_HANDLE_INFO, (uint64_t)table, (uint64_t)handle, 0, 0, 0, 0);
}

int sys_handle_next(int table, int from, uint32_t flags)
{
    return (int)gate_call(SYS_HANDLE_NEXT, (uint64_t)table, (uint64_t)from, flags, 0, 0, 0);
}

int sys_table_create(int grant)
{
    return (int)gate_call(SYS_TABLE_CREATE, (uint64_t)grant, 0, 0, 0, 0, 0);
}

int sys_table_copy(int to_table, int from_table, int first, int count)
{
    return (int)gate_call(SYS_TABLE_COPY, (uint64_t)to_table, (uint64_t)from_table, (uint64_t)first, (uint64_t)count, 0,
                          0);
}

int sys_grant_create(int parent, uint64_t limit_pages)
{
    return (int)gate_call(SYS_GRANT_CREATE, (uint64_t)parent, limit_pages, 0, 0, 0, 0);
}

int sys_grant_revoke(int grant)
{
    return (int)gate_call(SYS_GRANT_REVOKE, (uint64_t)grant, 0, 0, 0, 0, 0);
}

int sys_grant_info(int grant, struct grant_info *info)
{
    return (int)gate_call(SYS_GRANT_INFO, (uint64_t)grant, GATE_ADDRESS(info), 0, 0, 0, 0);
}
