/* Threads: struct plat_context, and who has the vector registers. They are loaded at their first use. */
#include "context.h"

#include "cpu.h"

#include <abi/syscall.h>
#include <arch.h>
#include <machine.h>
#include <start_code.h>

#define PSTATE_FLAGS 0xf0000000u /* what programs may set; the rest is EL0, 64 bits, nothing masked */
#define CPACR_KERNEL_ONLY (1ull << 20) /* programs' use of vector registers traps */
#define CPACR_ALL (3ull << 20)

_Static_assert(LIBSYS_BASE >> LIBSYS_SHIFT == LIBSYS_PAGE && LIBSYS_BYTES_MAX == 1ull << LIBSYS_SHIFT, "layout.h");
_Static_assert(SYSCALL_BASE == SYSCALL_BASE_PAGES * PAGE_BYTES, "layout.h");
_Static_assert(offsetof(struct plat_context, call.argument) == offsetof(struct plat_context, registers.x), "one place");

static struct plat_context *vector_owner; /* whose vector registers are in the CPU; NULL: nobody's */

static bool is_in_library(uint64_t pc)
{
    return pc - LIBSYS_BASE < LIBSYS_BYTES_MAX;
}

int plat_context_create(struct kernel *kernel, struct plat_context *context, struct plat_space *space)
{
    (void)kernel, (void)space;
    context->vector_access = CPACR_KERNEL_ONLY;
    return 0;
}

void plat_context_destroy(struct kernel *kernel, struct plat_context *context)
{
    (void)kernel;
    if (machine.entered == context) {
        machine.entered = NULL;
    }
    if (vector_owner == context) {
        vector_owner = NULL;
    }
}

void plat_context_start(struct kernel *kernel, struct plat_context *context, uint64_t pc, uint64_t sp,
                        uint64_t argument, uint64_t control_address)
{
    (void)kernel;
    context->control_address = control_address;
    context->registers = (struct registers){.x[0] = argument, .sp = sp, .pc = pc};
}

void plat_context_result(struct kernel *kernel, struct plat_context *context, int64_t result)
{
    (void)kernel;
    context->registers.x[0] = (uint64_t)result;
}

void plat_context_get(struct kernel *kernel, struct plat_context *context, struct registers *registers)
{
    (void)kernel;
    *registers = context->registers;
}

void plat_context_set(struct kernel *kernel, struct plat_context *context, const struct registers *registers)
{
    (void)kernel;
    context->registers = *registers;
    context->registers.pstate &= PSTATE_FLAGS;
    context->registers.reserved = 0;
}

bool plat_context_upcall(struct kernel *kernel, struct plat_context *context, struct registers *saved, uint64_t entry,
                         uint64_t stack)
{
    (void)kernel;
    if (is_in_library(context->registers.pc)) {
        return false;
    }
    *saved = context->registers;
    context->registers.pc = entry;
    context->registers.sp = stack;
    return true;
}

struct plat_context *arch_context_enter(struct plat_context *context)
{
    CPU_WRITE(tpidrro_el0, context->control_address);
    CPU_WRITE(cpacr_el1, context->vector_access);
    return context;
}

void vector_use(struct plat_context *context)
{
    if (vector_owner != NULL) {
        vector_save(&vector_owner->vector);
        vector_owner->vector_access = CPACR_KERNEL_ONLY;
    }
    vector_load(&context->vector);
    vector_owner = context;
    context->vector_access = CPACR_ALL;
    CPU_WRITE(cpacr_el1, CPACR_ALL);
}

START_CODE void context_init(void)
{
    CPU_WRITE(cpacr_el1, CPACR_KERNEL_ONLY);
}
