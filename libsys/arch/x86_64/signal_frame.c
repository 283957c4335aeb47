/* Signal frames of x86_64: what a handler compiled for Linux finds on its stack, and how it goes back. */
#include "signal_info.h"
#include "signals.h"
#include "vector.h"

#define RED_ZONE_BYTES 128u
#define VECTOR_BYTES_MAX 3072u
#define VECTOR_LEGACY_BYTES 512u

/* Linux's layout. */
struct frame_context {
    uint64_t flags;
    uint64_t link;
    uint64_t stack_base;
    uint32_t stack_flags;
    uint32_t reserved0;
    uint64_t stack_bytes;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint64_t segments, error, trap, old_mask, address;
    uint64_t vector; /* address of the save area */
    uint64_t reserved1[8];
    uint64_t mask;
};
_Static_assert(sizeof(struct frame_context) == 304, "the kernel's part of ucontext_t");

struct frame {
    uint64_t restorer;
    struct frame_context context;
    struct frame_info info;
};

/* Everything as it goes to the program's stack, in one piece. */
struct frame_image {
    uint8_t vector[VECTOR_BYTES_MAX] __attribute__((aligned(64)));
    struct frame frame;
};

static void context_fill(struct frame_context *context, const struct registers *registers, uint64_t mask)
{
    const struct thread_data *thread = thread_state();
    *context = (struct frame_context){
        .stack_base = thread->altstack_base,
        .stack_flags = thread->altstack_bytes == 0 ? ALTSTACK_DISABLE : thread->altstack_flags,
        .stack_bytes = thread->altstack_bytes,
        .r8 = registers->r8,
        .r9 = registers->r9,
        .r10 = registers->r10,
        .r11 = registers->r11,
        .r12 = registers->r12,
        .r13 = registers->r13,
        .r14 = registers->r14,
        .r15 = registers->r15,
        .rdi = registers->rdi,
        .rsi = registers->rsi,
        .rbp = registers->rbp,
        .rbx = registers->rbx,
        .rdx = registers->rdx,
        .rax = registers->rax,
        .rcx = registers->rcx,
        .rsp = registers->rsp,
        .rip = registers->rip,
        .rflags = registers->rflags,
        .segments = 0x33,
        .mask = mask,
    };
}

bool signal_frame_push(struct registers *registers, const struct signal_record *record,
                       const struct signal_action *action, uint64_t mask)
{
    struct thread_data *thread = thread_state();
    struct frame_image image;
    uint64_t vector_bytes;
    uint64_t components = vector_mask(&vector_bytes);
    uint64_t sp = registers->rsp - RED_ZONE_BYTES;
    if (vector_bytes > VECTOR_BYTES_MAX) {
        components = 0;
        vector_bytes = VECTOR_LEGACY_BYTES;
    }
    for (uint64_t i = 0; i < vector_bytes; i++) {
        image.vector[i] = 0;
    }
    vector_save(image.vector, components);
    if ((action->flags & ACTION_ON_STACK) != 0 && thread->altstack_bytes != 0 &&
        !signal_stack_holds(thread, registers->rsp)) {
        sp = thread->altstack_base + thread->altstack_bytes;
    }
    uint64_t vector = (sp - vector_bytes) & ~63ull;
    uint64_t base = ((vector - sizeof(struct frame)) & ~15ull) - 8;
    context_fill(&image.frame.context, registers, mask);
    info_fill(&image.frame.info, record);
    image.frame.context.vector = vector;
    image.frame.context.address = record->address;
    image.frame.restorer = action->restorer;
    if (base > registers->rsp && base > sp) { /* wrapped */
        return false;
    }
    if (sys_space_write(SYS_SELF_SPACE, vector, image.vector, vector_bytes) < (int64_t)vector_bytes ||
        sys_space_write(SYS_SELF_SPACE, base, &image.frame, sizeof image.frame) < (int64_t)sizeof image.frame) {
        return false;
    }
    if ((thread->altstack_flags & ALTSTACK_AUTO_DISARM) != 0) {
        thread->altstack_base = thread->altstack_bytes = thread->altstack_flags = 0;
    }
    registers->rsp = base;
    registers->rip = action->handler;
    registers->rdi = (uint64_t)record->signal;
    registers->rsi = base + offsetof(struct frame, info);
    registers->rdx = base + offsetof(struct frame, context);
    registers->rax = 0;
    registers->rflags &= ~0x40500ull; /* direction, trap, alignment check */
    return true;
}

/* What the processor would refuse must not reach it. */
static void vector_clean(uint8_t *vector, uint64_t bytes, uint64_t components)
{
    uint32_t *control = (uint32_t *)(void *)(vector + 24);
    uint64_t *header = (uint64_t *)(void *)(vector + VECTOR_LEGACY_BYTES);
    *control &= 0xffbfu;
    if (components != 0 && bytes >= VECTOR_LEGACY_BYTES + 64) {
        header[0] &= components;
        for (unsigned i = 1; i < 8; i++) {
            header[i] = 0;
        }
    }
}

bool signal_frame_pop(uint64_t sp, struct registers *registers)
{
    struct frame_image image;
    uint64_t vector_bytes;
    uint64_t components = vector_mask(&vector_bytes);
    struct frame_context *context = &image.frame.context;
    if (vector_bytes > VECTOR_BYTES_MAX) {
        components = 0;
        vector_bytes = VECTOR_LEGACY_BYTES;
    }
    if (sys_space_read(SYS_SELF_SPACE, sp, context, sizeof *context) < (int64_t)sizeof *context) {
        return false;
    }
    if (context->vector != 0) {
        if (sys_space_read(SYS_SELF_SPACE, context->vector, image.vector, vector_bytes) < (int64_t)vector_bytes) {
            return false;
        }
        vector_clean(image.vector, vector_bytes, components);
        vector_restore(image.vector, components);
    }
    signal_mask_change(MASK_SET, context->mask);
    signal_stack_set(&(struct signal_stack){context->stack_base, context->stack_bytes, context->stack_flags});
    *registers = (struct registers){
        .rax = context->rax,
        .rbx = context->rbx,
        .rcx = context->rcx,
        .rdx = context->rdx,
        .rsi = context->rsi,
        .rdi = context->rdi,
        .rbp = context->rbp,
        .rsp = context->rsp,
        .r8 = context->r8,
        .r9 = context->r9,
        .r10 = context->r10,
        .r11 = context->r11,
        .r12 = context->r12,
        .r13 = context->r13,
        .r14 = context->r14,
        .r15 = context->r15,
        .rip = context->rip,
        .rflags = context->rflags,
        .fs_base = registers->fs_base,
    };
    return true;
}
