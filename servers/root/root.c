/* The root server's set-up and its loop: one message or pulse after another, none of them waited for. */
#include "root.h"
#include <sys/os.h>

void root_panic(const char *condition, const char *file, int line)
{
    os_log("root server: assertion failed: %s at %s:%d\n", condition, file, line);
    sys_machine_stop(125);
}

static void *memory_map(int grant, int space, uint64_t size_bytes)
{
    uint64_t size = (size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    int memory = sys_memory_create(grant, size);
    if (memory < 0) {
        return NULL;
    }
    int64_t address = sys_space_map(space, 0, size, memory, 0, PROT_R | PROT_W);
    sys_handle_close(SYS_SELF_TABLE, memory);
    return address < 0 ? NULL : (void *)(uintptr_t)address;
}

struct root *root_create(void)
{
    return memory_map(HANDLE_GRANT, HANDLE_SPACE, sizeof(struct root));
}

void *root_memory(struct root *root, uint64_t size_bytes)
{
    return memory_map(root->grant, root->space, size_bytes);
}

uint64_t root_now_ns(void)
{
    return (uint64_t)sys_clock_read();
}

uint64_t root_realtime_ns(const struct root *root)
{
    return root_now_ns() + root->realtime_offset_ns;
}

int root_init(struct root *root)
{
    root->grant = HANDLE_GRANT;
    root->space = HANDLE_SPACE;
    root->archive = sys_handle_info(SYS_SELF_TABLE, HANDLE_ARCHIVE) < 0 ? -1 : HANDLE_ARCHIVE;
    struct kernel_info info;
    int result = sys_kernel_info(&info);
    if (result < 0) {
        return result;
    }
    root->realtime_offset_ns = info.realtime_offset_ns;
    root->boot_ns = info.boot_ns;
    result = memory_init(root);
    if (result < 0) {
        return result;
    }
    root->channel = sys_channel_create(root->grant, ROOT_PULSES, CHANNEL_UNBLOCK);
    if (root->channel < 0) {
        return root->channel;
    }
    root->self = sys_connection_create(root->grant, root->channel, COOKIE(COOKIE_SELF, 0), RIGHTS_ALL);
    if (root->self < 0) {
        return root->self;
    }
    root->timer = sys_timer_create(root->grant, root->self, ROOT_PULSE_TIMER, 0);
    if (root->timer < 0) {
        return root->timer;
    }
    return vfs_init(root);
}

static void pulse_close(struct root *root, uint64_t cookie)
{
    switch (COOKIE_CLASS(cookie)) {
    case COOKIE_PROCESS:
        process_handle_closed(root, cookie);
        return;
    case COOKIE_DIRECTORY:
    case COOKIE_TEXT:
        vfs_close(root, cookie);
        return;
    case COOKIE_SELF:
        return;
    }
}

/* A client wants out. What was answered meanwhile is not found, and that is right. */
static void pulse_unblock(struct root *root, uint64_t message_id)
{
    struct root_call *call = call_find(root, message_id);
    if (call == NULL) {
        return;
    }
    if (call->state == CALL_WAITING || call->info.kind != RECEIVED_MESSAGE) {
        root_reply(root, call, -E_INTR, NULL, 0);
    } else {
        vfs_cancel(root, call);
    }
}

static void root_pulse(struct root *root, const struct receive_info *info)
{
    switch (info->pulse_code) {
    case PULSE_CLOSE:
        pulse_close(root, info->pulse_value);
        break;
    case PULSE_UNBLOCK:
        pulse_unblock(root, info->pulse_value);
        break;
    case PULSE_THREAD_DEATH:
        task_died(root, info->pulse_value);
        break;
    case ROOT_PULSE_TIMER:
        if (COOKIE_CLASS(info->cookie) == COOKIE_SELF) {
            alarm_expire(root);
        }
        break;
    default: /* anybody may send any other */
        break;
    }
}

static void root_request(struct root *root, struct root_call *call)
{
    enum cookie_class class = COOKIE_CLASS(call->info.cookie);
    uint32_t operation = call->message.request.operation;
    if (operation < ROOT_OPERATION_FIRST && (class == COOKIE_DIRECTORY || class == COOKIE_TEXT)) {
        vfs_session(root, call);
    } else if (operation >= ROOT_OPEN && operation <= ROOT_PORT_INVALIDATE && class != COOKIE_TEXT) {
        vfs_request(root, call);
    } else if (operation >= ROOT_PROCESS_CREATE && class == COOKIE_PROCESS) {
        serve_process(root, call);
    } else {
        root_reply(root, call, -E_NOSYS, NULL, 0);
    }
}

void root_run(struct root *root)
{
    for (;;) {
        struct root_call *call = call_receive(root);
        if (call == NULL) {
            continue;
        }
        if (call->info.kind == RECEIVED_PULSE) {
            struct receive_info info = call->info;
            call_free(root, call);
            root_pulse(root, &info);
        } else if (call->info.kind == RECEIVED_EXCEPTION) {
            serve_exception(root, call);
        } else if (call_decode(root, call)) {
            root_request(root, call);
        }
    }
}
