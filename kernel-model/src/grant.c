/* Grants, their charges, and the slab pages that objects live in. */
#include "grant.h"

#include <abi/errno.h>
#include <abi/limits.h>

#include "assert.h"
#include "frame.h"
#include "kernel_state.h"

#define SLAB_CLASS_MIN 5u  /* 32 bytes */
#define SLAB_CLASS_MAX 11u /* 2048 bytes; what is larger has a page to itself */
#define SLAB_CLASSES (SLAB_CLASS_MAX - SLAB_CLASS_MIN + 1)

/* At the start of each slab page. A slot's distance from the page's start is a multiple of its size. */
struct slab {
    struct list link; /* in the grant's list of its class, or of its full slabs */
    void *free_slots; /* each points to the next one */
    uint32_t used;
    uint32_t size_class;
};

struct grant {
    struct object object; /* object.grant is the parent */
    uint64_t limit_pages;
    uint64_t used_pages;
    uint64_t recount;
    uint32_t depth;
    uint32_t reserved;
    struct list partial[SLAB_CLASSES]; /* slabs with free slots */
    struct list full;
};

static void grant_init(struct grant *grant, uint64_t limit_pages, uint32_t depth)
{
    grant->limit_pages = limit_pages;
    grant->depth = depth;
    list_init(&grant->full);
    for (unsigned i = 0; i < SLAB_CLASSES; i++)
        list_init(&grant->partial[i]);
}

struct grant *grant_create_root(struct kernel *kernel)
{
    struct grant *grant = frame_allocate_table(kernel);

    KERNEL_ASSERT(kernel, grant != NULL);
    grant->object.type = OBJECT_GRANT;
    grant->object.references = 1;
    grant_init(grant, kernel->frames.free_count, 0);
    list_push_back(&kernel->memory.objects, &grant->object.link);
    kernel->memory.object_count[OBJECT_GRANT]++;
    return grant;
}

int grant_create(struct kernel *kernel, struct grant *parent, uint64_t limit_pages, struct grant **grant)
{
    struct object *object;
    int error;

    if (parent->depth + 1 >= GRANT_DEPTH_MAX)
        return -E_INVAL;
    error = object_create(kernel, parent, OBJECT_GRANT, sizeof(struct grant), &object);
    if (error != 0)
        return error;
    *grant = (struct grant *)(void *)object;
    grant_init(*grant, limit_pages, parent->depth + 1);
    return 0;
}

void grant_destroy(struct kernel *kernel, struct object *object)
{
    struct grant *grant = (struct grant *)(void *)object;

    /* All that is charged belongs to objects, and each of them holds a reference. */
    KERNEL_ASSERT(kernel, grant->used_pages == 0);
}

int grant_charge(struct kernel *kernel, struct grant *grant, uint64_t pages)
{
    (void)kernel;
    for (struct grant *g = grant; g != NULL; g = g->object.grant) {
        if (g->used_pages > g->limit_pages || pages > g->limit_pages - g->used_pages)
            return -E_NOMEM;
    }
    for (struct grant *g = grant; g != NULL; g = g->object.grant)
        g->used_pages += pages;
    return 0;
}

void grant_uncharge(struct kernel *kernel, struct grant *grant, uint64_t pages)
{
    for (struct grant *g = grant; g != NULL; g = g->object.grant) {
        KERNEL_ASSERT(kernel, g->used_pages >= pages);
        g->used_pages -= pages;
    }
}

int grant_page_allocate(struct kernel *kernel, struct grant *grant, void **page)
{
    int error = grant_charge(kernel, grant, 1);

    if (error != 0)
        return error;
    *page = frame_allocate_table(kernel);
    KERNEL_ASSERT(kernel, *page != NULL);
    return 0;
}

void grant_page_free(struct kernel *kernel, struct grant *grant, void *page)
{
    frame_release(kernel, frame_of_bytes(kernel, page));
    grant_uncharge(kernel, grant, 1);
}

static unsigned class_of(size_t size_bytes)
{
    unsigned size_class = SLAB_CLASS_MIN;

    while (((size_t)1 << size_class) < size_bytes)
        size_class++;
    return size_class;
}

static int slab_create(struct kernel *kernel, struct grant *grant, unsigned size_class, struct slab **slab)
{
    size_t size = (size_t)1 << size_class;
    size_t first = size > sizeof(struct slab) ? size : (sizeof(struct slab) + size - 1) & ~(size - 1);
    void *page;
    int error = grant_page_allocate(kernel, grant, &page);

    if (error != 0)
        return error;
    *slab = page;
    (*slab)->size_class = size_class;
    for (size_t at = PAGE_BYTES - size; at >= first; at -= size) {
        void *slot = (char *)page + at;

        __builtin_memcpy(slot, &(*slab)->free_slots, sizeof(void *));
        (*slab)->free_slots = slot;
    }
    list_push_front(&grant->partial[size_class - SLAB_CLASS_MIN], &(*slab)->link);
    return 0;
}

int grant_slab_allocate(struct kernel *kernel, struct grant *grant, size_t size_bytes, void **bytes)
{
    unsigned size_class = class_of(size_bytes);
    struct list *first;
    struct slab *slab;
    int error;

    if (size_class > SLAB_CLASS_MAX)
        return grant_page_allocate(kernel, grant, bytes);
    first = list_first(&grant->partial[size_class - SLAB_CLASS_MIN]);
    if (first != NULL) {
        slab = LIST_ENTRY(first, struct slab, link);
    } else {
        error = slab_create(kernel, grant, size_class, &slab);
        if (error != 0)
            return error;
    }
    *bytes = slab->free_slots;
    __builtin_memcpy(&slab->free_slots, *bytes, sizeof(void *));
    slab->used++;
    if (slab->free_slots == NULL) {
        list_remove(&slab->link);
        list_push_back(&grant->full, &slab->link);
    }
    __builtin_memset(*bytes, 0, (size_t)1 << size_class);
    return 0;
}

void grant_slab_free(struct kernel *kernel, struct grant *grant, void *bytes, size_t size_bytes)
{
    unsigned size_class = class_of(size_bytes);
    struct slab *slab = (struct slab *)(void *)((char *)bytes - ((uintptr_t)bytes & (PAGE_BYTES - 1)));

    if (size_class > SLAB_CLASS_MAX) {
        grant_page_free(kernel, grant, bytes);
        return;
    }
    KERNEL_ASSERT(kernel, slab->size_class == size_class && slab->used > 0);
    if (slab->free_slots == NULL) {
        list_remove(&slab->link);
        list_push_front(&grant->partial[size_class - SLAB_CLASS_MIN], &slab->link);
    }
    __builtin_memcpy(bytes, &slab->free_slots, sizeof(void *));
    slab->free_slots = bytes;
    slab->used--;
    if (slab->used == 0) {
        list_remove(&slab->link);
        grant_page_free(kernel, grant, slab);
    }
}

void grant_info_get(struct grant *grant, struct grant_info *info)
{
    info->limit_pages = grant->limit_pages;
    info->used_pages = grant->used_pages;
}

struct object *grant_object(struct grant *grant)
{
    return &grant->object;
}

static uint64_t slabs_recount(struct kernel *kernel, struct list *slabs)
{
    uint64_t pages = 0;

    LIST_EACH(entry, slabs) {
        struct slab *slab = LIST_ENTRY(entry, struct slab, link);

        KERNEL_ASSERT(kernel, slab->used > 0);
        frame_recount(kernel, frame_of_bytes(kernel, slab));
        pages++;
    }
    return pages;
}

void grant_check_begin(struct kernel *kernel)
{
    LIST_EACH(entry, &kernel->memory.objects) {
        struct object *object = LIST_ENTRY(entry, struct object, link);

        if (object->type == OBJECT_GRANT)
            ((struct grant *)(void *)object)->recount = 0;
    }
}

void grant_recount(struct grant *grant, uint64_t pages)
{
    for (struct grant *g = grant; g != NULL; g = g->object.grant)
        g->recount += pages;
}

void grant_check(struct kernel *kernel)
{
    frame_recount(kernel, frame_of_bytes(kernel, kernel->memory.root_grant));
    LIST_EACH(entry, &kernel->memory.objects) {
        struct object *object = LIST_ENTRY(entry, struct object, link);
        struct grant *grant = (struct grant *)(void *)object;

        if ((1ull << object->size_class) > (1ull << SLAB_CLASS_MAX)) {
            frame_recount(kernel, frame_of_bytes(kernel, object));
            grant_recount(object->grant, 1);
        }
        if (object->type != OBJECT_GRANT)
            continue;
        grant_recount(grant, slabs_recount(kernel, &grant->full));
        for (unsigned i = 0; i < SLAB_CLASSES; i++)
            grant_recount(grant, slabs_recount(kernel, &grant->partial[i]));
    }
    LIST_EACH(entry, &kernel->memory.objects) {
        struct object *object = LIST_ENTRY(entry, struct object, link);
        struct grant *grant = (struct grant *)(void *)object;

        if (object->type == OBJECT_GRANT)
            KERNEL_ASSERT(kernel, grant->recount == grant->used_pages);
    }
}
