/* The short way through calls and answers: CALL, CALL_SHORT, REPLY_RECEIVE and REPLY_RECEIVE_SHORT where nothing is
 * out of the ordinary. It looks at everything first; if anything is not plain it has changed nothing, and the general
 * way (message_call.c, message_reply.c) does the whole call. What it does is exactly what that would have done: tests
 * run with it and without. */
#ifndef KERNEL_MESSAGE_FAST_H
#define KERNEL_MESSAGE_FAST_H

#include <kernel/kernel.h>

/* Each makes the current thread's call, at the kernel's now_ns. Returns as kernel_syscall. */
struct thread *message_fast_call(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                 const struct syscall_arguments *arguments);
struct thread *message_fast_call_short(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                       const struct syscall_arguments *arguments);
struct thread *message_fast_reply_receive(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                          const struct syscall_arguments *arguments);
struct thread *message_fast_reply_receive_short(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                                const struct syscall_arguments *arguments);
/* The general way, of any call (kernel.c). Returns NULL. */
struct thread *message_general(struct kernel *kernel, struct thread *thread,
                               const struct syscall_arguments *arguments);

#endif
