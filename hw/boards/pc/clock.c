/* Time: the time stamp counter, scaled. Alarms: the local APIC's timer. Both rates are measured against the oldest
 * timer of PCs, whose rate is known. */
#include "clock.h"

#include "interrupt.h"

#include <arch.h>
#include <cpu.h>
#include <layout.h>
#include <start_code.h>

#define PIT_HZ 1193182ull
#define PIT_TICKS 2386u /* 2 ms: off by a tick at most, 400 parts in a million */
#define RATE_ATTEMPTS_MAX 16u
#define RATE_DOUBT 128u /* an error of one part in so many is good enough */
#define PIT_CHANNEL_2 0x42u
#define PIT_CONTROL 0x43u
#define PIT_CHANNEL_2_ONCE 0xb0u
#define PIT_GATE 0x61u
#define PIT_GATE_OPEN 0x01u
#define PIT_SPEAKER 0x02u
#define PIT_OUTPUT 0x20u
#define OLD_CONTROLLER_MASK_1 0x21u
#define OLD_CONTROLLER_MASK_2 0xa1u
#define SECOND_NS 1000000000ull
#define SCALE_SHIFT 32u

#define APIC_BASE_ADDRESS 0xfffff000ull
#define APIC_BASE_ENABLE 0x800u
/* Registers, in words. */
#define APIC_TASK_PRIORITY (0x80u / 4)
#define APIC_END (0xb0u / 4)
#define APIC_SPURIOUS (0xf0u / 4)
#define APIC_TIMER (0x320u / 4)
#define APIC_LINE_0 (0x350u / 4)
#define APIC_LINE_1 (0x360u / 4)
#define APIC_ERROR (0x370u / 4)
#define APIC_COUNT_START (0x380u / 4)
#define APIC_COUNT (0x390u / 4)
#define APIC_DIVIDE (0x3e0u / 4)
#define APIC_ENABLE 0x100u
#define APIC_MASKED 0x10000u
#define APIC_NOT_MASKABLE 0x400u
#define APIC_DIVIDE_BY_1 0xbu

static volatile uint32_t *apic;
static uint64_t tsc_base, tsc_scale; /* ns = (tsc - tsc_base) * tsc_scale >> SCALE_SHIFT */
static uint64_t timer_scale;         /* ticks of the APIC's timer in the same way */

/* The old controller goes first. What it had asked for is forgotten with the last two words, which make the APIC look
 * again (QEMU would else raise an interrupt without a vector). */
static START_CODE void apic_init(void)
{
    port_write(OLD_CONTROLLER_MASK_1, 0xff);
    port_write(OLD_CONTROLLER_MASK_2, 0xff);
    uint64_t base = msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE;
    msr_write(MSR_APIC_BASE, base);
    apic = arch_device(base & APIC_BASE_ADDRESS);
    apic[APIC_LINE_0] = APIC_MASKED;
    apic[APIC_LINE_1] = APIC_NOT_MASKABLE; /* a button, where there is one: the kernel tells where it is, and ends */
    apic[APIC_ERROR] = APIC_MASKED;
    apic[APIC_DIVIDE] = APIC_DIVIDE_BY_1;
    apic[APIC_TIMER] = VECTOR_TIMER | APIC_MASKED;
    apic[APIC_SPURIOUS] = APIC_ENABLE | VECTOR_SPURIOUS;
    apic[APIC_TASK_PRIORITY] = 0;
}

struct rates {
    uint64_t tsc_ticks, timer_ticks;
    uint64_t doubt_ticks; /* of the time stamp counter, in which the CPU may have been elsewhere */
};

/* Counts both over the same PIT_TICKS. */
static START_CODE struct rates rates_measure(void)
{
    struct rates rates;
    uint8_t gate = port_read(PIT_GATE) & (uint8_t)~(PIT_SPEAKER | PIT_GATE_OPEN);
    port_write(PIT_GATE, gate);
    port_write(PIT_CONTROL, PIT_CHANNEL_2_ONCE);
    port_write(PIT_CHANNEL_2, PIT_TICKS & 0xff);
    port_write(PIT_CHANNEL_2, PIT_TICKS >> 8);
    apic[APIC_COUNT_START] = UINT32_MAX;
    uint64_t before = tsc_read();
    port_write(PIT_GATE, gate | PIT_GATE_OPEN);
    uint64_t start = tsc_read();
    uint32_t timer_start = apic[APIC_COUNT];
    uint64_t last = tsc_read(); /* before the last look that found the time not over */
    rates.doubt_ticks = last - before;
    for (uint64_t next = last; (port_read(PIT_GATE) & PIT_OUTPUT) == 0; next = tsc_read()) {
        last = next;
    }
    rates.tsc_ticks = tsc_read() - start;
    rates.timer_ticks = timer_start - apic[APIC_COUNT];
    rates.doubt_ticks += tsc_read() - last;
    apic[APIC_COUNT_START] = 0;
    port_write(PIT_GATE, gate);
    return rates;
}

/* An emulator, or firmware, may stop the CPU where it is least wanted: the surest of some attempts counts. */
static START_CODE struct rates rates_find(void)
{
    struct rates best = rates_measure();
    for (unsigned i = 1; i < RATE_ATTEMPTS_MAX && best.doubt_ticks > best.tsc_ticks / RATE_DOUBT; i++) {
        struct rates rates = rates_measure();
        best = rates.doubt_ticks < best.doubt_ticks ? rates : best;
    }
    return best;
}

START_CODE void clock_init(void)
{
    uint64_t measured_ns = PIT_TICKS * SECOND_NS / PIT_HZ;
    apic_init();
    struct rates rates = rates_find();
    tsc_scale = (measured_ns << SCALE_SHIFT) / (rates.tsc_ticks | 1);
    timer_scale = (rates.timer_ticks << SCALE_SHIFT) / measured_ns;
    tsc_base = tsc_read();
    apic[APIC_TIMER] = VECTOR_TIMER;
}

static uint64_t scaled(uint64_t value, uint64_t scale)
{
    return (uint64_t)((unsigned __int128)value * scale >> SCALE_SHIFT);
}

uint64_t arch_clock_ns(void)
{
    return scaled(tsc_read() - tsc_base, tsc_scale);
}

/* The timer's counter is short: an alarm that is far away comes too early, and is set again. */
void arch_timer_set(uint64_t deadline_ns)
{
    uint32_t count = 0;
    if (deadline_ns != UINT64_MAX) {
        uint64_t now_ns = arch_clock_ns();
        uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
        uint64_t ticks = left_ns < SECOND_NS ? scaled(left_ns, timer_scale) + 1 : scaled(SECOND_NS, timer_scale);
        count = ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
    }
    apic[APIC_COUNT_START] = count;
}

void apic_end(void)
{
    apic[APIC_END] = 0;
}
