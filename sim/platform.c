/* The kernel's platform functions (kernel/platform.h) on the hosted machine: thin, over isolation.h and the machine. */
#include "machine_state.h"

#include <abi/errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PANIC_STATUS 125

struct plat_space {
    struct isolation_space *space;
};

struct plat_context {
    struct isolation_task *task;
};

_Static_assert(sizeof(struct plat_space) <= PLAT_SPACE_BYTES, "plat_space outgrew its place");
_Static_assert(sizeof(struct plat_context) <= PLAT_CONTEXT_BYTES, "plat_context outgrew its place");

struct isolation_task *platform_task(struct thread *thread)
{
    return thread_context(thread)->task;
}

static struct machine *machine_of(struct kernel *kernel)
{
    return kernel_platform(kernel);
}

/* Where a run of frames is in the memory file; UINT64_MAX: not in it. */
static uint64_t frame_offset(const struct machine *machine, uint64_t frame, uint64_t pages)
{
    uint64_t device = MACHINE_DEVICE_PHYSICAL >> PAGE_SHIFT;
    uint64_t ram_pages = machine->config.ram_bytes >> PAGE_SHIFT;
    uint64_t device_pages = machine->device_bytes >> PAGE_SHIFT;
    if (frame >= FIRST_FRAME && frame - FIRST_FRAME < ram_pages && pages <= ram_pages - (frame - FIRST_FRAME)) {
        return (frame - FIRST_FRAME) << PAGE_SHIFT;
    }
    if (frame >= device && frame - device < device_pages && pages <= device_pages - (frame - device)) {
        return machine->config.ram_bytes + ((frame - device) << PAGE_SHIFT);
    }
    return UINT64_MAX;
}

void *plat_frame_bytes(struct kernel *kernel, uint64_t frame)
{
    struct machine *machine = machine_of(kernel);
    uint64_t offset = frame_offset(machine, frame, 1);
    return offset == UINT64_MAX ? NULL : machine->memory + offset;
}

int plat_space_create(struct kernel *kernel, struct plat_space *space)
{
    return isolation_space_create(machine_of(kernel)->isolation, &space->space);
}

void plat_space_destroy(struct kernel *kernel, struct plat_space *space)
{
    (void)kernel;
    isolation_space_destroy(space->space);
    space->space = NULL;
}

int plat_space_map(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                   uint32_t prot)
{
    uint64_t offset = frame_offset(machine_of(kernel), frame, pages);
    if (offset == UINT64_MAX || (address < PLATFORM_END && address + (pages << PAGE_SHIFT) > PLATFORM_BASE)) {
        plat_panic(kernel, "the kernel maps what is not there, or over the platform's own");
    }
    return isolation_space_map(space->space, address, offset, pages, prot);
}

void plat_space_unmap(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages)
{
    (void)kernel;
    isolation_space_unmap(space->space, address, pages);
}

void plat_space_protect(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages,
                        uint32_t prot)
{
    (void)kernel;
    isolation_space_protect(space->space, address, pages, prot);
}

int plat_context_create(struct kernel *kernel, struct plat_context *context, struct plat_space *space)
{
    (void)kernel;
    return isolation_task_create(space->space, &context->task);
}

void plat_context_destroy(struct kernel *kernel, struct plat_context *context)
{
    (void)kernel;
    isolation_task_destroy(context->task);
    context->task = NULL;
}

void plat_context_start(struct kernel *kernel, struct plat_context *context, uint64_t pc, uint64_t sp,
                        uint64_t argument, uint64_t control_address)
{
    (void)kernel;
    isolation_task_start(context->task, pc, sp, argument, control_address);
}

void plat_context_result(struct kernel *kernel, struct plat_context *context, int64_t result)
{
    (void)kernel;
    isolation_task_result(context->task, result);
}

void plat_context_get(struct kernel *kernel, struct plat_context *context, struct registers *registers)
{
    (void)kernel;
    isolation_task_get(context->task, registers);
}

void plat_context_set(struct kernel *kernel, struct plat_context *context, const struct registers *registers)
{
    (void)kernel;
    isolation_task_set(context->task, registers);
}

bool plat_context_upcall(struct kernel *kernel, struct plat_context *context, struct registers *saved, uint64_t entry,
                         uint64_t stack)
{
    (void)kernel;
    struct registers registers;
    isolation_task_get(context->task, &registers);
    bool in_library = registers.rip >= LIBSYS_BASE && registers.rip < LIBSYS_BASE + LIBSYS_BYTES_MAX;
    bool on_the_way = registers.rip >= PLATFORM_BASE && registers.rip < PLATFORM_END;
    if (in_library || on_the_way) {
        return false;
    }
    *saved = registers;
    registers.rip = entry;
    registers.rsp = stack;
    registers.rflags &= ~0x400ull; /* the direction flag */
    isolation_task_set(context->task, &registers);
    return true;
}

void plat_timer_arm(struct kernel *kernel, unsigned cpu, uint64_t deadline_ns)
{
    (void)cpu;
    helper_timer_set(machine_of(kernel), deadline_ns);
}

bool plat_preempt_pending(struct kernel *kernel, unsigned cpu)
{
    struct machine *machine = machine_of(kernel);
    (void)cpu;
    machine->copied = true;
    return atomic_load_explicit(&machine->kicks, memory_order_relaxed) != machine->kicks_seen;
}

void plat_interrupt_ack(struct kernel *kernel, uint32_t number)
{
    struct machine *machine = machine_of(kernel);
    if (number < MACHINE_INTERRUPTS_MAX) {
        struct machine_line *line = &machine->lines[number];
        machine->lines_masked &= ~(1u << number);
        if (line->ack != NULL) {
            line->ack(line->argument, number);
        }
    }
}

int plat_interrupt_enable(struct kernel *kernel, uint32_t number, bool enable)
{
    struct machine *machine = machine_of(kernel);
    if (number >= MACHINE_INTERRUPTS_MAX || (machine->lines_known & 1u << number) == 0) {
        return -E_NOENT;
    }
    machine->lines_enabled = (machine->lines_enabled & ~(1u << number)) | (uint32_t)enable << number;
    machine->lines_masked &= ~(1u << number);
    return 0;
}

void plat_log(struct kernel *kernel, const char *bytes, size_t length)
{
    struct machine *machine = machine_of(kernel);
    if (machine->config.log != NULL) {
        machine->config.log(machine->config.argument, bytes, length);
    } else if (write(STDERR_FILENO, bytes, length) < 0) {
        return; /* nobody is left to tell */
    }
}

void plat_stop(struct kernel *kernel, int status)
{
    machine_stop(machine_of(kernel), status);
}

_Noreturn void plat_panic(struct kernel *kernel, const char *message)
{
    struct machine *machine = machine_of(kernel);
    fprintf(stderr, "baton: kernel panic: %s\n", message);
    if (machine != NULL) {
        trace_drain(machine, 0);
    }
    if (machine != NULL && machine->config.panic != NULL) {
        machine->config.panic(machine->config.argument);
    }
    _exit(PANIC_STATUS); /* the programs die with their tracer */
}
