/* What the core asks of its platform, answered in one process: spaces are nothing, contexts are coroutines. */
#include "machine.h"

#include <abi/errno.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct linked *machine_of(struct kernel *kernel)
{
    return kernel_platform(kernel);
}

void *plat_frame_bytes(struct kernel *kernel, uint64_t frame)
{
    (void)kernel;
    return (void *)(uintptr_t)(frame << PAGE_SHIFT);
}

int plat_space_create(struct kernel *kernel, struct plat_space *space)
{
    (void)kernel, (void)space;
    return 0;
}

void plat_space_destroy(struct kernel *kernel, struct plat_space *space)
{
    (void)kernel, (void)space;
}

int plat_space_map(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                   uint32_t prot)
{
    (void)kernel, (void)space, (void)address, (void)frame, (void)pages, (void)prot;
    return 0;
}

void plat_space_unmap(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages)
{
    (void)kernel, (void)space, (void)address, (void)pages;
}

void plat_space_protect(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages,
                        uint32_t prot)
{
    (void)kernel, (void)space, (void)address, (void)pages, (void)prot;
}

int plat_context_create(struct kernel *kernel, struct plat_context *context, struct plat_space *space)
{
    (void)kernel, (void)space;
    memset(context, 0, sizeof *context);
    return 0;
}

void plat_context_destroy(struct kernel *kernel, struct plat_context *context)
{
    struct linked *linked = machine_of(kernel);
    if (linked->running == context) {
        linked->running = NULL;
    }
}

void plat_context_start(struct kernel *kernel, struct plat_context *context, uint64_t pc, uint64_t sp,
                        uint64_t argument, uint64_t control_address)
{
    (void)kernel;
    context->stack = NULL;
    context->control_address = control_address;
    context->registers = (struct registers){
        .rip = pc,
        .rsp = (sp & ~15ull) - sizeof(uint64_t), /* as if called: functions expect that alignment */
        .rdi = argument,
    };
}

void plat_context_result(struct kernel *kernel, struct plat_context *context, int64_t result)
{
    (void)kernel;
    context->result = result;
}

/* What linked_switch left on a thread's stack, from the stack pointer up. */
struct switch_frame {
    uint64_t r15, r14, r13, r12, rbx, rbp, rip;
};

void plat_context_get(struct kernel *kernel, struct plat_context *context, struct registers *registers)
{
    (void)kernel;
    if (context->stack == NULL) {
        *registers = context->registers;
        return;
    }
    const struct switch_frame *frame = context->stack;
    *registers = (struct registers){
        .rip = frame->rip,
        .rsp = (uintptr_t)(frame + 1),
        .rax = (uint64_t)context->result,
        .rbx = frame->rbx,
        .rbp = frame->rbp,
        .r12 = frame->r12,
        .r13 = frame->r13,
        .r14 = frame->r14,
        .r15 = frame->r15,
    };
}

void plat_context_set(struct kernel *kernel, struct plat_context *context, const struct registers *registers)
{
    (void)kernel;
    context->registers = *registers;
    context->stack = NULL;
}

/* Threads are only ever left inside the gate, which is the library's: there is never anything to divert. */
bool plat_context_upcall(struct kernel *kernel, struct plat_context *context, struct registers *saved, uint64_t entry,
                         uint64_t stack)
{
    (void)kernel, (void)context, (void)saved, (void)entry, (void)stack;
    return false;
}

void plat_timer_arm(struct kernel *kernel, unsigned cpu, uint64_t deadline_ns)
{
    (void)cpu;
    machine_of(kernel)->deadline_ns = deadline_ns;
}

bool plat_preempt_pending(struct kernel *kernel, unsigned cpu)
{
    struct linked *linked = machine_of(kernel);
    (void)cpu;
    linked->preempted = linked->interrupts_changed || linked->deadline_ns <= linked->now_ns;
    if (linked->options.preempt != NULL && linked->options.preempt(linked, linked->options.preempt_argument)) {
        linked->preempted = true;
    }
    return linked->preempted;
}

void plat_interrupt_ack(struct kernel *kernel, uint32_t number)
{
    struct linked *linked = machine_of(kernel);
    linked->interrupts[number].masked = false;
    linked->interrupts[number].acknowledged = true;
    linked->interrupts_changed = true;
}

int plat_interrupt_enable(struct kernel *kernel, uint32_t number, bool enable)
{
    if (number >= LINKED_INTERRUPTS) {
        return -E_NOENT;
    }
    machine_of(kernel)->interrupts[number] = (struct linked_interrupt){.enabled = enable};
    return 0;
}

void plat_log(struct kernel *kernel, const char *bytes, size_t length)
{
    (void)kernel;
    fwrite(bytes, 1, length, stderr);
}

void plat_stop(struct kernel *kernel, int status)
{
    struct linked *linked = machine_of(kernel);
    linked->stopped = true;
    linked->status = status;
}

_Noreturn void plat_panic(struct kernel *kernel, const char *message)
{
    (void)kernel;
    fprintf(stderr, "kernel panic: %s\n", message);
    abort();
}
