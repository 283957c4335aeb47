/* What an architecture supplies to hw/common, besides the plat_context_* functions of kernel/platform.h and its trap
 * code. struct plat_context is the arch's own (hw/<arch>/context.h). */
#ifndef HW_ARCH_H
#define HW_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plat_context;
struct plat_space;

/* All physical memory lies at one place in the kernel's address space, cached; device registers are reached by
 * arch_device. Valid for ever. */
void *arch_memory(uint64_t physical);
uint64_t arch_physical(const void *bytes); /* the inverse, also of the kernel's own image */
/* Registers of a device for the kernel's own use, uncached. */
volatile void *arch_device(uint64_t physical);

/* Monotonic time since reset or boot. A few instructions. */
uint64_t arch_clock_ns(void);
/* Interrupts at deadline_ns or soon after (past: at once); UINT64_MAX: not at all. */
void arch_timer_set(uint64_t deadline_ns);
/* Did the timer fire? Clears it. */
bool arch_timer_take(void);

/* Waits until an interrupt is pending; none is taken. Called with interrupts masked. */
void arch_idle(void);
/* Is an interrupt (the timer's included) waiting to be taken? Cheap: asked in the middle of copies. */
bool arch_interrupt_pending(void);

/* Page tables: hw/common/page_table.c walks four levels of 512 entries, the lower half of the top one; the arch says
 * what an entry is. 0 is never valid. The entry of a next page, with the same rest, is PAGE_BYTES more. */
#define PAGE_KIND_MEMORY 0u
#define PAGE_KIND_DEVICE 1u
#define PAGE_KIND_PORTS 2u /* DEVICE_PORTS_ADDRESS of abi/device.h: no entries, arch_ports_map */
uint64_t arch_entry_page(uint64_t physical, uint32_t prot, uint32_t kind); /* prot: PROT_* of abi/types.h, not 0 */
uint64_t arch_entry_protect(uint64_t entry, uint32_t prot); /* the same page and kind with another prot, not 0 */
uint64_t arch_entry_table(uint64_t physical);
bool arch_entry_valid(uint64_t entry);
uint64_t arch_entry_address(uint64_t entry);
/* A new space's top table, zeroed: what of the kernel must be seen in it (x86_64: the upper half; aarch64: nothing). */
void arch_top_init(uint64_t *table);
/* Entries that were not valid have become so. */
void arch_entries_written(void);
/* After a valid entry was changed or removed, or any table was taken away. pages 0: everything of the space; if its
 * top is 0 then, nothing may walk its tables any more, also if it is the one switched to. */
void arch_space_flush(struct plat_space *space, uint64_t address, uint64_t pages);
/* Can it be switched to as it is? It cannot if it has no top table; arch_space_prepare does what else is to be done
 * when it has one (page_table_ready). */
bool arch_space_is_prepared(const struct plat_space *space);
void arch_space_prepare(struct plat_space *space);
/* Makes it the one that user addresses go to; it is prepared. Skips the work if it is already. */
void arch_space_switch(struct plat_space *space);
/* The space goes; its number (ASID, PCID) may be used again. */
void arch_space_forget(struct plat_space *space);
/* Freshly written instructions are about to be mapped executable. */
void arch_code_sync(void *bytes, size_t length_bytes);

/* x86 I/O ports: as mapping the pages of abi/device.h from `physical` on at `address`. -E_NOMEM: a space has no more of
 * them; -E_NOENT: there are no ports here. Unmapping concerns what of that lies in the range. */
int arch_ports_map(struct plat_space *space, uint64_t address, uint64_t physical, uint64_t pages);
void arch_ports_unmap(struct plat_space *space, uint64_t address, uint64_t pages);

/* Another thread than the last one will be resumed: sets what of its context the way back does not load, and returns
 * the context. The arch sets machine.entered to NULL when that context goes, or when its space's tables do. */
struct plat_context *arch_context_enter(struct plat_context *context);
/* First resume after boot: as the end of a trap. */
_Noreturn void arch_resume(struct plat_context *context);
/* Prints the kernel's stack, innermost first. For panics. */
void arch_backtrace(void);
/* Masks interrupts and never comes back. */
_Noreturn void arch_halt(void);

#endif
