/* The CPU's descriptor tables. Programs have no use for segments; these are what 64-bit mode asks for. */
#include "space.h"

#include "cpu.h"
#include "layout.h"

#include <stdint.h>
#include <string.h>
#include <start_code.h>

#define PORT_BYTES 8192u
#define BREAKPOINT 3u /* the one vector that programs may raise by an instruction */
#define GATE_INTERRUPT 0x8eu
#define GATE_USER 0x60u
#define TASK_AVAILABLE 0x89ull
#define FLAG_MASK 0x257fd5ull /* of rflags in `syscall`: all that C might stumble over, and interrupts */

struct task {
    uint32_t reserved;
    uint32_t stack[3][2]; /* halves, because they are not aligned */
    uint32_t reserved_too[2];
    uint32_t stack_other[7][2];
    uint32_t reserved_last[2];
    uint16_t reserved_half, ports_offset;
    uint8_t ports[PORT_BYTES + 1];
} __attribute__((packed));

struct gate {
    uint16_t offset_low, segment;
    uint8_t stack, kind;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

struct pointer {
    uint16_t limit;
    uint64_t address;
} __attribute__((packed));

extern const char vector_entries[][16], call_entry[];
extern char stack_end[], stacks_other[];

static struct task task;
static _Alignas(16) struct gate gates[VECTORS];
static uint64_t segments[7] = {
    [SEGMENT_KERNEL_CODE / 8] = 0x00af9b000000ffff,
    [SEGMENT_KERNEL_DATA / 8] = 0x00cf93000000ffff,
    [SEGMENT_USER_DATA / 8] = 0x00cff3000000ffff,
    [SEGMENT_USER_CODE / 8] = 0x00affb000000ffff,
};

static START_CODE void task_init(void)
{
    uint64_t stack = (uint64_t)(uintptr_t)stack_end, base = (uint64_t)(uintptr_t)&task;
    task.stack[0][0] = (uint32_t)stack;
    task.stack[0][1] = (uint32_t)(stack >> 32);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t other = (uint64_t)(uintptr_t)(stacks_other + (i + 1) * STACK_OTHER_BYTES);
        task.stack_other[i][0] = (uint32_t)other;
        task.stack_other[i][1] = (uint32_t)(other >> 32);
    }
    task.ports_offset = __builtin_offsetof(struct task, ports);
    memset(task.ports, 0xff, sizeof task.ports);
    segments[SEGMENT_TASK / 8] = (sizeof task - 1) | (base & 0xffffff) << 16 | TASK_AVAILABLE << 40 |
                                 (base >> 24 & 0xff) << 56;
    segments[SEGMENT_TASK / 8 + 1] = base >> 32;
}

/* Machine checks, NMIs and double faults come when the stack is not to be trusted. */
static uint8_t vector_stack(unsigned vector)
{
    return vector == 2 ? 1 : vector == 8 ? 2 : vector == 18 ? 3 : 0;
}

static START_CODE void gates_init(void)
{
    for (unsigned i = 0; i < VECTORS; i++) {
        uint64_t entry = (uint64_t)(uintptr_t)vector_entries[i];
        gates[i] = (struct gate){.offset_low = (uint16_t)entry,
                                 .segment = SEGMENT_KERNEL_CODE,
                                 .stack = vector_stack(i),
                                 .kind = (uint8_t)(GATE_INTERRUPT | (i == BREAKPOINT ? GATE_USER : 0)),
                                 .offset_middle = (uint16_t)(entry >> 16),
                                 .offset_high = (uint32_t)(entry >> 32)};
    }
}

START_CODE void segments_init(void)
{
    task_init();
    gates_init();
    const struct pointer segments_pointer = {sizeof segments - 1, (uint64_t)(uintptr_t)segments};
    const struct pointer gates_pointer = {sizeof gates - 1, (uint64_t)(uintptr_t)gates};
    __asm__ volatile("lgdt %0\n\t"
                     "pushq %1\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1: movl %2, %%ss\n\t"
                     "movl %3, %%ds\n\t"
                     "movl %3, %%es\n\t"
                     "movl %3, %%fs\n\t"
                     "movl %3, %%gs\n\t"
                     "lldt %w3\n\t"
                     "ltr %w4\n\t"
                     "lidt %5"
                     :
                     : "m"(segments_pointer), "i"(SEGMENT_KERNEL_CODE), "r"(SEGMENT_KERNEL_DATA), "r"(0),
                       "r"(SEGMENT_TASK), "m"(gates_pointer)
                     : "rax", "memory");
    msr_write(MSR_STAR, (uint64_t)(SEGMENT_KERNEL_DATA | 3) << 48 | (uint64_t)SEGMENT_KERNEL_CODE << 32);
    msr_write(MSR_LSTAR, (uint64_t)(uintptr_t)call_entry);
    msr_write(MSR_FLAG_MASK, FLAG_MASK);
}

void segments_ports_show(unsigned port_page, bool show)
{
    task.ports[port_page] = show ? 0 : 0xff;
}
