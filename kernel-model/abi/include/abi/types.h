/* Types shared by kernel and programs. Depends on nothing but the compiler's freestanding headers. */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wait for ever. Any other deadline is absolute, on the monotonic clock, in ns; 0 polls. */
#define DEADLINE_NONE UINT64_MAX

/* One part of a vector: `base` is an address in the caller's space. */
struct part {
    uint64_t base;
    uint64_t length_bytes;
};

enum object_type {
    OBJECT_NONE,
    OBJECT_GRANT,
    OBJECT_TABLE,
    OBJECT_MEMORY,
    OBJECT_SPACE,
    OBJECT_THREAD,
    OBJECT_CHANNEL,
    OBJECT_CONNECTION,
    OBJECT_NOTIFICATION,
    OBJECT_TIMER,
    OBJECT_INTERRUPT,
    OBJECT_AUTHORITY,
    OBJECT_SCHEDULING,
    OBJECT_TYPE_COUNT
};

/* Rights of a handle. What each allows depends on the object: docs/abi.md has the table. */
#define RIGHT_READ 0x01u      /* memory: map readable; connection: the session may be read (told to the server) */
#define RIGHT_WRITE 0x02u     /* memory: map writable; connection: the session may be written (told to the server) */
#define RIGHT_EXECUTE 0x04u   /* memory: map executable */
#define RIGHT_MANAGE 0x08u    /* change, kill, map into, receive on, create from */
#define RIGHT_SIGNAL 0x10u    /* notification: signal; connection: pulse; channel: connect */
#define RIGHT_WAIT 0x20u      /* notification: wait */
#define RIGHT_DUPLICATE 0x40u /* may be duplicated */
#define RIGHT_TRANSFER 0x80u  /* may move in a message */
#define RIGHTS_ALL 0xffu

/* Handle flags, kept per handle. */
#define HANDLE_CLOSE_ON_EXEC 0x1u

/* Map protection and flags. */
#define PROT_R 0x1u
#define PROT_W 0x2u
#define PROT_X 0x4u
#define MAP_FLAG_FIXED 0x10u    /* at this address; whatever is mapped there goes */
#define MAP_FLAG_SHARED 0x20u   /* space_clone shares the object instead of copying it on write */
#define MAP_FLAG_NO_CLONE 0x40u /* space_clone leaves the region out */
#define MAP_FLAG_POPULATE 0x80u /* bring all pages in now */

/* Channel flags. */
/* A client that wants out while its message is unanswered waits for the server, which gets one PULSE_UNBLOCK. */
#define CHANNEL_UNBLOCK 0x1u
/* Who serves waits when the client's scheduling context has run out, instead of going on on its own. */
#define CHANNEL_BUDGET_WAIT 0x2u

/* Call flags (in bits 32.. of the counts argument). */
#define CALL_UNINTERRUPTIBLE 0x1u /* thread_interrupt does not end this call (a kill does) */

/* Pulse codes: negative ones come from the kernel. */
#define PULSE_CLOSE (-1)        /* value: cookie of a connection whose last handle went */
#define PULSE_UNBLOCK (-2)      /* value: ID of a message whose client wants out */
#define PULSE_THREAD_DEATH (-3) /* value: identity of a thread that died; sent to its exception connection */

enum received_kind {
    RECEIVED_MESSAGE = 1,
    RECEIVED_PULSE = 2,
    RECEIVED_EXCEPTION = 3,
    RECEIVED_FAULT = 4 /* struct fault_message, to a pager */
};

/* What `receive` tells; written to the caller's control page. */
struct receive_info {
    uint32_t kind;           /* enum received_kind */
    int32_t pulse_code;      /* pulses */
    uint64_t pulse_value;    /* pulses */
    uint64_t message_id;     /* messages and exceptions; never 0 */
    uint64_t cookie;         /* of the connection that the message or pulse came by */
    uint64_t identity;       /* of the sending thread, as set by whoever holds the authority */
    uint64_t send_bytes;     /* full length of what the client sent */
    uint64_t reply_bytes;    /* full length of the client's reply area */
    uint64_t received_bytes; /* bytes copied by this receive */
    uint32_t rights;         /* rights of the handle that the client called with */
    uint32_t priority;       /* of the sender */
    uint32_t handle_count;   /* handles received, in control.received_handles */
    uint32_t word_count;     /* short message received without a vector: words of it in control.words */
};

/* One handle to move with a message. */
struct transfer {
    int32_t handle;  /* in the sender's table */
    uint32_t rights; /* mask for the receiver's copy */
    uint32_t move;   /* not 0: the sender's handle goes */
    uint32_t flags;  /* HANDLE_* flags of the receiver's copy */
};

enum exception_kind {
    EXCEPTION_FAULT = 1,     /* address, access */
    EXCEPTION_ILLEGAL = 2,
    EXCEPTION_ARITHMETIC = 3,
    EXCEPTION_BREAKPOINT = 4,
    EXCEPTION_BUS = 5,
    EXCEPTION_FOREIGN_CALL = 6, /* a system call from outside the system library's range */
    EXCEPTION_NO_MEMORY = 7,    /* a page could not be had: the grant of the memory object is exhausted */
    EXCEPTION_HOST = 8          /* the machine lost the thread (its host task was killed from outside) */
};
#define ACCESS_READ 1u
#define ACCESS_WRITE 2u
#define ACCESS_EXECUTE 4u

/* What a pager receives: a thread wants a page of a memory object made by MEMORY_PAGED. */
struct fault_message {
    uint64_t value;        /* the object's, as given to MEMORY_PAGED */
    uint64_t offset_bytes; /* of the page */
    uint32_t access;       /* one ACCESS_* */
    uint32_t reserved;
};

/* Reply statuses for an exception message. */
#define EXCEPTION_RESUME 0 /* retry the instruction */
#define EXCEPTION_KILL 1   /* the thread dies */
#define EXCEPTION_UPCALL 2 /* save the registers in the control page and enter the library's upcall */

enum thread_attribute {
    THREAD_PRIORITY = 1,    /* 0..255, at most the caller's own unless it holds the authority */
    THREAD_IDENTITY = 2,    /* needs HANDLE_AUTHORITY in the caller's table */
    THREAD_UPCALL_READY = 3, /* value 1: interrupts may divert this thread to the library's upcall */
    THREAD_NAME = 4          /* value: address of TRACE_NAME_BYTES bytes; only the trace keeps them */
};

enum thread_state {
    THREAD_NEW = 1,       /* never started */
    THREAD_READY = 2,
    THREAD_RUNNING = 3,
    THREAD_SEND = 4,      /* calling: queued at the channel */
    THREAD_REPLY = 5,     /* calling: received, unanswered */
    THREAD_RECEIVE = 6,
    THREAD_NOTIFICATION_WAIT = 7,
    THREAD_ADDRESS_WAIT = 8,
    THREAD_SLEEP = 9,
    THREAD_DEAD = 10
};

struct thread_info {
    uint64_t identity;
    uint64_t cpu_ns;
    uint32_t state; /* enum thread_state */
    uint32_t suspended;
    uint32_t base_priority;
    uint32_t priority; /* with what it inherited */
};

struct region_info {
    uint64_t start;
    uint64_t end; /* past the last byte; 0: no region at or after the address asked for */
    uint64_t offset_bytes;
    uint32_t prot;
    uint32_t flags;
    uint64_t present_pages;
};

struct grant_info {
    uint64_t limit_pages;
    uint64_t used_pages;
};

struct kernel_info {
    uint64_t total_pages;
    uint64_t free_pages;
    uint64_t boot_ns;         /* monotonic time of boot */
    uint64_t realtime_offset_ns; /* realtime = monotonic + this */
    uint64_t idle_ns;
    uint64_t switches;        /* thread switches */
    uint64_t direct_switches; /* of them: without the ready queue */
    uint64_t object_count[16]; /* by enum object_type */
    uint64_t device_table;     /* physical address of struct device_table (abi/device.h); 0: none */
};

#endif
