#include "fake_gate.h"

#include "entry.h"
#include "gate.h"
#include "signals.h"
#include "state.h"

#include <stdlib.h>
#include <string.h>

struct fake fake;

static union {
    struct control control;
    uint8_t bytes[PAGE_BYTES];
} page;
static struct process_state state;
static char text[FAKE_MESSAGE_BYTES];

struct control *sys_control(void)
{
    return &page.control;
}

struct process_state *process_state(void)
{
    return &state;
}

void fake_reset(void)
{
    memset(&fake, 0, sizeof fake);
    memset(&page, 0, sizeof page);
    memset(&state, 0, sizeof state);
    memset(fake.handles, -1, sizeof fake.handles);
    page.control.self = (uint64_t)(uintptr_t)&page;
    page.control.identity = 7ull << 32 | 7;
    state.thread_count = 1;
}

static void parts_gather(uint64_t parts, uint64_t count)
{
    const struct part *part = (const struct part *)(uintptr_t)parts;
    fake.message_bytes = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (part[i].length_bytes > sizeof fake.message - fake.message_bytes) {
            abort();
        }
        if (part[i].length_bytes != 0) {
            memcpy(fake.message + fake.message_bytes, (const void *)(uintptr_t)part[i].base, part[i].length_bytes);
        }
        fake.message_bytes += part[i].length_bytes;
    }
}

static void reply_scatter(uint64_t parts, uint64_t count)
{
    const struct part *part = (const struct part *)(uintptr_t)parts;
    const uint8_t *from = fake.reply;
    size_t left = fake.reply_bytes;
    for (uint64_t i = 0; i < count && left != 0; i++) {
        size_t now = part[i].length_bytes < left ? part[i].length_bytes : left;
        memcpy((void *)(uintptr_t)part[i].base, from, now);
        from += now;
        left -= now;
    }
}

static int64_t message_send(const uint64_t argument[6])
{
    parts_gather(argument[1], argument[3] & 0xffff);
    memcpy(&fake.requests[fake.message_count++], fake.message, sizeof fake.requests[0]);
    memcpy(fake.transfer, page.control.transfer, sizeof fake.transfer);
    fake.transfer_count = page.control.transfer_count;
    page.control.transfer_count = 0;
    if (fake.on_message != NULL) {
        fake.on_message();
    }
    if (fake.status >= 0) {
        reply_scatter(argument[2], argument[3] >> 16 & 0xffff);
        memcpy(page.control.received_handles, fake.handles, sizeof fake.handles);
    }
    return fake.status;
}

int64_t gate_enter(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                   uint64_t register_number)
{
    uint64_t number = register_number - SYSCALL_BASE;
    struct fake_call call = {number, {a0, a1, a2, a3, a4, a5}};
    if (fake.call_count == FAKE_CALLS_MAX || number >= SYSCALL_LIMIT) {
        abort();
    }
    fake.calls[fake.call_count++] = call;
    if (number == SYS_THREAD_CONTINUE) {
        registers_resume((const struct registers *)(uintptr_t)a0);
    }
    return number == SYS_CALL ? message_send(call.argument) : fake.results[number];
}

size_t fake_count(uint64_t number)
{
    size_t count = 0;
    for (size_t i = 0; i < fake.call_count; i++) {
        count += fake.calls[i].number == number;
    }
    return count;
}

const struct fake_call *fake_last(uint64_t number)
{
    for (size_t i = fake.call_count; i != 0; i--) {
        if (fake.calls[i - 1].number == number) {
            return &fake.calls[i - 1];
        }
    }
    abort();
}

size_t fake_requests(uint32_t operation)
{
    size_t count = 0;
    for (size_t i = 0; i < fake.message_count; i++) {
        count += fake.requests[i] == operation;
    }
    return count;
}

const struct root_request *fake_root_request(void)
{
    if (fake.message_bytes < sizeof(struct root_request)) {
        abort();
    }
    return (const struct root_request *)(const void *)fake.message;
}

static const char *text_of(size_t offset, size_t bytes)
{
    if (offset + bytes > fake.message_bytes || bytes >= sizeof text) {
        abort();
    }
    memcpy(text, fake.message + offset, bytes);
    text[bytes] = '\0';
    return text;
}

const char *fake_path(void)
{
    return text_of(sizeof(struct root_request), fake_root_request()->path_bytes);
}

const char *fake_data(void)
{
    const struct root_request *request = fake_root_request();
    return text_of(sizeof *request + request->path_bytes, request->data_bytes);
}

/* The assembler's and the architecture's part: no test goes there, or it is told by the registers. */
bool signal_frame_push(struct registers *registers, const struct signal_record *record,
                       const struct signal_action *action, uint64_t mask)
{
    (void)mask;
    registers->rip = action->handler;
    registers->rdi = (uint64_t)record->signal;
    return true;
}

bool signal_frame_pop(uint64_t sp, struct registers *registers)
{
    (void)sp;
    (void)registers;
    return false;
}

int64_t foreign_guard(struct foreign_frame *frame, uint64_t *guard)
{
    (void)guard;
    fake.foreign = *frame;
    fake.foreign_count++;
    return fake.foreign_result;
}

_Noreturn void registers_resume(const struct registers *registers)
{
    fake.resumed = *registers;
    longjmp(fake.resume, 1);
}
