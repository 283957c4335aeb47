/* Native calls on memory objects and address spaces. */
#include <sys/call.h>

#include "gate.h"

int sys_memory_create(int grant, uint64_t size_bytes)
{
    return (int)gate_call(SYS_MEMORY_CREATE, (uint64_t)grant, size_bytes, 0, 0, 0, 0);
}

int sys_memory_clone(int grant, int memory, uint64_t offset_bytes, uint64_t size_bytes)
{
    return (int)gate_call(SYS_MEMORY_CLONE, (uint64_t)grant, (uint64_t)memory, offset_bytes, size_bytes, 0, 0);
}

int sys_memory_paged(int grant, uint64_t size_bytes, int pager, uint64_t value)
{
    return (int)gate_call(SYS_MEMORY_PAGED, (uint64_t)grant, size_bytes, (uint64_t)pager, value, 0, 0);
}

int64_t sys_memory_supply(int memory, uint64_t offset_bytes, int from, uint64_t from_offset_bytes, uint64_t size_bytes)
{
    return gate_call(SYS_MEMORY_SUPPLY, (uint64_t)memory, offset_bytes, (uint64_t)from, from_offset_bytes, size_bytes,
                     0);
}

int sys_memory_device(int grant, uint64_t physical, uint64_t size_bytes)
{
    return (int)gate_call(SYS_MEMORY_DEVICE, (uint64_t)grant, physical, size_bytes, 0, 0, 0);
}

int64_t sys_memory_physical(int memory, uint64_t offset_bytes)
{
    return gate_call(SYS_MEMORY_PHYSICAL, (uint64_t)memory, offset_bytes, 0, 0, 0, 0);
}

int64_t sys_memory_info(int memory)
{
    return gate_call(SYS_MEMORY_INFO, (uint64_t)memory, 0, 0, 0, 0, 0);
}

int sys_space_create(int grant)
{
    return (int)gate_call(SYS_SPACE_CREATE, (uint64_t)grant, 0, 0, 0, 0, 0);
}

int64_t sys_space_map(int space, uint64_t address, uint64_t size_bytes, int memory, uint64_t offset_bytes,
                      uint32_t prot_flags)
{
    return gate_call(SYS_SPACE_MAP, (uint64_t)space, address, size_bytes, (uint64_t)memory, offset_bytes, prot_flags);
}

int sys_space_unmap(int space, uint64_t address, uint64_t size_bytes)
{
    return (int)gate_call(SYS_SPACE_UNMAP, (uint64_t)space, address, size_bytes, 0, 0, 0);
}

int sys_space_protect(int space, uint64_t address, uint64_t size_bytes, uint32_t prot)
{
    return (int)gate_call(SYS_SPACE_PROTECT, (uint64_t)space, address, size_bytes, prot, 0, 0);
}

int sys_space_clone(int to_space, int from_space, int grant)
{
    return (int)gate_call(SYS_SPACE_CLONE, (uint64_t)to_space, (uint64_t)from_space, (uint64_t)grant, 0, 0, 0);
}

int sys_space_query(int space, uint64_t address, struct region_info *info)
{
    return (int)gate_call(SYS_SPACE_QUERY, (uint64_t)space, address, GATE_ADDRESS(info), 0, 0, 0);
}

int64_t sys_space_read(int space, uint64_t address, void *buffer, uint64_t length_bytes)
{
    return gate_call(SYS_SPACE_READ, (uint64_t)space, address, GATE_ADDRESS(buffer), length_bytes, 0, 0);
}

int64_t sys_space_write(int space, uint64_t address, const void *buffer, uint64_t length_bytes)
{
    return gate_call(SYS_SPACE_WRITE, (uint64_t)space, address, GATE_ADDRESS(buffer), length_bytes, 0, 0);
}
