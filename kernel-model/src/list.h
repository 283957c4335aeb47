/* Intrusive doubly linked lists: a ring through its head. An entry that is in no list points to itself (list_init) or
 * is all zero; both count as unlinked. All operations are constant-time. */
#ifndef KERNEL_LIST_H
#define KERNEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *previous;
};

/* The structure whose `member` the entry is. */
#define LIST_ENTRY(entry, type, member) ((type *)(void *)((char *)(entry)-offsetof(type, member)))

/* Walks a list; the current entry must stay in it. */
#define LIST_EACH(entry, head) \
    for (struct list *entry = (head)->next; entry != (head); entry = entry->next)

/* Walks a list; the current entry may leave it (or be freed). */
#define LIST_EACH_SAFE(entry, after, head)                                                     \
    for (struct list *entry = (head)->next, *after = entry->next; entry != (head);             \
         entry = after, after = entry->next)

static inline void list_init(struct list *list)
{
    list->next = list;
    list->previous = list;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline bool list_is_linked(const struct list *entry)
{
    return entry->next != NULL && entry->next != entry;
}

/* Puts the entry before `place`: with a head, at the end. */
static inline void list_insert_before(struct list *place, struct list *entry)
{
    entry->previous = place->previous;
    entry->next = place;
    place->previous->next = entry;
    place->previous = entry;
}

static inline void list_push_back(struct list *head, struct list *entry)
{
    list_insert_before(head, entry);
}

static inline void list_push_front(struct list *head, struct list *entry)
{
    list_insert_before(head->next, entry);
}

/* Takes the entry out; harmless if it is in no list. */
static inline void list_remove(struct list *entry)
{
    if (entry->next == NULL)
        return;
    entry->previous->next = entry->next;
    entry->next->previous = entry->previous;
    list_init(entry);
}

static inline struct list *list_first(const struct list *head)
{
    return list_is_empty(head) ? NULL : head->next;
}

static inline struct list *list_pop_front(struct list *head)
{
    struct list *first = list_first(head);

    if (first != NULL)
        list_remove(first);
    return first;
}

#endif
