/* The one port of a virtio console: moves bytes between its two queues and the console's rings. */
#ifndef VIRTIO_CONSOLE_PORT_H
#define VIRTIO_CONSOLE_PORT_H

#include <abi/console.h>

#include "driver/input.h"
#include "virtio/virtio.h"

#define PORT_QUEUE_RECEIVE 0u
#define PORT_QUEUE_SEND 1u

struct port {
    struct virtio virtio;
    struct virtio_queue receive;
    struct virtio_queue send;
    struct input input;
    uint32_t come_first; /* of the receive buffer: the bytes that found no room in the ring */
    uint32_t come_bytes;
    uint32_t going_bytes; /* with the device */
};

/* Opens device and queues; `virtio`'s functions and place are filled in. pages: one for each queue, receive first, with
 * their physical addresses. 0 or -E_NODEV. */
int port_open(struct port *port, uint8_t *pages, const uint64_t physical[2]);
/* Moves what can be moved, both ways. True: bytes were moved. Bytes leave the output ring when the device has them. */
bool port_serve(struct port *port, struct console_device *rings);

#endif
