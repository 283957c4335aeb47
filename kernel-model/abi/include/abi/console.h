/* Three byte streams in page-aligned memory that two sides share: the console server, and whoever moves the bytes in
 * and out of the machine: on the hosted machine its console device, on boards a driver. Each side has a bell to say "I
 * have looked, now you look": the hosted device's interrupt and its acknowledgement, or two notifications. Neither
 * side trusts the other. Indices run freely; ring place = index % CONSOLE_RING_BYTES. */
#ifndef ABI_CONSOLE_H
#define ABI_CONSOLE_H

#include <stdint.h>

#define CONSOLE_MAGIC 0x534e4f43u
#define CONSOLE_RING_BYTES 65536u
#define CONSOLE_DEVICE_BYTES (4096u + 3u * CONSOLE_RING_BYTES)
#define CONSOLE_ESCAPE 0x10u
#define CONSOLE_END 0x04u
#define CONSOLE_READY 0x05u

struct console_ring {
    uint32_t head;   /* written by the consumer */
    uint32_t tail;   /* written by the producer */
    uint32_t closed; /* input: the end of file; output: its reader is gone */
    uint32_t is_terminal;
};

struct console_device {
    uint32_t magic;
    uint32_t window_changes; /* counts changes of the window size */
    uint16_t rows, columns;
    uint32_t break_count; /* counts requests to stop the machine from outside (SIGTERM, SIGHUP) */
    uint32_t one_output;  /* not 0: what is written to the error stream goes to the output ring, in order */
    /* Not 0: on the line, CONSOLE_ESCAPE stands before itself, or before CONSOLE_END, the end of the input; the driver
     * undoes it. CONSOLE_ESCAPE, CONSOLE_READY are then the first bytes of the output: what is sent to the machine
     * after them arrives. */
    uint32_t input_escapes;
    struct console_ring input, output, error;
    uint8_t reserved[4096 - 24 - 3 * sizeof(struct console_ring)];
    uint8_t input_bytes[CONSOLE_RING_BYTES];
    uint8_t output_bytes[CONSOLE_RING_BYTES];
    uint8_t error_bytes[CONSOLE_RING_BYTES];
};

_Static_assert(sizeof(struct console_device) == CONSOLE_DEVICE_BYTES, "console device layout");

#endif
