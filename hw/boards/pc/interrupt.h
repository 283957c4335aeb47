/* Interrupts that the CPU has taken and nobody has delivered yet. The kernel takes them where it looks for them, in
 * arch_interrupt_pending and arch_idle; programs are interrupted. */
#ifndef HW_X86_64_INTERRUPT_H
#define HW_X86_64_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#define INTERRUPT_LINES 24u /* of the interrupt controller */

/* The CPU has taken this vector, VECTOR_LINES or above: masks the line and notes it. */
void interrupt_take(uint64_t vector);
/* Is one noted? Asked before a program goes on. */
bool interrupt_is_noted(void);
/* The next one noted: a line's number, BOARD_INTERRUPT_TIMER or BOARD_INTERRUPT_NONE. */
uint32_t interrupt_next(void);

/* The controller: all lines masked, each leading to its vector. */
void interrupt_init(uint64_t controller_physical);
void interrupt_mask(uint32_t line, bool mask);

#endif
