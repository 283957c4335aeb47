/* Sending requests: packs them into vectors and names the handles that go along. */
#include "request.h"

static void transfers_prepare(const struct root_message *message)
{
    struct control *control = sys_control();
    control->receive_base = message->receive_base;
    for (unsigned i = 0; i < TRANSFER_MAX; i++) {
        control->received_handles[i] = -1;
        control->transfer[i] = message->transfer[i];
    }
    control->transfer_count = message->transfer_count;
}

static void transfers_finish(const struct root_message *message)
{
    struct control *control = sys_control();
    control->transfer_count = 0;
    control->receive_base = HANDLE_DYNAMIC;
    for (unsigned i = 0; i < TRANSFER_MAX; i++) {
        if (message->received != NULL) {
            message->received[i] = control->received_handles[i];
        }
    }
}

int64_t root_send(const struct root_message *message)
{
    struct root_request request = message->request;
    uint64_t path_bytes = message->path != NULL ? string_length(message->path) : 0;
    if (path_bytes >= PATH_BYTES_MAX) {
        return -E_NAMETOOLONG;
    }
    request.path_bytes = (uint32_t)path_bytes;
    struct part send[] = {
        {(uintptr_t)&request, sizeof request},
        {(uintptr_t)message->path, path_bytes},
        {(uintptr_t)message->data, request.data_bytes},
    };
    struct part reply = {(uintptr_t)message->reply, message->reply_bytes};
    int connection = message->connection != 0 ? message->connection : HANDLE_ROOT;
    transfers_prepare(message);
    int64_t status =
        sys_call(connection, send, 3, &reply, message->reply_bytes != 0 ? 1 : 0, message->call_flags, DEADLINE_NONE);
    transfers_finish(message);
    return status;
}

int64_t root_ask(uint32_t operation, uint64_t argument0, uint64_t argument1)
{
    struct root_message message = {.request = {.operation = operation, .argument = {argument0, argument1}},
                                   .call_flags = CALL_UNINTERRUPTIBLE,
                                   .receive_base = HANDLE_DYNAMIC};
    return root_send(&message);
}

int64_t file_send(int fd, const struct file_request *request, const struct part *data, uint32_t data_count,
                  const struct part *reply, uint32_t reply_count, uint32_t call_flags)
{
    struct part send[FILE_DATA_PARTS_MAX + 1];
    if (fd < 0 || (uint32_t)fd >= HANDLE_SYSTEM_BASE) {
        return -E_BADF;
    }
    if (data_count > FILE_DATA_PARTS_MAX) {
        return -E_INVAL;
    }
    send[0] = (struct part){(uintptr_t)request, sizeof *request};
    for (uint32_t i = 0; i < data_count; i++) {
        send[i + 1] = data[i];
    }
    return sys_call(fd, send, data_count + 1, reply, reply_count, call_flags, DEADLINE_NONE);
}
