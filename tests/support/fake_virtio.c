/* See fake_virtio.h. */
#include "fake_virtio.h"

#include <string.h>

struct fake_virtio fake_virtio;

static void *memory_at(uint64_t physical, uint64_t length)
{
    static uint8_t nowhere[65536];
    if (physical < fake_virtio.physical || physical - fake_virtio.physical > fake_virtio.memory_bytes ||
        length > fake_virtio.memory_bytes - (physical - fake_virtio.physical)) {
        fake_virtio.strays++;
        return nowhere;
    }
    return fake_virtio.memory + (physical - fake_virtio.physical);
}

void fake_virtio_create(uint32_t version, uint32_t id, uint8_t *memory, uint64_t physical, uint64_t memory_bytes)
{
    fake_virtio = (struct fake_virtio){.magic = 0x74726976,
                                       .version = version,
                                       .id = id,
                                       .slots_max = 256,
                                       .memory = memory,
                                       .physical = physical,
                                       .memory_bytes = memory_bytes};
}

uint32_t fake_virtio_load(uint64_t place, uint32_t offset)
{
    (void)place;
    switch (offset) {
    case 0x00:
        return fake_virtio.magic;
    case 0x04:
        return fake_virtio.version;
    case 0x08:
        return fake_virtio.id;
    case 0x10:
        return fake_virtio.feature_word == 1 && fake_virtio.version == 2 ? 1 : 0;
    case 0x34:
        return fake_virtio.chosen < FAKE_VIRTIO_QUEUES ? fake_virtio.slots_max : 0;
    case 0x60:
        return fake_virtio.interrupts;
    case 0x70:
        return fake_virtio.refuses_features ? fake_virtio.status & ~8u : fake_virtio.status;
    default:
        return 0;
    }
}

static void word_set(uint64_t *address, bool high, uint32_t value)
{
    *address = high ? (*address & UINT32_MAX) | (uint64_t)value << 32 : (*address & ~(uint64_t)UINT32_MAX) | value;
}

/* The legacy layout: everything follows from the page. */
static void queue_page_set(struct fake_virtio_queue *queue, uint32_t page)
{
    uint64_t end = 0;
    queue->descriptors = (uint64_t)page * fake_virtio.page_bytes;
    queue->available = queue->descriptors + 16ull * queue->slots;
    end = queue->available + 4 + 2ull * queue->slots + 2;
    queue->used = (end + queue->align - 1) / queue->align * queue->align;
    queue->is_ready = page != 0;
}

static void queue_store(struct fake_virtio_queue *queue, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case 0x38:
        queue->slots = value;
        break;
    case 0x3c:
        queue->align = value;
        break;
    case 0x40:
        queue_page_set(queue, value);
        break;
    case 0x44:
        queue->is_ready = value == 1;
        break;
    case 0x80:
    case 0x84:
        word_set(&queue->descriptors, offset == 0x84, value);
        break;
    case 0x90:
    case 0x94:
        word_set(&queue->available, offset == 0x94, value);
        break;
    case 0xa0:
    case 0xa4:
        word_set(&queue->used, offset == 0xa4, value);
        break;
    default:
        break;
    }
}

static void status_set(uint32_t value)
{
    fake_virtio.status = value;
    if (value == 0) {
        fake_virtio.resets++;
        memset(fake_virtio.queues, 0, sizeof fake_virtio.queues);
    }
}

void fake_virtio_store(uint64_t place, uint32_t offset, uint32_t value)
{
    (void)place;
    switch (offset) {
    case 0x14:
    case 0x24:
        fake_virtio.feature_word = value;
        break;
    case 0x20:
        fake_virtio.features[fake_virtio.feature_word & 1] = value;
        break;
    case 0x28:
        fake_virtio.page_bytes = value;
        break;
    case 0x30:
        fake_virtio.chosen = value;
        break;
    case 0x50:
        fake_virtio.queues[value % FAKE_VIRTIO_QUEUES].notified++;
        break;
    case 0x64:
        fake_virtio.interrupts &= ~value;
        break;
    case 0x70:
        status_set(value);
        break;
    default:
        queue_store(&fake_virtio.queues[fake_virtio.chosen % FAKE_VIRTIO_QUEUES], offset, value);
        break;
    }
}

struct fake_descriptor {
    uint64_t physical;
    uint32_t length;
    uint16_t flags, next;
};

/* The next buffer offered; NULL: there is none, or the device does not run. */
static struct fake_descriptor *buffer_next(struct fake_virtio_queue *queue, uint32_t *slot)
{
    const uint16_t *available = memory_at(queue->available, 4 + 2ull * queue->slots);
    if ((fake_virtio.status & 4) == 0 || !queue->is_ready || queue->taken == available[1]) {
        return NULL;
    }
    *slot = available[2 + queue->taken++ % queue->slots];
    return (struct fake_descriptor *)memory_at(queue->descriptors, 16ull * queue->slots) + *slot;
}

static void used_add(struct fake_virtio_queue *queue, uint32_t slot, uint32_t filled)
{
    uint16_t *used = memory_at(queue->used, 4 + 8ull * queue->slots);
    const uint32_t entry[2] = {slot, filled};
    memcpy(used + 2 + used[1] % queue->slots * 4, entry, sizeof entry);
    used[1]++;
    fake_virtio.interrupts |= 1;
}

bool fake_virtio_fill(uint32_t queue, const void *bytes, uint32_t length)
{
    uint32_t slot = 0;
    struct fake_descriptor *descriptor = buffer_next(&fake_virtio.queues[queue], &slot);
    if (descriptor == NULL || (descriptor->flags & 2) == 0) {
        return false;
    }
    length = length < descriptor->length ? length : descriptor->length;
    memcpy(memory_at(descriptor->physical, length), bytes, length);
    used_add(&fake_virtio.queues[queue], slot, length);
    return true;
}

int fake_virtio_read(uint32_t queue, void *bytes, uint32_t room)
{
    uint32_t slot = 0;
    struct fake_descriptor *descriptor = buffer_next(&fake_virtio.queues[queue], &slot);
    if (descriptor == NULL || (descriptor->flags & 2) != 0) {
        return -1;
    }
    room = room < descriptor->length ? room : descriptor->length;
    memcpy(bytes, memory_at(descriptor->physical, room), room);
    used_add(&fake_virtio.queues[queue], slot, 0);
    return (int)room;
}

void fake_virtio_lie(uint32_t queue, uint32_t slot, uint32_t filled)
{
    used_add(&fake_virtio.queues[queue], slot, filled);
}
