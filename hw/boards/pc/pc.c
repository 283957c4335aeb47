/* PCs: COM1, the I/O APIC, the battery's clock, ACPI's way of turning off. Where ACPI tells nothing, the addresses are
 * those that PCs have always had, and those of QEMU's machines pc and q35. */
#include "acpi.h"
#include "interrupt.h"

#include <abi/errno.h>
#include <arch.h>
#include <board.h>
#include <cpu.h>
#include <machine.h>
#include <start.h>
#include <start_code.h>

#define CONTROLLER_PHYSICAL 0xfec00000ull

#define COM1 0x3f8u
#define COM1_LINE 4u
#define COM1_CLOCK_HZ 1843200u
#define SERIAL_DATA 0u
#define SERIAL_INTERRUPTS 1u
#define SERIAL_FIFO 2u
#define SERIAL_FORMAT 3u
#define SERIAL_MODEM 4u
#define SERIAL_STATUS 5u
#define SERIAL_DIVISOR_LATCH 0x80u
#define SERIAL_8N1 0x03u
#define SERIAL_FIFO_ON 0x07u
#define SERIAL_MODEM_ON 0x0bu /* DTR, RTS, and the gate of its interrupt line */
#define SERIAL_ROOM 0x20u
#define SERIAL_EMPTY 0x40u
#define SERIAL_WAIT_MAX 1000000u

#define OFF_PORT 0x604u
#define OFF_VALUE 0x2000u

const char board_name[] = "pc";

static struct acpi_found acpi;

START_CODE void board_console_init(uint64_t device_tree)
{
    (void)device_tree;
    port_write(COM1 + SERIAL_INTERRUPTS, 0);
    port_write(COM1 + SERIAL_FORMAT, SERIAL_DIVISOR_LATCH | SERIAL_8N1);
    port_write(COM1 + SERIAL_DATA, 1); /* 115200 baud */
    port_write(COM1 + SERIAL_INTERRUPTS, 0);
    port_write(COM1 + SERIAL_FORMAT, SERIAL_8N1);
    port_write(COM1 + SERIAL_FIFO, SERIAL_FIFO_ON);
    port_write(COM1 + SERIAL_MODEM, SERIAL_MODEM_ON);
}

static void serial_wait(uint8_t status)
{
    for (uint32_t i = 0; i < SERIAL_WAIT_MAX && (port_read(COM1 + SERIAL_STATUS) & status) == 0; i++) {
    }
}

void board_console_write(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        serial_wait(SERIAL_ROOM);
        port_write(COM1 + SERIAL_DATA, (uint8_t)bytes[i]);
    }
}

#define CLOCK_SELECT 0x70u
#define CLOCK_DATA 0x71u
enum {
    CLOCK_SECOND = 0,
    CLOCK_MINUTE = 2,
    CLOCK_HOUR = 4,
    CLOCK_DAY = 7,
    CLOCK_MONTH = 8,
    CLOCK_YEAR = 9,
    CLOCK_STATUS_A = 10,
    CLOCK_STATUS_B = 11
};
#define CLOCK_UPDATING 0x80u /* status A */
#define CLOCK_24_HOURS 0x02u /* status B */
#define CLOCK_BINARY 0x04u
#define CLOCK_AFTERNOON 0x80u
#define CLOCK_WAIT_MAX 100000u

static START_CODE uint8_t clock_register(uint8_t index)
{
    port_write(CLOCK_SELECT, index);
    return port_read(CLOCK_DATA);
}

static START_CODE uint32_t clock_number(uint8_t value, uint8_t status)
{
    return (status & CLOCK_BINARY) != 0 ? value : (value >> 4) * 10u + (value & 0xf);
}

/* Days from 1970 to a day of this century. */
static START_CODE uint64_t days_since_1970(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint64_t days = 10957 + year * 365ull + (year + 3) / 4 + before[(month - 1) % 12] + day - 1;
    return days + (month > 2 && year % 4 == 0);
}

/* Seconds since 1970, taking the clock's time for UTC. */
static START_CODE uint64_t clock_read_s(void)
{
    for (uint32_t i = 0; i < CLOCK_WAIT_MAX && (clock_register(CLOCK_STATUS_A) & CLOCK_UPDATING) != 0; i++) {
    }
    uint8_t status = clock_register(CLOCK_STATUS_B), hour_value = clock_register(CLOCK_HOUR);
    uint32_t second = clock_number(clock_register(CLOCK_SECOND), status);
    uint32_t minute = clock_number(clock_register(CLOCK_MINUTE), status);
    uint32_t hour = clock_number(hour_value & (uint8_t)~CLOCK_AFTERNOON, status);
    uint32_t day = clock_number(clock_register(CLOCK_DAY), status);
    uint32_t month = clock_number(clock_register(CLOCK_MONTH), status);
    uint32_t year = clock_number(clock_register(CLOCK_YEAR), status);
    if ((status & CLOCK_24_HOURS) == 0) {
        hour = hour % 12 + ((hour_value & CLOCK_AFTERNOON) != 0 ? 12 : 0);
    }
    return ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

START_CODE void board_interrupts_init(void)
{
    acpi_read(start_acpi, &acpi);
    interrupt_init(acpi.controller != 0 ? acpi.controller : CONTROLLER_PHYSICAL);
    machine_device_add(DEVICE_SERIAL_16550, acpi.line_of_old[COM1_LINE], DEVICE_PORTS_ADDRESS(COM1), 8, COM1_CLOCK_HZ);
    machine.realtime_offset_ns = clock_read_s() * 1000000000ull - arch_clock_ns();
}

int board_interrupt_enable(uint32_t number, bool enable)
{
    if (number >= INTERRUPT_LINES) {
        return -E_NOENT;
    }
    interrupt_mask(number, !enable);
    return 0;
}

uint32_t board_interrupt_take(void)
{
    return interrupt_next();
}

void board_interrupt_done(uint32_t number)
{
    interrupt_mask(number, false);
}

_Noreturn void board_stop(int status)
{
    console_print("baton: stopped: %d\n", status);
    serial_wait(SERIAL_EMPTY);
    if (acpi.off_port != 0) {
        port_write16(acpi.off_port, acpi.off_value);
    }
    port_write16(OFF_PORT, OFF_VALUE);
    arch_halt();
}
