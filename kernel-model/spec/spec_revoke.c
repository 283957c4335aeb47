/* Revocation in the reference model: what is paid from one grant goes, with what is nothing without. */
#include "spec_private.h"

static bool goes(const struct spec *spec, int type, int index)
{
    switch (type) {
    case OBJECT_CHANNEL:
        return spec->channels[index].revocable;
    case OBJECT_CONNECTION:
        return spec->connections[index].revocable;
    case OBJECT_NOTIFICATION:
        return spec->notifications[index].revocable;
    case OBJECT_TIMER:
        return spec->timers[index].revocable || goes(spec, OBJECT_CONNECTION, spec->timers[index].connection);
    case OBJECT_INTERRUPT:
        return spec->interrupts[index].revocable || goes(spec, OBJECT_CONNECTION, spec->interrupts[index].connection);
    case OBJECT_SCHEDULING:
        return spec->budgets[index].revocable ||
               (spec->budgets[index].connection != SPEC_NONE &&
                goes(spec, OBJECT_CONNECTION, spec->budgets[index].connection));
    default:
        return false;
    }
}

/* Of the handles on their way, those that stay move up. */
static void message_strip(struct spec *spec, struct spec_message *message)
{
    struct spec_handle gone[TRANSFER_MAX];
    uint32_t gone_count = 0, kept = 0;

    for (uint32_t i = 0; i < message->handle_count; i++) {
        if (goes(spec, message->handles[i].type, message->handles[i].index))
            gone[gone_count++] = message->handles[i];
        else
            message->handles[kept++] = message->handles[i];
    }
    message->handle_count = kept;
    spec_handles_drop(spec, gone, &gone_count);
}

static void thread_strip(struct spec *spec, int thread)
{
    struct spec_thread *it = &spec->threads[thread];
    int budget = it->budget;

    if (it->message.serial != 0) {
        message_strip(spec, &it->message);
        if (it->message.serial != 0 && goes(spec, OBJECT_CONNECTION, it->message.connection))
            spec_message_fail(spec, thread, -E_BADF);
    }
    if (it->job.held != SPEC_NONE && goes(spec, OBJECT_CHANNEL, it->job.held))
        it->job.held = SPEC_NONE;
    if (budget != SPEC_NONE && goes(spec, OBJECT_SCHEDULING, budget)) {
        spec_thread_bind(spec, thread, SPEC_NONE);
        spec_budget_gone(spec, budget);
    }
}

static void table_strip(struct spec *spec, int table)
{
    for (int i = 0; i < SPEC_HANDLES; i++) {
        struct spec_handle handle = spec->tables[table].handles[i];

        if (handle.type == OBJECT_NONE || !goes(spec, handle.type, handle.index))
            continue;
        spec->tables[table].handles[i] = (struct spec_handle){0};
        spec_handle_gone(spec, handle.type, handle.index, handle.rights);
    }
}

void spec_revoke(struct spec *spec)
{
    spec_enter(spec);
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].exists)
            thread_strip(spec, i);
    }
    for (int i = 0; i < SPEC_TABLES; i++)
        table_strip(spec, i);
    spec_leave(spec, 0);
}
