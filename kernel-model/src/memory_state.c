/* The memory side's set-up, and its part of kernel_check. */
#include "memory_state.h"

#include <kernel/kernel.h>

#include "assert.h"
#include "channel.h"
#include "frame.h"
#include "grant.h"
#include "kernel_state.h"
#include "memory_object.h"
#include "table.h"

int memory_state_init(struct kernel *kernel, const struct kernel_config *config)
{
    struct memory_state *state = &kernel->memory;
    int error = frame_init(kernel, config);

    if (error != 0)
        return error;
    list_init(&state->objects);
    list_init(&state->dead);
    state->random_state = 1;
    state->view_serial = 1;
    state->root_grant = grant_create_root(kernel);
    if (config->archive_frame == 0 || config->archive_pages == 0)
        return 0;
    return memory_create_fixed(kernel, state->root_grant, config->archive_frame, config->archive_pages,
                               &state->archive);
}

void memory_state_check(struct kernel *kernel)
{
    struct memory_state *state = &kernel->memory;

    KERNEL_ASSERT(kernel, !state->destroying);
    frame_check_begin(kernel);
    grant_check_begin(kernel);
    LIST_EACH(entry, &state->objects) {
        struct object *object = LIST_ENTRY(entry, struct object, link);

        KERNEL_ASSERT(kernel, object->references > 0);
        if (object->grant != NULL)
            object_recount(grant_object(object->grant));
        if (object->type == OBJECT_TABLE)
            table_check(kernel, (struct table *)(void *)object);
        else if (object->type == OBJECT_MEMORY)
            memory_check(kernel, (struct memory *)(void *)object);
        else if (object->type == OBJECT_SPACE)
            space_check(kernel, (struct space *)(void *)object);
        else if (object->type == OBJECT_CHANNEL)
            channel_recount(kernel, (struct channel *)(void *)object);
    }
    object_recount(grant_object(state->root_grant));
    if (state->archive != NULL)
        object_recount(memory_object(state->archive));
    grant_check(kernel);
    remains_check(kernel);
    frame_check_end(kernel);
}
