/* Paged memory in the reference model: who wants an absent page sends its pager a message and waits for the answer. 0:
 * it tries again; another status, or the pager's death: the page is refused. */
#include "spec_private.h"

static bool pager_is_dead(const struct spec *spec, int connection)
{
    return spec->channels[spec->connections[connection].channel].dead;
}

bool spec_pages_use(const struct spec *spec, int connection)
{
    bool lives = false;
    bool used = false;

    for (int i = 0; i < SPEC_THREADS; i++)
        lives |= spec->threads[i].exists && spec->threads[i].state != THREAD_DEAD;
    for (int i = 0; i < SPEC_PAGED_OBJECTS; i++)
        used |= lives && spec->paged[i].exists && spec->paged[i].connection == connection;
    return used;
}

/* A call finds it refused when it is made again; an instruction is an exception. */
static void fault_refuse(struct spec *spec, int thread)
{
    struct spec_thread *it = &spec->threads[thread];
    struct exception_info info = it->message.exception;

    if (it->message.in_call) {
        for (int i = 0; i < SPEC_PAGED_OBJECTS; i++) {
            if (spec->paged[i].exists && spec->paged[i].value == it->message.fault.value)
                it->job.refused_object = i;
        }
        it->job.refused_page = it->message.fault.offset_bytes / PAGE_BYTES;
        it->again = true;
        spec_wake_quietly(spec, thread);
    } else if (it->exception == SPEC_NONE || pager_is_dead(spec, it->exception)) {
        spec_doom(spec, thread);
    } else {
        spec_message_close(spec, thread, false);
        spec_exception_raise(spec, thread, &info);
    }
}

void spec_fault_end(struct spec *spec, int thread, bool refused)
{
    if (refused) {
        fault_refuse(spec, thread);
    } else {
        spec->threads[thread].again = spec->threads[thread].message.in_call;
        spec_wake_quietly(spec, thread);
    }
}

void spec_fault_raise(struct spec *spec, int thread, bool in_call, uint64_t address)
{
    const struct spec_absent absent = spec->absent;
    const struct spec_paged *paged = &spec->paged[absent.object];
    struct spec_message *message = &spec->threads[thread].message;
    static const struct spec_vector none;

    spec_message_open(spec, thread, paged->connection, RECEIVED_FAULT, &none, &none);
    message->fault = (struct fault_message){
        .value = paged->value, .offset_bytes = absent.page * PAGE_BYTES, .access = absent.access};
    message->exception =
        (struct exception_info){.kind = EXCEPTION_FAULT, .access = absent.access, .address = address};
    message->in_call = in_call;
    message->bytes[0] = sizeof(struct fault_message);
    message->uninterruptible = true;
    spec_block(spec, thread, THREAD_SEND, DEADLINE_NONE);
    if (pager_is_dead(spec, paged->connection))
        fault_refuse(spec, thread);
    else
        (void)spec_message_send(spec, thread);
}

void spec_touch(struct spec *spec, uint64_t address, uint32_t access)
{
    int own = spec->current;
    uint64_t object = (address - SPEC_PAGED) / SPEC_PAGED_STRIDE;
    uint64_t page = (address - SPEC_PAGED) % SPEC_PAGED_STRIDE / PAGE_BYTES;

    spec_enter(spec);
    if (!spec->paged[object].exists || page >= SPEC_PAGED_PAGES) {
        spec_exception_raise(spec, own, &(struct exception_info){
                                            .kind = EXCEPTION_FAULT, .access = access, .address = address});
    } else if (!spec->paged[object].present[page]) {
        spec->absent = (struct spec_absent){.object = (int)object, .page = page, .access = access};
        spec_fault_raise(spec, own, false, address);
    }
    spec_settle(spec);
}

void spec_supply(struct spec *spec, int object, uint64_t first, uint64_t count)
{
    struct spec_paged *paged = &spec->paged[object];

    spec_enter(spec);
    if (count == 0 || first >= SPEC_PAGED_PAGES || count > SPEC_PAGED_PAGES - first) {
        spec_leave(spec, -E_INVAL);
        return;
    }
    for (uint64_t page = first; page < first + count; page++) {
        for (unsigned i = 0; i < PAGE_BYTES && !paged->present[page]; i++)
            spec->paged_bytes[object][page * PAGE_BYTES + i] = spec->source[page * PAGE_BYTES + i];
        paged->present[page] = true;
    }
    spec_leave(spec, (int64_t)(count * PAGE_BYTES));
}
