/* Ports: file systems that servers export. Root keeps a handle to each port's channel that can only connect, so that
 * the channel dies with its server. A dead port stays until no node names it; its name may be taken again at once. */
#include "vfs_parts.h"

#include <string.h>

struct vfs_port *vfs_port_find(struct vfs *vfs, const char *name, uint32_t bytes)
{
    for (uint32_t i = 0; i < VFS_PORTS_MAX; i++) {
        struct vfs_port *port = &vfs->ports[i];
        if (port->used && !port->dead && strlen(port->name) == bytes && memcmp(port->name, name, bytes) == 0) {
            return port;
        }
    }
    return NULL;
}

struct vfs_port *vfs_port_find_number(struct vfs *vfs, uint64_t number)
{
    for (uint32_t i = 0; i < VFS_PORTS_MAX; i++) {
        if (vfs->ports[i].used && !vfs->ports[i].dead && vfs->ports[i].number == number) {
            return &vfs->ports[i];
        }
    }
    return NULL;
}

static struct vfs_port *port_allocate(struct vfs *vfs)
{
    for (uint32_t i = 0; i < VFS_PORTS_MAX; i++) {
        if (!vfs->ports[i].used) {
            return &vfs->ports[i];
        }
    }
    return NULL;
}

/* The three handles of a port. On error none is left. */
static int port_handles(struct vfs *vfs, int *channel, int *connect, int *pulse)
{
    *channel = sys_channel_create(vfs->host.grant, VFS_PORT_PULSE_SLOTS, CHANNEL_UNBLOCK);
    if (*channel < 0) {
        return *channel;
    }
    *connect = sys_handle_duplicate(SYS_SELF_TABLE, *channel, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST,
                                    RIGHT_SIGNAL | RIGHT_DUPLICATE, 0);
    if (*connect < 0) {
        sys_handle_close(SYS_SELF_TABLE, *channel);
        return *connect;
    }
    *pulse = sys_connection_create(vfs->host.grant, *channel, 0, RIGHT_SIGNAL);
    if (*pulse < 0) {
        sys_handle_close(SYS_SELF_TABLE, *connect);
        sys_handle_close(SYS_SELF_TABLE, *channel);
        return *pulse;
    }
    return 0;
}

int vfs_port_create(struct vfs *vfs, const char *name, uint32_t bytes, uint32_t pid, struct vfs_port **port_out,
                    int *channel)
{
    root_assert(bytes > 0 && bytes <= NAME_BYTES_MAX);
    if (vfs_port_find(vfs, name, bytes) != NULL) {
        return -E_EXIST;
    }
    struct vfs_port *port = port_allocate(vfs);
    if (port == NULL) {
        return -E_NFILE;
    }
    int connect = -1;
    int pulse = -1;
    int status = port_handles(vfs, channel, &connect, &pulse);
    if (status < 0) {
        return status;
    }
    port->used = true;
    port->dead = false;
    port->pulsed = false;
    port->number = ++vfs->next_port_number;
    port->pid = pid;
    port->node_count = 0;
    port->channel = connect;
    port->connection = pulse;
    vfs_list_init(&port->waiting);
    vfs_list_init(&port->flying);
    memcpy(port->name, name, bytes);
    port->name[bytes] = '\0';
    *port_out = port;
    return 0;
}

void vfs_port_tell(struct vfs_port *port)
{
    if (port->pulsed || port->dead || vfs_list_is_empty(&port->waiting)) {
        return;
    }
    port->pulsed = sys_pulse(port->connection, PORT_PULSE, port->number, VFS_PULSE_PRIORITY) >= 0;
}

void vfs_port_settle(struct vfs_port *port)
{
    if (port->dead && port->node_count == 0 && vfs_list_is_empty(&port->waiting) &&
        vfs_list_is_empty(&port->flying)) {
        port->used = false;
    }
}

static void port_fail_requests(struct vfs_list *requests)
{
    struct vfs_list *link = vfs_list_first(requests);
    while (link != NULL) {
        struct vfs_operation *operation = VFS_LIST_ENTRY(link, struct vfs_operation, link);
        vfs_request_withdraw(operation);
        memset(&operation->answer, 0, sizeof operation->answer);
        operation->data_bytes = 0;
        operation->resume(operation, -E_IO);
        link = vfs_list_first(requests);
    }
}

void vfs_port_die(struct vfs *vfs, struct vfs_port *port)
{
    if (port->dead) {
        return;
    }
    port->dead = true;
    sys_handle_close(SYS_SELF_TABLE, port->connection);
    sys_handle_close(SYS_SELF_TABLE, port->channel);
    port->node_count++; /* keeps it while its requests end */
    port_fail_requests(&port->flying);
    port_fail_requests(&port->waiting);
    vfs_node_forget_port(vfs, port);
    port->node_count--;
    vfs_port_settle(port);
}
