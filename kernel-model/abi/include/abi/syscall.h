/* System calls: number, name, arguments. Numbers are never reused. A call returns >= 0 or a negated enum abi_error.
 * Each is documented in docs/abi.md and at its wrapper in libsys/include/sys. */
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

/* The number a program puts in its call register is SYSCALL_BASE + n: no Linux call has it. */
#define SYSCALL_BASE 0x8000u

/* Counts of two vectors share a word: the first in the low 16 bits, the second in the next 16. */
#define ABI_SYSCALLS(S)                                                                              \
    /* handles */                                                                                    \
    S(1, HANDLE_CLOSE)       /* table, handle                                     -> 0 */            \
    S(2, HANDLE_DUPLICATE)   /* from table, handle, to table, at | mode<<32, rights mask, flags -> handle */ \
    S(3, HANDLE_FLAGS)       /* table, handle, mask, flags                        -> old flags */    \
    S(4, HANDLE_INFO)        /* table, handle                                     -> type | rights<<8 */ \
    S(5, HANDLE_NEXT)        /* table, from, flags mask                           -> handle, E_NOENT */ \
    S(6, TABLE_CREATE)       /* grant                                             -> handle */       \
    S(7, TABLE_COPY)         /* to table, from table, first, count                -> handles copied */ \
    /* grants */                                                                                     \
    S(8, GRANT_CREATE)       /* parent grant, limit pages                         -> handle */       \
    S(9, GRANT_INFO)         /* grant, struct grant_info *                        -> 0 */            \
    /* memory */                                                                                     \
    S(10, MEMORY_CREATE)     /* grant, size bytes                                 -> handle */       \
    S(11, MEMORY_CLONE)      /* grant, memory, offset, size                       -> handle */       \
    S(12, MEMORY_DEVICE)     /* grant, physical address, size                     -> handle */       \
    S(13, MEMORY_INFO)       /* memory                                            -> size bytes */   \
    /* address spaces */                                                                             \
    S(14, SPACE_CREATE)      /* grant                                             -> handle */       \
    S(15, SPACE_MAP)         /* space, address, size, memory, offset, prot|flags  -> address */      \
    S(16, SPACE_UNMAP)       /* space, address, size                              -> 0 */            \
    S(17, SPACE_PROTECT)     /* space, address, size, prot                        -> 0 */            \
    S(18, SPACE_CLONE)       /* to space, from space, grant                       -> 0 */            \
    S(19, SPACE_QUERY)       /* space, address, struct region_info *              -> 0 */            \
    S(20, SPACE_READ)        /* space, address, buffer, length                    -> bytes */        \
    S(21, SPACE_WRITE)       /* space, address, buffer, length                    -> bytes */        \
    /* threads */                                                                                    \
    S(22, THREAD_CREATE)     /* grant, space, table, control page: memory, address; exceptions -> handle */ \
    S(23, THREAD_START)      /* thread, pc, sp, argument                          -> 0 */            \
    S(24, THREAD_KILL)       /* thread                                            -> 0 */            \
    S(25, THREAD_SUSPEND)    /* thread                                            -> 0 */            \
    S(26, THREAD_RESUME)     /* thread                                            -> 0 */            \
    S(27, THREAD_INTERRUPT)  /* thread                                            -> 0 */            \
    S(28, THREAD_SET)        /* thread, attribute, value                          -> 0 */            \
    S(29, THREAD_INFO)       /* thread, struct thread_info *                      -> 0 */            \
    S(30, THREAD_EXIT)       /*                                                   does not return */ \
    S(31, THREAD_YIELD)      /*                                                   -> 0 */            \
    S(32, THREAD_SLEEP)      /* deadline                                          -> 0, E_INTR */    \
    S(33, THREAD_CONTINUE)   /* struct registers *: the caller goes on with these -> as they say */  \
    S(34, THREAD_REGISTERS)  /* thread (not running), struct registers *, write   -> 0 */            \
    /* messages */                                                                                   \
    S(40, CHANNEL_CREATE)    /* grant, pulse slots, flags                         -> handle */       \
    S(41, CONNECTION_CREATE) /* grant, channel, cookie, rights                    -> handle */       \
    S(42, CALL)              /* connection, parts to send, to reply, counts | flags<<32, deadline -> status */ \
    S(43, RECEIVE)           /* channel, parts, count, deadline                   -> 0 */            \
    S(44, REPLY)             /* message id, status, parts, count                  -> bytes */        \
    S(45, REPLY_RECEIVE)     /* message id or 0, status, parts, counts of both, receive parts, channel -> 0 */ \
    S(46, MESSAGE_READ)      /* message id, offset, parts, count                  -> bytes */        \
    S(47, MESSAGE_WRITE)     /* message id, offset, parts, count                  -> bytes */        \
    S(48, PULSE)             /* connection, code, value, priority (-1: own)       -> 0, E_AGAIN */   \
    S(49, CONNECTION_INFO)   /* channel (MANAGE), connection: is it of this channel? uint64 *cookie -> 0, E_INVAL */ \
    /* waiting */                                                                                    \
    S(50, NOTIFICATION_CREATE) /* grant                                           -> handle */       \
    S(51, NOTIFICATION_SIGNAL) /* notification, bits                              -> 0 */            \
    S(52, NOTIFICATION_WAIT) /* notification, uint64 *bits, deadline              -> 0 */            \
    S(53, ADDRESS_WAIT)      /* uint32 *address, expected, deadline               -> 0, E_AGAIN */   \
    S(54, ADDRESS_WAKE)      /* uint32 *address, count                            -> threads woken */ \
    /* time */                                                                                       \
    S(55, CLOCK_READ)        /*                                                   -> monotonic ns */ \
    S(56, TIMER_CREATE)      /* grant, connection, pulse code, pulse value        -> handle */       \
    S(57, TIMER_SET)         /* timer, deadline (DEADLINE_NONE: stop), period ns  -> 0 */            \
    /* devices and machine; need the authority */                                                    \
    S(58, INTERRUPT_CREATE)  /* grant, number, connection, pulse code             -> handle */       \
    S(59, INTERRUPT_ACK)     /* interrupt                                         -> 0 */            \
    S(60, MACHINE_STOP)      /* status                                            does not return */ \
    S(61, LOG)               /* buffer, length                                    -> length */       \
    S(62, KERNEL_INFO)       /* struct kernel_info *                              -> 0 */            \
    /* pagers */                                                                                     \
    S(64, MEMORY_PAGED)      /* grant, size bytes, connection to the pager, value -> handle */       \
    S(65, MEMORY_SUPPLY)     /* paged memory (MANAGE), offset, from memory (READ), offset, size -> bytes supplied */ \
    S(67, MEMORY_PHYSICAL)   /* memory (READ), offset; needs the authority        -> physical address */ \
    S(66, GRANT_REVOKE)      /* grant: destroys all that is paid from it          -> 0 */            \
    /* budgets */                                                                                    \
    S(70, SCHEDULING_CREATE) /* grant, budget ns, period ns, connection or -1, pulse code, value -> handle */ \
    S(71, SCHEDULING_SET)    /* scheduling context, budget ns, period ns          -> 0 */            \
    S(72, SCHEDULING_BIND)   /* scheduling context, thread, 1: bind 0: unbind     -> 0 */            \
    /* waiting for several things */                                                                 \
    S(76, NOTIFICATION_BIND) /* notification, channel, bits (0: unbind)           -> 0, E_BUSY */    \
    /* short messages: words in registers; the answer's in control.words */                          \
    S(77, CALL_SHORT)        /* connection, word * 4, words sent | wanted<<8 | flags<<32 -> status */ \
    S(78, REPLY_SHORT)       /* message id, words | status<<8, word * 4           -> bytes */         \
    S(79, REPLY_RECEIVE_SHORT) /* message id or 0, words | channel<<8 | status<<32, word * 4 -> 0 */

enum syscall_number {
#define ABI_SYSCALL_MEMBER(number, name) SYS_##name = number,
    ABI_SYSCALLS(ABI_SYSCALL_MEMBER)
#undef ABI_SYSCALL_MEMBER
    SYSCALL_LIMIT = 80
};

/* A status shares a word with REPLY_SHORT's count. */
#define REPLY_SHORT_STATUS_MAX ((1ll << 55) - 1)
#define REPLY_SHORT_STATUS_MIN (-(1ll << 55))

/* REPLY_RECEIVE_SHORT's words, channel and status share a word: 8, 24 and 32 bits. */
#define REPLY_RECEIVE_SHORT_CHANNELS 0xffffffu

/* HANDLE_DUPLICATE modes */
#define DUPLICATE_LOWEST 0u /* lowest free handle at or above `at` */
#define DUPLICATE_EXACT 1u  /* at `at` itself; what is there is closed */

#endif
