/* Operations on open files of a ramfs. A session's `object` is the inode number; the node lives while it is open. */
#include <string.h>
#include <sys/stat.h>

#include <abi/errno.h>

#include "ramfs.h"

static struct tree_node *node_of(struct ramfs *ramfs, const struct server_session *session)
{
    return tree_node(&ramfs->tree, session->inode);
}

/* Adds blocks [offset, end) of a file kept in blocks to the answer. */
static void blocks_answer(struct ramfs *ramfs, struct server_request *request, const struct tree_node *node,
                          uint64_t offset, uint64_t end)
{
    while (offset < end) {
        uint64_t inside = offset % BLOCK_BYTES;
        uint64_t length = BLOCK_BYTES - inside < end - offset ? BLOCK_BYTES - inside : end - offset;
        uint32_t block = block_map_get(&ramfs->tree.blocks, &node->map, offset / BLOCK_BYTES);
        const uint8_t *bytes = block != 0 ? blocks_address(&ramfs->tree.blocks, block) : ramfs->zeros;
        server_answer(request, bytes + inside, length);
        offset += length;
    }
}

int64_t ramfs_read(struct server *server, struct server_request *request)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct server_session *session = request->session;
    const struct tree_node *node = node_of(ramfs, session);
    bool positioned = request->header.offset != FILE_POSITION;
    uint64_t offset = positioned ? request->header.offset : session->position;
    if (S_ISDIR(node->mode)) {
        return -E_ISDIR;
    }
    if (offset >= node->size_bytes) {
        return 0;
    }
    uint64_t left = node->size_bytes - offset;
    uint64_t length = request->header.length < left ? request->header.length : left;
    if (ramfs->read_only) {
        server_answer(request, ramfs->archive + node->archive_offset + offset, length);
    } else {
        blocks_answer(ramfs, request, node, offset, offset + length);
    }
    if (!positioned) {
        session->position = offset + length;
    }
    return (int64_t)length;
}

/* Makes blocks for file bytes from `offset` on that lie side by side in memory; the bytes they hold from there on, at
 * most `length`; 0: no block left. */
static uint64_t run_make(struct tree *tree, struct tree_node *node, uint64_t offset, uint64_t length, uint8_t **place)
{
    uint64_t inside = offset % BLOCK_BYTES;
    uint32_t first = block_map_make(&tree->blocks, &node->map, offset / BLOCK_BYTES);
    if (first == 0) {
        return 0;
    }
    uint32_t count = 1;
    while (count < RAMFS_RUN_BLOCKS && (uint64_t)count * BLOCK_BYTES - inside < length) {
        uint32_t next = block_map_make(&tree->blocks, &node->map, offset / BLOCK_BYTES + count);
        if (next != first + count) {
            break;
        }
        count++;
    }
    *place = blocks_address(&tree->blocks, first) + inside;
    uint64_t room = (uint64_t)count * BLOCK_BYTES - inside;
    return room < length ? room : length;
}

int64_t ramfs_write(struct server *server, struct server_request *request)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct server_session *session = request->session;
    struct tree_node *node = node_of(ramfs, session);
    bool positioned = request->header.offset != FILE_POSITION;
    uint64_t offset = positioned ? request->header.offset : session->position;
    uint64_t length = request->header.length;
    if ((session->flags & OPEN_APPEND) != 0) {
        offset = node->size_bytes;
    }
    if (offset > FILE_BYTES_MAX || length > FILE_BYTES_MAX - offset) {
        return -E_FBIG;
    }
    uint64_t done = 0;
    int64_t fetched = 0;
    while (done < length) {
        uint8_t *place = NULL;
        uint64_t run = run_make(&ramfs->tree, node, offset + done, length - done, &place);
        fetched = run == 0 ? -E_NOSPC : server_fetch(request, done, place, run);
        if (fetched <= 0) {
            break;
        }
        done += (uint64_t)fetched;
    }
    if (offset + done > node->size_bytes && done > 0) {
        node->size_bytes = offset + done;
    }
    if (done < length) {
        tree_trim(&ramfs->tree, node);
    }
    if (done == 0 && fetched < 0) {
        return fetched;
    }
    if (!positioned) {
        session->position = offset + done;
    }
    node->modify_time_ns = ramfs_now_ns(ramfs);
    node->change_time_ns = node->modify_time_ns;
    return (int64_t)done;
}

int64_t ramfs_seek(struct server *server, struct server_request *request)
{
    const struct tree_node *node = node_of(ramfs_of(server), request->session);
    int64_t base = 0;
    int64_t position = 0;
    if (request->header.argument == 1) {
        base = (int64_t)request->session->position;
    } else if (request->header.argument == 2) {
        base = (int64_t)node->size_bytes;
    } else if (request->header.argument != 0) {
        return -E_INVAL;
    }
    if (__builtin_add_overflow(base, (int64_t)request->header.offset, &position) || position < 0) {
        return -E_INVAL;
    }
    request->session->position = (uint64_t)position;
    return position;
}

int64_t ramfs_stat(struct server *server, struct server_request *request)
{
    struct file_stat stat;
    tree_stat(node_of(ramfs_of(server), request->session), &stat);
    stat.device = server->port;
    return server_answer_copy(request, &stat, sizeof stat);
}

int64_t ramfs_truncate(struct server *server, struct server_request *request)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct tree_node *node = node_of(ramfs, request->session);
    if (!S_ISREG(node->mode)) {
        return -E_INVAL;
    }
    return tree_resize(&ramfs->tree, node, request->header.length, ramfs_now_ns(ramfs));
}

int64_t ramfs_map(struct server *server, struct server_request *request)
{
    struct ramfs *ramfs = ramfs_of(server);
    const struct tree_node *node = node_of(ramfs, request->session);
    if (!ramfs->read_only || !S_ISREG(node->mode) || node->size_bytes == 0) {
        return -E_NODEV;
    }
    uint32_t rights = RIGHT_READ | RIGHT_DUPLICATE | RIGHT_TRANSFER;
    if ((node->mode & 0111) != 0) {
        rights |= RIGHT_EXECUTE;
    }
    server_transfer(request, ramfs->archive_memory, rights, false);
    return (int64_t)node->archive_offset;
}

void ramfs_close(struct server *server, struct server_session *session)
{
    struct ramfs *ramfs = ramfs_of(server);
    tree_close(&ramfs->tree, node_of(ramfs, session));
}
