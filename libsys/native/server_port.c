/* A server's side towards the root server: its port, its sessions, the requests for names. */
#include <string.h>

#include "server_private.h"

#define PORT_PATH_BYTES 64u

void *server_memory(uint64_t size_bytes)
{
    int64_t address = os_memory_map(0, size_bytes, PROT_R | PROT_W);
    if (address < 0) {
        os_log("server: no memory: %llu bytes asked for\n", (unsigned long long)size_bytes);
        os_exit(1);
    }
    return (void *)(uintptr_t)address;
}

/* ROOT_OPEN by hand, because os_open does not tell the status, which is the port's number. Number or -error. */
static int64_t port_open(const char *name, int *channel)
{
    struct control *control = sys_control();
    char path[PORT_PATH_BYTES];
    int length = os_format(path, sizeof path, "/port/%s", name);
    struct root_request request = {.operation = ROOT_OPEN,
                                   .flags = OPEN_CREATE | OPEN_READ_WRITE,
                                   .path_bytes = (uint32_t)length,
                                   .argument = {0600}};
    struct part send[2] = {{(uint64_t)(uintptr_t)&request, sizeof request},
                           {(uint64_t)(uintptr_t)path, (uint64_t)length}};
    control->receive_base = HANDLE_DYNAMIC;
    control->received_handles[0] = -1;
    control->transfer_count = 0;
    int64_t status = sys_call(HANDLE_ROOT, send, 2, NULL, 0, 0, DEADLINE_NONE);
    *channel = control->received_handles[0];
    return status >= 0 && *channel < 0 ? -E_NODEV : status;
}

int server_open(struct server *server, const char *name, uint32_t session_count)
{
    int64_t port = port_open(name, &server->channel);
    if (port < 0) {
        os_log("server: /port/%s: error %d\n", name, (int)-port);
        return (int)port;
    }
    server->port = (uint32_t)port;
    server->session_count = session_count;
    server->start_ns = server_realtime_ns(server_realtime_offset());
    server->sessions = server_memory(session_count * sizeof server->sessions[0]);
    return 0;
}

void server_ready(void)
{
    if (sys_notification_signal(SERVER_FD_READY, SERVER_READY_BIT) == 0) {
        sys_handle_close(SYS_SELF_TABLE, SERVER_FD_READY);
    }
}

int server_self(struct server *server)
{
    return sys_connection_create(HANDLE_GRANT, server->channel, 0, RIGHT_SIGNAL | RIGHT_DUPLICATE | RIGHT_TRANSFER);
}

struct server_session *server_session_create(struct server *server, uint32_t flags)
{
    uint32_t index = server->session_free - 1;
    if (server->session_free != 0) {
        server->session_free = server->sessions[index].next_free;
    } else if (server->sessions_used < server->session_count) {
        index = server->sessions_used++;
    } else {
        return NULL;
    }
    struct server_session *session = &server->sessions[index];
    uint32_t generation = session->generation + 1;
    *session = (struct server_session){
        .cookie = ((uint64_t)generation << 32) | (index + 1), .flags = flags, .generation = generation};
    return session;
}

struct server_session *server_session_find(struct server *server, uint64_t cookie)
{
    uint64_t index = (cookie & UINT32_MAX) - 1;
    if (cookie == 0 || index >= server->sessions_used || server->sessions[index].cookie != cookie) {
        return NULL;
    }
    return &server->sessions[index];
}

void server_session_drop(struct server *server, struct server_session *session)
{
    if (server->operations->close != NULL) {
        server->operations->close(server, session);
    }
    server_poll_drop(server, session);
    session->cookie = 0;
    session->next_free = server->session_free;
    server->session_free = (uint32_t)(session - server->sessions) + 1;
}

static int name_open(struct server *server, struct server_name *name)
{
    name->session = server_session_create(server, name->request.flags);
    if (name->session == NULL) {
        return -E_NFILE;
    }
    name->session->inode = name->request.inode;
    int status = server->operations->name[PORT_OPEN](server, name);
    if (status < 0) {
        name->session->cookie = 0;
        name->session->next_free = server->session_free;
        server->session_free = (uint32_t)(name->session - server->sessions) + 1;
        return status;
    }
    name->answer.cookie = name->session->cookie;
    return 0;
}

static int name_dispatch(struct server *server, struct server_name *name)
{
    uint32_t operation = name->request.operation;
    if (operation == PORT_CLOSE) {
        struct server_session *session = server_session_find(server, name->request.argument);
        if (session != NULL) {
            server_session_drop(server, session);
        }
        return 0;
    }
    if (operation == 0 || operation > PORT_CLOSE || server->operations->name[operation] == NULL) {
        if (server->operations->nodes != NULL) {
            return server_fixed_name(server, name);
        }
        bool changes = operation == PORT_SETATTR || (operation >= PORT_CREATE && operation <= PORT_RENAME);
        return changes ? -E_ROFS : -E_INVAL;
    }
    if (operation == PORT_OPEN) {
        return name_open(server, name);
    }
    return server->operations->name[operation](server, name);
}

/* One ROOT_PORT_NEXT: delivers the answer, fetches the next request. Its status. */
static int64_t name_next(struct server *server, struct server_name *name, char *text, uint64_t text_bytes)
{
    struct root_request next = {.operation = ROOT_PORT_NEXT,
                                .data_bytes = (uint32_t)sizeof name->answer + name->answer.data_bytes,
                                .argument = {server->port}};
    struct part send[3] = {{(uint64_t)(uintptr_t)&next, sizeof next},
                           {(uint64_t)(uintptr_t)&name->answer, sizeof name->answer},
                           {(uint64_t)(uintptr_t)name->out, name->answer.data_bytes}};
    struct part reply[2] = {{(uint64_t)(uintptr_t)&name->request, sizeof name->request},
                            {(uint64_t)(uintptr_t)text, text_bytes}};
    sys_control()->transfer_count = 0;
    return sys_call(HANDLE_ROOT, send, name->answer.data_bytes > 0 ? 3 : 2, reply, 2, CALL_UNINTERRUPTIBLE,
                    DEADLINE_NONE);
}

void server_names_serve(struct server *server)
{
    struct server_name *name = &server->name;
    char text[NAME_BYTES_MAX + PORT_DATA_BYTES_MAX];
    name->answer = (struct port_answer){0};
    while (name_next(server, name, text, sizeof text) > 0) {
        struct port_request *request = &name->request;
        name->answer = (struct port_answer){.id = request->id};
        if (request->name_bytes > NAME_BYTES_MAX || request->data_bytes > PORT_DATA_BYTES_MAX) {
            name->answer.status = -E_NAMETOOLONG;
            continue;
        }
        memcpy(name->name, text, request->name_bytes);
        name->name[request->name_bytes] = '\0';
        memcpy(name->data, text + request->name_bytes, request->data_bytes);
        name->data[request->data_bytes] = '\0';
        int status = name_dispatch(server, name);
        name->answer.status = status;
        if (status < 0) {
            name->answer.data_bytes = 0;
        }
    }
}

static int64_t root_call(uint32_t operation, uint64_t first, uint64_t second)
{
    struct root_request request = {.operation = operation, .argument = {first, second}};
    struct part send = {(uint64_t)(uintptr_t)&request, sizeof request};
    sys_control()->transfer_count = 0;
    return sys_call(HANDLE_ROOT, &send, 1, NULL, 0, CALL_UNINTERRUPTIBLE, DEADLINE_NONE);
}

int server_kill(int pid, int signal)
{
    return (int)root_call(ROOT_KILL, (uint64_t)(int64_t)pid, (uint64_t)signal);
}

int server_group_of(uint32_t pid)
{
    return (int)root_call(ROOT_GETPGID, pid, 0);
}

int server_session_of(uint32_t pid)
{
    return (int)root_call(ROOT_GETSID, pid, 0);
}

int64_t server_realtime_offset(void)
{
    struct kernel_info info;
    return sys_kernel_info(&info) < 0 ? 0 : (int64_t)info.realtime_offset_ns;
}

int64_t server_realtime_ns(int64_t offset_ns)
{
    return sys_clock_read() + offset_ns;
}
