/* Threads that wait for their pagers. */
#include "fault.h"

#include "channel.h"
#include "connection.h"
#include "kernel_state.h"
#include "memory.h"
#include "memory_object.h"

#include <abi/errno.h>
#include <kernel/canary.h>

int fault_note(struct kernel *kernel, struct memory *memory, uint64_t page, uint32_t access)
{
    const struct job *job = kernel->caller == NULL ? NULL : &kernel->caller->job;

    if (job != NULL && job->refused_serial == memory->pager_serial && job->refused_page == page)
        return -E_FAULT;
    kernel->absent = (struct absent_page){.memory = memory, .page = page, .access = access};
    return PAGE_ABSENT;
}

bool fault_is_open(const struct thread *thread)
{
    return thread->message.id != 0 && thread->message.kind == RECEIVED_FAULT;
}

/* It goes on as if the page could not be had: its call finds that out, its instruction is an exception. */
static void fault_refuse(struct kernel *kernel, struct thread *thread)
{
    const struct exception_info info = thread->message.exception;

    if (thread->in_call) {
        thread->job.refused_serial = thread->message.fault_serial;
        thread->job.refused_page = thread->message.fault.offset_bytes >> PAGE_SHIFT;
        thread_wake_quietly(kernel, thread);
        thread->again = true;
    } else if (thread->exception == NULL || thread->exception->channel->dead) {
        thread_doom(kernel, thread);
    } else {
        thread_unwait(kernel, thread, false);
        message_exception(kernel, thread, &info);
    }
}

void fault_raise(struct kernel *kernel, struct thread *thread, uint64_t address)
{
    const struct absent_page *absent = &kernel->absent;
    struct message *message = &thread->message;

    message_open(kernel, thread, absent->memory->pager, RECEIVED_FAULT);
    message->fault = (struct fault_message){
        .value = absent->memory->pager_value,
        .offset_bytes = absent->page << PAGE_SHIFT,
        .access = absent->access,
    };
    message->fault_serial = absent->memory->pager_serial;
    message->exception =
        (struct exception_info){.kind = EXCEPTION_FAULT, .access = absent->access, .address = address};
    message->bytes[0] = sizeof(struct fault_message);
    message->bytes[1] = 0;
    message->rights = 0;
    message->uninterruptible = true;
    message->transfer.count = 0;
    thread_block(kernel, thread, THREAD_SEND, DEADLINE_NONE);
    if (message->channel->dead)
        fault_refuse(kernel, thread);
    else
        (void)message_send(kernel, thread); /* its own side cannot fail: it is kernel memory */
}

void fault_end(struct kernel *kernel, struct thread *thread, bool refused)
{
    if (refused) {
        fault_refuse(kernel, thread);
        return;
    }
    thread_wake_quietly(kernel, thread);
    thread->again = thread->in_call;
}

int64_t fault_reply(struct kernel *kernel, struct thread *client, int64_t status, bool direct)
{
    const struct message *message = &client->message;

    if (status != 0 || client->in_call) {
        fault_end(kernel, client, status != 0 && !canary(REFUSAL_IGNORED));
        return 0;
    }
    space_fault_show(kernel, client->space, message->exception.address, message->fault.access);
    thread_unwait(kernel, client, false);
    client->state = THREAD_READY;
    if (!client->suspended && direct)
        schedule_add_direct(kernel, client);
    else if (!client->suspended)
        schedule_add(kernel, client);
    return 0;
}
