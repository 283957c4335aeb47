/* Entry of the personality: finds a call's handler; an unknown call is -E_NOSYS, and logged once per program. */
#include "linux_call.h"

#include "foreign.h"
#include "state.h"

#define LOGGED_BITS 64u
#define LOGGED_LIMIT (sizeof((struct process_state *)0)->foreign_logged / sizeof(uint64_t) * LOGGED_BITS)

static void unknown_log(uint64_t number)
{
    struct process_state *state = process_state();
    uint64_t place = number < LOGGED_LIMIT ? number : LOGGED_LIMIT - 1;
    uint64_t bit = 1ull << place % LOGGED_BITS;
    process_lock();
    bool known = (state->foreign_logged[place / LOGGED_BITS] & bit) != 0;
    state->foreign_logged[place / LOGGED_BITS] |= bit;
    process_unlock();
    if (!known) {
        os_log("personality: process %u made Linux call %lu, which does not exist here\n",
               IDENTITY_PID(sys_control()->identity), (unsigned long)number);
    }
}

int64_t linux_call(struct foreign_frame *frame)
{
    linux_handler *handler = linux_find(frame->number);
    if (handler == NULL) {
        unknown_log(frame->number);
        return -E_NOSYS;
    }
    return handler(frame, frame->argument);
}
