/* Signals to init. It has no handlers: it tells the root server which signals it wants, is woken out of its wait by
 * them and asks which it was. */
#include <signal.h>

#include "init.h"

#define BIT(signal) (1ull << ((signal)-1))
#define STATUS_OF(signal) (128 + (signal))

static int64_t root_call(uint32_t operation, uint64_t first, uint64_t second, void *reply, uint64_t reply_bytes)
{
    struct root_request request = {.operation = operation, .argument = {first, second}};
    struct part send = {(uint64_t)(uintptr_t)&request, sizeof request};
    struct part area = {(uint64_t)(uintptr_t)reply, reply_bytes};
    sys_control()->transfer_count = 0;
    return sys_call(HANDLE_ROOT, &send, 1, &area, reply_bytes > 0 ? 1 : 0, CALL_UNINTERRUPTIBLE, DEADLINE_NONE);
}

void signals_init(void)
{
    uint64_t caught = BIT(SIGTERM) | BIT(SIGINT) | BIT(SIGHUP) | BIT(SIGUSR1) | BIT(SIGUSR2);
    root_call(ROOT_SIGNAL_DISPOSITION, 0, caught, NULL, 0);
}

int signals_take(void)
{
    struct signal_record record;
    sys_control()->interrupted = 0;
    int64_t signal = root_call(ROOT_SIGNAL_FETCH, 0, 0, &record, sizeof record);
    if (signal == SIGUSR1 || signal == SIGUSR2) {
        return 0; /* halt and poweroff ask so */
    }
    return signal > 0 ? STATUS_OF((int)signal) : -1;
}
