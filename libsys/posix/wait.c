/* Waiting for children. */
#include "request.h"

int os_wait(int pid, struct wait_result *result, uint32_t flags)
{
    struct wait_result unused;
    struct root_message message = {
        .request = {.operation = ROOT_WAIT, .flags = flags, .argument = {(uint64_t)(int64_t)pid}},
        .reply = result != NULL ? result : &unused,
        .reply_bytes = sizeof *result,
        .receive_base = HANDLE_DYNAMIC,
    };
    return (int)root_send(&message);
}
