/* Limits: every bound of the system, named once. Sizes in bytes unless the name says otherwise. */
#ifndef ABI_LIMITS_H
#define ABI_LIMITS_H

#define PAGE_BYTES 4096u
#define PAGE_SHIFT 12u

#define PRIORITY_COUNT 256u       /* 0 is the lowest */
#define PRIORITY_MAX 255u
#define SLICE_NS 4000000ull       /* round-robin slice */

#define SCHEDULING_BUDGET_MIN_NS 10000ull        /* least budget; an empty one is used again from here on */
#define SCHEDULING_PERIOD_MAX_NS (1ull << 62)

#define PARTS_MAX 1024u           /* parts of one vector */
#define MESSAGE_BYTES_MAX (1ull << 40)
#define MESSAGE_WORDS_MAX 4u      /* words of a short message, each way */
#define TRANSFER_MAX 4u           /* handles moved by one message, each way */
#define PULSES_MAX 1024u          /* pulse slots of one channel */
#define COPY_STEP_BYTES 4096u     /* most bytes moved between two preemption points */

#define HANDLES_MAX 131072u       /* handles of one table */
#define HANDLE_SYSTEM_BASE 65536u /* below: descriptors; from here on: handles of libraries and programs */

#define SUPPLY_PAGES_MAX 64u      /* of one MEMORY_SUPPLY */
#define FAULT_AROUND_PAGES 8u     /* pages brought in by one fault, aligned */

/* User address space, the same on every platform. */
#define USER_BASE 0x10000ull
#define USER_END 0x7ffff0000000ull
#define MAP_BASE 0x700000000000ull    /* where map calls without an address look, upwards */
#define MAP_END 0x7ff000000000ull
#define STACK_TOP 0x7ff800000000ull   /* initial stack of a process ends here */
#define PLATFORM_BASE 0x6fff00000000ull /* reserved to the platform: no map call may touch it */
#define PLATFORM_END 0x700000000000ull
#define LIBSYS_BASE 0x600000000000ull /* the system library's image, at most LIBSYS_BYTES_MAX, read and execute */
#define LIBSYS_BYTES_MAX 0x100000ull
#define LIBSYS_DATA_BASE 0x600010000000ull /* its per-process data, private and writable */
#define LIBSYS_DATA_BYTES 0x40000ull
#define LIBSYS_AREA_BASE 0x600020000000ull /* its per-thread areas: one after another, LIBSYS_AREA_STRIDE apart */
#define LIBSYS_AREA_STRIDE 0x20000ull
/* A thread area: one control page, then the thread's system stack, then an unmapped guard up to the stride. */
#define LIBSYS_STACK_OFFSET 0x1000ull
#define LIBSYS_STACK_BYTES 0x10000ull
#define THREADS_PER_SPACE_MAX 1024u

#endif
