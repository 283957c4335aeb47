/* Handles on their way from one table to another. */
#include "transfer.h"

#include "kernel_state.h"
#include "table.h"

#include <abi/errno.h>
#include <kernel/canary.h>

static int transfer_check(struct thread *sender, const struct transfer *transfer)
{
    struct handle_entry entry;
    uint32_t wanted = transfer->move != 0 ? RIGHT_TRANSFER : RIGHT_DUPLICATE;

    if (table_entry_get(sender->table, transfer->handle, &entry) != 0)
        return -E_BADF;
    if ((entry.rights & wanted) == 0)
        return -E_ACCES;
    return 0;
}

int transfer_plan_read(struct thread *sender, struct transfer_plan *plan)
{
    const volatile struct control *control = sender->control;

    plan->count = control->transfer_count;
    if (plan->count > TRANSFER_MAX)
        return -E_INVAL;
    for (uint32_t i = 0; i < plan->count; i++) {
        struct transfer *transfer = &plan->transfer[i];
        int error;

        transfer->handle = control->transfer[i].handle;
        transfer->rights = control->transfer[i].rights;
        transfer->move = control->transfer[i].move;
        transfer->flags = control->transfer[i].flags & HANDLE_CLOSE_ON_EXEC;
        for (uint32_t j = 0; j < i; j++) {
            if (plan->transfer[j].handle == transfer->handle && (plan->transfer[j].move | transfer->move) != 0)
                return -E_INVAL;
        }
        error = transfer_check(sender, transfer);
        if (error != 0)
            return error;
    }
    return 0;
}

void transfer_take(struct kernel *kernel, struct thread *sender, const struct transfer_plan *plan,
                   struct transfer_set *set)
{
    set->count = plan->count;
    sender->control->transfer_count = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct transfer *transfer = &plan->transfer[i];
        struct transfer_item *item = &set->items[i];
        struct handle_entry entry;
        int error = table_entry_get(sender->table, transfer->handle, &entry);

        KERNEL_ASSERT(kernel, error == 0);
        item->object = entry.object;
        item->rights = canary(RIGHTS_GROW) ? transfer->rights : entry.rights & transfer->rights;
        item->flags = transfer->flags;
        object_reference(item->object);
        channel_handle_added(item->object, item->rights);
        if (transfer->move != 0)
            table_close(kernel, sender->table, transfer->handle);
    }
}

static void item_drop(struct kernel *kernel, struct transfer_item *item)
{
    channel_handle_removed(kernel, item->object, item->rights);
    object_release(kernel, item->object);
    item->object = NULL;
}

uint32_t transfer_deliver(struct kernel *kernel, struct thread *receiver, struct transfer_set *set)
{
    uint32_t count = set->count;
    int32_t base = receiver->control->receive_base;
    uint32_t done;

    for (done = 0; done < count; done++) {
        struct transfer_item *item = &set->items[done];
        int handle = table_reserve(kernel, receiver->table, base < 0 ? 0 : base);

        if (handle < 0)
            break;
        table_fill(receiver->table, handle, item->object, item->rights, item->flags);
        receiver->control->received_handles[done] = handle;
        item_drop(kernel, item);
    }
    set->count = count - done;
    for (uint32_t i = 0; i < set->count; i++)
        set->items[i] = set->items[done + i];
    return done;
}

void transfer_drop_revoked(struct kernel *kernel, struct transfer_set *set)
{
    struct transfer_set all = *set;

    set->count = 0;
    for (uint32_t i = 0; i < all.count; i++) {
        if (!all.items[i].object->revoked)
            set->items[set->count++] = all.items[i];
    }
    for (uint32_t i = 0; i < all.count; i++) {
        if (all.items[i].object->revoked)
            item_drop(kernel, &all.items[i]);
    }
}

void transfer_drop(struct kernel *kernel, struct transfer_set *set)
{
    while (set->count > 0)
        item_drop(kernel, &set->items[--set->count]);
}
