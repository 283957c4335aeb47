/* The server loop: receives requests and pulses, checks what holds for all servers, calls the operation, replies. */
#include <poll.h>
#include <string.h>

#include <sys/server.h>

#include "server_private.h"

_Static_assert(SERVER_PARTS_MAX <= PARTS_MAX, "an answer fits one vector");

int64_t server_fetch(struct server_request *request, uint64_t offset_bytes, void *to, uint64_t length_bytes)
{
    if (offset_bytes >= request->data_bytes) {
        return 0;
    }
    if (length_bytes > request->data_bytes - offset_bytes) {
        length_bytes = request->data_bytes - offset_bytes;
    }
    if (offset_bytes + length_bytes <= request->received_bytes) {
        memcpy(to, request->data + offset_bytes, length_bytes);
        return (int64_t)length_bytes;
    }
    struct part part = {(uint64_t)(uintptr_t)to, length_bytes};
    return sys_message_read(request->id, sizeof(struct file_request) + offset_bytes, &part, 1);
}

static int answer_flush(struct server_request *request)
{
    int64_t written = sys_message_write(request->id, request->written_bytes, request->parts, request->part_count);
    for (uint32_t i = 0; i < request->part_count; i++) {
        request->written_bytes += request->parts[i].length_bytes;
    }
    request->part_count = 0;
    return written < 0 ? (int)written : 0;
}

void server_answer(struct server_request *request, const void *bytes, uint64_t length_bytes)
{
    uint64_t base = (uint64_t)(uintptr_t)bytes;
    if (length_bytes == 0) {
        return;
    }
    if (request->part_count > 0) {
        struct part *last = &request->parts[request->part_count - 1];
        if (last->base + last->length_bytes == base) {
            last->length_bytes += length_bytes;
            return;
        }
    }
    if (request->part_count == SERVER_PARTS_MAX) {
        answer_flush(request);
    }
    request->parts[request->part_count++] = (struct part){base, length_bytes};
}

int server_answer_copy(struct server_request *request, const void *bytes, uint64_t length_bytes)
{
    server_answer(request, bytes, length_bytes);
    return answer_flush(request);
}

void server_transfer(struct server_request *request, int handle, uint32_t rights, bool move)
{
    if (request->transfer_count < TRANSFER_MAX) {
        request->transfers[request->transfer_count++] =
            (struct transfer){.handle = handle, .rights = rights, .move = move};
    }
}

int64_t server_reply(uint64_t message_id, int64_t status, const void *first, uint64_t first_bytes, const void *second,
                     uint64_t second_bytes)
{
    struct part parts[2] = {{(uint64_t)(uintptr_t)first, first_bytes}, {(uint64_t)(uintptr_t)second, second_bytes}};
    return sys_reply(message_id, status, parts, second_bytes > 0 ? 2 : first_bytes > 0 ? 1 : 0);
}

bool server_waiting(uint64_t message_id)
{
    return sys_message_read(message_id, 0, NULL, 0) >= 0;
}

/* Handles that came with a request and that no operation took. */
static void handles_close(struct server_request *request)
{
    for (uint32_t i = 0; i < request->handle_count; i++) {
        if (request->handles[i] >= 0) {
            sys_handle_close(SYS_SELF_TABLE, request->handles[i]);
        }
    }
    request->handle_count = 0;
}

static int64_t flags_operation(struct server_request *request)
{
    uint32_t mask = request->header.flags & (OPEN_APPEND | OPEN_NONBLOCK);
    struct server_session *session = request->session;
    session->flags = (session->flags & ~mask) | ((uint32_t)request->header.argument & mask);
    return session->flags & (OPEN_ACCESS_MASK | OPEN_APPEND | OPEN_NONBLOCK);
}

/* What a file without the ability answers. */
static int64_t operation_missing(const struct server_request *request)
{
    switch (request->header.operation) {
    case FILE_READ:
    case FILE_WRITE:
    case FILE_TRUNCATE:
        return -E_INVAL;
    case FILE_SEEK:
        return -E_SPIPE;
    case FILE_SYNC:
        return 0;
    case FILE_CONTROL:
        return -E_NOTTY;
    case FILE_MAP:
        return -E_NODEV;
    default:
        return -E_NOSYS;
    }
}

/* Checks that hold for all servers; 0 or -error. */
static int request_check(const struct server_request *request)
{
    const struct file_request *header = &request->header;
    if (header->operation == FILE_READ && (request->rights & RIGHT_READ) == 0) {
        return -E_BADF;
    }
    if (header->operation == FILE_WRITE) {
        if ((request->rights & RIGHT_WRITE) == 0) {
            return -E_BADF;
        }
        if (header->length > request->data_bytes) {
            return -E_INVAL;
        }
    }
    if (header->operation == FILE_TRUNCATE && (request->rights & RIGHT_WRITE) == 0) {
        return -E_INVAL;
    }
    if (header->operation == FILE_MAP && (request->rights & RIGHT_READ) == 0) {
        return -E_ACCES;
    }
    if (header->operation == FILE_CONTROL && request->data_bytes > FILE_CONTROL_BYTES_MAX) {
        return -E_INVAL;
    }
    if ((header->operation == FILE_READ || header->operation == FILE_WRITE) && header->offset != FILE_POSITION &&
        header->offset > (uint64_t)INT64_MAX) {
        return -E_INVAL;
    }
    return 0;
}

static int64_t request_dispatch(struct server *server, struct server_request *request)
{
    const struct server_operations *operations = server->operations;
    uint32_t operation = request->header.operation;
    int error = request_check(request);
    if (error < 0) {
        return error;
    }
    if (operation == FILE_READ && request->header.length > request->reply_bytes) {
        request->header.length = request->reply_bytes;
    }
    if (operation == FILE_FLAGS) {
        return flags_operation(request);
    }
    if (operation == FILE_POLL) {
        return server_poll_operation(server, request);
    }
    if (operation > FILE_DIRECTORY_READ) {
        return operations->other != NULL ? operations->other(server, request) : -E_NOSYS;
    }
    if (operations->file[operation] != NULL) {
        return operations->file[operation](server, request);
    }
    if (operation == FILE_STAT && operations->nodes != NULL) {
        return server_fixed_stat(server, request);
    }
    return operation_missing(request);
}

/* Fills the request from what was received; the session, or NULL if it is not a valid request. */
static struct server_session *request_take(struct server *server, const struct control *control)
{
    const struct receive_info *info = &control->info;
    struct server_request *request = &server->request;
    request->id = info->message_id;
    request->identity = info->identity;
    request->rights = info->rights;
    request->reply_bytes = info->reply_bytes;
    request->part_count = 0;
    request->written_bytes = 0;
    request->transfer_count = 0;
    request->handle_count = info->handle_count < TRANSFER_MAX ? info->handle_count : TRANSFER_MAX;
    for (uint32_t i = 0; i < request->handle_count; i++) {
        request->handles[i] = control->received_handles[i];
    }
    request->session = server_session_find(server, info->cookie);
    if (info->received_bytes < sizeof(struct file_request)) {
        return NULL;
    }
    request->header = server->buffer.header;
    request->data = server->buffer.data;
    request->received_bytes = info->received_bytes - sizeof(struct file_request);
    request->data_bytes = info->send_bytes - sizeof(struct file_request);
    return request->session;
}

static void pulse_take(struct server *server, int code, uint64_t value, uint64_t cookie)
{
    const struct server_operations *operations = server->operations;
    if (code == PULSE_CLOSE) {
        struct server_session *session = server_session_find(server, value);
        if (session != NULL) {
            server_session_drop(server, session);
        }
    } else if (code == PULSE_UNBLOCK) {
        if (operations->unblock != NULL) {
            operations->unblock(server, value);
        }
    } else if (code == PORT_PULSE) {
        server_names_serve(server);
    } else if (code >= SERVER_PULSE_FIRST && operations->pulse != NULL && server_session_find(server, cookie) == NULL) {
        operations->pulse(server, code, value);
    }
}

/* Replies with handles at once, so that those which could not be sent do not stay behind. */
static void reply_transfers(struct server_request *request, int64_t status)
{
    struct control *control = sys_control();
    memcpy(control->transfer, request->transfers, request->transfer_count * sizeof request->transfers[0]);
    control->transfer_count = request->transfer_count;
    int64_t result = sys_reply(request->id, status, request->parts, request->part_count);
    control->transfer_count = 0;
    for (uint32_t i = 0; result < 0 && i < request->transfer_count; i++) {
        if (request->transfers[i].move != 0) {
            sys_handle_close(SYS_SELF_TABLE, request->transfers[i].handle);
        }
    }
}

/* Serves one message. Returns its ID if the loop is to reply `*status` to it, 0 if it is answered or kept. */
static uint64_t message_serve(struct server *server, const struct control *control, int64_t *status)
{
    struct server_request *request = &server->request;
    if (request_take(server, control) == NULL) {
        *status = request->session == NULL ? -E_BADF : -E_INVAL;
    } else {
        *status = request_dispatch(server, request);
    }
    handles_close(request);
    if (*status == SERVER_LATER) {
        return 0;
    }
    if (*status < 0) {
        request->part_count = 0;
    } else if (request->transfer_count > 0) {
        reply_transfers(request, *status);
        return 0;
    } else if (request->written_bytes > 0 && request->part_count > 0) {
        answer_flush(request);
    }
    return request->id;
}

int server_run(struct server *server)
{
    struct control *control = sys_control();
    struct part area = {(uint64_t)(uintptr_t)&server->buffer, sizeof server->buffer};
    uint64_t answer_id = 0;
    int64_t status = 0;
    server_names_serve(server);
    for (;;) {
        control->receive_base = HANDLE_DYNAMIC;
        control->transfer_count = 0;
        uint32_t count = answer_id != 0 ? server->request.part_count : 0;
        int result = sys_reply_receive(answer_id, status, server->request.parts, count, &area, 1, server->channel);
        if (result < 0) {
            if (answer_id == 0 && result != -E_INTR) {
                return result;
            }
            answer_id = 0;
            continue;
        }
        answer_id = 0;
        const struct receive_info *info = &control->info;
        if (info->kind == RECEIVED_PULSE) {
            pulse_take(server, info->pulse_code, info->pulse_value, info->cookie);
        } else if (info->kind == RECEIVED_MESSAGE) {
            answer_id = message_serve(server, control, &status);
        }
    }
}
