/* Interrupts noted, and the I/O APIC. Its lines are taken as levels, also those of old devices: so a request is seen
 * that rises while the line is masked. */
#include "interrupt.h"

#include "clock.h"

#include <arch.h>
#include <board.h>
#include <cpu.h>
#include <layout.h>
#include <start_code.h>

#define SELECT 0u /* registers of the I/O APIC, in words */
#define DATA 4u
#define LINE_REGISTER(line) (0x10u + 2 * (line))
#define LINE_LEVEL 0x8000u
#define LINE_MASKED 0x10000u

static volatile uint32_t *controller;
static volatile uint32_t noted;  /* a bit for each line */
static volatile bool timer_noted;
static bool timer_fired;

void interrupt_mask(uint32_t line, bool mask)
{
    controller[SELECT] = LINE_REGISTER(line);
    controller[DATA] = (VECTOR_LINES + line) | LINE_LEVEL | (mask ? LINE_MASKED : 0);
}

START_CODE void interrupt_init(uint64_t controller_physical)
{
    controller = arch_device(controller_physical);
    for (uint32_t line = 0; line < INTERRUPT_LINES; line++) {
        interrupt_mask(line, true);
        controller[SELECT] = LINE_REGISTER(line) + 1;
        controller[DATA] = 0; /* to the first CPU */
    }
}

void interrupt_take(uint64_t vector)
{
    if (vector == VECTOR_SPURIOUS) {
        return;
    }
    if (vector == VECTOR_TIMER) {
        timer_noted = true;
    } else if (vector - VECTOR_LINES < INTERRUPT_LINES) {
        interrupt_mask((uint32_t)(vector - VECTOR_LINES), true);
        noted |= 1u << (vector - VECTOR_LINES);
    }
    apic_end();
}

bool interrupt_is_noted(void)
{
    return timer_noted || noted != 0;
}

uint32_t interrupt_next(void)
{
    if (timer_noted) {
        timer_noted = false;
        timer_fired = true;
        return BOARD_INTERRUPT_TIMER;
    }
    if (noted == 0) {
        return BOARD_INTERRUPT_NONE;
    }
    uint32_t line = (uint32_t)__builtin_ctz(noted);
    noted &= ~(1u << line);
    return line;
}

bool arch_timer_take(void)
{
    bool fired = timer_fired;
    timer_fired = false;
    return fired;
}

bool arch_interrupt_pending(void)
{
    __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
    return interrupt_is_noted();
}

/* `sti` takes effect behind the next instruction: what comes after the question ends the `hlt`. */
void arch_idle(void)
{
    if (!interrupt_is_noted()) {
        __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
    }
}
