/* Who called whom in the kernel, by the frame pointers on its stacks. For panics: it trusts nothing it finds. */
#include "machine.h"

#include <arch.h>

#define FRAMES_MAX 32u

extern const char text_end[], image_end[]; /* the stacks lie between them */

struct frame {
    const struct frame *next;
    uint64_t pc;
};

static bool is_frame(const struct frame *frame)
{
    uint64_t address = (uint64_t)(uintptr_t)frame;
    return address % 8 == 0 && address >= (uint64_t)(uintptr_t)text_end &&
           address <= (uint64_t)(uintptr_t)image_end - sizeof *frame;
}

void backtrace_print(uint64_t first)
{
    const struct frame *frame = (const struct frame *)(uintptr_t)first;
    for (unsigned i = 0; i < FRAMES_MAX && is_frame(frame); i++) {
        console_print("  called from %lx\n", frame->pc);
        if (frame->next <= frame) {
            break; /* callers are further up the stack */
        }
        frame = frame->next;
    }
}
