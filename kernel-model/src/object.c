/* Objects: making, counting references, destroying. Dead objects wait in a list that the outermost release empties. */
#include "object.h"

#include <kernel/kernel.h>

#include "assert.h"
#include "grant.h"
#include "kernel_state.h"

#define OBJECT_CLASS_MIN 5u /* 32 bytes */

static uint8_t class_of(size_t size_bytes)
{
    uint8_t size_class = OBJECT_CLASS_MIN;

    while (((size_t)1 << size_class) < size_bytes)
        size_class++;
    return size_class;
}

int object_create(struct kernel *kernel, struct grant *grant, enum object_type type, size_t size_bytes,
                  struct object **object)
{
    void *bytes;
    int error;

    KERNEL_ASSERT(kernel, size_bytes >= sizeof(struct object) && size_bytes <= PAGE_BYTES);
    error = grant_slab_allocate(kernel, grant, size_bytes, &bytes);
    if (error != 0)
        return error;
    *object = bytes;
    (*object)->type = (uint8_t)type;
    (*object)->size_class = class_of(size_bytes);
    (*object)->references = 1;
    (*object)->grant = grant;
    object_reference(grant_object(grant));
    list_push_back(&kernel->memory.objects, &(*object)->link);
    kernel->memory.object_count[type]++;
    return 0;
}

void object_reference(struct object *object)
{
    object->references++;
}

static void object_destroy(struct kernel *kernel, struct object *object)
{
    switch (object->type) {
    case OBJECT_GRANT:
        grant_destroy(kernel, object);
        break;
    case OBJECT_TABLE:
        table_destroy(kernel, object);
        break;
    case OBJECT_MEMORY:
        memory_destroy(kernel, object);
        break;
    case OBJECT_SPACE:
        space_destroy(kernel, object);
        break;
    case OBJECT_THREAD:
        thread_destroy(kernel, object);
        break;
    case OBJECT_CHANNEL:
        channel_destroy(kernel, object);
        break;
    case OBJECT_CONNECTION:
        connection_destroy(kernel, object);
        break;
    case OBJECT_NOTIFICATION:
        notification_destroy(kernel, object);
        break;
    case OBJECT_TIMER:
        timer_destroy(kernel, object);
        break;
    case OBJECT_INTERRUPT:
        interrupt_destroy(kernel, object);
        break;
    case OBJECT_SCHEDULING:
        scheduling_destroy(kernel, object);
        break;
    default:
        KERNEL_ASSERT(kernel, object->type == OBJECT_AUTHORITY);
    }
}

static void object_free(struct kernel *kernel, struct object *object)
{
    struct grant *grant = object->grant;

    kernel->memory.object_count[object->type]--;
    grant_slab_free(kernel, grant, object, (size_t)1 << object->size_class);
    object_release(kernel, grant_object(grant));
}

void object_release(struct kernel *kernel, struct object *object)
{
    struct memory_state *memory = &kernel->memory;
    struct list *dead;

    KERNEL_ASSERT(kernel, object->references > 0);
    object->references--;
    if (object->references > 0)
        return;
    KERNEL_ASSERT(kernel, object->grant != NULL);
    list_remove(&object->link);
    list_push_back(&memory->dead, &object->link);
    if (memory->destroying)
        return;
    memory->destroying = true;
    for (dead = list_pop_front(&memory->dead); dead != NULL; dead = list_pop_front(&memory->dead)) {
        struct object *next = LIST_ENTRY(dead, struct object, link);

        object_destroy(kernel, next);
        object_free(kernel, next);
    }
    memory->destroying = false;
}

void object_check_begin(struct kernel *kernel)
{
    LIST_EACH(entry, &kernel->memory.objects)
        LIST_ENTRY(entry, struct object, link)->recount = 0;
}

void object_recount(struct object *object)
{
    object->recount++;
}

void object_check_end(struct kernel *kernel)
{
    uint64_t count[OBJECT_TYPE_COUNT] = {0};

    LIST_EACH(entry, &kernel->memory.objects) {
        struct object *object = LIST_ENTRY(entry, struct object, link);

        KERNEL_ASSERT(kernel, object->type > OBJECT_NONE && object->type < OBJECT_TYPE_COUNT);
        KERNEL_ASSERT(kernel, object->recount == object->references);
        count[object->type]++;
    }
    for (unsigned type = 0; type < OBJECT_TYPE_COUNT; type++)
        KERNEL_ASSERT(kernel, count[type] == kernel->memory.object_count[type]);
    KERNEL_ASSERT(kernel, list_is_empty(&kernel->memory.dead));
}
