/* System calls on memory objects and address spaces. */
#include "syscall.h"

#include "connection.h"
#include "copy.h"
#include "memory.h"

SYSCALL(memory_create)
{
    struct grant *grant;
    struct memory *memory;
    int error = decode_grant(thread, argument[0], &grant);
    int place = error != 0 ? error : decode_place(kernel, thread);

    if (place < 0)
        return place;
    error = memory_create(kernel, grant, argument[1], &memory);
    return error != 0 ? error : syscall_give(kernel, thread, place, (struct object *)memory, RIGHTS_ALL);
}

SYSCALL(memory_clone)
{
    struct grant *grant;
    struct memory *from, *memory;
    struct handle_entry entry;
    uint32_t rights = RIGHTS_ALL;
    int place;
    int error = decode_grant(thread, argument[0], &grant);

    if (error == 0)
        error = decode_memory(thread, argument[1], RIGHT_READ, &from);
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    /* A copy of what may not be executed may not be either. */
    if (table_entry_get(thread->table, (int64_t)argument[1], &entry) != 0 || (entry.rights & RIGHT_EXECUTE) == 0)
        rights &= ~RIGHT_EXECUTE;
    error = memory_clone(kernel, grant, from, argument[2], argument[3], &memory);
    return error != 0 ? error : syscall_give(kernel, thread, place, (struct object *)memory, rights);
}

SYSCALL(memory_device)
{
    struct grant *grant;
    struct memory *memory;
    int place;
    int error = decode_authority(thread);

    if (error == 0)
        error = decode_grant(thread, argument[0], &grant);
    if (error == 0 && ((argument[1] | argument[2]) % PAGE_BYTES != 0 || argument[2] == 0))
        error = -E_INVAL;
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    error = memory_create_fixed(kernel, grant, argument[1] >> PAGE_SHIFT, argument[2] >> PAGE_SHIFT, &memory);
    return error != 0 ? error : syscall_give(kernel, thread, place, (struct object *)memory, RIGHTS_ALL);
}

SYSCALL(memory_paged)
{
    struct grant *grant;
    struct object *pager;
    struct memory *memory;
    int place;
    int error = decode_grant(thread, argument[0], &grant);

    if (error == 0)
        error = decode_object(thread, argument[2], OBJECT_CONNECTION, RIGHT_READ, &pager);
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    error = memory_create_paged(kernel, grant, argument[1], (struct connection *)pager, argument[3], &memory);
    return error != 0 ? error : syscall_give(kernel, thread, place, (struct object *)memory, RIGHTS_ALL);
}

SYSCALL(memory_supply)
{
    struct memory *memory, *from;
    int error = decode_memory(thread, argument[0], RIGHT_MANAGE, &memory);

    if (error == 0)
        error = decode_memory(thread, argument[2], RIGHT_READ, &from);
    return error != 0 ? error : memory_supply(kernel, memory, argument[1], from, argument[3], argument[4]);
}

SYSCALL(memory_physical)
{
    struct memory *memory;
    uint64_t frame;
    int error = decode_authority(thread);

    if (error == 0)
        error = decode_memory(thread, argument[0], RIGHT_READ, &memory);
    if (error == 0)
        error = memory_physical(kernel, memory, argument[1] >> PAGE_SHIFT, &frame);
    return error != 0 ? error : (int64_t)(frame << PAGE_SHIFT | (argument[1] & (PAGE_BYTES - 1)));
}

SYSCALL(memory_info)
{
    struct memory *memory;
    int error = decode_memory(thread, argument[0], 0, &memory);

    (void)kernel;
    return error != 0 ? error : (int64_t)memory_size(memory);
}

SYSCALL(space_create)
{
    struct grant *grant;
    struct space *space;
    int error = decode_grant(thread, argument[0], &grant);
    int place = error != 0 ? error : decode_place(kernel, thread);

    if (place < 0)
        return place;
    error = space_create(kernel, grant, &space);
    return error != 0 ? error : syscall_give(kernel, thread, place, (struct object *)space, RIGHTS_ALL);
}

/* Shows pages where a call has changed what is mapped, over preemptions, and returns its result. */
static int64_t pages_show(struct kernel *kernel, struct thread *thread, struct space *space)
{
    struct job *job = &thread->job;

    job->kind = JOB_SHOW;
    return space_show(kernel, space, &job->show) ? job->show.result : SYSCALL_PREEMPTED;
}

SYSCALL(space_map)
{
    struct space *space;
    struct handle_entry entry;
    uint64_t address = argument[1];
    int error = decode_space(thread, argument[0], &space);

    if (thread->job.kind == JOB_SHOW)
        return error != 0 ? thread->job.show.result : pages_show(kernel, thread, space);
    if (error == 0)
        error = table_entry_get(thread->table, (int64_t)argument[3], &entry);
    if (error == 0 && entry.object->type != OBJECT_MEMORY)
        error = -E_BADF;
    if (error == 0 && argument[5] > UINT32_MAX)
        error = -E_INVAL;
    if (error == 0)
        error = space_place(kernel, space, &address, argument[2], (struct memory *)entry.object, entry.rights,
                            argument[4], (uint32_t)argument[5], &thread->job.show);
    return error != 0 ? error : pages_show(kernel, thread, space);
}

SYSCALL(space_unmap)
{
    struct space *space;
    int error = decode_space(thread, argument[0], &space);

    return error != 0 ? error : space_unmap(kernel, space, argument[1], argument[2]);
}

SYSCALL(space_protect)
{
    struct space *space;
    int error = decode_space(thread, argument[0], &space);

    if (error == 0 && argument[3] > UINT32_MAX)
        error = -E_INVAL;
    return error != 0 ? error : space_protect(kernel, space, argument[1], argument[2], (uint32_t)argument[3]);
}

SYSCALL(space_clone)
{
    struct space_clone *clone = &thread->job.clone;
    struct space *to, *from;
    struct grant *grant;
    int gone = decode_space(thread, argument[0], &to);
    int error = gone;

    if (error == 0)
        error = decode_space(thread, argument[1], &from);
    if (error == 0)
        error = decode_grant(thread, argument[2], &grant);
    if (thread->job.kind != JOB_CLONE) {
        if (error != 0)
            return error;
        space_clone_begin(kernel, clone);
        thread->job.kind = JOB_CLONE;
    } else if (error != 0) { /* a handle has gone meanwhile */
        if (gone != 0)
            return error;
        space_clone_fail(clone, error);
        from = NULL;
        grant = NULL;
    }
    return space_clone_run(kernel, clone, to, from, grant);
}

SYSCALL(space_query)
{
    struct space *space;
    struct region_info info;
    int error = decode_space(thread, argument[0], &space);

    if (error != 0)
        return error;
    space_query(space, argument[1], &info);
    return space_copy_out(kernel, thread->space, argument[2], &info, sizeof(info));
}

/* Bytes between another space and the caller's buffer; short if either side ends early. */
static int64_t space_transport(struct kernel *kernel, struct thread *thread, const struct cursor *to,
                               const struct cursor *from)
{
    struct copy *copy = &thread->job.copy;
    int64_t stopped;
    int error;

    if (!job_resumes(thread, JOB_TRANSPORT, 0)) {
        copy->to = *to;
        copy->from = *from;
    }
    copy->to.space = to->space; /* what the handle names now */
    copy->from.space = from->space;
    stopped = copy_run(kernel, copy);
    if (stopped != 0)
        return stopped;
    error = copy->result.from_error != 0 ? copy->result.from_error : copy->result.to_error;
    return copy->result.bytes == 0 && error != 0 ? error : (int64_t)copy->result.bytes;
}

SYSCALL(space_read)
{
    struct space *space;
    struct cursor from, to;
    int error = decode_space(thread, argument[0], &space);

    if (error == 0 && argument[3] > MESSAGE_BYTES_MAX)
        error = -E_INVAL;
    if (error != 0)
        return error;
    cursor_init_run(&from, space, argument[1], argument[3], ACCESS_READ, true);
    cursor_init_run(&to, thread->space, argument[2], argument[3], ACCESS_WRITE, false);
    return space_transport(kernel, thread, &to, &from);
}

SYSCALL(space_write)
{
    struct space *space;
    struct cursor from, to;
    int error = decode_space(thread, argument[0], &space);

    if (error == 0 && argument[3] > MESSAGE_BYTES_MAX)
        error = -E_INVAL;
    if (error != 0)
        return error;
    cursor_init_run(&from, thread->space, argument[2], argument[3], ACCESS_READ, false);
    cursor_init_run(&to, space, argument[1], argument[3], ACCESS_WRITE, true);
    return space_transport(kernel, thread, &to, &from);
}
