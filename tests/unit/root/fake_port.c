/* The fake world around the VFS: processes, replies, and file servers. */
#include "fake_port.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define SERVERS_MAX 8
#define COOKIE_CLASS_DIRECTORY COOKIE(COOKIE_DIRECTORY, 0)
#define COOKIE_CLASS_TEXT COOKIE(COOKIE_TEXT, 0)
#define WEAK __attribute__((weak))

struct fake_person {
    bool exists;
    struct vfs_credentials credentials;
    struct vfs_process_context *names;
    struct vfs_process_context context;
};

static struct {
    struct vfs *vfs;
    struct fake_person persons[FAKE_PROCESSES_MAX];
    struct fake_call *calls;
    uint32_t call_count;
    struct fake_server *servers[SERVERS_MAX];
    uint32_t server_count;
    uint32_t pulses;
} world;

WEAK int sys_channel_create(int grant, uint32_t pulse_slots, uint32_t flags)
{
    (void)pulse_slots;
    ck_assert_uint_eq(flags, CHANNEL_UNBLOCK);
    return sys_connection_create(grant, 0, 0, RIGHTS_ALL);
}

WEAK int sys_pulse(int connection, int code, uint64_t value, int priority)
{
    (void)connection, (void)value, (void)priority;
    ck_assert_int_eq(code, PORT_PULSE);
    world.pulses++;
    return 0;
}

WEAK int sys_connection_info(int channel, int connection, uint64_t *cookie)
{
    (void)channel;
    *cookie = fake_sys()->objects[connection].cookie;
    return 0;
}

static int person_reply(void *context, void *call, int64_t status, const void *data, uint64_t data_bytes,
                        const struct transfer *transfers, uint32_t transfer_count)
{
    (void)context;
    struct fake_call *reply = call;
    ck_assert(!reply->answered);
    ck_assert_uint_le(data_bytes, sizeof reply->data);
    reply->answered = true;
    reply->status = status;
    reply->data_bytes = data_bytes;
    if (data_bytes > 0) {
        memcpy(reply->data, data, data_bytes);
    }
    reply->transfer_count = transfer_count;
    if (transfer_count > 0) {
        reply->transfer = transfers[0];
    }
    return 0;
}

static bool person_find(void *context, uint32_t pid, struct vfs_credentials *credentials,
                        struct vfs_process_context **names)
{
    (void)context;
    if (pid >= FAKE_PROCESSES_MAX || !world.persons[pid].exists) {
        return false;
    }
    *credentials = world.persons[pid].credentials;
    *names = world.persons[pid].names;
    return true;
}

static uint32_t person_next(void *context, uint32_t after)
{
    (void)context;
    for (uint32_t pid = after + 1; pid < FAKE_PROCESSES_MAX; pid++) {
        if (world.persons[pid].exists) {
            return pid;
        }
    }
    return 0;
}

static int64_t person_text(void *context, uint32_t pid, uint32_t file, char *buffer, uint64_t length)
{
    (void)context;
    return os_format(buffer, length, "text %u of %u\n", file, pid);
}

/* Everybody has the descriptors 0 and 70: the latter for reading only. */
static int64_t person_descriptor_next(void *context, uint32_t pid, uint32_t from)
{
    (void)context, (void)pid;
    return from == 0 ? 0 : from <= 70 ? 70 : -1;
}

static int person_descriptor(void *context, uint32_t pid, uint32_t number, uint32_t *rights)
{
    (void)context, (void)pid;
    *rights = RIGHT_READ | RIGHT_DUPLICATE | RIGHT_TRANSFER | (number == 0 ? RIGHT_WRITE : 0);
    return number == 0 || number == 70 ? sys_connection_create(0, 0, number, *rights) : -E_NOENT;
}

static int64_t person_now_ns(void *context)
{
    (void)context;
    return 12345;
}

void fake_person(uint32_t pid, uint32_t uid, uint32_t gid)
{
    struct fake_person *person = &world.persons[pid];
    ck_assert_uint_lt(pid, FAKE_PROCESSES_MAX);
    person->exists = true;
    person->credentials = (struct vfs_credentials){pid, uid, gid, uid, gid};
    person->names = &person->context;
    if (pid == 1) {
        vfs_process_context_init(world.vfs, person->names);
    } else {
        vfs_process_context_copy(person->names, world.persons[1].names);
    }
}

void fake_person_end(uint32_t pid)
{
    struct fake_person *person = &world.persons[pid];
    vfs_process_context_release(world.vfs, person->names);
    person->exists = false;
    person->names = NULL;
}

struct vfs_process_context *fake_context(uint32_t pid)
{
    return world.persons[pid].names;
}

struct vfs *fake_vfs(void)
{
    memset(fake_sys(), 0, sizeof *fake_sys());
    memset(&world, 0, sizeof world);
    world.vfs = calloc(1, sizeof *world.vfs);
    world.calls = calloc(FAKE_CALLS_MAX, sizeof *world.calls);
    ck_assert_ptr_nonnull(world.vfs);
    ck_assert_ptr_nonnull(world.calls);
    int channel = sys_connection_create(0, 0, 0, RIGHTS_ALL);
    world.vfs->host = (struct vfs_host){
        .channel = channel,
        .cookie_directory = COOKIE_CLASS_DIRECTORY,
        .cookie_text = COOKIE_CLASS_TEXT,
        .cookie_mask = 0xffull << COOKIE_SHIFT,
        .reply = person_reply,
        .process = person_find,
        .process_next = person_next,
        .text = person_text,
        .descriptor_next = person_descriptor_next,
        .descriptor = person_descriptor,
        .now_ns = person_now_ns,
    };
    vfs_state_init(world.vfs);
    fake_person(1, 0, 0);
    return world.vfs;
}

static struct fake_call *call_new(void)
{
    struct fake_call *call = &world.calls[world.call_count++ % FAKE_CALLS_MAX];
    memset(call, 0, sizeof *call);
    return call;
}

static struct vfs_message message_new(struct fake_call *call, uint32_t pid, uint64_t cookie)
{
    return (struct vfs_message){.call = call,
                                .identity = pid,
                                .pid = pid,
                                .cookie = cookie,
                                .reply_bytes = FAKE_CALL_BYTES,
                                .path = "",
                                .data = "",
                                .handle = -1};
}

struct fake_call *fake_send(uint32_t pid, uint64_t cookie, const struct root_request *request, const char *path,
                            const void *data, uint32_t data_bytes)
{
    struct fake_call *call = call_new();
    struct root_request whole = *request;
    whole.path_bytes = (uint32_t)strlen(path);
    whole.data_bytes = data_bytes;
    struct vfs_message message = message_new(call, pid, cookie);
    message.request = &whole;
    message.path = path;
    message.data = data;
    vfs_dispatch(world.vfs, &message);
    return call;
}

int64_t fake_call_at(uint32_t pid, uint64_t cookie, uint32_t operation, uint32_t flags, uint64_t argument,
                     const char *path, const char *data)
{
    struct root_request request = {.operation = operation, .flags = flags, .argument = {argument}};
    struct fake_call *call = fake_send(pid, cookie, &request, path, data, (uint32_t)strlen(data));
    fake_work();
    ck_assert_msg(call->answered, "no reply to operation %u on %s", operation, path);
    world.call_count = (uint32_t)(call - world.calls) + 1; /* forget the servers' own calls */
    return call->status;
}

int64_t fake_call(uint32_t pid, uint32_t operation, uint32_t flags, uint64_t argument, const char *path,
                  const char *data)
{
    return fake_call_at(pid, 0, operation, flags, argument, path, data);
}

struct fake_call *fake_last(void)
{
    return &world.calls[(world.call_count - 1) % FAKE_CALLS_MAX];
}

int64_t fake_open(uint32_t pid, const char *path, uint32_t flags, uint32_t mode)
{
    return fake_call(pid, ROOT_OPEN, flags, mode, path, "");
}

uint64_t fake_opened_cookie(void)
{
    ck_assert_uint_eq(fake_last()->transfer_count, 1);
    return fake_sys()->objects[fake_last()->transfer.handle].cookie;
}

int64_t fake_stat(uint32_t pid, const char *path, struct file_stat *stat)
{
    int64_t status = fake_call(pid, ROOT_STAT, 0, 0, path, "");
    if (status == 0) {
        ck_assert_uint_eq(fake_last()->data_bytes, sizeof *stat);
        memcpy(stat, fake_last()->data, sizeof *stat);
    }
    return status;
}

int64_t fake_file(uint64_t cookie, uint32_t operation, uint64_t offset, uint64_t length, uint64_t argument)
{
    struct fake_call *call = call_new();
    struct file_request request = {operation, 0, offset, length, argument};
    struct vfs_message message = message_new(call, 1, cookie);
    vfs_session_serve(world.vfs, &message, &request);
    fake_work();
    ck_assert(call->answered);
    world.call_count = (uint32_t)(call - world.calls) + 1;
    return call->status;
}

/* --- file servers --- */

struct fake_server *fake_server(uint32_t pid, const char *port)
{
    char path[NAME_BYTES_MAX + 16];
    os_format(path, sizeof path, "/port/%s", port);
    int64_t number = fake_open(pid, path, OPEN_CREATE | OPEN_READ_WRITE, 0600);
    ck_assert_int_gt(number, 0);
    struct fake_server *server = calloc(1, sizeof *server);
    ck_assert_ptr_nonnull(server);
    server->number = (uint32_t)number;
    server->pid = pid;
    server->port = vfs_port_find_number(world.vfs, server->number);
    server->inodes = FAKE_TOP;
    server->files[FAKE_TOP] = (struct file_stat){.inode = FAKE_TOP, .mode = TEXT_DIRECTORY, .link_count = 2};
    ck_assert_uint_lt(world.server_count, SERVERS_MAX);
    world.servers[world.server_count++] = server;
    return server;
}

int64_t fake_mount(const char *port, const char *path, uint32_t flags)
{
    return fake_call(1, ROOT_MOUNT, flags, FAKE_TOP, path, port);
}

struct fake_server *fake_root_server(void)
{
    struct fake_server *server = fake_server(1, "root");
    ck_assert_int_eq(fake_mount("root", "/", 0), 0);
    memset(server->asked, 0, sizeof server->asked);
    server->asked_all = 0;
    return server;
}

static struct fake_entry *entry_find(const struct fake_server *server, uint64_t directory, const char *name)
{
    for (uint32_t i = 0; i < server->entry_count; i++) {
        const struct fake_entry *entry = &server->entries[i];
        if (entry->used && entry->directory == directory && strcmp(entry->name, name) == 0) {
            return (struct fake_entry *)(uintptr_t)entry;
        }
    }
    return NULL;
}

uint64_t fake_find(const struct fake_server *server, uint64_t directory, const char *name)
{
    const struct fake_entry *entry = entry_find(server, directory, name);
    return entry == NULL ? 0 : entry->inode;
}

static void entry_add(struct fake_server *server, uint64_t directory, const char *name, uint64_t inode)
{
    ck_assert_uint_lt(server->entry_count, FAKE_FILES_MAX);
    struct fake_entry *entry = &server->entries[server->entry_count++];
    *entry = (struct fake_entry){.used = true, .directory = directory, .inode = inode};
    strcpy(entry->name, name);
}

uint64_t fake_add(struct fake_server *server, uint64_t directory, const char *name, uint32_t mode, uint32_t uid,
                  uint32_t gid)
{
    uint64_t inode = ++server->inodes;
    ck_assert_uint_lt(inode, FAKE_FILES_MAX);
    server->files[inode] =
        (struct file_stat){.inode = inode, .mode = mode, .uid = uid, .gid = gid, .link_count = 1};
    entry_add(server, directory, name, inode);
    return inode;
}

uint64_t fake_add_link(struct fake_server *server, uint64_t directory, const char *name, const char *target)
{
    uint64_t inode = fake_add(server, directory, name, VFS_TYPE_LINK | 0777u, 0, 0);
    server->targets[inode] = strdup(target);
    return inode;
}

void fake_remove(struct fake_server *server, uint64_t directory, const char *name)
{
    struct fake_entry *entry = entry_find(server, directory, name);
    ck_assert_ptr_nonnull(entry);
    entry->used = false;
    server->files[entry->inode].link_count--;
}

static bool directory_is_empty(const struct fake_server *server, uint64_t directory)
{
    for (uint32_t i = 0; i < server->entry_count; i++) {
        if (server->entries[i].used && server->entries[i].directory == directory) {
            return false;
        }
    }
    return true;
}

static uint32_t server_list(const struct fake_server *server, const struct port_request *request, char *buffer)
{
    struct vfs_records records = {buffer, 0, PORT_DATA_BYTES_MAX, false};
    for (uint64_t i = request->argument; i < server->entry_count; i++) {
        const struct fake_entry *entry = &server->entries[i];
        if (entry->used && entry->directory == request->inode &&
            !vfs_record_add(&records, entry->name, entry->inode, server->files[entry->inode].mode, i + 1)) {
            break;
        }
    }
    return records.used;
}

static int64_t server_make(struct fake_server *server, const struct port_request *request, const char *name,
                           const char *data, struct port_answer *answer)
{
    if (server->next_exists) {
        server->next_exists = false;
        return -E_EXIST;
    }
    if (fake_find(server, request->inode, name) != 0) {
        return -E_EXIST;
    }
    uint64_t inode = request->inode2;
    if (request->operation == PORT_LINK) {
        entry_add(server, request->inode, name, inode);
        server->files[inode].link_count++;
    } else {
        inode = fake_add(server, request->inode, name, request->stat.mode, request->stat.uid, request->stat.gid);
    }
    if (request->operation == PORT_SYMLINK) {
        server->targets[inode] = strndup(data, request->data_bytes);
    }
    answer->stat = server->files[inode];
    return 0;
}

static int64_t server_unlink(struct fake_server *server, const struct port_request *request, const char *name)
{
    uint64_t inode = fake_find(server, request->inode, name);
    if (inode == 0) {
        return -E_NOENT;
    }
    if (request->operation == PORT_RMDIR && !directory_is_empty(server, inode)) {
        return -E_NOTEMPTY;
    }
    fake_remove(server, request->inode, name);
    return 0;
}

static int64_t server_rename(struct fake_server *server, const struct port_request *request, const char *name,
                             const char *data)
{
    char new_name[NAME_BYTES_MAX + 1] = "";
    memcpy(new_name, data, request->data_bytes);
    struct fake_entry *from = entry_find(server, request->inode, name);
    struct fake_entry *to = entry_find(server, request->inode2, new_name);
    if (from == NULL) {
        return -E_NOENT;
    }
    if (to != NULL) {
        to->used = false;
    }
    from->directory = request->inode2;
    strcpy(from->name, new_name);
    return 0;
}

static int64_t server_set(struct fake_server *server, const struct port_request *request, struct port_answer *answer)
{
    struct file_stat *file = &server->files[request->inode];
    if ((request->mask & PORT_SET_MODE) != 0) {
        file->mode = request->stat.mode;
    }
    if ((request->mask & PORT_SET_UID) != 0) {
        file->uid = request->stat.uid;
    }
    if ((request->mask & PORT_SET_GID) != 0) {
        file->gid = request->stat.gid;
    }
    if ((request->mask & PORT_SET_SIZE) != 0) {
        file->size_bytes = request->stat.size_bytes;
    }
    if ((request->mask & PORT_SET_MODIFY_TIME) != 0) {
        file->modify_time_ns = request->stat.modify_time_ns;
    }
    answer->stat = *file;
    return 0;
}

static int64_t server_serve(struct fake_server *server, const struct port_request *request, const char *name,
                            const char *data, struct port_answer *answer, char *out)
{
    uint64_t inode = 0;
    switch (request->operation) {
    case PORT_LOOKUP:
        inode = fake_find(server, request->inode, name);
        answer->stat = server->files[inode];
        return inode == 0 ? -E_NOENT : 0;
    case PORT_GETATTR:
        answer->stat = server->files[request->inode];
        return 0;
    case PORT_SETATTR:
        return server_set(server, request, answer);
    case PORT_OPEN:
        answer->cookie = ++server->cookies;
        return 0;
    case PORT_UNLINK:
    case PORT_RMDIR:
        return server_unlink(server, request, name);
    case PORT_RENAME:
        return server_rename(server, request, name, data);
    case PORT_READLINK:
        answer->data_bytes = (uint32_t)strlen(server->targets[request->inode]);
        memcpy(out, server->targets[request->inode], answer->data_bytes);
        return 0;
    case PORT_READDIR:
        answer->data_bytes = server_list(server, request, out);
        return 0;
    case PORT_CLOSE:
        server->closed_cookie = request->argument;
        return 0;
    case PORT_STATFS:
        answer->data_bytes = sizeof(struct port_statfs);
        memset(out, 0, sizeof(struct port_statfs));
        return 0;
    default:
        return server_make(server, request, name, data, answer);
    }
}

/* Calls ROOT_PORT_NEXT; the reply is the next request. */
static struct fake_call *server_next(struct fake_server *server, const struct port_answer *answer, const void *data)
{
    static uint64_t buffer[(sizeof *answer + PORT_DATA_BYTES_MAX) / sizeof(uint64_t)];
    memcpy(buffer, answer, sizeof *answer);
    memcpy((char *)buffer + sizeof *answer, data, answer->data_bytes);
    struct root_request next = {.operation = ROOT_PORT_NEXT, .argument = {server->number}};
    return fake_send(server->pid, 0, &next, "", buffer, (uint32_t)sizeof *answer + answer->data_bytes);
}

int64_t fake_answer(struct fake_server *server, const struct port_answer *answer, const void *data)
{
    struct fake_call *call = server_next(server, answer, data);
    ck_assert(call->answered);
    return call->status;
}

bool fake_fetch(struct fake_server *server, struct port_request *request)
{
    struct port_answer none = {.id = 0};
    struct fake_call *call = server_next(server, &none, "");
    ck_assert(call->answered);
    if (call->status == 1) {
        memcpy(request, call->data, sizeof *request);
    }
    return call->status == 1;
}

static void server_work(struct fake_server *server)
{
    char out[PORT_DATA_BYTES_MAX] = "";
    struct port_answer answer = {.id = 0};
    struct fake_call *call = server_next(server, &answer, "");
    while (call->status == 1) {
        struct port_request request;
        memcpy(&request, call->data, sizeof request);
        char name[NAME_BYTES_MAX + 1] = "";
        memcpy(name, call->data + sizeof request, request.name_bytes);
        const char *data = (const char *)call->data + sizeof request + request.name_bytes;
        server->asked[request.operation]++;
        server->asked_all++;
        server->last = request;
        strcpy(server->last_name, name);
        answer = (struct port_answer){.id = request.id, .flags = server->answer_flags};
        answer.status = server_serve(server, &request, name, data, &answer, out);
        call = server_next(server, &answer, out);
    }
    ck_assert_int_eq(call->status, 0);
}

void fake_work(void)
{
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < world.server_count; i++) {
            struct fake_server *server = world.servers[i];
            struct vfs_port *port = vfs_port_find_number(world.vfs, server->number);
            if (port != NULL && !server->idle && !vfs_list_is_empty(&port->waiting)) {
                server_work(server);
                again = true;
            }
        }
    }
}
