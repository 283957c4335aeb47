/* System calls on handles, tables and grants. */
#include "syscall.h"

#include "revoke.h"

#include "grant.h"
#include "memory.h"

#include <abi/handles.h>

SYSCALL(handle_close)
{
    struct table *table;
    int error = decode_table(thread, argument[0], &table);

    return error != 0 ? error : table_close(kernel, table, (int64_t)argument[1]);
}

/* A place at or above `at`, or `at` itself. */
static int duplicate_place(struct kernel *kernel, struct table *table, int64_t at, uint32_t mode)
{
    int error;

    if (mode == DUPLICATE_LOWEST)
        return table_reserve(kernel, table, at);
    if (mode != DUPLICATE_EXACT)
        return -E_INVAL;
    error = table_reserve_at(kernel, table, at);
    return error != 0 ? error : (int)at;
}

SYSCALL(handle_duplicate)
{
    struct table *from, *to;
    struct handle_entry entry;
    int64_t at = (int32_t)(uint32_t)argument[3];
    uint32_t mode = (uint32_t)(argument[3] >> 32);
    uint32_t mask = (uint32_t)argument[4];
    uint32_t flags = (uint32_t)argument[5];
    int place;
    int error = decode_table(thread, argument[0], &from);

    if (error == 0)
        error = decode_table(thread, argument[2], &to);
    if (error == 0)
        error = table_entry_get(from, (int64_t)argument[1], &entry);
    if (error != 0)
        return error;
    if ((entry.rights & RIGHT_DUPLICATE) == 0)
        return -E_ACCES;
    if ((flags & ~HANDLE_CLOSE_ON_EXEC) != 0)
        return -E_INVAL;
    place = duplicate_place(kernel, to, at, mode);
    if (place < 0)
        return place;
    object_reference(entry.object);
    channel_handle_added(entry.object, entry.rights & mask);
    if (mode == DUPLICATE_EXACT)
        (void)table_close(kernel, to, place);
    table_fill(to, place, entry.object, entry.rights & mask, flags);
    channel_handle_removed(kernel, entry.object, entry.rights & mask);
    object_release(kernel, entry.object);
    return place;
}

SYSCALL(handle_flags)
{
    struct table *table;
    int error = decode_table(thread, argument[0], &table);

    (void)kernel;
    if (error != 0)
        return error;
    if (((argument[2] | argument[3]) & ~(uint64_t)HANDLE_CLOSE_ON_EXEC) != 0)
        return -E_INVAL;
    return table_flags(table, (int64_t)argument[1], (uint32_t)argument[2], (uint32_t)argument[3]);
}

SYSCALL(handle_info)
{
    struct table *table;
    struct handle_entry entry;
    int error = decode_table(thread, argument[0], &table);

    (void)kernel;
    if (error == 0)
        error = table_entry_get(table, (int64_t)argument[1], &entry);
    return error != 0 ? error : (int64_t)(entry.object->type | entry.rights << 8);
}

SYSCALL(handle_next)
{
    struct table *table;
    int error = decode_table(thread, argument[0], &table);

    (void)kernel;
    return error != 0 ? error : table_next(table, (int64_t)argument[1], (uint32_t)argument[2]);
}

SYSCALL(table_create)
{
    struct grant *grant;
    struct table *table;
    int error = decode_grant(thread, argument[0], &grant);
    int place = error != 0 ? error : decode_place(kernel, thread);

    if (place < 0)
        return place;
    error = table_create(kernel, grant, &table);
    return error != 0 ? error : syscall_give(kernel, thread, place, table_object(table), RIGHTS_ALL);
}

SYSCALL(table_copy)
{
    struct table *to, *from;
    int error = decode_table(thread, argument[0], &to);

    if (error == 0)
        error = decode_table(thread, argument[1], &from);
    return error != 0 ? error : table_copy(kernel, to, from, (int64_t)argument[2], (int64_t)argument[3]);
}

SYSCALL(grant_create)
{
    struct grant *parent, *grant;
    int error = decode_grant(thread, argument[0], &parent);
    int place = error != 0 ? error : decode_place(kernel, thread);

    if (place < 0)
        return place;
    error = grant_create(kernel, parent, argument[1], &grant);
    return error != 0 ? error : syscall_give(kernel, thread, place, (struct object *)grant, RIGHTS_ALL);
}

SYSCALL(grant_revoke)
{
    struct grant *grant;
    int error = decode_grant(thread, argument[0], &grant);

    if (error != 0)
        return error;
    return revoke_grant(kernel, grant, thread) ? SYSCALL_BLOCKED : 0;
}

SYSCALL(grant_info)
{
    struct object *object;
    struct grant_info info;
    int error = decode_object(thread, argument[0], OBJECT_GRANT, 0, &object);

    if (error != 0)
        return error;
    grant_info_get((struct grant *)object, &info);
    return space_copy_out(kernel, thread->space, argument[1], &info, sizeof(info));
}
