/* QEMU's virt machine: PL011, GICv2, PSCI. */
#include <board.h>
#include <device_tree.h>
#include <gic2.h>
#include <machine.h>
#include <pl011.h>
#include <psci.h>

#include <arch.h>

#define SERIAL_PHYSICAL 0x09000000u /* before the device tree is read */

const char board_name[] = "virt";

void board_console_init(uint64_t device_tree_physical)
{
    (void)device_tree_physical;
}

void board_console_write(const char *bytes, size_t length)
{
    pl011_write(SERIAL_PHYSICAL, bytes, length);
}

void board_interrupts_init(void)
{
    if (device_tree.controller != CONTROLLER_GIC2) {
        machine_fail("the device tree names no GICv2; QEMU has one with -M virt,gic-version=2");
    }
    gic2_init(device_tree.controller_registers[0], device_tree.controller_registers[1], device_tree.timer_interrupt);
}

_Noreturn void board_stop(int status)
{
    console_print("baton: stopped: %d\n", status);
    pl011_drain(SERIAL_PHYSICAL);
    psci_off();
    arch_halt();
}
