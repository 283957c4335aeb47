/* The device table: what the machine has besides memory, as found by the platform at boot. One page, read-only, whose
 * physical address struct kernel_info tells; whoever holds the authority maps it as device memory. */
#ifndef ABI_DEVICE_H
#define ABI_DEVICE_H

#include <stdint.h>

#define DEVICE_TABLE_MAGIC 0x53454349u
#define DEVICES_MAX 100u

/* x86 I/O ports: the eight from `port` (a multiple of 8) on are the device page at this physical address. Mapping it
 * shows no bytes: it lets the threads of the space use `in` and `out` on those ports. */
#define DEVICE_PORTS_PHYSICAL 0xf00000000000ull
#define DEVICE_PORTS_ADDRESS(port) (DEVICE_PORTS_PHYSICAL + (uint64_t)(port) / 8 * 4096)

enum device_kind {
    DEVICE_CONSOLE_RINGS = 1, /* abi/console.h: the hosted machine's */
    DEVICE_SERIAL_PL011 = 2,
    DEVICE_SERIAL_16550 = 3,  /* I/O ports: physical is a DEVICE_PORTS_ADDRESS */
    DEVICE_SERIAL_BCM2835 = 4, /* the mini UART of Raspberry Pis */
    DEVICE_VIRTIO_MMIO = 5,   /* what it is, its registers say */
};

struct device {
    uint32_t kind;      /* enum device_kind; 0: none */
    uint32_t interrupt; /* number for interrupt_create; UINT32_MAX: none */
    uint64_t physical;  /* of its registers; need not begin a page */
    uint64_t size_bytes;
    uint64_t clock_hz; /* serial lines: of the baud rate generator, 0: leave the rate as it is */
};

struct device_table {
    uint32_t magic;
    uint32_t count;
    struct device devices[DEVICES_MAX]; /* consoles first: the first one is the system's */
};

_Static_assert(sizeof(struct device_table) <= 4096, "the device table fits in one page");

#endif
