/* Signal frames of aarch64: what a handler compiled for Linux finds on its stack, and how it goes back. */
#include "foreign_registers.h"
#include "signal_info.h"
#include "signals.h"
#include "vector.h"

#define VECTOR_MAGIC 0x46508001u
#define RECORDS_BYTES 4096u

/* Linux's layout. */
struct frame_context {
    uint64_t flags, link;
    uint64_t stack_base;
    uint32_t stack_flags, reserved0;
    uint64_t stack_bytes;
    uint64_t mask;
    uint8_t reserved1[120];
    uint64_t reserved2;
    uint64_t address; /* of the fault */
    uint64_t x[31];
    uint64_t sp, pc, pstate;
    uint64_t reserved3;
};
_Static_assert(sizeof(struct frame_context) == 464, "ucontext_t up to its records");

/* What is written. The records that follow the context end with an empty one, and Linux keeps 4 KiB for them. */
struct frame {
    struct frame_info info;
    struct frame_context context;
    struct frame_vector vector;
    uint64_t end[2];
};
/* Above it, for who walks the stack. */
struct frame_link {
    uint64_t frame, pc;
};
#define FRAME_BYTES (sizeof(struct frame_info) + sizeof(struct frame_context) + RECORDS_BYTES)
#define FRAME_ROOM_BYTES (FRAME_BYTES + sizeof(struct frame_link))
_Static_assert(FRAME_ROOM_BYTES % 16 == 0 && FRAME_ROOM_BYTES + 16 <= ALTSTACK_BYTES_MIN, "frames fit");

void signal_trampoline(void);
_Noreturn void signal_trampoline_enter(uint64_t sp, uint64_t tpidr);

_Noreturn void signal_trampoline_enter(uint64_t sp, uint64_t tpidr)
{
    const struct foreign_frame frame = {.registers = {.sp = sp, .tpidr = tpidr}};
    signal_return(&frame);
}

static void context_fill(struct frame_context *context, const struct registers *registers, uint64_t mask)
{
    const struct thread_data *thread = thread_state();
    *context = (struct frame_context){
        .stack_base = thread->altstack_base,
        .stack_flags = thread->altstack_bytes == 0 ? ALTSTACK_DISABLE : thread->altstack_flags,
        .stack_bytes = thread->altstack_bytes,
        .mask = mask,
        .sp = registers->sp,
        .pc = registers->pc,
        .pstate = registers->pstate,
    };
    for (unsigned i = 0; i < 31; i++) {
        context->x[i] = registers->x[i];
    }
}

/* Where the frame begins; 0: there is no room for one. */
static uint64_t frame_place(const struct registers *registers, const struct signal_action *action)
{
    const struct thread_data *thread = thread_state();
    uint64_t top = registers->sp;
    uint64_t room = top;
    if ((action->flags & ACTION_ON_STACK) != 0 && thread->altstack_bytes != 0) {
        bool on = signal_stack_holds(thread, top);
        top = on ? top : thread->altstack_base + thread->altstack_bytes;
        room = top - thread->altstack_base;
    }
    return room < FRAME_ROOM_BYTES + 16 ? 0 : (top & ~15ull) - FRAME_ROOM_BYTES;
}

bool signal_frame_push(struct registers *registers, const struct signal_record *record,
                       const struct signal_action *action, uint64_t mask)
{
    struct thread_data *thread = thread_state();
    struct frame frame = {.vector = {.magic = VECTOR_MAGIC, .bytes = sizeof frame.vector}};
    const struct frame_link link = {registers->x[29], registers->x[30]};
    uint64_t base = frame_place(registers, action);
    vector_save(&frame.vector);
    context_fill(&frame.context, registers, mask);
    frame.context.address = record->address;
    info_fill(&frame.info, record);
    if (base == 0 || sys_space_write(SYS_SELF_SPACE, base, &frame, sizeof frame) < (int64_t)sizeof frame ||
        sys_space_write(SYS_SELF_SPACE, base + FRAME_BYTES, &link, sizeof link) < (int64_t)sizeof link) {
        return false;
    }
    if ((thread->altstack_flags & ALTSTACK_AUTO_DISARM) != 0) {
        thread->altstack_base = thread->altstack_bytes = thread->altstack_flags = 0;
    }
    registers->sp = base;
    registers->pc = action->handler;
    registers->x[0] = (uint64_t)record->signal;
    registers->x[1] = base + offsetof(struct frame, info);
    registers->x[2] = base + offsetof(struct frame, context);
    registers->x[29] = base + FRAME_BYTES;
    bool restorer = (action->flags & ACTION_RESTORER) != 0;
    registers->x[30] = restorer ? action->restorer : (uint64_t)(uintptr_t)signal_trampoline;
    return true;
}

bool signal_frame_pop(uint64_t sp, struct registers *registers)
{
    struct frame frame;
    const struct frame_context *context = &frame.context;
    if (sys_space_read(SYS_SELF_SPACE, sp, &frame, sizeof frame) < (int64_t)sizeof frame) {
        return false;
    }
    if (frame.vector.magic == VECTOR_MAGIC && frame.vector.bytes == sizeof frame.vector) {
        vector_restore(&frame.vector);
    }
    signal_mask_change(MASK_SET, context->mask);
    signal_stack_set(&(struct signal_stack){context->stack_base, context->stack_bytes, context->stack_flags});
    for (unsigned i = 0; i < 31; i++) {
        registers->x[i] = context->x[i];
    }
    registers->sp = context->sp;
    registers->pc = context->pc;
    registers->pstate = context->pstate;
    return true;
}
