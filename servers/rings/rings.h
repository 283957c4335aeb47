/* The driver's end of the console's rings: takes what programs write, brings what comes in. What it needs init lends
 * at fixed descriptors (sys/server.h). All of it outlives the driver, so a restarted one goes on where the dead one
 * was. */
#ifndef RINGS_RINGS_H
#define RINGS_RINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <abi/console.h>

/* Maps the rings at `*device`. 0, -E_NODEV: they are none, or -error. */
int rings_open(struct console_device **device);
/* Throws away pulses of the interrupt that wait to be received; it can send the next one once it is acknowledged. */
void rings_interrupts_take(void);
/* Blocks until the console server rings or the device interrupts, whose pulses are taken. SERVER_BELL_* bits. */
uint64_t rings_wait(void);
/* Rings for the console server. */
void rings_tell(void);

#endif
