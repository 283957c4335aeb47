/* Handle tables. A directory page points to leaf pages of handle entries; each leaf's used entries are counted, so that
 * searches skip whole leaves. Leaves stay until the table goes. */
#include "table.h"

#include <abi/errno.h>
#include <abi/limits.h>

#include "assert.h"
#include "frame.h"
#include "grant.h"
#include "kernel_state.h"

_Static_assert(LEAVES * sizeof(struct handle_entry *) <= PAGE_BYTES, "the directory is one page");

int table_create(struct kernel *kernel, struct grant *grant, struct table **table)
{
    struct object *object;
    void *page;
    int error = grant_page_allocate(kernel, grant, &page);

    if (error != 0)
        return error;
    error = object_create(kernel, grant, OBJECT_TABLE, sizeof(struct table), &object);
    if (error != 0) {
        grant_page_free(kernel, grant, page);
        return error;
    }
    *table = (struct table *)(void *)object;
    (*table)->leaves = page;
    return 0;
}

static bool is_in_range(int64_t handle)
{
    return handle >= 0 && handle < (int64_t)HANDLES_MAX;
}

static struct handle_entry *place_find(struct table *table, int64_t handle)
{
    return table_place(table, (uint64_t)handle);
}

/* The same for handles in use. */
static struct handle_entry *entry_find(struct table *table, int64_t handle)
{
    struct handle_entry *entry = place_find(table, handle);

    return entry == NULL || entry->object == NULL ? NULL : entry;
}

int table_lookup(struct table *table, int64_t handle, enum object_type type, uint32_t rights, struct object **object)
{
    struct handle_entry *entry = entry_find(table, handle);

    if (entry == NULL || (type != OBJECT_NONE && entry->object->type != type))
        return -E_BADF;
    if ((entry->rights & rights) != rights)
        return -E_ACCES;
    *object = entry->object;
    return 0;
}

int table_entry_get(struct table *table, int64_t handle, struct handle_entry *entry)
{
    struct handle_entry *found = entry_find(table, handle);

    if (found == NULL)
        return -E_BADF;
    *entry = *found;
    return 0;
}

static int leaf_ensure(struct kernel *kernel, struct table *table, uint64_t leaf)
{
    void *page;
    int error;

    if (table->leaves[leaf] != NULL)
        return 0;
    error = grant_page_allocate(kernel, table->object.grant, &page);
    if (error == 0)
        table->leaves[leaf] = page;
    return error;
}

int table_reserve(struct kernel *kernel, struct table *table, int64_t base)
{
    uint64_t from;

    if (!is_in_range(base))
        return -E_INVAL;
    from = (uint64_t)base % LEAF_ENTRIES;
    for (uint64_t leaf = (uint64_t)base / LEAF_ENTRIES; leaf < LEAVES; leaf++, from = 0) {
        int error = leaf_ensure(kernel, table, leaf);

        if (error != 0)
            return error;
        if (table->used[leaf] == LEAF_ENTRIES)
            continue;
        for (uint64_t i = from; i < LEAF_ENTRIES; i++) {
            if (table->leaves[leaf][i].object == NULL)
                return (int)(leaf * LEAF_ENTRIES + i);
        }
    }
    return -E_MFILE;
}

int table_reserve_at(struct kernel *kernel, struct table *table, int64_t handle)
{
    if (!is_in_range(handle))
        return -E_BADF;
    return leaf_ensure(kernel, table, (uint64_t)handle / LEAF_ENTRIES);
}

static bool has_role(const struct object *object)
{
    return object->type == OBJECT_CHANNEL || object->type == OBJECT_CONNECTION || object->type == OBJECT_NOTIFICATION;
}

void table_fill(struct table *table, int handle, struct object *object, uint32_t rights, uint32_t flags)
{
    struct handle_entry *place = place_find(table, handle);

    object_reference(object);
    *place = (struct handle_entry){.object = object, .rights = rights, .flags = flags};
    table->used[(uint64_t)handle / LEAF_ENTRIES]++;
    if (has_role(object))
        channel_handle_added(object, rights);
}

static void entry_close(struct kernel *kernel, struct handle_entry *entry)
{
    struct handle_entry closed = *entry;

    *entry = (struct handle_entry){0};
    if (has_role(closed.object))
        channel_handle_removed(kernel, closed.object, closed.rights);
    object_release(kernel, closed.object);
}

int table_close(struct kernel *kernel, struct table *table, int64_t handle)
{
    struct handle_entry *entry = entry_find(table, handle);

    if (entry == NULL)
        return -E_BADF;
    table->used[(uint64_t)handle / LEAF_ENTRIES]--;
    entry_close(kernel, entry);
    return 0;
}

int table_next(struct table *table, int64_t from, uint32_t flags)
{
    uint64_t first = from < 0 ? 0 : (uint64_t)from;
    uint64_t place = first % LEAF_ENTRIES;

    for (uint64_t leaf = first / LEAF_ENTRIES; leaf < LEAVES; leaf++, place = 0) {
        const struct handle_entry *entries = table->leaves[leaf];

        if (table->used[leaf] == 0)
            continue;
        for (; place < LEAF_ENTRIES; place++) {
            if (entries[place].object != NULL && (entries[place].flags & flags) == flags)
                return (int)(leaf * LEAF_ENTRIES + place);
        }
    }
    return -E_NOENT;
}

int table_flags(struct table *table, int64_t handle, uint32_t mask, uint32_t flags)
{
    struct handle_entry *entry = entry_find(table, handle);
    uint32_t old;

    if (entry == NULL)
        return -E_BADF;
    old = entry->flags;
    entry->flags = (old & ~mask) | (flags & mask & HANDLE_CLOSE_ON_EXEC);
    return (int)old;
}

/* Can all that table_copy would copy be put into `to`? Makes the leaves for it. */
static int copy_prepare(struct kernel *kernel, struct table *to, struct table *from, int64_t first, int64_t end)
{
    for (int64_t handle = table_next(from, first, 0); handle >= 0 && handle < end;
         handle = table_next(from, handle + 1, 0)) {
        int error;

        if ((entry_find(from, handle)->rights & RIGHT_DUPLICATE) == 0)
            continue;
        if (entry_find(to, handle) != NULL)
            return -E_EXIST;
        error = table_reserve_at(kernel, to, handle);
        if (error != 0)
            return error;
    }
    return 0;
}

int table_copy(struct kernel *kernel, struct table *to, struct table *from, int64_t first, int64_t count)
{
    int64_t end;
    int copied = 0;
    int error;

    if (first < 0 || count < 0 || first > (int64_t)HANDLES_MAX || count > (int64_t)HANDLES_MAX - first)
        return -E_INVAL;
    end = first + count;
    error = copy_prepare(kernel, to, from, first, end);
    if (error != 0)
        return error;
    for (int64_t handle = table_next(from, first, 0); handle >= 0 && handle < end;
         handle = table_next(from, handle + 1, 0)) {
        struct handle_entry *entry = entry_find(from, handle);

        if ((entry->rights & RIGHT_DUPLICATE) == 0)
            continue;
        table_fill(to, (int)handle, entry->object, entry->rights, entry->flags);
        copied++;
    }
    return copied;
}

struct object *table_object(struct table *table)
{
    return &table->object;
}

void table_destroy(struct kernel *kernel, struct object *object)
{
    struct table *table = (struct table *)(void *)object;

    for (uint64_t leaf = 0; leaf < LEAVES; leaf++) {
        if (table->leaves[leaf] == NULL)
            continue;
        for (uint64_t i = 0; i < LEAF_ENTRIES && table->used[leaf] != 0; i++) {
            if (table->leaves[leaf][i].object != NULL)
                entry_close(kernel, &table->leaves[leaf][i]);
        }
        grant_page_free(kernel, object->grant, table->leaves[leaf]);
    }
    grant_page_free(kernel, object->grant, table->leaves);
}

void table_check(struct kernel *kernel, struct table *table)
{
    uint64_t pages = 1;

    frame_recount(kernel, frame_of_bytes(kernel, table->leaves));
    for (uint64_t leaf = 0; leaf < LEAVES; leaf++) {
        uint64_t used = 0;

        if (table->leaves[leaf] == NULL) {
            KERNEL_ASSERT(kernel, table->used[leaf] == 0);
            continue;
        }
        pages++;
        frame_recount(kernel, frame_of_bytes(kernel, table->leaves[leaf]));
        for (uint64_t i = 0; i < LEAF_ENTRIES; i++) {
            if (table->leaves[leaf][i].object == NULL)
                continue;
            used++;
            object_recount(table->leaves[leaf][i].object);
        }
        KERNEL_ASSERT(kernel, used == table->used[leaf]);
    }
    grant_recount(table->object.grant, pages);
}
