/* The transport's registers and the split queues: see virtio.h. Tests: tests/unit/virtio. */
#include "virtio.h"

#include <string.h>

#include <abi/errno.h>

enum virtio_register {
    REGISTER_MAGIC = 0x00,
    REGISTER_VERSION = 0x04,
    REGISTER_ID = 0x08,
    REGISTER_DEVICE_FEATURES = 0x10,
    REGISTER_DEVICE_FEATURES_WORD = 0x14,
    REGISTER_DRIVER_FEATURES = 0x20,
    REGISTER_DRIVER_FEATURES_WORD = 0x24,
    REGISTER_PAGE_BYTES = 0x28, /* legacy */
    REGISTER_QUEUE = 0x30,
    REGISTER_QUEUE_SLOTS_MAX = 0x34,
    REGISTER_QUEUE_SLOTS = 0x38,
    REGISTER_QUEUE_ALIGN = 0x3c, /* legacy: of the used ring */
    REGISTER_QUEUE_PAGE = 0x40,  /* legacy */
    REGISTER_QUEUE_READY = 0x44,
    REGISTER_NOTIFY = 0x50,
    REGISTER_INTERRUPTS = 0x60,
    REGISTER_INTERRUPTS_DONE = 0x64,
    REGISTER_STATUS = 0x70,
    REGISTER_QUEUE_DESCRIPTORS = 0x80, /* these three: low word, then high word */
    REGISTER_QUEUE_AVAILABLE = 0x90,
    REGISTER_QUEUE_USED = 0xa0,
};
#define MAGIC 0x74726976u
#define VERSION_LEGACY 1u
#define VERSION_CURRENT 2u
#define FEATURES_CURRENT 1u /* in word 1: VIRTIO_F_VERSION_1 */
#define STATUS_SEEN 1u
#define STATUS_DRIVER 2u
#define STATUS_STARTED 4u
#define STATUS_FEATURES 8u
#define DESCRIPTOR_FILL 2u

struct descriptor {
    uint64_t physical;
    uint32_t length_bytes;
    uint16_t flags;
    uint16_t next;
};

struct available_ring {
    uint16_t flags;
    uint16_t tail; /* counts for ever */
    uint16_t slots[VIRTIO_QUEUE_SLOTS];
    uint16_t event;
};

struct used_ring {
    uint16_t flags;
    uint16_t tail; /* counts for ever */
    struct {
        uint32_t slot;
        uint32_t filled_bytes;
    } entries[VIRTIO_QUEUE_SLOTS];
    uint16_t event;
};

#define AVAILABLE_OFFSET (VIRTIO_QUEUE_SLOTS * sizeof(struct descriptor))
#define USED_ALIGN 64u
#define USED_OFFSET ((AVAILABLE_OFFSET + sizeof(struct available_ring) + USED_ALIGN - 1) / USED_ALIGN * USED_ALIGN)
_Static_assert(sizeof(struct descriptor) == 16, "descriptor layout");
_Static_assert(USED_OFFSET + sizeof(struct used_ring) <= VIRTIO_BUFFER_OFFSET, "a queue fits below its buffers");

static uint32_t load(const struct virtio *virtio, uint32_t offset)
{
    return virtio->load(virtio->place, offset);
}

static void store(const struct virtio *virtio, uint32_t offset, uint32_t value)
{
    virtio->store(virtio->place, offset, value);
}

uint32_t virtio_identify(const struct virtio *virtio)
{
    uint32_t version = load(virtio, REGISTER_VERSION);
    if (load(virtio, REGISTER_MAGIC) != MAGIC || (version != VERSION_LEGACY && version != VERSION_CURRENT)) {
        return 0;
    }
    return load(virtio, REGISTER_ID);
}

/* The current version wants to be named, and may refuse. */
static int features_agree(struct virtio *virtio)
{
    store(virtio, REGISTER_DRIVER_FEATURES_WORD, 0);
    store(virtio, REGISTER_DRIVER_FEATURES, 0);
    if (virtio->is_legacy) {
        store(virtio, REGISTER_PAGE_BYTES, PAGE_BYTES);
        return 0;
    }
    store(virtio, REGISTER_DEVICE_FEATURES_WORD, 1);
    if ((load(virtio, REGISTER_DEVICE_FEATURES) & FEATURES_CURRENT) == 0) {
        return -E_NODEV;
    }
    store(virtio, REGISTER_DRIVER_FEATURES_WORD, 1);
    store(virtio, REGISTER_DRIVER_FEATURES, FEATURES_CURRENT);
    store(virtio, REGISTER_STATUS, STATUS_SEEN | STATUS_DRIVER | STATUS_FEATURES);
    return (load(virtio, REGISTER_STATUS) & STATUS_FEATURES) != 0 ? 0 : -E_NODEV;
}

int virtio_open(struct virtio *virtio, uint32_t id)
{
    if (virtio_identify(virtio) != id) {
        return -E_NODEV;
    }
    virtio->is_legacy = load(virtio, REGISTER_VERSION) == VERSION_LEGACY;
    store(virtio, REGISTER_STATUS, 0); /* forgets a driver before us, and its buffers */
    store(virtio, REGISTER_STATUS, STATUS_SEEN);
    store(virtio, REGISTER_STATUS, STATUS_SEEN | STATUS_DRIVER);
    return features_agree(virtio);
}

static void address_store(const struct virtio *virtio, uint32_t offset, uint64_t physical)
{
    store(virtio, offset, (uint32_t)physical);
    store(virtio, offset + 4, (uint32_t)(physical >> 32));
}

int virtio_queue_open(struct virtio_queue *queue, struct virtio *virtio, uint32_t index, void *page, uint64_t physical)
{
    *queue = (struct virtio_queue){.virtio = virtio, .index = index, .page = page, .physical = physical};
    memset(page, 0, VIRTIO_BUFFER_OFFSET);
    store(virtio, REGISTER_QUEUE, index);
    if (load(virtio, REGISTER_QUEUE_SLOTS_MAX) < VIRTIO_QUEUE_SLOTS) {
        return -E_NODEV;
    }
    store(virtio, REGISTER_QUEUE_SLOTS, VIRTIO_QUEUE_SLOTS);
    if (virtio->is_legacy) {
        store(virtio, REGISTER_QUEUE_ALIGN, USED_ALIGN);
        store(virtio, REGISTER_QUEUE_PAGE, (uint32_t)(physical >> PAGE_SHIFT));
        return 0;
    }
    address_store(virtio, REGISTER_QUEUE_DESCRIPTORS, physical);
    address_store(virtio, REGISTER_QUEUE_AVAILABLE, physical + AVAILABLE_OFFSET);
    address_store(virtio, REGISTER_QUEUE_USED, physical + USED_OFFSET);
    store(virtio, REGISTER_QUEUE_READY, 1);
    return 0;
}

void virtio_start(struct virtio *virtio)
{
    store(virtio, REGISTER_STATUS, load(virtio, REGISTER_STATUS) | STATUS_STARTED);
}

void virtio_settle(struct virtio *virtio)
{
    store(virtio, REGISTER_INTERRUPTS_DONE, load(virtio, REGISTER_INTERRUPTS));
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void virtio_offer(struct virtio_queue *queue, uint32_t slot, uint32_t offset_bytes, uint32_t length_bytes, bool fill)
{
    struct descriptor *descriptor = (struct descriptor *)(void *)queue->page + slot;
    struct available_ring *available = (void *)(queue->page + AVAILABLE_OFFSET);
    *descriptor = (struct descriptor){
        .physical = queue->physical + offset_bytes, .length_bytes = length_bytes, .flags = fill ? DESCRIPTOR_FILL : 0};
    queue->lengths[slot] = length_bytes;
    available->slots[queue->offered % VIRTIO_QUEUE_SLOTS] = (uint16_t)slot;
    queue->offered++;
    __atomic_store_n(&available->tail, queue->offered, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the device sees it before it is told */
    store(queue->virtio, REGISTER_NOTIFY, queue->index);
}

bool virtio_take(struct virtio_queue *queue, uint32_t *slot, uint32_t *filled_bytes)
{
    struct used_ring *used = (void *)(queue->page + USED_OFFSET);
    while (__atomic_load_n(&used->tail, __ATOMIC_ACQUIRE) != queue->used_seen) {
        uint32_t place = queue->used_seen++ % VIRTIO_QUEUE_SLOTS;
        uint32_t number = used->entries[place].slot;
        uint32_t filled = used->entries[place].filled_bytes;
        if (number < VIRTIO_QUEUE_SLOTS && queue->lengths[number] != 0) {
            *slot = number;
            *filled_bytes = filled < queue->lengths[number] ? filled : queue->lengths[number];
            queue->lengths[number] = 0;
            return true;
        }
    }
    return false;
}

bool virtio_is_offered(const struct virtio_queue *queue, uint32_t slot)
{
    return queue->lengths[slot] != 0;
}
