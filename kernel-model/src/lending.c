/* Who works on whose scheduling context. */
#include "lending.h"

#include "channel.h"
#include "kernel_state.h"

#include <abi/errno.h>
#include <kernel/canary.h>

/* The client that the thread works for; NULL: it works for itself. */
static struct thread *lending_client(const struct thread *thread)
{
    struct list *last = thread->own_work ? NULL : list_first(&thread->lenders);

    return last == NULL ? NULL : LIST_ENTRY(last, struct thread, message.lender_link);
}

static struct scheduling *lending_due(const struct thread *thread)
{
    const struct thread *client = lending_client(thread);

    return client != NULL && client->lent != NULL ? client->lent : thread->scheduling;
}

static void trace_lending(struct kernel *kernel, const struct thread *thread)
{
    const struct thread *client = lending_client(thread);

    if (client != NULL && client->lent == NULL)
        client = NULL;
    trace_record(kernel, TRACE_LEND, thread, client, 0, thread->lent != NULL, 0);
}

void lending_update(struct kernel *kernel, struct thread *thread)
{
    while (thread != NULL) {
        struct scheduling *due = lending_due(thread);

        if (thread->budget_wait != NULL) {
            scheduling_unwait(kernel, thread);
            schedule_add(kernel, thread);
        }
        if (due == thread->lent)
            return;
        thread->lent = due;
        if (kernel->trace.records != NULL)
            trace_lending(kernel, thread);
        thread = list_is_linked(&thread->message.lender_link) && !canary(CHAIN_CUT) ? thread->message.server : NULL;
    }
}

void lending_begin(struct kernel *kernel, struct thread *client, struct thread *server)
{
    if (canary(FIRST_LENDS))
        list_push_back(&server->lenders, &client->message.lender_link);
    else
        list_push_front(&server->lenders, &client->message.lender_link);
    server->own_work = false;
    lending_update(kernel, server);
}

void lending_end(struct kernel *kernel, struct thread *client)
{
    struct list *link = &client->message.lender_link;

    if (!list_is_linked(link))
        return;
    list_remove(link);
    if (!canary(BUDGET_KEPT))
        lending_update(kernel, client->message.server);
}

void lending_pulse(struct kernel *kernel, struct thread *thread)
{
    thread->own_work = !canary(PULSE_LENT);
    lending_update(kernel, thread);
}

void lending_server_gone(struct kernel *kernel, struct thread *server)
{
    struct list *entry;

    (void)kernel;
    while ((entry = list_first(&server->lenders)) != NULL) {
        if (canary(BUDGET_LOST))
            LIST_ENTRY(entry, struct thread, message.lender_link)->lent = NULL;
        list_remove(entry);
    }
    server->lent = server->scheduling;
}

int lending_bind(struct kernel *kernel, struct scheduling *scheduling, struct thread *thread)
{
    if (thread->scheduling != NULL)
        return -E_BUSY;
    object_reference(&scheduling->object);
    thread->scheduling = scheduling;
    lending_update(kernel, thread);
    return 0;
}

int lending_unbind(struct kernel *kernel, struct scheduling *scheduling, struct thread *thread)
{
    if (thread->scheduling != scheduling)
        return -E_INVAL;
    thread->scheduling = NULL;
    lending_update(kernel, thread);
    object_release(kernel, &scheduling->object);
    return 0;
}

struct scheduling *lending_payer(struct kernel *kernel, const struct thread *thread)
{
    struct scheduling *lent = thread->lent;

    if (lent == thread->scheduling || scheduling_has_budget(kernel, lent))
        return lent;
    return (lending_client(thread)->message.channel->flags & CHANNEL_BUDGET_WAIT) != 0 && !canary(WAIT_IGNORED)
               ? lent
               : thread->scheduling;
}

struct scheduling *lending_shortage(struct kernel *kernel, const struct thread *thread, struct scheduling **other)
{
    struct scheduling *payer;

    *other = NULL;
    if (thread->lent == NULL)
        return NULL;
    payer = lending_payer(kernel, thread);
    if (payer == NULL || scheduling_has_budget(kernel, payer))
        return NULL;
    if (payer == thread->lent)
        return payer;
    *other = scheduling_revival(kernel, thread->lent) < scheduling_revival(kernel, payer) ? payer : thread->lent;
    return *other == payer ? thread->lent : payer;
}

unsigned lending_check(const struct thread *thread)
{
    if (thread->lent != lending_due(thread))
        return 1301;
    LIST_EACH (entry, &thread->lenders) {
        const struct thread *client = LIST_ENTRY(entry, struct thread, message.lender_link);

        if (client->state != THREAD_REPLY || client->message.server != thread)
            return 1302;
    }
    if (list_is_linked(&thread->message.lender_link) !=
        (thread->state == THREAD_REPLY && thread->message.server != NULL))
        return 1303;
    if (thread->budget_wait != NULL && !list_is_linked(&thread->budget_link))
        return 1304;
    return thread->state == THREAD_DEAD && (thread->lent != NULL || thread->budget_wait != NULL) ? 1305 : 0;
}
