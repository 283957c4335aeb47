/* GICv2. An interrupt that a program serves stays active, and so does not come again, until the program is done:
 * ending it is split in two (EOIMODE). */
#include "gic2.h"

#include <abi/errno.h>
#include <arch.h>
#include <board.h>
#include <start_code.h>

#define DEVICES_FIRST 32u
#define DISTRIBUTOR_CONTROL 0x000u
#define DISTRIBUTOR_TYPE 0x004u
#define ENABLE_SET(id) (0x100u + (id) / 32 * 4)
#define ENABLE_CLEAR(id) (0x180u + (id) / 32 * 4)
#define ACTIVE_CLEAR(id) (0x380u + (id) / 32 * 4)
#define PRIORITY(id) (0x400u + (id)) /* four IDs a word */
#define TARGETS(id) (0x800u + (id))
#define INTERFACE_CONTROL 0x000u
#define INTERFACE_PRIORITY_MASK 0x004u
#define INTERFACE_TAKE 0x00cu
#define INTERFACE_END 0x010u
#define INTERFACE_DEACTIVATE 0x1000u
#define CONTROL_ENABLE 1u
#define CONTROL_SPLIT (1u << 9)
#define ID_MASK 0x3ffu
#define ID_SPECIAL 1020u /* from here on: none */
#define PRIORITY_ALL 0xa0a0a0a0u
#define TARGET_ALL 0x01010101u /* the boot CPU */

static volatile uint32_t *distributor, *interface;
static uint32_t lines; /* IDs there are */
static uint32_t timer_id;
static uint32_t served[32]; /* a bit for each ID: taken and not done */

static void bit_write(uint32_t offset, uint32_t id)
{
    distributor[offset / 4] = 1u << (id % 32);
}

START_CODE void gic2_init(uint64_t distributor_physical, uint64_t interface_physical, uint32_t timer)
{
    distributor = arch_device(distributor_physical);
    interface = arch_device(interface_physical);
    timer_id = timer;
    lines = ((distributor[DISTRIBUTOR_TYPE / 4] & 0x1f) + 1) * 32;
    lines = lines < ID_SPECIAL ? lines : ID_SPECIAL;
    distributor[DISTRIBUTOR_CONTROL / 4] = 0;
    for (uint32_t id = 0; id < lines; id += 32) {
        distributor[ENABLE_CLEAR(id) / 4] = UINT32_MAX;
        distributor[ACTIVE_CLEAR(id) / 4] = UINT32_MAX;
    }
    for (uint32_t id = 0; id < lines; id += 4) {
        distributor[PRIORITY(id) / 4] = PRIORITY_ALL;
        if (id >= DEVICES_FIRST) {
            distributor[TARGETS(id) / 4] = TARGET_ALL;
        }
    }
    distributor[DISTRIBUTOR_CONTROL / 4] = CONTROL_ENABLE;
    interface[INTERFACE_PRIORITY_MASK / 4] = 0xff;
    interface[INTERFACE_CONTROL / 4] = CONTROL_ENABLE | CONTROL_SPLIT;
    bit_write(ENABLE_SET(timer), timer);
}

int gic2_enable(uint32_t number, bool enable)
{
    if (number < DEVICES_FIRST || number >= lines) {
        return -E_NOENT;
    }
    bit_write(ENABLE_CLEAR(number), number);
    bit_write(ACTIVE_CLEAR(number), number); /* its last driver may have died before it was done */
    served[number / 32] &= ~(1u << number % 32);
    if (enable) {
        bit_write(ENABLE_SET(number), number);
    }
    return 0;
}

uint32_t gic2_take(void)
{
    uint32_t id = interface[INTERFACE_TAKE / 4] & ID_MASK;
    if (id >= ID_SPECIAL) {
        return BOARD_INTERRUPT_NONE;
    }
    interface[INTERFACE_END / 4] = id;
    if (id != timer_id) {
        served[id / 32] |= 1u << id % 32;
        return id;
    }
    interface[INTERFACE_DEACTIVATE / 4] = id;
    return BOARD_INTERRUPT_TIMER;
}

void gic2_done(uint32_t number)
{
    if (number < lines && (served[number / 32] & 1u << number % 32) != 0) {
        served[number / 32] &= ~(1u << number % 32);
        interface[INTERFACE_DEACTIVATE / 4] = number;
    }
}
