/* What a preempted call has to come back to. */
#include "job.h"

#include "channel.h"
#include "fault.h"
#include "kernel_state.h"

#include <kernel/canary.h>

bool job_resumes(struct thread *thread, enum job_kind kind, uint64_t message_id)
{
    struct job *job = &thread->job;

    if (job->kind == kind && job->message_id == message_id)
        return true;
    job->kind = (uint8_t)kind;
    job->message_id = message_id;
    job->copy.result = (struct copy_result){0};
    return false;
}

struct thread *job_client(struct kernel *kernel, struct thread *thread)
{
    const struct job *job = &thread->job;
    struct thread *client;

    if (job->kind != JOB_RECEIVE && job->kind != JOB_ANSWER)
        return NULL;
    client = message_client(kernel, job->message_id);
    return client != NULL && client->message.copier == thread ? client : NULL;
}

void job_hold(struct kernel *kernel, struct thread *thread, struct channel *channel)
{
    struct channel *before = thread->job.channel;

    thread->job.channel = channel;
    if (channel != NULL)
        object_reference(&channel->object);
    if (before != NULL)
        object_release(kernel, &before->object);
}

void job_begin(struct thread *thread)
{
    thread->job.kind = JOB_NONE;
    thread->job.answered = false;
    thread->job.refused_serial = 0;
}

void job_client_gone(struct kernel *kernel, struct thread *thread)
{
    if (fault_is_open(thread) && !canary(COPIER_STAYS))
        fault_end(kernel, thread, false);
}

void job_end(struct kernel *kernel, struct thread *thread)
{
    struct thread *client = job_client(kernel, thread);

    thread->again = false;
    job_begin(thread);
    if (client != NULL)
        message_unclaim(kernel, client);
    job_hold(kernel, thread, NULL);
}

void job_wake(struct kernel *kernel, struct thread *thread)
{
    job_hold(kernel, thread, thread->channel);
    thread_wake_quietly(kernel, thread);
    thread->again = true;
    thread->job.answered = true;
}

void job_wake_direct(struct kernel *kernel, struct thread *thread)
{
    job_hold(kernel, thread, thread->channel);
    thread_unwait(kernel, thread, false);
    thread->state = THREAD_READY;
    thread->again = true;
    thread->job.answered = true; /* if it was to answer, it did so before it blocked */
    if (!thread->suspended)
        schedule_add_direct(kernel, thread);
}

unsigned job_check(struct kernel *kernel, struct thread *thread)
{
    if (thread->again && thread->state != THREAD_READY && thread->state != THREAD_RUNNING)
        return 1101;
    if (job_client(kernel, thread) != NULL && !thread->again && !fault_is_open(thread))
        return 1102;
    return 0;
}
