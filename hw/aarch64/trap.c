/* What programs' exceptions mean. Called by vectors.S on the kernel's stack; each returns whose registers to load. */
#include "context.h"
#include "cpu.h"
#include "trap.h"

#include <arch.h>
#include <machine.h>

/* Exception classes of ESR_EL1. */
enum {
    CLASS_VECTOR = 0x07,
    CLASS_ILLEGAL_STATE = 0x0e,
    CLASS_CALL = 0x15,
    CLASS_INSTRUCTION_ABORT = 0x20,
    CLASS_PC_ALIGNMENT = 0x22,
    CLASS_DATA_ABORT = 0x24,
    CLASS_SP_ALIGNMENT = 0x26,
    CLASS_ARITHMETIC = 0x2c,
    CLASS_DEBUG_FIRST = 0x30,
    CLASS_DEBUG_LAST = 0x3c
};

#define SYNDROME_CLASS(syndrome) ((syndrome) >> 26 & 0x3f)
#define SYNDROME_STATUS(syndrome) ((syndrome)&0x3f) /* aborts */
#define SYNDROME_CACHE (1u << 8)                    /* by a cache operation */
#define SYNDROME_WRITE (1u << 6)

static bool is_page_fault(uint64_t syndrome)
{
    uint64_t kind = SYNDROME_STATUS(syndrome) >> 2; /* without the level */
    return kind == 1 || kind == 2 || kind == 3;     /* translation, access flag, permission */
}

static void exception(uint32_t kind, uint64_t address)
{
    struct exception_info info = {.kind = kind, .address = address};
    kernel_exception(machine.kernel, 0, arch_clock_ns(), &info);
}

static void abort_take(uint64_t syndrome, uint32_t access)
{
    uint64_t address = CPU_READ(far_el1);
    if (is_page_fault(syndrome)) {
        kernel_fault(machine.kernel, 0, arch_clock_ns(), address, access);
    } else if (address >= USER_END && SYNDROME_STATUS(syndrome) < 0x10) { /* outside of all tables: address size */
        kernel_fault(machine.kernel, 0, arch_clock_ns(), address, access);
    } else {
        exception(EXCEPTION_BUS, address);
    }
}

static uint32_t data_access(uint64_t syndrome)
{
    return (syndrome & SYNDROME_WRITE) != 0 && (syndrome & SYNDROME_CACHE) == 0 ? ACCESS_WRITE : ACCESS_READ;
}

static void synchronous(const struct plat_context *context, uint64_t syndrome)
{
    uint64_t class = SYNDROME_CLASS(syndrome);
    uint64_t pc = context->registers.pc;
    switch (class) {
    case CLASS_CALL:
        exception(EXCEPTION_FOREIGN_CALL, pc);
        break;
    case CLASS_DATA_ABORT:
        abort_take(syndrome, data_access(syndrome));
        break;
    case CLASS_INSTRUCTION_ABORT:
        abort_take(syndrome, ACCESS_EXECUTE);
        break;
    case CLASS_PC_ALIGNMENT:
    case CLASS_SP_ALIGNMENT:
        exception(EXCEPTION_BUS, pc);
        break;
    case CLASS_ARITHMETIC:
        exception(EXCEPTION_ARITHMETIC, pc);
        break;
    default:
        exception(class >= CLASS_DEBUG_FIRST && class <= CLASS_DEBUG_LAST ? EXCEPTION_BREAKPOINT : EXCEPTION_ILLEGAL,
                  pc);
    }
}

/* At the time that the core has been told last. Apart, so that a call that goes straight keeps no registers for it. */
static __attribute__((noinline)) struct plat_context *next_find(void)
{
    return machine_next(0);
}

struct plat_context *trap_call(struct plat_context *context)
{
    struct thread *next = kernel_syscall(machine.kernel, 0, arch_clock_ns(), &context->call);
    return next != NULL ? machine_resume(next) : next_find();
}

struct plat_context *trap_other(struct plat_context *context, uint64_t trap)
{
    if (trap == TRAP_SYNCHRONOUS) {
        uint64_t syndrome = CPU_READ(esr_el1);
        if (SYNDROME_CLASS(syndrome) == CLASS_VECTOR) {
            vector_use(context);
            return context;
        }
        synchronous(context, syndrome);
    } else if (trap == TRAP_INTERRUPT) {
        machine_interrupts();
    } else {
        exception(EXCEPTION_BUS, context->registers.pc); /* nobody knows which access it was */
    }
    return machine_next(arch_clock_ns());
}

_Noreturn void arch_resume(struct plat_context *context)
{
    trap_return(context);
}
