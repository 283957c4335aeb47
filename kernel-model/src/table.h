/* Handle tables: from small numbers to objects with rights. Two levels of pages, grown on demand from the table's
 * grant. All functions take handle numbers from users: any value is legal input. */
#ifndef KERNEL_TABLE_H
#define KERNEL_TABLE_H

#include "object.h"

#include <abi/limits.h>

struct handle_entry { /* 16 bytes */
    struct object *object;
    uint32_t rights; /* RIGHT_* */
    uint32_t flags;  /* HANDLE_* */
};

#define LEAF_ENTRIES (PAGE_BYTES / sizeof(struct handle_entry))
#define LEAVES (HANDLES_MAX / LEAF_ENTRIES)

struct table {
    struct object object;
    struct handle_entry **leaves; /* a page of LEAVES pointers */
    uint16_t used[LEAVES];        /* entries of each leaf that are not empty */
};

/* The place of a handle, used or not; NULL if there is no leaf for it. */
static inline struct handle_entry *table_place(struct table *table, uint64_t handle)
{
    struct handle_entry *leaf = handle < HANDLES_MAX ? table->leaves[handle / LEAF_ENTRIES] : NULL;

    return leaf == NULL ? NULL : &leaf[handle % LEAF_ENTRIES];
}

int table_create(struct kernel *kernel, struct grant *grant, struct table **table);
/* Finds a handle of the wanted type (OBJECT_NONE: any) with all of `rights`. -E_BADF: no such handle or wrong type,
 * -E_ACCES: rights missing. The object is not referenced. */
int table_lookup(struct table *table, int64_t handle, enum object_type type, uint32_t rights, struct object **object);
int table_entry_get(struct table *table, int64_t handle, struct handle_entry *entry);
/* Lowest free handle at or above `base`: makes sure it can be filled (allocates the leaf). -E_MFILE, -E_NOMEM,
 * -E_INVAL (base out of range). Nothing is stored yet. */
int table_reserve(struct kernel *kernel, struct table *table, int64_t base);
/* The same for exactly `handle`, used or not. Returns 0 or an error. */
int table_reserve_at(struct kernel *kernel, struct table *table, int64_t handle);
/* Fills a reserved, empty place; takes a reference on the object. Cannot fail. */
void table_fill(struct table *table, int handle, struct object *object, uint32_t rights, uint32_t flags);
/* Empties a place and releases the object. -E_BADF. */
int table_close(struct kernel *kernel, struct table *table, int64_t handle);
/* Next used handle at or above `from` with all of `flags`; -E_NOENT. */
int table_next(struct table *table, int64_t from, uint32_t flags);
int table_flags(struct table *table, int64_t handle, uint32_t mask, uint32_t flags); /* old flags or -E_BADF */
/* Copies used handles [first, first+count) to the same numbers of `to`, whose places must be empty (-E_EXIST).
 * Those without RIGHT_DUPLICATE are left out. Returns the number copied. On an error nothing is copied. -E_INVAL: the
 * range leaves the table. */
int table_copy(struct kernel *kernel, struct table *to, struct table *from, int64_t first, int64_t count);

struct object *table_object(struct table *table);
/* Recounts the table's pages and the references of its handles; panics if its counts are wrong. */
void table_check(struct kernel *kernel, struct table *table);

/* When the last handle that gives a *role* on an object goes, the object must hear of it: the channel when its last
 * RIGHT_MANAGE handle goes (server gone), the connection when its last handle goes (close pulse). table.c keeps
 * object->references for all handles and calls these on every fill and close of a handle on a channel, connection or
 * notification;
 * `removed` comes before the handle's reference is dropped. Implemented in channel.c. */
void channel_handle_added(struct object *channel, uint32_t rights);
void channel_handle_removed(struct kernel *kernel, struct object *channel, uint32_t rights);

#endif
