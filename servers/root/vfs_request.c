/* Requests to ports: queued per port, fetched and answered by the server with ROOT_PORT_NEXT, resumed where the
 * operation stood. A server's answer is checked here and by whoever uses it; nothing in it is trusted. */
#include "vfs_parts.h"

#include <string.h>

void vfs_request_name(struct vfs_operation *operation, const char *name, uint32_t bytes)
{
    root_assert(bytes <= NAME_BYTES_MAX);
    memcpy(operation->name, name, bytes);
    operation->name_bytes = bytes;
}

/* Does a request of this kind carry the operation's name, and its data? */
static bool kind_has_name(uint32_t kind)
{
    return kind == PORT_LOOKUP || (kind >= PORT_CREATE && kind <= PORT_RENAME);
}

static bool kind_has_data(uint32_t kind)
{
    return kind == PORT_SYMLINK || kind == PORT_RENAME;
}

void vfs_request_send(struct vfs_operation *operation, struct vfs_node *node, uint32_t kind,
                      void (*resume)(struct vfs_operation *operation, int status))
{
    struct vfs *vfs = operation->vfs;
    root_assert(operation->port == NULL && node->port != NULL);
    memset(&operation->answer, 0, sizeof operation->answer);
    operation->resume = resume;
    if (node->port->dead || (operation->cancelled && kind != PORT_CLOSE)) {
        resume(operation, node->port->dead ? -E_NXIO : -E_INTR);
        return;
    }
    vfs_node_hold(node);
    if (operation->node != NULL) {
        vfs_node_release(vfs, operation->node);
    }
    operation->node = node;
    operation->changes = node->changes;
    operation->port = node->port;
    operation->flying = false;
    struct port_request *wire = &operation->wire;
    wire->id = (++vfs->next_request_id << 16) | (uint64_t)(operation - vfs->operations);
    wire->operation = kind;
    wire->inode = node->inode;
    wire->identity = operation->identity;
    wire->name_bytes = kind_has_name(kind) ? operation->name_bytes : 0;
    wire->data_bytes = kind_has_data(kind) ? operation->data_bytes : 0;
    wire->reserved = 0;
    vfs_list_push(&node->port->waiting, &operation->link);
    vfs->counters.requests++;
    vfs->counters.lookups += kind == PORT_LOOKUP;
    vfs->counters.listings += kind == PORT_READDIR;
    vfs_port_tell(node->port);
}

void vfs_request_withdraw(struct vfs_operation *operation)
{
    vfs_list_remove(&operation->link);
    operation->port = NULL;
    operation->flying = false;
}

/* Delivers an answer: 0, or -E_INVAL: it answers nothing that this port was asked. */
static int request_answer(struct vfs *vfs, struct vfs_port *port, const struct port_answer *answer, const void *data)
{
    uint64_t index = answer->id & 0xffff;
    if (index >= vfs->operation_used) {
        return -E_INVAL;
    }
    struct vfs_operation *operation = &vfs->operations[index];
    if (operation->port != port || !operation->flying || operation->wire.id != answer->id) {
        return -E_INVAL;
    }
    vfs_request_withdraw(operation);
    operation->answer = *answer;
    operation->data_bytes = answer->status < 0 ? 0 : answer->data_bytes;
    memcpy(operation->data, data, operation->data_bytes);
    ((char *)operation->data)[operation->data_bytes] = '\0';
    int status = answer->status < -4095 || answer->status > 0 ? -E_IO : (int)answer->status;
    operation->resume(operation, status);
    return 0;
}

static void request_hand_out(struct vfs *vfs, struct vfs_port *port, void *call)
{
    struct vfs_list *link = vfs_list_pop(&port->waiting);
    if (link == NULL) {
        port->pulsed = false;
        vfs->host.reply(vfs->host.context, call, 0, NULL, 0, NULL, 0);
        return;
    }
    struct vfs_operation *operation = VFS_LIST_ENTRY(link, struct vfs_operation, link);
    operation->flying = true;
    vfs_list_push(&port->flying, &operation->link);
    const struct port_request *wire = &operation->wire;
    vfs->outgoing.request = *wire;
    memcpy(vfs->outgoing.bytes, operation->name, wire->name_bytes);
    memcpy(vfs->outgoing.bytes + wire->name_bytes, operation->data, wire->data_bytes);
    uint64_t bytes = sizeof *wire + wire->name_bytes + wire->data_bytes;
    vfs->host.reply(vfs->host.context, call, 1, &vfs->outgoing, bytes, NULL, 0);
}

/* The port a server's call names, if it is the caller's own. */
static struct vfs_port *message_port(struct vfs *vfs, const struct vfs_message *message)
{
    struct vfs_port *port = vfs_port_find_number(vfs, message->request->argument[0]);
    return port != NULL && port->pid == message->pid ? port : NULL;
}

void vfs_request_next(struct vfs *vfs, const struct vfs_message *message)
{
    struct vfs_port *port = message_port(vfs, message);
    struct port_answer answer;
    int status = 0;
    if (port == NULL) {
        status = -E_PERM;
    } else if (message->request->data_bytes < sizeof answer || message->reply_bytes < sizeof(struct port_request)) {
        status = -E_INVAL;
    } else {
        memcpy(&answer, message->data, sizeof answer);
        uint64_t room = message->request->data_bytes - sizeof answer;
        if (answer.data_bytes > room || answer.data_bytes > PORT_DATA_BYTES_MAX) {
            status = -E_INVAL;
        } else if (answer.id != 0) {
            status = request_answer(vfs, port, &answer, (const char *)message->data + sizeof answer);
        }
    }
    if (status < 0) {
        vfs->host.reply(vfs->host.context, message->call, status, NULL, 0, NULL, 0);
        return;
    }
    request_hand_out(vfs, port, message->call);
}

void vfs_request_invalidate(struct vfs *vfs, const struct vfs_message *message)
{
    struct vfs_port *port = message_port(vfs, message);
    int status = port == NULL ? -E_PERM : 0;
    struct vfs_node *node = port == NULL ? NULL : vfs_node_find(vfs, port, message->request->argument[1]);
    if (node != NULL) {
        vfs_directory_changed(vfs, node);
        if (message->request->data_bytes == 0) {
            vfs_cache_drop_children(vfs, node);
        } else {
            vfs_cache_drop(vfs, node, message->data, message->request->data_bytes);
        }
    }
    vfs->host.reply(vfs->host.context, message->call, status, NULL, 0, NULL, 0);
}
