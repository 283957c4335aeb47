/* board_threads KERNEL MONITOR: what the threads of a machine in an emulator do just now, a line each, and the CPU's
 * registers: for a machine that has fallen silent, which goes on afterwards. KERNEL: the ELF file that runs; MONITOR:
 * the socket of the emulator's monitor. The kernel's structures, read out of the machine's memory, have the same layout
 * on every architecture. Only physical addresses will do: while a program runs, the monitor does not see others of the
 * kernel. */
#include <kernel_file.h>
#include <kernel_state.h>
#include <machine.h>
#include <monitor.h>

#include <abi/syscall.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS_SHOWN_MAX 200u
#define EXIT_USAGE 125
#define WINDOW_BITS 0x7fffffffffffull    /* of an address in the kernel's window on memory: the physical one */
#define IMAGE_BASE 0xffffffff80000000ull /* + an offset in the RAM where the image was loaded */

static int monitor;
static struct kernel kernel;

static const char *const states[] = {
    [THREAD_NEW] = "new",
    [THREAD_READY] = "ready",
    [THREAD_RUNNING] = "running",
    [THREAD_SEND] = "send",
    [THREAD_REPLY] = "reply",
    [THREAD_RECEIVE] = "receive",
    [THREAD_NOTIFICATION_WAIT] = "notification",
    [THREAD_ADDRESS_WAIT] = "address",
    [THREAD_SLEEP] = "sleep",
    [THREAD_DEAD] = "dead",
};

static const char *call_name(uint64_t number)
{
    switch (number) {
#define CALL_CASE(value, call) \
    case value:                \
        return #call;
        ABI_SYSCALLS(CALL_CASE)
#undef CALL_CASE
    default:
        return "?";
    }
}

/* The machine's pointers say where something is there, not here. */
static bool machine_read(const void *there, void *here, size_t size_bytes)
{
    return monitor_read(monitor, true, (uintptr_t)there & WINDOW_BITS, here, size_bytes);
}

/* The slot of the machine's thread, or -1. */
static int slot_of(const struct thread *there)
{
    for (uint32_t slot = 0; there != NULL && slot < kernel.slot_used; slot++) {
        if (kernel.slots[slot].thread == there) {
            return (int)slot;
        }
    }
    return -1;
}

static void thread_print(const struct thread *thread)
{
    const uint64_t *argument = thread->call.argument;
    const char *state = thread->state < sizeof states / sizeof states[0] ? states[thread->state] : NULL;
    printf("thread %u of %llx: %s", thread->slot, (unsigned long long)thread->identity, state != NULL ? state : "?");
    printf("%s%s%s%s", thread->queued ? " queued" : "", thread->suspended ? " suspended" : "",
           thread->again ? " preempted" : "", thread->budget_wait != NULL ? " without budget" : "");
    printf(", priority %u", thread->priority);
    if (thread->in_call && thread->state != THREAD_SEND && thread->state != THREAD_REPLY) { /* a call may be short */
        printf(", %s(%llx, %llx, %llx, %llx)", call_name(thread->call.number), (unsigned long long)argument[0],
               (unsigned long long)argument[1], (unsigned long long)argument[2], (unsigned long long)argument[3]);
    }
    if (thread->message.server != NULL) {
        printf(", served by thread %d", slot_of(thread->message.server));
    }
    if (thread->deadline.queued) {
        printf(", until %llu ms", (unsigned long long)thread->deadline.at_ns / 1000000);
    }
    printf("\n");
}

static bool threads_print(void)
{
    static struct thread thread;
    const struct cpu *cpu = &kernel.cpu[0];
    printf("machine: %llu ms, thread %d runs, timer at %llu ms\n", (unsigned long long)kernel.now_ns / 1000000,
           slot_of(cpu->current), (unsigned long long)cpu->armed_ns / 1000000);
    for (uint32_t slot = 0, shown = 0; slot < kernel.slot_used && shown < THREADS_SHOWN_MAX; slot++) {
        if (kernel.slots[slot].thread == NULL) {
            continue;
        }
        if (!machine_read(kernel.slots[slot].thread, &thread, sizeof thread)) {
            return false;
        }
        thread_print(&thread);
        shown++;
    }
    return true;
}

/* Reads the kernel's state, given the address of its struct machine. RAM begins at 0 or, on virt, at 1 GiB. */
static bool kernel_read(uint64_t symbol)
{
    static const uint64_t ram[] = {0x40000000, 0};
    for (size_t i = 0; i < sizeof ram / sizeof ram[0]; i++) {
        struct machine found;
        if (!monitor_read(monitor, true, ram[i] + (symbol - IMAGE_BASE), &found, sizeof found)) {
            continue;
        }
        uint64_t end = (found.first_frame + found.frame_count) * PAGE_BYTES; /* of the core's memory: there it lies */
        if (found.kernel != NULL && ((uintptr_t)found.kernel & WINDOW_BITS) == end) {
            return machine_read(found.kernel, &kernel, sizeof kernel) && kernel.slot_used <= THREADS_MAX;
        }
    }
    return false;
}

/* `symbol`: address of the kernel's struct machine. */
static bool machine_print(uint64_t symbol)
{
    bool good = monitor_do(monitor, "stop", false) && kernel_read(symbol) && threads_print();
    return monitor_do(monitor, "info registers", good) && monitor_do(monitor, "cont", false) && good;
}

int main(int argc, char *argv[])
{
    struct kernel_file file;
    uint64_t symbol = 0;
    if (argc != 3) {
        fputs("usage: board_threads KERNEL MONITOR\n", stderr);
        return EXIT_USAGE;
    }
    if (kernel_file_open(&file, argv[1]) != 0 || kernel_file_symbol(&file, "machine", &symbol) != 0) {
        fprintf(stderr, "board_threads: %s\n", file.error);
        return 1;
    }
    kernel_file_close(&file);
    monitor = monitor_open(argv[2]);
    if (monitor < 0) {
        fprintf(stderr, "board_threads: %s does not answer\n", argv[2]);
        return 1;
    }
    if (!machine_print(symbol)) {
        fprintf(stderr, "board_threads: the emulator does not show the memory of a machine that has started\n");
        return 1;
    }
    return 0;
}
