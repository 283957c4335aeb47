/* The platform under a world: memory and results, nothing else. A panic of the core ends the step. */
#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world_context *world_context(struct thread *thread)
{
    return (struct world_context *)(void *)thread_context(thread);
}

void *plat_frame_bytes(struct kernel *kernel, uint64_t frame)
{
    struct world *world = kernel_platform(kernel);
    uint64_t first = (uintptr_t)world->ram / PAGE_BYTES;

    return frame >= first && frame - first < WORLD_FRAMES ? world->ram + (frame - first) * PAGE_BYTES : NULL;
}

int plat_space_create(struct kernel *kernel, struct plat_space *space)
{
    (void)kernel;
    (void)space;
    return 0;
}

void plat_space_destroy(struct kernel *kernel, struct plat_space *space)
{
    (void)kernel;
    (void)space;
}

int plat_space_map(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                   uint32_t prot)
{
    (void)kernel;
    (void)space;
    (void)address;
    (void)frame;
    (void)pages;
    (void)prot;
    return 0;
}

void plat_space_unmap(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages)
{
    (void)kernel;
    (void)space;
    (void)address;
    (void)pages;
}

void plat_space_protect(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages,
                        uint32_t prot)
{
    (void)kernel;
    (void)space;
    (void)address;
    (void)pages;
    (void)prot;
}

int plat_context_create(struct kernel *kernel, struct plat_context *context, struct plat_space *space)
{
    (void)kernel;
    (void)context;
    (void)space;
    return 0;
}

void plat_context_destroy(struct kernel *kernel, struct plat_context *context)
{
    (void)kernel;
    (void)context;
}

void plat_context_start(struct kernel *kernel, struct plat_context *context, uint64_t pc, uint64_t sp,
                        uint64_t argument, uint64_t control_address)
{
    (void)kernel;
    (void)context;
    (void)pc;
    (void)sp;
    (void)argument;
    (void)control_address;
}

void plat_context_result(struct kernel *kernel, struct plat_context *context, int64_t result)
{
    struct world_context *it = (struct world_context *)(void *)context;

    (void)kernel;
    it->result = result;
    it->results++;
}

void plat_context_get(struct kernel *kernel, struct plat_context *context, struct registers *registers)
{
    (void)kernel;
    (void)context;
    memset(registers, 0, sizeof(*registers));
}

void plat_context_set(struct kernel *kernel, struct plat_context *context, const struct registers *registers)
{
    (void)kernel;
    (void)context;
    (void)registers;
}

bool plat_context_upcall(struct kernel *kernel, struct plat_context *context, struct registers *saved, uint64_t entry,
                         uint64_t stack)
{
    (void)kernel;
    (void)context;
    (void)saved;
    (void)entry;
    (void)stack;
    return false;
}

void plat_timer_arm(struct kernel *kernel, unsigned cpu, uint64_t deadline_ns)
{
    (void)kernel;
    (void)cpu;
    (void)deadline_ns;
}

/* Whether the thread that copies, if it is preempted, is the next to run, and nothing happens before that: what it has
 * done before in the same call may have changed who comes first, or doomed a thread. */
static bool copier_goes_on(const struct world *world)
{
    const struct cpu *cpu = &world->kernel->cpu[0];
    const struct thread *current = cpu->current;

    if (!list_is_empty(&world->kernel->doomed))
        return false;
    /* If the client then fails, the handles that it sent are closed, and pulses come of that: the receiver that waited
     * gets them, but not while it copies. */
    if (current == NULL && world->actor->message.transfer.count != 0)
        return false;
    if (current == NULL)
        current = world->actor; /* it sends to a receiver that waited, which has its priority now */
    else if (current->job.kind == JOB_NONE)
        return false; /* it goes on itself, having failed to receive what another gets now */
    if (cpu->direct != NULL && cpu->direct->priority > current->priority)
        return false;
    for (unsigned priority = current->priority + 1u; priority < PRIORITY_COUNT; priority++) {
        if ((cpu->ready_bits[priority / 64u] >> priority % 64u & 1u) != 0)
            return false;
    }
    return true;
}

/* How far copies have come. What is left in the job of a thread that is in no call is of one that failed. */
static void copies_note(struct world *world)
{
    for (int i = 0; i < world->config.threads; i++) {
        const struct thread *thread = world->threads[i];
        const struct job *job = &thread->job;
        bool copies;

        if (world->now.spec.threads[i].state == THREAD_DEAD)
            continue;
        copies = job->kind != JOB_NONE && (thread->again || thread->state > THREAD_RUNNING);
        world->copied[i] = copies ? job->copy.result.bytes : 0;
        world->copied_id[i] = copies ? job->message_id : 0;
    }
}

void world_stops_begin(struct world *world)
{
    world->stopped = 0;
    world->now.spec.stops_told = world->now.spec.stops_met = 0;
    copies_note(world);
}

void world_stops_note(struct world *world)
{
    struct spec *spec = &world->now.spec;

    for (int i = 0; i < world->config.threads && world->stopped != 0; i++) {
        const struct thread *thread = world->threads[i];
        const struct job *job = &thread->job;

        if (spec->threads[i].state == THREAD_DEAD || thread_of_slot(world->kernel, (uint64_t)i) != thread ||
            !thread->again || job->kind == JOB_NONE || spec->stops_told == SPEC_STOPS ||
            (job->message_id == world->copied_id[i] && job->copy.result.bytes == world->copied[i]))
            continue;
        spec->stops[spec->stops_told++] =
            (struct spec_stop){.copier = i,
                               .client = (int)(job->message_id % (1u << MESSAGE_SLOT_BITS)),
                               .bytes = job->copy.result.bytes};
    }
    world->stopped = 0;
    copies_note(world);
}

/* Every second time that it is asked, if this operation may be preempted. */
bool plat_preempt_pending(struct kernel *kernel, unsigned cpu)
{
    struct world *world = kernel_platform(kernel);

    (void)cpu;
    if (world->config.told) { /* whatever may come of it: the model hears of it */
        bool is_pending = world->now.asked++ % 2 == 0;

        world->stopped += is_pending;
        return is_pending;
    }
    if (!world->may_preempt || !copier_goes_on(world) || world->now.asked++ % 2 != 0)
        return false;
    world->preempted = true;
    world->direct_lost |= kernel->cpu[0].direct != NULL;
    return true;
}

void plat_interrupt_ack(struct kernel *kernel, uint32_t number)
{
    (void)kernel;
    (void)number;
}

int plat_interrupt_enable(struct kernel *kernel, uint32_t number, bool enable)
{
    (void)kernel;
    (void)number;
    (void)enable;
    return 0;
}

void plat_log(struct kernel *kernel, const char *bytes, size_t length)
{
    (void)kernel;
    (void)bytes;
    (void)length;
}

void plat_stop(struct kernel *kernel, int status)
{
    (void)kernel;
    (void)status;
}

_Noreturn void plat_panic(struct kernel *kernel, const char *message)
{
    struct world *world = kernel_platform(kernel);

    if (!world->panic_armed) {
        fprintf(stderr, "kernel panic: %s\n", message);
        abort();
    }
    world_differs(world, "the core panics: %s", message);
    longjmp(world->panic, 1);
}
