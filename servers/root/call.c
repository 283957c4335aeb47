/* Received messages: their pool, how they are read and how they are answered. */
#include "root.h"
#include <string.h>

static struct root_call *call_unused(struct root *root)
{
    for (uint32_t i = 0; i < ROOT_CALLS_MAX; i++) {
        if (root->calls[i].state == CALL_FREE) {
            return &root->calls[i];
        }
    }
    return NULL;
}

static void call_clear(struct root_call *call)
{
    call->process = NULL;
    call->handle_count = 0;
    call->path = "";
    call->path_bytes = 0;
    call->data = "";
    call->data_bytes = 0;
    call->continuation = NULL;
}

void root_flush(struct root *root)
{
    struct root_deferred *deferred = &root->deferred;
    if (deferred->message_id == 0) {
        return;
    }
    struct part part = {(uint64_t)(uintptr_t)deferred->data, deferred->data_bytes};
    sys_reply(deferred->message_id, deferred->status, &part, deferred->data_bytes == 0 ? 0 : 1);
    deferred->message_id = 0;
}

/* Receives, after sending the kept reply. *replied: an error may be the reply's, whose client is gone. */
static int reply_and_receive(struct root *root, const struct part *into, bool *replied)
{
    struct root_deferred *deferred = &root->deferred;
    *replied = deferred->message_id != 0;
    if (!*replied) {
        return sys_receive(root->channel, into, 1, DEADLINE_NONE);
    }
    uint64_t message_id = deferred->message_id;
    struct part part = {(uint64_t)(uintptr_t)deferred->data, deferred->data_bytes};
    deferred->message_id = 0;
    return sys_reply_receive(message_id, deferred->status, &part, deferred->data_bytes == 0 ? 0 : 1, into, 1,
                             root->channel);
}

struct root_call *call_receive(struct root *root)
{
    struct root_call *call = call_unused(root);
    root_assert(call != NULL); /* call_decode keeps one free */
    struct part part = {(uint64_t)(uintptr_t)call->message.raw, sizeof call->message.raw - 2};
    bool replied = false;
    int result = reply_and_receive(root, &part, &replied);
    if (result < 0) {
        root_assert(replied || result == -E_INTR);
        return NULL;
    }
    struct control *control = sys_control();
    call_clear(call);
    call->info = control->info;
    call->message_id = control->info.kind == RECEIVED_PULSE ? 0 : control->info.message_id;
    call->handle_count = control->info.handle_count < TRANSFER_MAX ? control->info.handle_count : TRANSFER_MAX;
    for (uint32_t i = 0; i < call->handle_count; i++) {
        call->handles[i] = control->received_handles[i];
    }
    call->state = CALL_SERVED;
    return call;
}

/* Separates path and data and ends both with a NUL. Returns 0, -E_MSGSIZE, -E_INVAL, -E_NAMETOOLONG. */
static int call_split(struct root_call *call)
{
    const uint64_t header = sizeof(struct root_request);
    if (call->info.send_bytes > call->info.received_bytes) {
        return -E_MSGSIZE;
    }
    const struct root_request *request = &call->message.request;
    uint64_t body = call->info.received_bytes - header;
    if ((uint64_t)request->path_bytes + request->data_bytes > body) {
        return -E_INVAL;
    }
    if (request->path_bytes >= PATH_BYTES_MAX) {
        return -E_NAMETOOLONG;
    }
    char *path = (char *)call->message.raw + header;
    char *data = path + request->path_bytes;
    uint64_t data_place = request->path_bytes == 0 ? 0 : ((uint64_t)request->path_bytes + 1 + 7) & ~7ull;
    if (data_place + request->data_bytes + 1 > CALL_BYTES_MAX) {
        return -E_MSGSIZE;
    }
    if (memchr(path, 0, request->path_bytes) != NULL) {
        return -E_INVAL;
    }
    memmove(path + data_place, data, request->data_bytes);
    call->data = path + data_place;
    call->data_bytes = request->data_bytes;
    path[data_place + request->data_bytes] = 0;
    if (request->path_bytes > 0) {
        path[request->path_bytes] = 0;
        call->path = path;
        call->path_bytes = request->path_bytes;
    }
    return 0;
}

static int call_split_file(struct root_call *call)
{
    if (call->info.received_bytes < sizeof(struct file_request)) {
        return -E_INVAL;
    }
    call->data = (const char *)call->message.raw + sizeof(struct file_request);
    uint64_t data_bytes = call->info.received_bytes - sizeof(struct file_request);
    call->data_bytes = (uint32_t)data_bytes;
    call->message.raw[sizeof(struct file_request) + data_bytes] = 0;
    return 0;
}

static bool call_is_file(const struct root_call *call)
{
    enum cookie_class class = COOKIE_CLASS(call->info.cookie);
    return (class == COOKIE_DIRECTORY || class == COOKIE_TEXT) && call->info.received_bytes >= sizeof(uint32_t) &&
           call->message.request.operation < ROOT_OPERATION_FIRST;
}

static int call_parse(struct root *root, struct root_call *call)
{
    if (COOKIE_CLASS(call->info.cookie) == COOKIE_PROCESS) {
        call->process = process_of_cookie(root, call->info.cookie);
    } else {
        call->process = process_find(root, IDENTITY_PID(call->info.identity));
    }
    if (call->process == NULL) {
        return -E_SRCH;
    }
    call->process->calls++;
    if (call_unused(root) == NULL) {
        return -E_AGAIN;
    }
    if (call_is_file(call)) {
        return call_split_file(call);
    }
    return call->info.received_bytes < sizeof(struct root_request) ? -E_INVAL : call_split(call);
}

bool call_decode(struct root *root, struct root_call *call)
{
    int status = call_parse(root, call);
    if (status < 0) {
        root_reply(root, call, status, NULL, 0);
    }
    return status == 0;
}

struct root_call *call_find(struct root *root, uint64_t message_id)
{
    for (uint32_t i = 0; i < ROOT_CALLS_MAX; i++) {
        if (root->calls[i].state != CALL_FREE && root->calls[i].message_id == message_id) {
            return &root->calls[i];
        }
    }
    return NULL;
}

void call_free(struct root *root, struct root_call *call)
{
    root_assert(call->state != CALL_FREE);
    for (uint32_t i = 0; i < call->handle_count; i++) {
        if (call->handles[i] >= 0) {
            sys_handle_close(SYS_SELF_TABLE, call->handles[i]);
        }
    }
    struct process *process = call->process;
    call->state = CALL_FREE;
    call->process = NULL;
    if (process != NULL) {
        root_assert(process->calls > 0);
        process->calls--;
        process_release(root, process);
    }
}

void root_reply(struct root *root, struct root_call *call, int64_t status, const void *data, uint64_t data_bytes)
{
    struct root_deferred *deferred = &root->deferred;
    root_flush(root);
    if (data_bytes <= sizeof deferred->data) {
        deferred->message_id = call->message_id;
        deferred->status = status;
        deferred->data_bytes = data_bytes;
        if (data_bytes > 0) {
            memcpy(deferred->data, data, data_bytes);
        }
    } else {
        struct part part = {(uint64_t)(uintptr_t)data, data_bytes};
        sys_reply(call->message_id, status, &part, 1);
    }
    call_free(root, call);
}

int root_reply_transfer(struct root *root, struct root_call *call, int64_t status, const void *data,
                        uint64_t data_bytes, const struct transfer *transfers, uint32_t count)
{
    root_assert(count <= TRANSFER_MAX);
    struct control *control = sys_control();
    for (uint32_t i = 0; i < count; i++) {
        control->transfer[i] = transfers[i];
    }
    control->transfer_count = count;
    struct part part = {(uint64_t)(uintptr_t)data, data_bytes};
    int64_t result = sys_reply(call->message_id, status, &part, data_bytes == 0 ? 0 : 1);
    control->transfer_count = 0;
    if (result < 0) {
        root_reply(root, call, result, NULL, 0);
        return (int)result;
    }
    call_free(root, call);
    return 0;
}

struct task *call_task(const struct root_call *call)
{
    if (IDENTITY_PID(call->info.identity) != call->process->pid) {
        return NULL;
    }
    return task_find(call->process, IDENTITY_TID(call->info.identity));
}

int call_take_handle(struct root_call *call, uint32_t index)
{
    if (index >= call->handle_count) {
        return -1;
    }
    int handle = call->handles[index];
    call->handles[index] = -1;
    return handle;
}
