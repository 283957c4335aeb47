/* What a board supplies (hw/boards/<board>/). One board is linked into an image. */
#ifndef HW_BOARD_H
#define HW_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char board_name[];

/* Before anything else, so that a failure can be told: polled output on the first serial line, with what is known
 * without a device tree. device_tree: physical address of the one handed over, or 0. */
void board_console_init(uint64_t device_tree);
void board_console_write(const char *bytes, size_t length);

/* Interrupt controller, after the machine's devices are known; all lines masked. */
void board_interrupts_init(void);
/* -E_NOENT: there is no such line for programs. */
int board_interrupt_enable(uint32_t number, bool enable);
/* The highest pending one, taken and masked until board_interrupt_done; UINT32_MAX: none. BOARD_TIMER: the timer's. */
uint32_t board_interrupt_take(void);
void board_interrupt_done(uint32_t number); /* unmasks: the driver has served it */
#define BOARD_INTERRUPT_NONE UINT32_MAX
#define BOARD_INTERRUPT_TIMER (UINT32_MAX - 1)

/* Turns the machine off. Under an emulator that can, its exit status is `status`; everywhere the last line printed is
 * "baton: stopped: STATUS". */
_Noreturn void board_stop(int status);

#endif
