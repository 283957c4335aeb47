/* The kernel's half of the address space, and what assembler code must know of C's structs. */
#ifndef HW_X86_64_LAYOUT_H
#define HW_X86_64_LAYOUT_H

#define WINDOW_MEMORY 0xffff800000000000 /* + physical address: RAM, cached */
#define WINDOW_DEVICE 0xffff808000000000 /* + physical address: below 4 GiB, as device registers */
#define IMAGE_BASE 0xffffffff80000000
#define IMAGE_OFFSET 0x200000 /* the image's 2 MiB: from IMAGE_BASE; PVH also loads them to this address */
#define IMAGE_BYTES_MAX 0x200000

/* Places in tables: the top one's of both windows and the image, the image's in the one below. */
#define TOP_MEMORY 256
#define TOP_DEVICE 257
#define TOP_IMAGE 511
#define UPPER_IMAGE 510

#define ENTRY_VALID 1
#define ENTRY_WRITE 2
#define ENTRY_USER 4
#define ENTRY_UNCACHED 0x18 /* PWT and PCD */
#define ENTRY_LARGE 0x80
#define ENTRY_GLOBAL 0x100
#define ENTRY_NO_EXECUTE 0x8000000000000000

/* Segments; in this order because of `sysret`. */
#define SEGMENT_KERNEL_CODE 0x08
#define SEGMENT_KERNEL_DATA 0x10
#define SEGMENT_USER_DATA 0x1b
#define SEGMENT_USER_CODE 0x23
#define SEGMENT_TASK 0x28

#define EFER 0xc0000080
#define EFER_SYSCALL 0x1
#define EFER_LONG 0x100
#define EFER_NO_EXECUTE 0x800

#define STACK_BYTES 16384
#define STACK_OTHER_BYTES 4096 /* of machine checks, NMIs and double faults */

/* struct registers, with which struct plat_context begins */
#define REG_RAX 0
#define REG_RBX 8
#define REG_RCX 16
#define REG_RDX 24
#define REG_RSI 32
#define REG_RDI 40
#define REG_RBP 48
#define REG_RSP 56
#define REG_R8 64
#define REG_R9 72
#define REG_R10 80
#define REG_R11 88
#define REG_R12 96
#define REG_R13 104
#define REG_R14 112
#define REG_R15 120
#define REG_RIP 128
#define REG_FLAGS 136

/* Of abi/limits.h and abi/syscall.h: context.c compares. */
#define LIBSYS_SHIFT 20
#define LIBSYS_PAGE 0x6000000 /* LIBSYS_BASE >> LIBSYS_SHIFT */
#define NATIVE_BASE 0x8000    /* SYSCALL_BASE */

#define VECTOR_LINES 32 /* of the first line of the interrupt controller */
#define VECTOR_TIMER 64
#define VECTOR_SPURIOUS 79
#define VECTORS 80

#endif
