/* kernel_check: every invariant of the whole state. Each object file numbers its own: schedule 3xx, thread 2xx, message
 * 4xx, channel 5xx, connection 6xx, notification 7xx, timer 8xx, interrupt 9xx, address_wait 10xx, job 11xx,
 * scheduling 12xx, lending 13xx. References are counted again from everything that holds one. The memory side asserts
 * its own. */
#include "channel.h"
#include "connection.h"
#include "grant.h"
#include "kernel_state.h"
#include "memory.h"
#include "notification.h"
#include "scheduling.h"
#include "timer.h"

static _Noreturn void check_fail(struct kernel *kernel, unsigned number)
{
    char text[] = "kernel_check: invariant 00000";
    char *digit = text + sizeof(text) - 2;

    for (; number != 0; number /= 10)
        *digit-- = (char)('0' + number % 10);
    plat_panic(kernel, text);
}

static void check_number(struct kernel *kernel, unsigned number)
{
    if (number != 0)
        check_fail(kernel, number);
}

static void recount(struct object *object)
{
    if (object != NULL)
        object_recount(object);
}

static void recount_pulse(const struct pulse *pulse)
{
    if (pulse->node.queued && pulse->owner == PULSE_OF_REFERENCE)
        object_recount(pulse->holder);
}

static void recount_thread(struct thread *thread)
{
    if (thread->state != THREAD_NEW && thread->state != THREAD_DEAD)
        object_recount(&thread->object);
    recount((struct object *)thread->space);
    recount((struct object *)thread->table);
    recount((struct object *)thread->control_memory);
    recount((struct object *)thread->exception);
    recount((struct object *)thread->key_memory);
    recount((struct object *)thread->scheduling);
    recount((struct object *)thread->job.channel);
    recount((struct object *)thread->message.connection);
    for (uint32_t i = 0; i < thread->message.transfer.count; i++)
        object_recount(thread->message.transfer.items[i].object);
    recount_pulse(&thread->death);
    recount_pulse(&thread->message.unblock);
}

static unsigned check_object(struct kernel *kernel, struct object *object)
{
    switch (object->type) {
    case OBJECT_THREAD:
        recount_thread((struct thread *)object);
        return thread_check(kernel, (struct thread *)object);
    case OBJECT_CHANNEL:
        return channel_check(kernel, (struct channel *)object);
    case OBJECT_CONNECTION:
        object_recount(&((struct connection *)object)->channel->object);
        recount_pulse(&((struct connection *)object)->close);
        return connection_check(kernel, (struct connection *)object);
    case OBJECT_NOTIFICATION:
        return notification_check(kernel, (struct notification *)object);
    case OBJECT_TIMER:
        object_recount(&((struct timer *)object)->connection->object);
        return timer_check(kernel, (struct timer *)object);
    case OBJECT_INTERRUPT:
        object_recount(&((struct interrupt *)object)->connection->object);
        return interrupt_check(kernel, (struct interrupt *)object);
    case OBJECT_SCHEDULING:
        recount((struct object *)((struct scheduling *)object)->connection);
        return scheduling_check(kernel, (struct scheduling *)object);
    default:
        return 0;
    }
}

void kernel_check(struct kernel *kernel)
{
    KERNEL_ASSERT(kernel, list_is_empty(&kernel->doomed));
    object_check_begin(kernel);
    LIST_EACH (entry, &kernel->memory.objects)
        check_number(kernel, check_object(kernel, LIST_ENTRY(entry, struct object, link)));
    memory_state_check(kernel);
    object_check_end(kernel);
    check_number(kernel, schedule_check(kernel));
    check_number(kernel, address_wait_check(kernel));
}
