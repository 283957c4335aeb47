/* Bells and memory of the console's rings, for drivers: see rings.h. */
#include "rings.h"

#include <sys/server.h>

int rings_open(struct console_device **device)
{
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, CONSOLE_DEVICE_BYTES, SERVER_FD_RINGS, 0, PROT_R | PROT_W);
    if (address < 0) {
        return (int)address;
    }
    *device = (struct console_device *)(uintptr_t)address;
    return (*device)->magic == CONSOLE_MAGIC ? 0 : -E_NODEV;
}

void rings_interrupts_take(void)
{
    while (sys_receive(SERVER_FD_INTERRUPTS, NULL, 0, 0) >= 0) {
    }
}

uint64_t rings_wait(void)
{
    uint64_t bits = 0;
    while (sys_notification_wait(SERVER_FD_BELL, &bits, DEADLINE_NONE) < 0) {
    }
    if ((bits & SERVER_BELL_INTERRUPT) != 0) {
        rings_interrupts_take();
    }
    return bits;
}

void rings_tell(void)
{
    sys_notification_signal(SERVER_FD_BELL_OUT, SERVER_BELL_RING);
}
