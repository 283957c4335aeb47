/* Native calls, one per system call of abi/syscall.h, same words. All return >= 0 or -error (abi/errno.h); none touches
 * errno. Blocking ones say so. Costs: one kernel entry each. */
#ifndef SYS_CALL_H
#define SYS_CALL_H

#include <abi/control.h>
#include <abi/errno.h>
#include <abi/handles.h>
#include <abi/limits.h>
#include <abi/syscall.h>
#include <abi/types.h>

#define SYS_SELF_TABLE (-1)
#define SYS_SELF_SPACE (-1)
#define SYS_SELF_THREAD (-1)

/* The calling thread's control page. */
struct control *sys_control(void);

/* Handles. `table` SYS_SELF_TABLE: the caller's own. */
int sys_handle_close(int table, int handle);
int sys_handle_duplicate(int from_table, int handle, int to_table, int at, uint32_t mode, uint32_t rights,
                         uint32_t flags);
int sys_handle_flags(int table, int handle, uint32_t mask, uint32_t flags);
int sys_handle_info(int table, int handle);
int sys_handle_next(int table, int from, uint32_t flags);
int sys_table_create(int grant);
int sys_table_copy(int to_table, int from_table, int first, int count);
int sys_grant_create(int parent, uint64_t limit_pages);
/* Destroys everything paid from the grant or one below it, whoever holds it; the grant stays. May end the caller. */
int sys_grant_revoke(int grant);
int sys_grant_info(int grant, struct grant_info *info);

/* Memory and address spaces. */
int sys_memory_create(int grant, uint64_t size_bytes);
int sys_memory_clone(int grant, int memory, uint64_t offset_bytes, uint64_t size_bytes);
/* Memory whose absent pages are asked for at `pager` (a connection), by RECEIVED_FAULT messages that carry `value`. */
int sys_memory_paged(int grant, uint64_t size_bytes, int pager, uint64_t value);
/* Gives pages of `from` to a paged memory, copied on write; those that are there stay. At most SUPPLY_PAGES_MAX pages.
 * Returns the bytes gone through: fewer than asked if the paged memory's grant has no room. */
int64_t sys_memory_supply(int memory, uint64_t offset_bytes, int from, uint64_t from_offset_bytes, uint64_t size_bytes);
int sys_memory_device(int grant, uint64_t physical, uint64_t size_bytes);
/* Where the byte at the offset is, for a device that reaches memory by itself; the address of one page says nothing of
 * the next. The object's pages then stay where they are, and it cannot be cloned. Needs the authority. */
int64_t sys_memory_physical(int memory, uint64_t offset_bytes);
int64_t sys_memory_info(int memory);
int sys_space_create(int grant);
/* Returns the address; address 0 without MAP_FLAG_FIXED: the kernel chooses. */
int64_t sys_space_map(int space, uint64_t address, uint64_t size_bytes, int memory, uint64_t offset_bytes,
                      uint32_t prot_flags);
int sys_space_unmap(int space, uint64_t address, uint64_t size_bytes);
int sys_space_protect(int space, uint64_t address, uint64_t size_bytes, uint32_t prot);
int sys_space_clone(int to_space, int from_space, int grant);
int sys_space_query(int space, uint64_t address, struct region_info *info);
int64_t sys_space_read(int space, uint64_t address, void *buffer, uint64_t length_bytes);
int64_t sys_space_write(int space, uint64_t address, const void *buffer, uint64_t length_bytes);

/* Threads. */
int sys_thread_create(int grant, int space, int table, int control_memory, uint64_t control_address, int exceptions);
int sys_thread_start(int thread, uint64_t pc, uint64_t sp, uint64_t argument);
int sys_thread_kill(int thread);
int sys_thread_suspend(int thread);
int sys_thread_resume(int thread);
int sys_thread_interrupt(int thread);
int sys_thread_set(int thread, uint32_t attribute, uint64_t value);
int sys_thread_info(int thread, struct thread_info *info);
_Noreturn void sys_thread_exit(void);
int sys_thread_yield(void);
int sys_thread_sleep(uint64_t deadline_ns); /* blocks */
_Noreturn void sys_thread_continue(const struct registers *registers);
int sys_thread_registers(int thread, struct registers *registers, int write);

/* Messages. Blocking: call, receive, reply_receive. */
int sys_channel_create(int grant, uint32_t pulse_slots, uint32_t flags);
int sys_connection_create(int grant, int channel, uint64_t cookie, uint32_t rights);
int64_t sys_call(int connection, const struct part *send, uint32_t send_count, const struct part *reply,
                 uint32_t reply_count, uint32_t flags, uint64_t deadline_ns);
int sys_receive(int channel, const struct part *parts, uint32_t count, uint64_t deadline_ns);
int64_t sys_reply(uint64_t message_id, int64_t status, const struct part *parts, uint32_t count);
int sys_reply_receive(uint64_t message_id, int64_t status, const struct part *reply, uint32_t reply_count,
                      const struct part *receive, uint32_t receive_count, int channel);
/* The same with up to MESSAGE_WORDS_MAX words in registers: no memory of the caller's is touched, no deadline. The
 * answer's words are in sys_control()->words, 0 where none came. To the other side they are 8 bytes each, whichever way
 * it receives and answers; received without a vector they are in its sys_control()->words, info.word_count of them. */
int64_t sys_call_short(int connection, const uint64_t *words, uint32_t send_count, uint32_t reply_count,
                       uint32_t flags);
int64_t sys_reply_short(uint64_t message_id, int64_t status, const uint64_t *words, uint32_t count);
/* Answers with words (message_id 0: nobody) and receives without a vector. Blocking. */
int sys_reply_receive_short(uint64_t message_id, int32_t status, const uint64_t *words, uint32_t count, int channel);
int64_t sys_message_read(uint64_t message_id, uint64_t offset_bytes, const struct part *parts, uint32_t count);
int64_t sys_message_write(uint64_t message_id, uint64_t offset_bytes, const struct part *parts, uint32_t count);
int sys_pulse(int connection, int code, uint64_t value, int priority);
/* Is `connection` one of `channel`'s (needs RIGHT_MANAGE on it)? 0 and its cookie, or -E_INVAL. */
int sys_connection_info(int channel, int connection, uint64_t *cookie);

/* Waiting and time. Blocking: the waits. */
int sys_notification_create(int grant);
int sys_notification_signal(int notification, uint64_t bits);
int sys_notification_wait(int notification, uint64_t *bits, uint64_t deadline_ns);
/* Whatever is queued at the channel (MANAGE) from now on, or is already, signals `bits` of the notification (WAIT or
 * MANAGE); so does the channel's end. Bits 0: no more. -E_BUSY: another notification is bound to the channel. */
int sys_notification_bind(int notification, int channel, uint64_t bits);
int sys_address_wait(const uint32_t *address, uint32_t expected, uint64_t deadline_ns);
int sys_address_wake(const uint32_t *address, uint32_t count);
int64_t sys_clock_read(void);
int sys_timer_create(int grant, int connection, int pulse_code, uint64_t pulse_value);
int sys_timer_set(int timer, uint64_t deadline_ns, uint64_t period_ns);

/* Scheduling contexts: budgets of CPU time. `connection` (or -1: nobody) is sent a pulse each time it runs out. */
int sys_scheduling_create(int grant, uint64_t budget_ns, uint64_t period_ns, int connection, int pulse_code,
                          uint64_t pulse_value);
int sys_scheduling_set(int scheduling, uint64_t budget_ns, uint64_t period_ns);
/* -E_BUSY: the thread is bound to one already. Threads that it makes are bound to the same. */
int sys_scheduling_bind(int scheduling, int thread);
/* -E_INVAL: the thread is not bound to this one. */
int sys_scheduling_unbind(int scheduling, int thread);

/* Devices and the machine; need the authority. */
int sys_interrupt_create(int grant, uint32_t number, int connection, int pulse_code);
int sys_interrupt_ack(int interrupt);
_Noreturn void sys_machine_stop(int status);
int sys_log(const char *bytes, uint64_t length_bytes);
int sys_kernel_info(struct kernel_info *info);

#endif
