/* The end, with what can be told of it. */
#ifndef HW_X86_64_PANIC_H
#define HW_X86_64_PANIC_H

struct trap_frame;

_Noreturn void panic_trap(const struct trap_frame *frame);

#endif
