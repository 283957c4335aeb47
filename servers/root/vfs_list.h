/* Intrusive doubly linked lists of the VFS: a ring through its head. An entry that is all zero is in no list. */
#ifndef ROOT_VFS_LIST_H
#define ROOT_VFS_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct vfs_list {
    struct vfs_list *next;
    struct vfs_list *previous;
};

/* The structure whose `member` the entry is. */
#define VFS_LIST_ENTRY(entry, type, member) ((type *)(void *)((char *)(entry) - offsetof(type, member)))

/* Walks a list; the current entry may leave it. */
#define VFS_LIST_EACH(entry, after, head)                                              \
    for (struct vfs_list *entry = (head)->next, *after = entry->next; entry != (head); \
         entry = after, after = entry->next)

static inline void vfs_list_init(struct vfs_list *head)
{
    head->next = head;
    head->previous = head;
}

static inline bool vfs_list_is_empty(const struct vfs_list *head)
{
    return head->next == head;
}

static inline bool vfs_list_is_linked(const struct vfs_list *entry)
{
    return entry->next != NULL;
}

static inline void vfs_list_push(struct vfs_list *head, struct vfs_list *entry)
{
    entry->previous = head->previous;
    entry->next = head;
    head->previous->next = entry;
    head->previous = entry;
}

/* Takes the entry out; harmless if it is in no list. */
static inline void vfs_list_remove(struct vfs_list *entry)
{
    if (entry->next == NULL) {
        return;
    }
    entry->previous->next = entry->next;
    entry->next->previous = entry->previous;
    entry->next = NULL;
    entry->previous = NULL;
}

/* The oldest entry, or NULL. */
static inline struct vfs_list *vfs_list_first(const struct vfs_list *head)
{
    return head->next == head ? NULL : head->next;
}

static inline struct vfs_list *vfs_list_pop(struct vfs_list *head)
{
    struct vfs_list *first = vfs_list_first(head);
    if (first != NULL) {
        vfs_list_remove(first);
    }
    return first;
}

#endif
