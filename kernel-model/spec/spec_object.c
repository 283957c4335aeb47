/* Handles, channels, connections and pulses of the reference model. How many handles there are on an object is counted
 * whenever it matters. */
#include "spec_private.h"

struct spec_handle *spec_handle_find(struct spec *spec, int table, int64_t handle)
{
    struct spec_handle *found;

    if (handle < HANDLE_DYNAMIC || handle >= HANDLE_DYNAMIC + SPEC_HANDLES)
        return NULL;
    found = &spec->tables[table].handles[handle - HANDLE_DYNAMIC];
    return found->type == OBJECT_NONE ? NULL : found;
}

int spec_lookup(struct spec *spec, int64_t handle, int type, uint32_t rights, int *index)
{
    const struct spec_handle *found = spec_handle_find(spec, spec->threads[spec->current].table, handle);

    if (found == NULL || found->type != type)
        return -E_BADF;
    if ((found->rights & rights) != rights)
        return -E_ACCES;
    *index = found->index;
    return 0;
}

int spec_room(const struct spec *spec, int table)
{
    int room = 0;

    for (int i = 0; i < SPEC_HANDLES; i++)
        room += spec->tables[table].handles[i].type == OBJECT_NONE;
    return room;
}

int64_t spec_handle_put(struct spec *spec, int table, int type, int index, uint32_t rights, uint32_t flags)
{
    for (int i = 0; i < SPEC_HANDLES; i++) {
        struct spec_handle *place = &spec->tables[table].handles[i];

        if (place->type == OBJECT_NONE) {
            *place = (struct spec_handle){.type = type, .index = index, .rights = rights, .flags = flags};
            return HANDLE_DYNAMIC + i;
        }
    }
    assert(false && "the world keeps room in tables");
    return -E_MFILE;
}

static bool fits(const struct spec_handle *handle, int type, int index, uint32_t rights)
{
    return handle->type == type && handle->index == index && (handle->rights & rights) == rights;
}

/* Handles on an object with all of `rights`, in tables and on their way. */
static int handle_count(const struct spec *spec, int type, int index, uint32_t rights)
{
    int count = 0;

    for (int table = 0; table < SPEC_TABLES; table++) {
        for (int i = 0; i < SPEC_HANDLES; i++)
            count += fits(&spec->tables[table].handles[i], type, index, rights);
    }
    for (int thread = 0; thread < SPEC_THREADS; thread++) {
        const struct spec_message *message = &spec->threads[thread].message;

        for (uint32_t i = 0; i < message->handle_count; i++)
            count += fits(&message->handles[i], type, index, rights);
    }
    for (uint32_t i = 0; i < spec->replied_count; i++)
        count += fits(&spec->replied[i], type, index, rights);
    return count;
}

/* The same with all else that keeps a connection open: calls, paged memory, threads whose exceptions go there. */
static int connection_uses(const struct spec *spec, int connection)
{
    int count = handle_count(spec, OBJECT_CONNECTION, connection, 0);

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (!thread->exists)
            continue;
        count += thread->message.serial != 0 && thread->message.connection == connection;
        count += thread->state != THREAD_DEAD && thread->exception == connection;
    }
    count += spec_pages_use(spec, connection);
    return count;
}

static void connection_close(struct spec *spec, int connection)
{
    const struct spec_connection *it = &spec->connections[connection];
    int thread = spec->closer != SPEC_NONE ? spec->closer : spec->current;
    const struct spec_thread *closer = thread == SPEC_NONE ? NULL : &spec->threads[thread];

    spec_pulse_send(spec, &(struct spec_pulse){
                              .kind = SPEC_PULSE_CLOSE,
                              .owner = connection,
                              .channel = it->channel,
                              .code = PULSE_CLOSE,
                              .value = it->cookie,
                              .cookie = it->cookie,
                              .identity = closer == NULL ? 0 : closer->identity,
                              .priority = closer == NULL ? 0 : closer->base_priority,
                          });
}

static void channel_close(struct spec *spec, int channel)
{
    bool is_pulse;
    int first;

    spec->channels[channel].dead = true;
    spec_channel_tell(spec, channel);
    spec_channel_unbind(spec, channel);
    while ((first = spec_queue_first(spec, channel, &is_pulse)) != SPEC_NONE) {
        if (is_pulse)
            spec->pulses[first] = (struct spec_pulse){0};
        else
            spec_message_fail(spec, first, -E_SRCH);
    }
    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if ((thread->state == THREAD_REPLY || (thread->state == THREAD_SEND && thread->message.copier != SPEC_NONE)) &&
            spec->connections[thread->message.connection].channel == channel)
            spec_message_fail(spec, i, -E_SRCH);
    }
    while ((first = spec_receiver_first(spec, channel)) != SPEC_NONE)
        spec_wake(spec, first, -E_BADF);
}

void spec_handle_gone(struct spec *spec, int type, int index, uint32_t rights)
{
    switch (type) {
    case OBJECT_CHANNEL:
        if ((rights & RIGHT_MANAGE) != 0 && !spec->channels[index].dead &&
            handle_count(spec, OBJECT_CHANNEL, index, RIGHT_MANAGE) == 0)
            channel_close(spec, index);
        break;
    case OBJECT_CONNECTION:
        if (!spec->connections[index].closed && connection_uses(spec, index) == 0) {
            spec->connections[index].closed = true;
            connection_close(spec, index);
        }
        break;
    case OBJECT_NOTIFICATION:
        spec_notification_gone(spec, index);
        break;
    case OBJECT_TIMER:
        if (handle_count(spec, OBJECT_TIMER, index, 0) == 0) {
            spec_pulse_cancel(spec, SPEC_PULSE_TIMER, index);
            spec->timers[index].exists = false;
        }
        break;
    case OBJECT_INTERRUPT:
        if (handle_count(spec, OBJECT_INTERRUPT, index, 0) == 0) {
            spec_pulse_cancel(spec, SPEC_PULSE_INTERRUPT, index);
            spec->interrupts[index].exists = false;
        }
        break;
    case OBJECT_SCHEDULING:
        spec_budget_gone(spec, index);
        break;
    default:
        break;
    }
}

bool spec_has_handles(const struct spec *spec, int type, int index, uint32_t rights)
{
    return handle_count(spec, type, index, rights) != 0;
}

bool spec_connection_is_used(const struct spec *spec, int connection)
{
    bool used = connection_uses(spec, connection) != 0;

    for (int i = 0; i < SPEC_TIMERS; i++)
        used |= spec->timers[i].exists && spec->timers[i].connection == connection;
    for (int i = 0; i < SPEC_INTERRUPTS; i++)
        used |= spec->interrupts[i].exists && spec->interrupts[i].connection == connection;
    for (int i = 0; i < SPEC_BUDGETS; i++)
        used |= spec->budgets[i].exists && spec->budgets[i].connection == connection;
    for (int i = 0; i < SPEC_PULSES; i++)
        used |= spec->pulses[i].kind == SPEC_PULSE_CLOSE && spec->pulses[i].owner == connection;
    return used;
}

int spec_connection_free(const struct spec *spec)
{
    for (int i = 0; i < SPEC_CONNECTIONS; i++) {
        if (!spec->connections[i].exists || !spec_connection_is_used(spec, i))
            return i;
    }
    return SPEC_NONE;
}

bool spec_channel_is_used(const struct spec *spec, int channel)
{
    bool used = handle_count(spec, OBJECT_CHANNEL, channel, 0) != 0;

    for (int i = 0; i < SPEC_THREADS; i++)
        used |= spec->threads[i].exists && spec->threads[i].job.held == channel;
    for (int i = 0; i < SPEC_CONNECTIONS; i++)
        used |= spec->connections[i].exists && spec->connections[i].channel == channel &&
                spec_connection_is_used(spec, i);
    return used;
}

int spec_channel_free(const struct spec *spec)
{
    for (int i = 0; i < SPEC_CHANNELS; i++) {
        if (!spec->channels[i].exists || !spec_channel_is_used(spec, i))
            return i;
    }
    return SPEC_NONE;
}

int spec_notification_free(const struct spec *spec)
{
    for (int i = 0; i < SPEC_NOTIFICATIONS; i++) {
        if (!spec->notifications[i].exists || !spec_has_handles(spec, OBJECT_NOTIFICATION, i, 0))
            return i;
    }
    return SPEC_NONE;
}

int spec_timer_free(const struct spec *spec)
{
    for (int i = 0; i < SPEC_TIMERS; i++) {
        if (!spec->timers[i].exists)
            return i;
    }
    return SPEC_NONE;
}

/* A new handle of the current thread's table ends its operation. */
static void give(struct spec *spec, int type, int index, uint32_t rights)
{
    spec_leave(spec, spec_handle_put(spec, spec->threads[spec->current].table, type, index, rights, 0));
}

void spec_channel_add(struct spec *spec, int channel, uint32_t flags, uint32_t pulse_slots)
{
    spec->channels[channel] = (struct spec_channel){.exists = true,
                                                    .revocable = spec->revocable,
                                                    .flags = flags,
                                                    .pulse_slots = pulse_slots,
                                                    .last_server = SPEC_NONE,
                                                    .notification = SPEC_NONE};
}

void spec_channel_create(struct spec *spec, uint64_t pulse_slots, uint64_t flags)
{
    int channel = spec_channel_free(spec);

    spec_enter(spec);
    if (pulse_slots > PULSES_MAX || (flags & ~(uint64_t)(CHANNEL_UNBLOCK | CHANNEL_BUDGET_WAIT)) != 0) {
        spec_leave(spec, -E_INVAL);
        return;
    }
    spec_channel_add(spec, channel, (uint32_t)flags, (uint32_t)pulse_slots);
    give(spec, OBJECT_CHANNEL, channel, RIGHTS_ALL);
}

void spec_connection_create(struct spec *spec, int64_t handle, uint64_t cookie, uint64_t rights)
{
    int connection = spec_connection_free(spec);
    int channel;
    int error;

    spec_enter(spec);
    error = spec_lookup(spec, handle, OBJECT_CHANNEL, RIGHT_SIGNAL, &channel);
    if (error == 0 && (rights & ~(uint64_t)RIGHTS_ALL) != 0)
        error = -E_INVAL;
    if (error == 0 && spec->channels[channel].dead)
        error = -E_BADF;
    if (error != 0) {
        spec_leave(spec, error);
        return;
    }
    spec->connections[connection] = (struct spec_connection){
        .exists = true, .revocable = spec->revocable, .channel = channel, .cookie = cookie};
    give(spec, OBJECT_CONNECTION, connection, (uint32_t)rights);
}

void spec_notification_create(struct spec *spec)
{
    int notification = spec_notification_free(spec);

    spec_enter(spec);
    spec->notifications[notification] = (struct spec_notification){.exists = true, .revocable = spec->revocable};
    give(spec, OBJECT_NOTIFICATION, notification, RIGHTS_ALL);
}

void spec_timer_create(struct spec *spec, int64_t handle, int64_t code, uint64_t value)
{
    int timer = spec_timer_free(spec);
    const struct spec_thread *thread = spec_enter(spec);
    int connection;
    int error = spec_lookup(spec, handle, OBJECT_CONNECTION, RIGHT_SIGNAL, &connection);

    if (error == 0 && (code < 0 || code > INT32_MAX))
        error = -E_INVAL;
    if (error != 0) {
        spec_leave(spec, error);
        return;
    }
    spec->timers[timer] = (struct spec_timer){
        .exists = true,
        .revocable = spec->revocable,
        .connection = connection,
        .deadline_ns = DEADLINE_NONE,
        .code = (int32_t)code,
        .value = value,
        .priority = thread->base_priority,
        .identity = thread->identity,
    };
    give(spec, OBJECT_TIMER, timer, RIGHTS_ALL);
}

void spec_close(struct spec *spec, int64_t number)
{
    struct spec_thread *thread = spec_enter(spec);
    struct spec_handle *handle = spec_handle_find(spec, thread->table, number);
    struct spec_handle closed;

    if (handle == NULL) {
        spec_leave(spec, -E_BADF);
        return;
    }
    closed = *handle;
    *handle = (struct spec_handle){0};
    spec_handle_gone(spec, closed.type, closed.index, closed.rights);
    spec_leave(spec, 0);
}

void spec_duplicate(struct spec *spec, int64_t number, uint32_t rights)
{
    const struct spec_handle *handle = spec_handle_find(spec, spec_enter(spec)->table, number);

    if (handle == NULL)
        spec_leave(spec, -E_BADF);
    else if ((handle->rights & RIGHT_DUPLICATE) == 0)
        spec_leave(spec, -E_ACCES);
    else
        give(spec, handle->type, handle->index, handle->rights & rights);
}

int spec_transfers_check(struct spec *spec, const struct spec_transfers *transfers)
{
    if (transfers->count > TRANSFER_MAX)
        return -E_INVAL;
    for (uint32_t i = 0; i < transfers->count; i++) {
        const struct spec_transfer *item = &transfers->items[i];
        const struct spec_handle *handle =
            spec_handle_find(spec, spec->threads[spec->current].table, item->handle);

        for (uint32_t j = 0; j < i; j++) {
            if (transfers->items[j].handle == item->handle && (transfers->items[j].move || item->move))
                return -E_INVAL;
        }
        if (handle == NULL)
            return -E_BADF;
        if ((handle->rights & (item->move ? RIGHT_TRANSFER : RIGHT_DUPLICATE)) == 0)
            return -E_ACCES;
    }
    return 0;
}

void spec_transfers_take(struct spec *spec, const struct spec_transfers *transfers, struct spec_handle *handles,
                         uint32_t *count)
{
    int table = spec->threads[spec->current].table;

    for (uint32_t i = 0; i < transfers->count; i++) {
        struct spec_handle *handle = spec_handle_find(spec, table, transfers->items[i].handle);

        handles[i] = *handle;
        handles[i].rights &= transfers->items[i].rights;
        handles[i].flags = 0;
        *count = i + 1;
        if (transfers->items[i].move) {
            struct spec_handle moved = *handle;

            *handle = (struct spec_handle){0};
            spec_handle_gone(spec, moved.type, moved.index, moved.rights);
        }
    }
}

void spec_transfers_put(struct spec *spec, int receiver, const struct spec_handle *handles, uint32_t count)
{
    struct spec_thread *thread = &spec->threads[receiver];

    for (uint32_t i = 0; i < count; i++)
        thread->received_handles[i] = (int32_t)spec_handle_put(spec, thread->table, handles[i].type, handles[i].index,
                                                               handles[i].rights, handles[i].flags);
}

/* One after another: those that are still to go count until then. */
void spec_handles_drop(struct spec *spec, struct spec_handle *handles, uint32_t *count)
{
    while (*count > 0) {
        struct spec_handle dropped = handles[--*count];

        spec_handle_gone(spec, dropped.type, dropped.index, dropped.rights);
    }
}
