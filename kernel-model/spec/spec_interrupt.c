/* Interrupts of the reference model: a line with an object sends its pulse, once until received. */
#include "spec_private.h"

static int create_check(struct spec *spec, uint64_t line, int64_t handle, int64_t code, int *connection)
{
    int error;

    if (!spec->tables[spec->threads[spec->current].table].authority)
        return -E_PERM;
    error = spec_lookup(spec, handle, OBJECT_CONNECTION, RIGHT_SIGNAL, connection);
    if (error != 0)
        return error;
    if (code < 0 || code > INT32_MAX)
        return -E_INVAL;
    if (line >= SPEC_INTERRUPTS)
        return -E_NOENT;
    return spec->interrupts[line].exists ? -E_BUSY : 0;
}

void spec_interrupt_create(struct spec *spec, uint64_t line, int64_t handle, int64_t code)
{
    const struct spec_thread *thread = spec_enter(spec);
    int connection;
    int error = create_check(spec, line, handle, code, &connection);

    if (error != 0) {
        spec_leave(spec, error);
        return;
    }
    spec->interrupts[line] = (struct spec_interrupt){
        .exists = true,
        .revocable = spec->revocable,
        .connection = connection,
        .code = (int32_t)code,
        .priority = thread->base_priority,
    };
    spec_leave(spec, spec_handle_put(spec, thread->table, OBJECT_INTERRUPT, (int)line, RIGHTS_ALL, 0));
}

void spec_interrupt_acknowledge(struct spec *spec, int64_t handle)
{
    int line;

    spec_enter(spec);
    spec_leave(spec, spec_lookup(spec, handle, OBJECT_INTERRUPT, RIGHT_MANAGE, &line));
}

void spec_interrupt_fire(struct spec *spec, int line)
{
    const struct spec_interrupt *it = &spec->interrupts[line];

    if (it->exists) {
        const struct spec_connection *connection = &spec->connections[it->connection];

        spec_pulse_send(spec, &(struct spec_pulse){
                                  .kind = SPEC_PULSE_INTERRUPT,
                                  .owner = line,
                                  .channel = connection->channel,
                                  .code = it->code,
                                  .value = (uint64_t)line,
                                  .cookie = connection->cookie,
                                  .priority = it->priority,
                              });
    }
    spec_settle(spec);
}
