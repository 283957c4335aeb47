/* From numbers to system calls, and help for decoding their arguments. */
#include "syscall.h"

#include "memory.h"

#include <abi/handles.h>

#define CASE(NUMBER, name) \
    case SYS_##NUMBER:     \
        return syscall_##name(kernel, thread, argument)

/* Switches and no tables of functions: those would need relocation, and be data. */
static int64_t dispatch_resource(struct kernel *kernel, struct thread *thread, uint64_t number,
                                 const uint64_t *argument)
{
    switch (number) {
    CASE(HANDLE_CLOSE, handle_close);
    CASE(HANDLE_DUPLICATE, handle_duplicate);
    CASE(HANDLE_FLAGS, handle_flags);
    CASE(HANDLE_INFO, handle_info);
    CASE(HANDLE_NEXT, handle_next);
    CASE(TABLE_CREATE, table_create);
    CASE(TABLE_COPY, table_copy);
    CASE(GRANT_CREATE, grant_create);
    CASE(GRANT_INFO, grant_info);
    CASE(GRANT_REVOKE, grant_revoke);
    CASE(MEMORY_CREATE, memory_create);
    CASE(MEMORY_CLONE, memory_clone);
    CASE(MEMORY_DEVICE, memory_device);
    CASE(MEMORY_INFO, memory_info);
    CASE(SPACE_CREATE, space_create);
    CASE(SPACE_MAP, space_map);
    CASE(SPACE_UNMAP, space_unmap);
    CASE(SPACE_PROTECT, space_protect);
    CASE(SPACE_CLONE, space_clone);
    CASE(SPACE_QUERY, space_query);
    CASE(SPACE_READ, space_read);
    CASE(SPACE_WRITE, space_write);
    CASE(INTERRUPT_CREATE, interrupt_create);
    CASE(INTERRUPT_ACK, interrupt_ack);
    CASE(MACHINE_STOP, machine_stop);
    CASE(LOG, log);
    CASE(KERNEL_INFO, kernel_info);
    CASE(MEMORY_PAGED, memory_paged);
    CASE(MEMORY_SUPPLY, memory_supply);
    CASE(MEMORY_PHYSICAL, memory_physical);
    default:
        return -E_NOSYS;
    }
}

int64_t syscall_dispatch(struct kernel *kernel, struct thread *thread, const struct syscall_arguments *arguments)
{
    const uint64_t *argument = arguments->argument;

    switch (arguments->number) {
    CASE(THREAD_CREATE, thread_create);
    CASE(THREAD_START, thread_start);
    CASE(THREAD_KILL, thread_kill);
    CASE(THREAD_SUSPEND, thread_suspend);
    CASE(THREAD_RESUME, thread_resume);
    CASE(THREAD_INTERRUPT, thread_interrupt);
    CASE(THREAD_SET, thread_set);
    CASE(THREAD_INFO, thread_info);
    CASE(THREAD_EXIT, thread_exit);
    CASE(THREAD_YIELD, thread_yield);
    CASE(THREAD_SLEEP, thread_sleep);
    CASE(THREAD_CONTINUE, thread_continue);
    CASE(THREAD_REGISTERS, thread_registers);
    CASE(CHANNEL_CREATE, channel_create);
    CASE(CONNECTION_CREATE, connection_create);
    CASE(CALL, call);
    CASE(RECEIVE, receive);
    CASE(REPLY, reply);
    CASE(REPLY_RECEIVE, reply_receive);
    CASE(MESSAGE_READ, message_read);
    CASE(MESSAGE_WRITE, message_write);
    CASE(PULSE, pulse);
    CASE(CONNECTION_INFO, connection_info);
    CASE(NOTIFICATION_CREATE, notification_create);
    CASE(NOTIFICATION_SIGNAL, notification_signal);
    CASE(NOTIFICATION_WAIT, notification_wait);
    CASE(ADDRESS_WAIT, address_wait);
    CASE(ADDRESS_WAKE, address_wake);
    CASE(CLOCK_READ, clock_read);
    CASE(TIMER_CREATE, timer_create);
    CASE(TIMER_SET, timer_set);
    CASE(NOTIFICATION_BIND, notification_bind);
    CASE(CALL_SHORT, call_short);
    CASE(REPLY_SHORT, reply_short);
    CASE(REPLY_RECEIVE_SHORT, reply_receive_short);
    CASE(SCHEDULING_CREATE, scheduling_create);
    CASE(SCHEDULING_SET, scheduling_set);
    CASE(SCHEDULING_BIND, scheduling_bind);
    default:
        return dispatch_resource(kernel, thread, arguments->number, argument);
    }
}

int decode_object(struct thread *thread, uint64_t handle, enum object_type type, uint32_t rights,
                  struct object **object)
{
    return table_lookup(thread->table, (int64_t)handle, type, rights, object);
}

int decode_grant(struct thread *thread, uint64_t handle, struct grant **grant)
{
    struct object *object;
    int error = decode_object(thread, handle, OBJECT_GRANT, RIGHT_MANAGE, &object);

    if (error == 0)
        *grant = (struct grant *)object;
    return error;
}

int decode_table(struct thread *thread, uint64_t handle, struct table **table)
{
    struct object *object;
    int error;

    *table = thread->table;
    if (handle == UINT64_MAX)
        return 0;
    error = decode_object(thread, handle, OBJECT_TABLE, RIGHT_MANAGE, &object);
    if (error == 0)
        *table = (struct table *)object;
    return error;
}

int decode_space(struct thread *thread, uint64_t handle, struct space **space)
{
    struct object *object;
    int error;

    *space = thread->space;
    if (handle == UINT64_MAX)
        return 0;
    error = decode_object(thread, handle, OBJECT_SPACE, RIGHT_MANAGE, &object);
    if (error == 0)
        *space = (struct space *)object;
    return error;
}

int decode_thread(struct thread *thread, uint64_t handle, uint32_t rights, struct thread **target)
{
    struct object *object;
    int error;

    *target = thread;
    if (handle == UINT64_MAX)
        return 0;
    error = decode_object(thread, handle, OBJECT_THREAD, rights, &object);
    if (error == 0)
        *target = (struct thread *)object;
    return error;
}

int decode_memory(struct thread *thread, uint64_t handle, uint32_t rights, struct memory **memory)
{
    struct object *object;
    int error = decode_object(thread, handle, OBJECT_MEMORY, rights, &object);

    if (error == 0)
        *memory = (struct memory *)object;
    return error;
}

int decode_authority(struct thread *thread)
{
    struct object *object;

    return decode_object(thread, HANDLE_AUTHORITY, OBJECT_AUTHORITY, 0, &object) == 0 ? 0 : -E_PERM;
}

int decode_place(struct kernel *kernel, struct thread *thread)
{
    return table_reserve(kernel, thread->table, HANDLE_DYNAMIC);
}

int64_t syscall_give(struct kernel *kernel, struct thread *thread, int place, struct object *object, uint32_t rights)
{
    table_fill(thread->table, place, object, rights, 0);
    object_release(kernel, object);
    return place;
}
