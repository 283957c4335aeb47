/* The in-process machine: its memory, its loop, and the gate by which its threads enter the kernel. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static _Thread_local struct linked *current;

struct linked *linked_current(void)
{
    return current;
}

/* Zeroed; NULL: no memory. */
static void *host_pages(uint64_t size_bytes)
{
    void *pages = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void *linked_block(struct linked *linked, uint64_t size_bytes)
{
    uint64_t all_bytes = size_bytes + PAGE_BYTES; /* the first page is the block's header */
    struct linked_block *block = host_pages(all_bytes);
    if (block == NULL) {
        return NULL;
    }
    block->size_bytes = all_bytes;
    block->next = linked->blocks;
    linked->blocks = block;
    return (char *)block + PAGE_BYTES;
}

static bool kernel_start(struct linked *linked)
{
    uint64_t kernel_pages = (kernel_bytes() + PAGE_BYTES - 1) / PAGE_BYTES;
    linked->kernel = linked_block(linked, kernel_pages * PAGE_BYTES);
    linked->ram = host_pages(linked->options.ram_bytes);
    if (linked->kernel == NULL || linked->ram == NULL) {
        return false;
    }
    struct kernel_config config = {
        .first_frame = (uintptr_t)linked->ram >> PAGE_SHIFT,
        .frame_count = linked->options.ram_bytes >> PAGE_SHIFT,
        .now_ns = linked->now_ns,
        .realtime_offset_ns = linked->options.realtime_offset_ns,
        .platform = linked,
    };
    return kernel_init(linked->kernel, &config) == 0 &&
           kernel_trace_attach(linked->kernel, linked->options.trace, linked->options.trace_records) == 0;
}

struct linked *linked_create(const struct linked_options *options)
{
    struct linked *linked = calloc(1, sizeof *linked);
    if (linked == NULL) {
        return NULL;
    }
    linked->options = *options;
    linked->options.ram_bytes &= ~(uint64_t)(PAGE_BYTES - 1);
    if (linked->options.step_ns == 0) {
        linked->options.step_ns = LINKED_STEP_NS;
    }
    linked->deadline_ns = DEADLINE_NONE;
    if (!kernel_start(linked)) {
        linked_destroy(linked);
        return NULL;
    }
    return linked;
}

void linked_destroy(struct linked *linked)
{
    if (linked->ram != NULL) {
        munmap(linked->ram, linked->options.ram_bytes);
    }
    while (linked->blocks != NULL) {
        struct linked_block *block = linked->blocks;
        linked->blocks = block->next;
        munmap(block, block->size_bytes);
    }
    free(linked);
}

struct kernel *linked_kernel(struct linked *linked)
{
    return linked->kernel;
}

void linked_check_set(struct linked *linked, bool check)
{
    linked->options.check = check;
}

uint64_t linked_now(struct linked *linked)
{
    return linked->now_ns;
}

static void check(struct linked *linked)
{
    if (linked->options.check) {
        kernel_check(linked->kernel);
    }
}

/* Lets devices see acknowledgements and delivers what they raised. */
static void interrupts_deliver(struct linked *linked)
{
    linked->interrupts_changed = false;
    for (uint32_t number = 0; number < LINKED_INTERRUPTS; number++) {
        struct linked_interrupt *interrupt = &linked->interrupts[number];
        if (interrupt->acknowledged) {
            interrupt->acknowledged = false;
            if (linked->options.doorbell != NULL) {
                linked->options.doorbell(linked, number, linked->options.doorbell_argument);
            }
        }
        if (interrupt->enabled && interrupt->pending && !interrupt->masked) {
            interrupt->pending = false;
            interrupt->masked = true;
            kernel_interrupt(linked->kernel, 0, linked->now_ns, number);
            check(linked);
        }
    }
}

void linked_interrupt_raise(struct linked *linked, uint32_t number)
{
    if (number < LINKED_INTERRUPTS) {
        linked->interrupts[number].pending = true;
        linked->interrupts_changed = true;
    }
}

static void timer_expire(struct linked *linked)
{
    if (linked->deadline_ns <= linked->now_ns) {
        linked->deadline_ns = DEADLINE_NONE;
        kernel_timer(linked->kernel, 0, linked->now_ns);
        check(linked);
    }
}

/* Runs one thread up to its next system call, and serves that. Returns who is to run then, if that is known. */
static struct thread *thread_step(struct linked *linked, struct thread *thread)
{
    struct plat_context *context = thread_context(thread);
    linked->running = context;
    if (context->stack == NULL) {
        linked_enter(&linked->stack, &context->registers);
    } else {
        linked_switch(&linked->stack, context->stack);
    }
    linked->now_ns += linked->options.step_ns;
    struct thread *next = kernel_syscall(linked->kernel, 0, linked->now_ns, &linked->trap);
    check(linked);
    return next;
}

int linked_run(struct linked *linked)
{
    struct linked *outer = current;
    current = linked;
    struct thread *thread = NULL;
    int status = LINKED_STUCK;
    for (;;) {
        if (linked->interrupts_changed || linked->deadline_ns <= linked->now_ns) {
            interrupts_deliver(linked);
            timer_expire(linked);
            thread = NULL;
        }
        if (linked->stopped) {
            status = linked->status;
            break;
        }
        if (thread == NULL) {
            thread = kernel_next(linked->kernel, 0, linked->now_ns);
        }
        if (thread != NULL) {
            thread = thread_step(linked, thread);
        } else if (linked->preempted) {
            linked->preempted = false;
            linked->now_ns += linked->options.step_ns;
            check(linked);
        } else if (linked->deadline_ns != DEADLINE_NONE) {
            linked->now_ns = linked->deadline_ns > linked->now_ns ? linked->deadline_ns : linked->now_ns;
        } else {
            break;
        }
    }
    current = outer;
    return status;
}

int64_t linked_syscall(uint64_t number, const uint64_t argument[6])
{
    struct linked *linked = current;
    struct plat_context *context = linked->running;
    linked->trap.number = number;
    memcpy(linked->trap.argument, argument, sizeof linked->trap.argument);
    linked_switch(&context->stack, linked->stack);
    return context->result;
}

struct control *linked_control(void)
{
    return (struct control *)(uintptr_t)current->running->control_address;
}
