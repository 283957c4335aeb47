/* The kernel's half of the address space (TTBR1), and what assembler code must know of C's structs. */
#ifndef HW_AARCH64_LAYOUT_H
#define HW_AARCH64_LAYOUT_H

#define WINDOW_MEMORY 0xffff000000000000 /* + physical address: RAM, cached */
#define WINDOW_DEVICE 0xffff008000000000 /* + physical address: everything, as device registers */
#define IMAGE_BASE 0xffffffff80000000 /* the image's 2 MiB of RAM */
#define IMAGE_OFFSET 0x80000          /* of the image's start in its 2 MiB, where boards' firmware puts it */

/* Attributes of memory: indices of MAIR_EL1. */
#define MEMORY_DEVICE 0 /* nGnRE */
#define MEMORY_NORMAL 1
#define MAIR_VALUE 0xff04

/* Bits of table entries. */
#define ENTRY_VALID 1
#define ENTRY_TABLE 3
#define ENTRY_PAGE 3
#define ENTRY_BLOCK 1
#define ENTRY_KIND(kind) ((kind) << 2)
#define ENTRY_USER (1 << 6)
#define ENTRY_READ_ONLY (1 << 7)
#define ENTRY_SHARED (3 << 8)
#define ENTRY_ACCESSED (1 << 10)
#define ENTRY_NOT_GLOBAL (1 << 11)
#define ENTRY_KERNEL_NO_EXECUTE 0x20000000000000
#define ENTRY_USER_NO_EXECUTE 0x40000000000000

#define STACK_BYTES 16384

/* struct plat_context */
#define CONTEXT_NUMBER 8
#define CONTEXT_X 16
#define CONTEXT_SP (CONTEXT_X + 31 * 8)
#define CONTEXT_PC (CONTEXT_SP + 8)
#define CONTEXT_PSTATE (CONTEXT_PC + 8)
#define CONTEXT_TPIDR (CONTEXT_PSTATE + 8)

/* Of abi/limits.h and abi/syscall.h, for assembler code: context.c compares. */
#define LIBSYS_SHIFT 20
#define LIBSYS_PAGE 0x6000000 /* LIBSYS_BASE >> LIBSYS_SHIFT */
#define SYSCALL_BASE_PAGES 8  /* of 4096 */

/* What an exception was: second argument of trap_other. */
#define TRAP_SYNCHRONOUS 0
#define TRAP_INTERRUPT 1
#define TRAP_ERROR 2

#endif
