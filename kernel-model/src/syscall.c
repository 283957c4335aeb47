/* The table of system calls, and help for decoding their arguments. */
#include "syscall.h"

#include "memory.h"

#include <abi/handles.h>

struct syscall_entry {
    int64_t (*function)(struct kernel *kernel, struct thread *thread, const uint64_t *argument);
};

static const struct syscall_entry syscall_table[SYSCALL_LIMIT] = {
    [SYS_HANDLE_CLOSE] = {syscall_handle_close},
    [SYS_HANDLE_DUPLICATE] = {syscall_handle_duplicate},
    [SYS_HANDLE_FLAGS] = {syscall_handle_flags},
    [SYS_HANDLE_INFO] = {syscall_handle_info},
    [SYS_HANDLE_NEXT] = {syscall_handle_next},
    [SYS_TABLE_CREATE] = {syscall_table_create},
    [SYS_TABLE_COPY] = {syscall_table_copy},
    [SYS_GRANT_CREATE] = {syscall_grant_create},
    [SYS_GRANT_INFO] = {syscall_grant_info},
    [SYS_MEMORY_CREATE] = {syscall_memory_create},
    [SYS_MEMORY_CLONE] = {syscall_memory_clone},
    [SYS_MEMORY_DEVICE] = {syscall_memory_device},
    [SYS_MEMORY_INFO] = {syscall_memory_info},
    [SYS_SPACE_CREATE] = {syscall_space_create},
    [SYS_SPACE_MAP] = {syscall_space_map},
    [SYS_SPACE_UNMAP] = {syscall_space_unmap},
    [SYS_SPACE_PROTECT] = {syscall_space_protect},
    [SYS_SPACE_CLONE] = {syscall_space_clone},
    [SYS_SPACE_QUERY] = {syscall_space_query},
    [SYS_SPACE_READ] = {syscall_space_read},
    [SYS_SPACE_WRITE] = {syscall_space_write},
    [SYS_THREAD_CREATE] = {syscall_thread_create},
    [SYS_THREAD_START] = {syscall_thread_start},
    [SYS_THREAD_KILL] = {syscall_thread_kill},
    [SYS_THREAD_SUSPEND] = {syscall_thread_suspend},
    [SYS_THREAD_RESUME] = {syscall_thread_resume},
    [SYS_THREAD_INTERRUPT] = {syscall_thread_interrupt},
    [SYS_THREAD_SET] = {syscall_thread_set},
    [SYS_THREAD_INFO] = {syscall_thread_info},
    [SYS_THREAD_EXIT] = {syscall_thread_exit},
    [SYS_THREAD_YIELD] = {syscall_thread_yield},
    [SYS_THREAD_SLEEP] = {syscall_thread_sleep},
    [SYS_THREAD_CONTINUE] = {syscall_thread_continue},
    [SYS_THREAD_REGISTERS] = {syscall_thread_registers},
    [SYS_CHANNEL_CREATE] = {syscall_channel_create},
    [SYS_CONNECTION_CREATE] = {syscall_connection_create},
    [SYS_CALL] = {syscall_call},
    [SYS_RECEIVE] = {syscall_receive},
    [SYS_REPLY] = {syscall_reply},
    [SYS_REPLY_RECEIVE] = {syscall_reply_receive},
    [SYS_MESSAGE_READ] = {syscall_message_read},
    [SYS_MESSAGE_WRITE] = {syscall_message_write},
    [SYS_PULSE] = {syscall_pulse},
    [SYS_CONNECTION_INFO] = {syscall_connection_info},
    [SYS_NOTIFICATION_CREATE] = {syscall_notification_create},
    [SYS_NOTIFICATION_SIGNAL] = {syscall_notification_signal},
    [SYS_NOTIFICATION_WAIT] = {syscall_notification_wait},
    [SYS_ADDRESS_WAIT] = {syscall_address_wait},
    [SYS_ADDRESS_WAKE] = {syscall_address_wake},
    [SYS_CLOCK_READ] = {syscall_clock_read},
    [SYS_TIMER_CREATE] = {syscall_timer_create},
    [SYS_TIMER_SET] = {syscall_timer_set},
    [SYS_INTERRUPT_CREATE] = {syscall_interrupt_create},
    [SYS_INTERRUPT_ACK] = {syscall_interrupt_ack},
    [SYS_MACHINE_STOP] = {syscall_machine_stop},
    [SYS_LOG] = {syscall_log},
    [SYS_KERNEL_INFO] = {syscall_kernel_info},
};

int64_t syscall_dispatch(struct kernel *kernel, struct thread *thread, const struct syscall_arguments *arguments)
{
    if (arguments->number >= SYSCALL_LIMIT || syscall_table[arguments->number].function == NULL)
        return -E_NOSYS;
    return syscall_table[arguments->number].function(kernel, thread, arguments->argument);
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
