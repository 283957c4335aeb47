/* See port.h. Tests: tests/unit/virtio_console. */
#include "port.h"

#include <string.h>

#define SLOT 0u /* one buffer each way */

int port_open(struct port *port, uint8_t *pages, const uint64_t physical[2])
{
    int error = virtio_open(&port->virtio, VIRTIO_ID_CONSOLE);
    if (error == 0) {
        error = virtio_queue_open(&port->receive, &port->virtio, PORT_QUEUE_RECEIVE, pages, physical[0]);
    }
    if (error == 0) {
        error = virtio_queue_open(&port->send, &port->virtio, PORT_QUEUE_SEND, pages + PAGE_BYTES, physical[1]);
    }
    if (error == 0) {
        virtio_start(&port->virtio);
    }
    return error;
}

/* The buffer is with the device, or some of its bytes wait for room. */
static bool port_receive(struct port *port, struct console_device *rings)
{
    const uint8_t *buffer = port->receive.page + VIRTIO_BUFFER_OFFSET;
    uint32_t slot = 0;
    uint32_t filled = 0;
    bool moved = false;
    for (;;) {
        if (port->come_bytes == 0 && virtio_take(&port->receive, &slot, &filled)) {
            port->come_first = 0;
            port->come_bytes = filled;
        }
        uint32_t count = input_take(&port->input, rings, buffer + port->come_first, port->come_bytes);
        port->come_first += count;
        port->come_bytes -= count;
        moved = moved || count > 0;
        if (port->come_bytes > 0 || virtio_is_offered(&port->receive, SLOT)) {
            return moved;
        }
        virtio_offer(&port->receive, SLOT, VIRTIO_BUFFER_OFFSET, VIRTIO_BUFFER_BYTES, true);
    }
}

static bool port_send(struct port *port, struct console_device *rings)
{
    uint32_t slot = 0;
    uint32_t unused = 0;
    bool moved = false;
    for (;;) {
        if (virtio_take(&port->send, &slot, &unused)) {
            ring_drop(&rings->output, port->going_bytes);
            moved = true;
        }
        uint32_t count = ring_count(&rings->output);
        if (count == 0 || virtio_is_offered(&port->send, SLOT)) {
            return moved;
        }
        count = ring_run(rings->output.head, count < VIRTIO_BUFFER_BYTES ? count : VIRTIO_BUFFER_BYTES);
        memcpy(port->send.page + VIRTIO_BUFFER_OFFSET, rings->output_bytes + rings->output.head % CONSOLE_RING_BYTES,
               count);
        port->going_bytes = count;
        virtio_offer(&port->send, SLOT, VIRTIO_BUFFER_OFFSET, count, false);
    }
}

bool port_serve(struct port *port, struct console_device *rings)
{
    virtio_settle(&port->virtio);
    bool received = port_receive(port, rings);
    bool sent = port_send(port, rings);
    return received || sent;
}
