/* What drivers do with what init lent them at fixed descriptors (sys/server.h). All of it outlives the driver, so a
 * restarted one goes on where the dead one was. */
#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

#include <stdint.h>

#include <abi/console.h>
#include <sys/server.h>

#define DRIVER_USER 65534u /* nobody */

/* First of all: gives up being root, for good, so that a driver that goes astray can do no more to files and processes
 * than a stranger. Ends the program if it cannot. */
void driver_begin(void);

/* The number in an argument; 0 if it is none. */
uint64_t driver_number(const char *text);

/* Map the registers' pages, the memory that the device reaches by itself, and the console's rings. 0 or -error. */
int driver_registers_map(uint64_t *address);
int driver_memory_map(uint8_t **bytes);
int driver_rings_map(struct console_device **rings); /* -E_NODEV: they are none */

/* A register of 32 bits; `place` is the address of the first. */
uint32_t driver_load(uint64_t place, uint32_t offset_bytes);
void driver_store(uint64_t place, uint32_t offset_bytes, uint32_t value);

/* Throws away pulses of the interrupt that wait to be received; it can send the next one once it is acknowledged. */
void driver_interrupts_take(void);
void driver_interrupt_ack(void);
/* Blocks until the bell rings, the device interrupts, whose pulses are taken, or the deadline has passed.
 * SERVER_BELL_* bits; 0: the deadline. */
uint64_t driver_wait(uint64_t deadline_ns);
/* Rings for the other side of the rings. */
void driver_tell(void);

#endif
