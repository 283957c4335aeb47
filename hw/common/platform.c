/* The kernel's platform functions (kernel/platform.h) on bare metal; those on contexts are the arch's. */
#include "arch.h"
#include "board.h"
#include "log.h"
#include "machine.h"
#include "page_table.h"
#include "ranges.h"

#include <abi/errno.h>
#include <kernel/platform.h>

static bool is_core_memory(uint64_t frame)
{
    return frame - machine.first_frame < machine.frame_count;
}

void *plat_frame_bytes(struct kernel *kernel, uint64_t frame)
{
    (void)kernel;
    return is_core_memory(frame) ? arch_memory(frame << PAGE_SHIFT) : NULL;
}

/* RAM outside of the core's memory, the device table for one, is cached like all RAM. */
static uint32_t page_kind(uint64_t frame, uint64_t pages)
{
    const struct machine_range range = {.start = frame << PAGE_SHIFT, .size_bytes = pages << PAGE_SHIFT};
    if (is_core_memory(frame) || ranges_hold(machine.ram, machine.ram_count, &range)) {
        return PAGE_KIND_MEMORY;
    }
    return range.start >= DEVICE_PORTS_PHYSICAL ? PAGE_KIND_PORTS : PAGE_KIND_DEVICE;
}

int plat_space_create(struct kernel *kernel, struct plat_space *space)
{
    (void)kernel;
    page_table_create(space);
    return 0;
}

void plat_space_destroy(struct kernel *kernel, struct plat_space *space)
{
    (void)kernel;
    page_table_destroy(space);
}

int plat_space_map(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                   uint32_t prot)
{
    (void)kernel;
    uint32_t kind = page_kind(frame, pages);
    if (kind == PAGE_KIND_MEMORY && (prot & PROT_X) != 0) {
        arch_code_sync(arch_memory(frame << PAGE_SHIFT), pages << PAGE_SHIFT);
    }
    return page_table_map(space, address, frame << PAGE_SHIFT, pages, prot, kind);
}

void plat_space_unmap(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages)
{
    (void)kernel;
    page_table_unmap(space, address, pages);
}

void plat_space_protect(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages,
                        uint32_t prot)
{
    (void)kernel;
    page_table_protect(space, address, pages, prot);
}

void plat_timer_arm(struct kernel *kernel, unsigned cpu, uint64_t deadline_ns)
{
    (void)kernel, (void)cpu;
    arch_timer_set(deadline_ns);
}

/* Not inlined: whoever counts instructions between these looks for the function. */
__attribute__((noinline)) bool plat_preempt_pending(struct kernel *kernel, unsigned cpu)
{
    (void)kernel, (void)cpu;
    return arch_interrupt_pending();
}

void plat_interrupt_ack(struct kernel *kernel, uint32_t number)
{
    (void)kernel;
    board_interrupt_done(number);
}

int plat_interrupt_enable(struct kernel *kernel, uint32_t number, bool enable)
{
    (void)kernel;
    return board_interrupt_enable(number, enable);
}

void plat_log(struct kernel *kernel, const char *bytes, size_t length)
{
    (void)kernel;
    log_write(bytes, length);
}

void plat_stop(struct kernel *kernel, int status)
{
    (void)kernel;
    machine.stopped = true;
    machine.status = status;
}

_Noreturn void plat_panic(struct kernel *kernel, const char *message)
{
    (void)kernel;
    console_print("baton: kernel panic: %s\n", message);
    arch_backtrace();
    board_stop(MACHINE_STATUS_BROKEN);
}
