/* The workers of the kill storm. Rules: worker.h. */
#include "worker.h"

#include "test.h"

#include <string.h>

#define BUFFER_BYTES (128u << 10)
#define SPLITS 6u
#define HELD_MAX 4u
#define NAP_NS 5000000u
#define SPINS 200000
#define SCRATCH_PAGES 8u
#define BAD_ADDRESS 0x123000u

struct ledger *worker_ledger;

static uint8_t buffers[WORKERS][BUFFER_BYTES] __attribute__((aligned(64)));

void worker_prepare(void)
{
    memset(buffers, 1, sizeof buffers);
}

/* One worker's own. */
struct self {
    struct record *record;
    uint8_t *bytes;
    uint64_t random;
    struct part parts[SPLITS];
};

static uint64_t pick(struct self *self, uint64_t limit)
{
    return test_random(&self->random) % limit;
}

static void bad(struct self *self, uint32_t line, int64_t status)
{
    if (self->record->bad == 0) {
        self->record->bad_status = status;
        self->record->bad = line;
    }
}

static uint64_t soon(struct self *self)
{
    return (uint64_t)sys_clock_read() + pick(self, NAP_NS);
}

/* The first `bytes` of the buffer in random parts. */
static uint32_t parts_split(struct self *self, uint64_t bytes)
{
    uint32_t count = 1 + (uint32_t)pick(self, SPLITS);
    uint64_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t length = i + 1 == count ? bytes - at : pick(self, bytes - at + 1);
        self->parts[i] = (struct part){(uintptr_t)self->bytes + at, length};
        at += length;
    }
    return count;
}

static uint64_t message_bytes(struct self *self)
{
    return sizeof(uint64_t) + (pick(self, 3) == 0 ? pick(self, BUFFER_BYTES - sizeof(uint64_t)) : pick(self, 256));
}

/* What a call may end with if the server is alive or dead, and nothing else. */
static bool call_error_is_allowed(int64_t status)
{
    return status == -E_SRCH || status == -E_BADF || status == -E_INTR || status == -E_TIMEDOUT;
}

static void handles_close(uint32_t count)
{
    int32_t handles[TRANSFER_MAX];
    memcpy(handles, sys_control()->received_handles, sizeof handles);
    for (uint32_t i = 0; i < count && i < TRANSFER_MAX; i++) {
        sys_handle_close(SYS_SELF_TABLE, handles[i]);
    }
}

/* A notification that moves with the next message. */
static int transfer_prepare(void)
{
    int notification = sys_notification_create(HANDLE_GRANT);
    sys_control()->transfer[0] = (struct transfer){.handle = notification, .rights = RIGHT_SIGNAL, .move = 1};
    sys_control()->transfer_count = 1;
    return notification;
}

static void client_call(struct self *self)
{
    uint64_t token = test_random(&self->random) >> 1, bytes = message_bytes(self);
    int server = (int)pick(self, SERVERS);
    memcpy(self->bytes, &token, sizeof token);
    uint32_t count = parts_split(self, bytes);
    int moved = pick(self, 4) == 0 ? transfer_prepare() : -1;
    sys_control()->receive_base = HANDLE_DYNAMIC;
    self->record->calls_begun++;
    int64_t status = sys_call(FD_CONNECTION + server, self->parts, count, self->parts, count,
                              pick(self, 4) == 0 ? CALL_UNINTERRUPTIBLE : 0,
                              pick(self, 4) == 0 ? soon(self) : DEADLINE_NONE);
    self->record->calls_ended++;
    if (moved >= 0 && status == -E_BADF) {
        sys_handle_close(SYS_SELF_TABLE, moved);
    }
    if (status < 0) {
        if (!call_error_is_allowed(status)) {
            bad(self, __LINE__, status);
        }
        sys_thread_sleep(soon(self)); /* the server may be gone for good */
        return;
    }
    handles_close(sys_control()->info.handle_count);
    uint64_t answer;
    memcpy(&answer, self->bytes, sizeof answer);
    if (status != (int64_t)(token & INT32_MAX) || answer != token + 1) {
        bad(self, __LINE__, status);
    }
}

/* Page faults that the kernel serves. In its own space only: a thread that dies here leaves its pages. */
static void client_touch(struct self *self)
{
    uint64_t bytes = SCRATCH_PAGES * PAGE_BYTES;
    int memory = sys_memory_create(HANDLE_GRANT, bytes);
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, bytes, memory, 0, PROT_R | PROT_W);
    if (memory < 0 || address < 0) {
        bad(self, __LINE__, memory < 0 ? memory : address);
        return;
    }
    for (uint64_t at = 0; at < bytes; at += PAGE_BYTES) {
        *(volatile uint8_t *)(uintptr_t)((uint64_t)address + at) = 1;
    }
    sys_space_unmap(SYS_SELF_SPACE, (uint64_t)address, bytes);
    sys_handle_close(SYS_SELF_TABLE, memory);
}

static void client_step(struct self *self)
{
    uint64_t bits;
    switch (pick(self, 16)) {
    case 0: sys_thread_sleep(soon(self)); break;
    case 1: sys_notification_wait(FD_NOTIFICATION, &bits, soon(self)); break;
    case 2: sys_address_wait(&worker_ledger->never, 0, soon(self)); break;
    case 3: sys_pulse(FD_CONNECTION + (int)pick(self, SERVERS), 1, 2, -1); break;
    case 4:
        for (int i = 0; i < SPINS; i++) {
            __asm__ volatile("" ::: "memory");
        }
        break;
    case 5:
        if (self->record->owns_space != 0) {
            client_touch(self);
        }
        break;
    case 6:
        if (self->record->faults != 0 && pick(self, 4) == 0) {
            *(volatile uint32_t *)BAD_ADDRESS = 1;
        }
        break;
    default: client_call(self); break;
    }
}

static struct self self_make(unsigned index)
{
    struct record *record = &worker_ledger->records[index];
    return (struct self){.record = record, .bytes = buffers[index], .random = record->seed};
}

void worker_client(unsigned index)
{
    struct self self = self_make(index);
    while (__atomic_load_n(&worker_ledger->stop, __ATOMIC_SEQ_CST) == 0) {
        client_step(&self);
    }
    __atomic_store_n(&self.record->finished, 1, __ATOMIC_SEQ_CST);
}

struct held {
    uint64_t id, token, room_bytes;
};

/* The client may be gone: no other error. */
static void held_answer(struct self *self, const struct held *held)
{
    uint64_t answer = held->token + 1;
    memcpy(self->bytes, &answer, sizeof answer);
    uint32_t count = parts_split(self, held->room_bytes < BUFFER_BYTES ? held->room_bytes : BUFFER_BYTES);
    if (pick(self, 8) == 0) {
        transfer_prepare();
    }
    int64_t status = sys_reply(held->id, (int64_t)(held->token & INT32_MAX), self->parts, count);
    if (status < 0 && status != -E_SRCH) {
        bad(self, __LINE__, status);
    }
}

/* Reads a message's rest in pieces, as servers do. */
static void rest_read(struct self *self, const struct receive_info *info)
{
    for (uint64_t at = info->received_bytes; at < info->send_bytes; at += PAGE_BYTES) {
        struct part part = {(uintptr_t)self->bytes, PAGE_BYTES};
        int64_t status = sys_message_read(info->message_id, at, &part, 1);
        if (status <= 0) {
            if (status != -E_SRCH) {
                bad(self, __LINE__, status);
            }
            return;
        }
    }
}

static uint32_t server_take(struct self *self, struct held *held, uint32_t count)
{
    struct receive_info info = sys_control()->info;
    if (info.kind != RECEIVED_MESSAGE) {
        if (info.kind == RECEIVED_PULSE && info.pulse_code == PULSE_UNBLOCK) {
            sys_reply(info.pulse_value, -E_INTR, NULL, 0);
        }
        return count;
    }
    handles_close(info.handle_count);
    struct held now = {.id = info.message_id, .room_bytes = info.reply_bytes};
    memcpy(&now.token, self->bytes, sizeof now.token);
    rest_read(self, &info);
    if (count < HELD_MAX && pick(self, 2) == 0) {
        held[count] = now;
        return count + 1;
    }
    held_answer(self, &now);
    return count;
}

void worker_server(unsigned index)
{
    struct self self = self_make(index);
    struct held held[HELD_MAX];
    uint32_t count = 0;
    for (;;) {
        uint64_t room = sizeof(uint64_t) + (pick(&self, 2) == 0 ? 256 : BUFFER_BYTES - sizeof(uint64_t));
        uint32_t parts = parts_split(&self, room);
        sys_control()->receive_base = HANDLE_DYNAMIC;
        int status = sys_receive(FD_CHANNEL, self.parts, parts, count > 0 ? soon(&self) : DEADLINE_NONE);
        if (status == 0) {
            count = server_take(&self, held, count);
        } else if (status == -E_BADF) {
            return;
        } else if (status != -E_TIMEDOUT && status != -E_INTR) {
            bad(&self, __LINE__, status);
        }
        if (count > 0 && (status != 0 || count == HELD_MAX)) {
            held_answer(&self, &held[--count]);
        }
    }
}
