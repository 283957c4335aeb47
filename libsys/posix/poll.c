/* Waiting for several descriptors: each is asked, and told a notification of this thread's to signal if it has nothing
 * yet. Then the thread waits for the notification, and asks all again. */
#include "request.h"
#include "signals.h"
#include "state.h"

#define POLL_READ 0x001
#define POLL_WRITE 0x004
#define POLL_ERROR 0x008
#define POLL_HANG_UP 0x010
#define POLL_INVALID 0x020
#define POLL_ALWAYS (POLL_ERROR | POLL_HANG_UP | POLL_INVALID)

static int notification_own(void)
{
    struct thread_data *state = thread_state();
    if (state->notification == 0) {
        int handle = sys_notification_create(HANDLE_GRANT);
        if (handle < 0) {
            return handle;
        }
        state->notification = handle;
    }
    return state->notification;
}

int os_poll_ask(int fd, int16_t events, int notification, uint32_t signal_bits)
{
    uint32_t wanted = (uint16_t)events | POLL_ERROR | POLL_HANG_UP;
    struct file_request request = {.operation = FILE_POLL, .flags = signal_bits, .argument = wanted};
    struct control *control = sys_control();
    if (notification > 0) {
        control->transfer[0] = (struct transfer){.handle = notification, .rights = RIGHT_SIGNAL | RIGHT_TRANSFER};
        control->transfer_count = 1;
    }
    int64_t bits = file_send(fd, &request, NULL, 0, NULL, 0, CALL_UNINTERRUPTIBLE);
    control->transfer_count = 0;
    if (bits == -E_BADF) {
        return POLL_INVALID;
    }
    if (bits < 0) { /* it cannot say: it never makes anybody wait */
        bits = POLL_READ | POLL_WRITE;
    }
    return (int)(bits & ((uint16_t)events | POLL_ALWAYS));
}

/* Asks all; once one is ready, the rest need not remember us. Returns how many are. */
static int files_ask(struct os_poll *polls, uint32_t count, int notification)
{
    int ready = 0;
    for (uint32_t i = 0; i < count; i++) {
        polls[i].result =
            polls[i].fd < 0 ? 0 : (int16_t)os_poll_ask(polls[i].fd, polls[i].events, ready == 0 ? notification : 0, 1);
        ready += polls[i].result != 0;
    }
    return ready;
}

int os_poll(struct os_poll *polls, uint32_t count, uint64_t deadline_ns)
{
    if (count > HANDLE_SYSTEM_BASE) {
        return -E_INVAL;
    }
    int notification = deadline_ns == 0 ? 0 : notification_own();
    if (notification < 0) {
        return notification;
    }
    for (;;) {
        uint64_t bits;
        int ready = files_ask(polls, count, notification);
        if (ready != 0 || deadline_ns == 0) {
            return ready;
        }
        int status = sys_notification_wait(notification, &bits, deadline_ns);
        if (status == -E_TIMEDOUT || (status == -E_AGAIN && deadline_ns != DEADLINE_NONE)) {
            deadline_ns = 0; /* one last look */
        } else if (status < 0 && (status != -E_INTR || signal_is_due())) {
            return status;
        }
    }
}
