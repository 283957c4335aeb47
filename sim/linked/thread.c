/* Threads for linked machines: a stack, a control page, and a function to run. */
#include "machine.h"

#include <abi/errno.h>
#include <abi/handles.h>

/* What a new thread finds on its area: control page, guard-free stack, and this record in the last bytes. */
struct thread_start {
    void (*entry)(void *);
    void *argument;
    uint64_t last_call; /* made when entry returns: machine stop or thread exit */
};

#define AREA_BYTES (PAGE_BYTES + LINKED_STACK_BYTES)

static void thread_main(struct thread_start *start)
{
    start->entry(start->argument);
    linked_syscall(start->last_call, (const uint64_t[6]){0});
    __builtin_trap();
}

/* An area whose first page is the control page; returns NULL if the host has no memory. */
static struct thread_start *area_create(struct linked *linked, struct boot_entry *entry)
{
    char *area = linked_block(linked, AREA_BYTES);
    if (area == NULL) {
        return NULL;
    }
    struct thread_start *start = (struct thread_start *)(void *)(area + AREA_BYTES - 64);
    entry->control_address = (uintptr_t)area;
    entry->pc = (uintptr_t)thread_main;
    entry->sp = (uintptr_t)start;
    entry->argument = (uintptr_t)start;
    return start;
}

int linked_boot(struct linked *linked, void (*entry)(void *), void *argument)
{
    struct boot_entry boot;
    struct thread_start *start = area_create(linked, &boot);
    if (start == NULL) {
        return -E_NOMEM;
    }
    *start = (struct thread_start){entry, argument, SYS_MACHINE_STOP};
    return kernel_boot_entry(linked->kernel, &boot, linked->now_ns);
}

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    return linked_syscall(number, (const uint64_t[6]){a, b, c, d, e, f});
}

int linked_thread_start(void (*entry)(void *), void *argument, int exceptions)
{
    struct boot_entry place;
    struct thread_start *start = area_create(linked_current(), &place);
    if (start == NULL) {
        return -E_NOMEM;
    }
    *start = (struct thread_start){entry, argument, SYS_THREAD_EXIT};
    int64_t memory = call(SYS_MEMORY_DEVICE, HANDLE_GRANT, place.control_address, PAGE_BYTES, 0, 0, 0);
    if (memory < 0) {
        return (int)memory;
    }
    int64_t thread = call(SYS_THREAD_CREATE, HANDLE_GRANT, HANDLE_SPACE, HANDLE_TABLE, (uint64_t)memory,
                          place.control_address, (uint64_t)(int64_t)exceptions);
    call(SYS_HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)memory, 0, 0, 0, 0);
    if (thread < 0) {
        return (int)thread;
    }
    int64_t status = call(SYS_THREAD_START, (uint64_t)thread, place.pc, place.sp, place.argument, 0, 0);
    return status < 0 ? (int)status : (int)thread;
}
