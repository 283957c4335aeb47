/* The generic timer's virtual counter as the monotonic clock, and its comparator. */
#include "clock.h"

#include "cpu.h"

#include <arch.h>
#include <machine.h>
#include <start_code.h>

#define SECOND_NS 1000000000ull
#define SHIFT 32u
#define CONTROL_ENABLE 1u
#define CONTROL_FIRED 4u
#define USER_READS_COUNTER 2u

static uint64_t ns_per_tick; /* both in units of 2^-SHIFT */
static uint64_t ticks_per_ns;

static uint64_t scale(uint64_t value, uint64_t factor)
{
    return (uint64_t)((unsigned __int128)value * factor >> SHIFT);
}

START_CODE void clock_init(void)
{
    uint64_t ticks_per_second = CPU_READ(cntfrq_el0);
    if (ticks_per_second == 0) {
        machine_fail("the boot loader has not told how fast the CPU's counter runs (CNTFRQ_EL0)");
    }
    ns_per_tick = (SECOND_NS << SHIFT) / ticks_per_second;
    ticks_per_ns = ((ticks_per_second << SHIFT) + SECOND_NS - 1) / SECOND_NS;
    CPU_WRITE(cntkctl_el1, USER_READS_COUNTER);
    CPU_WRITE(cntv_cval_el0, UINT64_MAX);
    CPU_WRITE(cntv_ctl_el0, CONTROL_ENABLE);
}

uint64_t arch_clock_ns(void)
{
    return scale(CPU_READ(cntvct_el0), ns_per_tick);
}

/* A tick too late rather than too early: the core would only ask again. */
void arch_timer_set(uint64_t deadline_ns)
{
    unsigned __int128 ticks = ((unsigned __int128)deadline_ns * ticks_per_ns >> SHIFT) + 1;
    CPU_WRITE(cntv_cval_el0, ticks > UINT64_MAX || deadline_ns == UINT64_MAX ? UINT64_MAX : (uint64_t)ticks);
    CPU_DO("isb");
}

bool arch_timer_take(void)
{
    if ((CPU_READ(cntv_ctl_el0) & CONTROL_FIRED) == 0) {
        return false;
    }
    CPU_WRITE(cntv_cval_el0, UINT64_MAX);
    CPU_DO("isb");
    return true;
}

void arch_idle(void)
{
    CPU_DO("dsb sy");
    CPU_DO("wfi");
}

bool arch_interrupt_pending(void)
{
    return CPU_READ(isr_el1) != 0;
}
