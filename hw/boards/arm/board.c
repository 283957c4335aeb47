/* The functions of board.h for all boards of this family, by what the device tree says. */
#include <board.h>

#include "bcm2836.h"
#include "device_tree.h"
#include "facts.h"
#include "gic2.h"
#include "power.h"
#include "serial.h"

#include <arch.h>
#include <machine.h>
#include <start_code.h>

static const struct device *console(void)
{
    static struct device first = {.kind = DEVICE_SERIAL_PL011};
    if (serial_is(&machine.devices->devices[0])) {
        return &machine.devices->devices[0];
    }
    first.physical = board_facts.serial_physical;
    return &first;
}

void board_console_init(uint64_t device_tree_physical)
{
    (void)device_tree_physical; /* what is needed before the tree is read, the board knows */
}

void board_console_write(const char *bytes, size_t length)
{
    serial_write(console(), bytes, length);
}

START_CODE void board_interrupts_init(void)
{
    const uint64_t *registers = device_tree.controller_registers;
    if (device_tree.controller == CONTROLLER_GIC2) {
        gic2_init(registers[0], registers[1], device_tree.timer_interrupt);
    } else if (device_tree.controller == CONTROLLER_BCM2836) {
        bcm2836_init(registers[0], registers[1]);
    } else {
        machine_fail("the device tree names no interrupt controller that is known here: GICv2 or BCM2836's");
    }
}

int board_interrupt_enable(uint32_t number, bool enable)
{
    return device_tree.controller == CONTROLLER_GIC2 ? gic2_enable(number, enable) : bcm2836_enable(number, enable);
}

uint32_t board_interrupt_take(void)
{
    return device_tree.controller == CONTROLLER_GIC2 ? gic2_take() : bcm2836_take();
}

void board_interrupt_done(uint32_t number)
{
    if (device_tree.controller == CONTROLLER_GIC2) {
        gic2_done(number);
    } else {
        bcm2836_done(number);
    }
}

_Noreturn void board_stop(int status)
{
    console_print("baton: stopped: %d\n", status);
    serial_drain(console());
    power_off();
    arch_halt();
}
