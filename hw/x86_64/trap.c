/* What programs' exceptions mean. Called by vectors.S. */
#include "trap.h"

#include "context.h"
#include "cpu.h"
#include "layout.h"
#include "space.h"

#include <arch.h>
#include <interrupt.h>
#include <machine.h>

enum {
    VECTOR_DIVIDE = 0,
    VECTOR_DEBUG = 1,
    VECTOR_FAILURE = 2, /* not maskable */
    VECTOR_BREAKPOINT = 3,
    VECTOR_ILLEGAL = 6,
    VECTOR_NO_DEVICE = 7,
    VECTOR_NO_SEGMENT = 11,
    VECTOR_STACK = 12,
    VECTOR_PAGE_FAULT = 14,
    VECTOR_FLOATING = 16,
    VECTOR_ALIGNMENT = 17,
    VECTOR_MACHINE = 18,
    VECTOR_FLOATING_SSE = 19
};

#define PAGE_FAULT_WRITE 2u
#define PAGE_FAULT_FETCH 16u

static void exception(uint32_t kind, uint64_t address)
{
    struct exception_info info = {.kind = kind, .address = address};
    kernel_exception(machine.kernel, 0, arch_clock_ns(), &info);
}

static void page_fault(uint64_t error)
{
    uint64_t address = CPU_READ(cr2);
    uint32_t access = (error & PAGE_FAULT_FETCH) != 0   ? ACCESS_EXECUTE
                      : (error & PAGE_FAULT_WRITE) != 0 ? ACCESS_WRITE
                                                        : ACCESS_READ;
    if (space_shows_ports(space_current(), address)) {
        struct exception_info info = {.kind = EXCEPTION_FAULT, .access = access, .address = address};
        kernel_exception(machine.kernel, 0, arch_clock_ns(), &info);
        return;
    }
    kernel_fault(machine.kernel, 0, arch_clock_ns(), address, access);
}

static void exception_take(const struct plat_context *context, uint64_t vector, uint64_t error)
{
    uint64_t pc = context->registers.rip;
    switch (vector) {
    case VECTOR_FAILURE:
    case VECTOR_MACHINE:
        machine_fail("the hardware tells of a failure, exception %lu at %lx", vector, pc);
    case VECTOR_PAGE_FAULT:
        page_fault(error);
        break;
    case VECTOR_DIVIDE:
    case VECTOR_FLOATING:
    case VECTOR_FLOATING_SSE:
        exception(EXCEPTION_ARITHMETIC, pc);
        break;
    case VECTOR_DEBUG:
    case VECTOR_BREAKPOINT:
        exception(EXCEPTION_BREAKPOINT, pc);
        break;
    case VECTOR_ILLEGAL:
        exception(EXCEPTION_ILLEGAL, pc);
        break;
    case VECTOR_NO_SEGMENT:
    case VECTOR_STACK:
    case VECTOR_ALIGNMENT:
        exception(EXCEPTION_BUS, pc);
        break;
    default: /* general protection, and what else there may be */
        exception(EXCEPTION_FAULT, 0);
    }
}

/* The core looks for interrupts in the middle of a copy, and then may choose a thread that has nothing to do with it:
 * nothing would remind of what was noted before its next trap. */
static struct plat_context *settled(struct plat_context *context)
{
    while (__builtin_expect(interrupt_is_noted(), 0)) {
        machine_interrupts();
        context = machine_next(arch_clock_ns());
    }
    return context;
}

static struct plat_context *next(void)
{
    return settled(machine_next(arch_clock_ns()));
}

struct plat_context *trap_call(const struct syscall_arguments *arguments)
{
    uint64_t now_ns = arch_clock_ns();
    struct thread *next = kernel_syscall(machine.kernel, 0, now_ns, arguments);
    return settled(next != NULL ? machine_resume(next) : machine_next(now_ns));
}

struct plat_context *trap_foreign(struct plat_context *context)
{
    exception(EXCEPTION_FOREIGN_CALL, context->registers.rip);
    return next();
}

struct plat_context *trap_other(struct plat_context *context, uint64_t vector, uint64_t error)
{
    if (vector == VECTOR_NO_DEVICE) {
        context_vector_use(context);
        return context;
    }
    if (vector >= VECTOR_LINES) {
        interrupt_take(vector);
        machine_interrupts();
    } else {
        exception_take(context, vector, error);
    }
    return next();
}

void trap_kernel(const struct trap_frame *frame)
{
    if (frame->vector < VECTOR_LINES) {
        panic_trap(frame);
    }
    interrupt_take(frame->vector);
}

_Noreturn void arch_resume(struct plat_context *context)
{
    trap_return(context);
}
