/* The fixed tree of a server whose names never change. */
#include <string.h>
#include <sys/stat.h>

#include "server_private.h"

static const struct server_node *node_find(const struct server *server, uint64_t inode)
{
    for (uint32_t i = 0; i < server->operations->node_count; i++) {
        if (server->operations->nodes[i].inode == inode) {
            return &server->operations->nodes[i];
        }
    }
    return NULL;
}

static void node_stat(const struct server *server, const struct server_node *node, struct file_stat *stat)
{
    *stat = (struct file_stat){.device = server->port,
                               .inode = node->inode,
                               .mode = node->mode,
                               .link_count = S_ISDIR(node->mode) ? 2 : 1,
                               .size_bytes = node->target != NULL ? strlen(node->target) : 0,
                               .special = node->special,
                               .access_time_ns = server->start_ns,
                               .modify_time_ns = server->start_ns,
                               .change_time_ns = server->start_ns};
}

/* Records of the entries behind cookie `argument`; a cookie is the entry's index + 1. */
static int directory_list(const struct server *server, struct server_name *name)
{
    uint64_t room = name->request.length < sizeof name->out ? name->request.length : sizeof name->out;
    uint32_t used = 0;
    for (uint64_t i = name->request.argument; i < server->operations->node_count; i++) {
        const struct server_node *node = &server->operations->nodes[i];
        size_t length = strlen(node->name);
        uint32_t bytes = (uint32_t)(sizeof(struct directory_record) + length + 1 + 7) & ~7u;
        if (node->parent != name->request.inode) {
            continue;
        }
        if (used + bytes > room) {
            return used > 0 ? (int)used : -E_INVAL;
        }
        struct directory_record *record = (struct directory_record *)(void *)(name->out + used);
        memset(record, 0, bytes);
        record->inode = node->inode;
        record->next_offset = i + 1;
        record->record_bytes = (uint16_t)bytes;
        record->name_bytes = (uint16_t)length;
        record->mode = node->mode;
        memcpy(record->name, node->name, length);
        used += bytes;
    }
    return (int)used;
}

static int directory_lookup(const struct server *server, struct server_name *name)
{
    for (uint32_t i = 0; i < server->operations->node_count; i++) {
        const struct server_node *node = &server->operations->nodes[i];
        if (node->parent == name->request.inode && strcmp(node->name, name->name) == 0) {
            node_stat(server, node, &name->answer.stat);
            return 0;
        }
    }
    return -E_NOENT;
}

int server_fixed_name(struct server *server, struct server_name *name)
{
    const struct server_node *node = node_find(server, name->request.inode);
    int listed = 0;
    if (node == NULL) {
        return -E_NOENT;
    }
    switch (name->request.operation) {
    case PORT_LOOKUP:
        return S_ISDIR(node->mode) ? directory_lookup(server, name) : -E_NOTDIR;
    case PORT_GETATTR:
        node_stat(server, node, &name->answer.stat);
        return 0;
    case PORT_READDIR:
        listed = S_ISDIR(node->mode) ? directory_list(server, name) : -E_NOTDIR;
        name->answer.data_bytes = listed > 0 ? (uint32_t)listed : 0;
        return listed < 0 ? listed : 0;
    case PORT_READLINK:
        if (node->target == NULL) {
            return -E_INVAL;
        }
        name->answer.data_bytes = (uint32_t)strlen(node->target);
        memcpy(name->out, node->target, name->answer.data_bytes);
        return 0;
    case PORT_STATFS:
        name->answer.data_bytes = sizeof(struct port_statfs);
        memset(name->out, 0, sizeof(struct port_statfs));
        ((struct port_statfs *)(void *)name->out)->name_bytes_max = NAME_BYTES_MAX;
        return 0;
    default:
        return -E_ROFS;
    }
}

int64_t server_fixed_stat(struct server *server, struct server_request *request)
{
    const struct server_node *node = node_find(server, request->session->inode);
    struct file_stat stat;
    if (node == NULL) {
        return -E_NOSYS;
    }
    node_stat(server, node, &stat);
    return server_answer_copy(request, &stat, sizeof stat);
}
