/* Lines are levels without a state: a taken one is masked until its driver is done. */
#include "bcm2836.h"

#include <abi/errno.h>
#include <arch.h>
#include <board.h>
#include <start_code.h>

#define BANKS 3u /* GPU 0 to 31, GPU 32 to 63, basic */
#define LINES 72u
#define BASIC_MASK 0xffu /* the other bits tell of the other banks */
#define GPU_ROUTING (0x0c / 4)
#define TIMER_CONTROL (0x40 / 4) /* of the first CPU */
#define SOURCE (0x60 / 4)
#define SOURCE_TIMER (1u << 3) /* the virtual one */
#define SOURCE_GPU (1u << 8)
#define FIQ_CONTROL (0x0c / 4)
#define ENABLE(bank) (0x10 / 4 + (bank))
#define DISABLE(bank) (0x1c / 4 + (bank))

static volatile uint32_t *local, *peripherals;
static uint32_t enabled[BANKS], served[BANKS];

static uint32_t pending(uint32_t bank)
{
    uint32_t lines = peripherals[bank == 2 ? 0 : bank + 1];
    return (bank == 2 ? lines & BASIC_MASK : lines) & enabled[bank] & ~served[bank];
}

START_CODE void bcm2836_init(uint64_t local_physical, uint64_t peripherals_physical)
{
    local = arch_device(local_physical);
    peripherals = arch_device(peripherals_physical);
    peripherals[FIQ_CONTROL] = 0;
    for (uint32_t bank = 0; bank < BANKS; bank++) {
        peripherals[DISABLE(bank)] = UINT32_MAX;
    }
    local[GPU_ROUTING] = 0;
    local[TIMER_CONTROL] = SOURCE_TIMER;
}

int bcm2836_enable(uint32_t number, bool enable)
{
    if (number >= LINES) {
        return -E_NOENT;
    }
    uint32_t bank = number / 32, bit = 1u << number % 32;
    served[bank] &= ~bit;
    enabled[bank] = enable ? enabled[bank] | bit : enabled[bank] & ~bit;
    peripherals[enable ? ENABLE(bank) : DISABLE(bank)] = bit;
    return 0;
}

uint32_t bcm2836_take(void)
{
    uint32_t source = local[SOURCE];
    if ((source & SOURCE_TIMER) != 0) {
        return BOARD_INTERRUPT_TIMER;
    }
    for (uint32_t bank = 0; bank < BANKS && (source & SOURCE_GPU) != 0; bank++) {
        uint32_t lines = pending(bank);
        if (lines != 0) {
            uint32_t line = (uint32_t)__builtin_ctz(lines);
            served[bank] |= 1u << line;
            peripherals[DISABLE(bank)] = 1u << line;
            return bank * 32 + line;
        }
    }
    return BOARD_INTERRUPT_NONE;
}

void bcm2836_done(uint32_t number)
{
    uint32_t bank = number / 32, bit = 1u << number % 32;
    if (number < LINES && (served[bank] & bit) != 0) {
        served[bank] &= ~bit;
        peripherals[ENABLE(bank)] = bit;
    }
}
