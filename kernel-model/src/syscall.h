/* System calls: decoding. Each call looks up and checks all of its arguments, then calls the owner of the object;
 * they are grouped by noun, a file each. */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "kernel_state.h"
#include "table.h"

#include <abi/errno.h>

struct space;

/* Every call: its result, a negated error, or SYSCALL_BLOCKED. */
int64_t syscall_dispatch(struct kernel *kernel, struct thread *thread, const struct syscall_arguments *arguments);

/* Help for decoding. 0 or a negated error. */
int decode_object(struct thread *thread, uint64_t handle, enum object_type type, uint32_t rights,
                  struct object **object);
int decode_grant(struct thread *thread, uint64_t handle, struct grant **grant);
/* -1: the caller's own. */
int decode_table(struct thread *thread, uint64_t handle, struct table **table);
int decode_space(struct thread *thread, uint64_t handle, struct space **space);
int decode_thread(struct thread *thread, uint64_t handle, uint32_t rights, struct thread **object);
int decode_memory(struct thread *thread, uint64_t handle, uint32_t rights, struct memory **memory);
/* Whether the caller holds the authority over the machine: at its place, HANDLE_AUTHORITY. 0 or -E_PERM. */
int decode_authority(struct thread *thread);
/* A place for a new handle in the caller's table, or a negated error. */
int decode_place(struct kernel *kernel, struct thread *thread);
/* Fills the place; the handle takes the creator's reference over. Returns the place. */
int64_t syscall_give(struct kernel *kernel, struct thread *thread, int place, struct object *object, uint32_t rights);

/* One function per call; the arguments are those of abi/syscall.h. */
#define SYSCALL(name) int64_t syscall_##name(struct kernel *kernel, struct thread *thread, const uint64_t *argument)

SYSCALL(handle_close);
SYSCALL(handle_duplicate);
SYSCALL(handle_flags);
SYSCALL(handle_info);
SYSCALL(handle_next);
SYSCALL(table_create);
SYSCALL(table_copy);
SYSCALL(grant_create);
SYSCALL(grant_info);
SYSCALL(grant_revoke);
SYSCALL(memory_create);
SYSCALL(memory_clone);
SYSCALL(memory_device);
SYSCALL(memory_paged);
SYSCALL(memory_supply);
SYSCALL(memory_physical);
SYSCALL(memory_info);
SYSCALL(space_create);
SYSCALL(space_map);
SYSCALL(space_unmap);
SYSCALL(space_protect);
SYSCALL(space_clone);
SYSCALL(space_query);
SYSCALL(space_read);
SYSCALL(space_write);
SYSCALL(thread_create);
SYSCALL(thread_start);
SYSCALL(thread_kill);
SYSCALL(thread_suspend);
SYSCALL(thread_resume);
SYSCALL(thread_interrupt);
SYSCALL(thread_set);
SYSCALL(thread_info);
SYSCALL(thread_exit);
SYSCALL(thread_yield);
SYSCALL(thread_sleep);
SYSCALL(thread_continue);
SYSCALL(thread_registers);
SYSCALL(channel_create);
SYSCALL(connection_create);
SYSCALL(call);
SYSCALL(receive);
SYSCALL(reply);
SYSCALL(reply_receive);
SYSCALL(message_read);
SYSCALL(message_write);
SYSCALL(pulse);
SYSCALL(connection_info);
SYSCALL(notification_create);
SYSCALL(notification_signal);
SYSCALL(notification_wait);
SYSCALL(address_wait);
SYSCALL(address_wake);
SYSCALL(clock_read);
SYSCALL(timer_create);
SYSCALL(timer_set);
SYSCALL(interrupt_create);
SYSCALL(interrupt_ack);
SYSCALL(machine_stop);
SYSCALL(log);
SYSCALL(kernel_info);
SYSCALL(notification_bind);
SYSCALL(call_short);
SYSCALL(reply_short);
SYSCALL(reply_receive_short);
SYSCALL(scheduling_create);
SYSCALL(scheduling_set);
SYSCALL(scheduling_bind);

#endif
