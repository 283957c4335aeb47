/* entropy: driver of a virtio entropy device. `entropy PLACE PAGE`: PLACE is the byte in its memory where the registers
 * begin, PAGE the physical address of the page for the queue. Mixes what the device gives into /dev/random: before init
 * starts the first program, when init says that the server there is a new one, and from time to time. */
#include <string.h>

#include <proto/file.h>

#include "driver/driver.h"
#include "virtio/virtio.h"

#define RANDOM_PATH "/dev/random"
#define FEED_BYTES 64u
#define FEED_EVERY_NS 60000000000ull
#define RETRY_NS 100000000ull
#define SLOT 0u

struct entropy {
    struct virtio virtio;
    struct virtio_queue queue;
};

static uint64_t after_ns(uint64_t delay_ns)
{
    return (uint64_t)sys_clock_read() + delay_ns;
}

/* Waits until the device has filled the buffer: bytes that it gave. */
static uint32_t buffer_wait(struct entropy *entropy)
{
    uint32_t slot = 0;
    uint32_t filled = 0;
    while (!virtio_take(&entropy->queue, &slot, &filled)) {
        driver_wait(DEADLINE_NONE);
        virtio_settle(&entropy->virtio);
        driver_interrupt_ack();
    }
    return filled;
}

/* Gives away all that was asked for. False: nobody took it. */
static bool random_feed(struct entropy *entropy)
{
    virtio_offer(&entropy->queue, SLOT, VIRTIO_BUFFER_OFFSET, FEED_BYTES, true);
    uint32_t count = buffer_wait(entropy);
    int fd = os_open(OS_AT_CWD, RANDOM_PATH, OPEN_WRITE_ONLY, 0);
    int64_t written = fd < 0 ? fd : os_write(fd, entropy->queue.page + VIRTIO_BUFFER_OFFSET, count);
    if (fd >= 0) {
        os_close(fd);
    }
    memset(entropy->queue.page + VIRTIO_BUFFER_OFFSET, 0, count);
    return count > 0 && written == count;
}

static int device_open(struct entropy *entropy, uint64_t place, uint64_t physical)
{
    uint64_t address = 0;
    uint8_t *page = NULL;
    int error = driver_registers_map(&address);
    if (error == 0) {
        error = driver_memory_map(&page);
    }
    if (error < 0) {
        return error;
    }
    entropy->virtio = (struct virtio){.load = driver_load, .store = driver_store, .place = address + place};
    error = virtio_open(&entropy->virtio, VIRTIO_ID_ENTROPY);
    return error < 0 ? error : virtio_queue_open(&entropy->queue, &entropy->virtio, 0, page, physical);
}

int main(int argc, char **argv)
{
    struct entropy entropy = {0};
    driver_begin();
    if (argc != 3) {
        os_log("entropy: usage: entropy PLACE PAGE\n");
        return 2;
    }
    int error = device_open(&entropy, driver_number(argv[1]), driver_number(argv[2]));
    if (error < 0) {
        os_log("entropy: error %d\n", -error);
        return 1;
    }
    driver_interrupts_take();
    virtio_settle(&entropy.virtio);
    driver_interrupt_ack();
    virtio_start(&entropy.virtio);
    for (;;) {
        bool fed = random_feed(&entropy);
        if (fed) {
            server_ready();
        }
        uint64_t deadline_ns = after_ns(fed ? FEED_EVERY_NS : RETRY_NS);
        while ((driver_wait(deadline_ns) & ~(uint64_t)SERVER_BELL_RING) != 0) { /* an interrupt out of turn */
            virtio_settle(&entropy.virtio);
            driver_interrupt_ack();
        }
    }
}
