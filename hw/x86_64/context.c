/* Threads: struct plat_context, and who has the vector registers. They are loaded at their first use. */
#include "context.h"

#include "cpu.h"

#include <abi/syscall.h>
#include <arch.h>
#include <machine.h>

#define FLAGS_USER 0x240dd5ull  /* what programs may set: ID AC OF DF TF SF ZF AF PF CF */
#define FLAGS_ALWAYS 0x202ull   /* interrupts, and the bit that is always 1 */
#define FLAG_DIRECTION 0x400ull
#define BAD_PC 0x7ffffffff000ull /* never mapped; for what is no address at all: the CPU would fault on our side */
#define VECTOR_CONTROL 0x37fu    /* as Linux begins: no exceptions */
#define VECTOR_CONTROL_SSE 0x1f80u
#define VECTOR_CONTROL_SSE_OFFSET 24u

_Static_assert(LIBSYS_BASE >> LIBSYS_SHIFT == LIBSYS_PAGE && LIBSYS_BYTES_MAX == 1ull << LIBSYS_SHIFT, "layout.h");
_Static_assert(SYSCALL_BASE == NATIVE_BASE, "layout.h");
_Static_assert(USER_END <= BAD_PC, "BAD_PC");

struct plat_context *context_running;
static struct plat_context *vector_owner; /* whose vector registers are in the CPU; NULL: nobody's */
static bool vector_allowed;               /* is CR0.TS clear? */

static bool is_user(uint64_t address)
{
    return address >> 47 == 0;
}

static bool is_canonical(uint64_t address)
{
    return is_user(address) || address >> 47 == 0x1ffff;
}

int plat_context_create(struct kernel *kernel, struct plat_context *context, struct plat_space *space)
{
    (void)kernel, (void)space;
    const uint16_t control = VECTOR_CONTROL;
    const uint32_t control_sse = VECTOR_CONTROL_SSE;
    __builtin_memcpy(context->vector, &control, sizeof control);
    __builtin_memcpy(context->vector + VECTOR_CONTROL_SSE_OFFSET, &control_sse, sizeof control_sse);
    return 0;
}

void plat_context_destroy(struct kernel *kernel, struct plat_context *context)
{
    (void)kernel;
    if (context_running == context) {
        context_running = NULL;
        machine.entered = NULL;
    }
    if (vector_owner == context) {
        vector_owner = NULL;
    }
}

/* The base of fs is the program's to change without a word. */
static void fs_base_fetch(struct plat_context *context)
{
    if (context == context_running) {
        __asm__ volatile("rdfsbase %0" : "=r"(context->registers.fs_base));
    }
}

static void fs_base_load(const struct plat_context *context)
{
    __asm__ volatile("wrfsbase %0" : : "r"(context->registers.fs_base));
}

void plat_context_start(struct kernel *kernel, struct plat_context *context, uint64_t pc, uint64_t sp,
                        uint64_t argument, uint64_t control_address)
{
    (void)kernel;
    context->control_address = control_address;
    context->registers = (struct registers){
        .rip = is_user(pc) ? pc : BAD_PC,
        .rsp = sp,
        .rdi = argument,
        .rflags = FLAGS_ALWAYS,
    };
}

void plat_context_result(struct kernel *kernel, struct plat_context *context, int64_t result)
{
    (void)kernel;
    context->registers.rax = (uint64_t)result;
}

void plat_context_get(struct kernel *kernel, struct plat_context *context, struct registers *registers)
{
    (void)kernel;
    fs_base_fetch(context);
    *registers = context->registers;
}

void plat_context_set(struct kernel *kernel, struct plat_context *context, const struct registers *registers)
{
    (void)kernel;
    struct registers *own = &context->registers;
    *own = *registers;
    own->rip = is_user(own->rip) ? own->rip : BAD_PC;
    own->rflags = (own->rflags & FLAGS_USER) | FLAGS_ALWAYS;
    own->fs_base = is_canonical(own->fs_base) ? own->fs_base : 0;
    own->reserved = 0;
    if (context == context_running) {
        fs_base_load(context);
    }
}

bool plat_context_upcall(struct kernel *kernel, struct plat_context *context, struct registers *saved, uint64_t entry,
                         uint64_t stack)
{
    if (context->registers.rip - LIBSYS_BASE < LIBSYS_BYTES_MAX) {
        return false;
    }
    plat_context_get(kernel, context, saved);
    context->registers.rip = entry;
    context->registers.rsp = stack;
    context->registers.rflags &= ~FLAG_DIRECTION;
    return true;
}

static void vector_allow(bool allow)
{
    if (allow != vector_allowed) {
        vector_allowed = allow;
        uint64_t control = CPU_READ(cr0) & ~CR0_TASK_SWITCHED;
        CPU_WRITE(cr0, allow ? control : control | CR0_TASK_SWITCHED);
    }
}

struct plat_context *arch_context_enter(struct plat_context *context)
{
    if (context == context_running) {
        return context;
    }
    if (context_running != NULL) {
        fs_base_fetch(context_running);
    }
    context_running = context;
    fs_base_load(context);
    __asm__ volatile("wrgsbase %0" : : "r"(context->control_address));
    vector_allow(context == vector_owner);
    return context;
}

void context_vector_use(struct plat_context *context)
{
    vector_allow(true);
    if (vector_owner != NULL) {
        vector_save(vector_owner->vector);
    }
    vector_load(context->vector);
    vector_owner = context;
}
