/* Listings. A directory session's position is 0 for ".", 1 for "..", then 2 + the server's offset cookies, and from
 * POSITION_MOUNTS on the mounts in the directory, which hide what the server lists by the same names. */
#include "vfs_parts.h"

#include <string.h>

#define POSITION_SERVER 2u
#define POSITION_MOUNTS (1ull << 62)
#define PIECES_PER_READ_MAX 1024u /* a server whose offsets run in a circle does not trap us */

bool vfs_record_add(struct vfs_records *records, const char *name, uint64_t inode, uint32_t mode, uint64_t next_offset)
{
    uint32_t name_bytes = (uint32_t)strlen(name);
    uint32_t bytes = ((uint32_t)sizeof(struct directory_record) + name_bytes + 1 + 7) & ~7u;
    if (bytes > records->length - records->used) {
        records->full = true;
        return false;
    }
    struct directory_record record = {inode, next_offset, (uint16_t)bytes, (uint16_t)name_bytes, mode};
    char *at = records->buffer + records->used;
    memset(at, 0, bytes);
    memcpy(at, &record, sizeof record);
    memcpy(at + sizeof record, name, name_bytes);
    records->used += bytes;
    return true;
}

/* "." and ".." */
static void directory_add_dots(struct vfs_session *session, struct vfs_records *records)
{
    const struct vfs_place place = session->place;
    const struct vfs_node *above = place.node == place.mount->top ? place.mount->parent.node : place.node->parent;
    if (above == NULL) {
        above = place.node;
    }
    if (session->position == 0 && vfs_record_add(records, ".", place.node->inode, place.node->stat.mode, 1)) {
        session->position = 1;
    }
    if (session->position == 1 && vfs_record_add(records, "..", above->inode, above->stat.mode, POSITION_SERVER)) {
        session->position = POSITION_SERVER;
    }
}

static void directory_add_mounts(struct vfs_session *session, struct vfs_records *records)
{
    uint64_t index = 0;
    struct vfs_list *mounts = &session->place.mount->space->mounts;
    VFS_LIST_EACH (link, after, mounts) {
        struct vfs_mount *mount = VFS_LIST_ENTRY(link, struct vfs_mount, link);
        uint64_t position = POSITION_MOUNTS + index++;
        bool here = vfs_place_is_same(mount->parent, session->place) &&
                    vfs_mount_find(session->place, mount->name, (uint32_t)strlen(mount->name)) == mount;
        if (position < session->position) {
            continue;
        }
        if (here && !vfs_record_add(records, mount->name, mount->top->inode, mount->top->stat.mode, position + 1)) {
            return;
        }
        session->position = position + 1;
    }
}

static bool name_is_hidden(struct vfs_place place, const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           vfs_mount_find(place, name, (uint32_t)strlen(name)) != NULL;
}

/* Adds a piece of the server's listing. */
static int directory_add_piece(struct vfs_session *session, const char *data, uint32_t bytes,
                               struct vfs_records *records)
{
    uint32_t at = 0;
    if (bytes == 0) {
        session->position = POSITION_MOUNTS;
    }
    while (at < bytes) {
        const struct directory_record *record = (const void *)(data + at);
        if (record->next_offset >= POSITION_MOUNTS - POSITION_SERVER) {
            return -E_IO;
        }
        uint64_t next = POSITION_SERVER + record->next_offset;
        if (!name_is_hidden(session->place, record->name) &&
            !vfs_record_add(records, record->name, record->inode, record->mode, next)) {
            return 0;
        }
        session->position = next;
        at += record->record_bytes;
    }
    return 0;
}

static void directory_answered(struct vfs_operation *operation, int status);

static void directory_end(struct vfs_operation *operation, const struct vfs_records *records, int status)
{
    if (status < 0 && records->used == 0) {
        vfs_operation_end(operation, status);
    } else if (records->full && records->used == 0) {
        vfs_operation_end(operation, -E_INVAL);
    } else {
        vfs_operation_end_data(operation, records->used, records->buffer, records->used);
    }
}

/* Fills the records from what is known; true: the port must be asked first. */
static bool directory_fill(struct vfs *vfs, struct vfs_session *session, struct vfs_records *records, int *status)
{
    struct vfs_node *node = session->place.node;
    directory_add_dots(session, records);
    *status = 0;
    for (uint32_t i = 0; i < PIECES_PER_READ_MAX && session->position < POSITION_MOUNTS && !records->full; i++) {
        if (node->port == NULL) {
            uint64_t offset = session->position - POSITION_SERVER;
            vfs_text_list(vfs, node->inode, &offset, POSITION_SERVER, records);
            session->position = records->full ? POSITION_SERVER + offset : POSITION_MOUNTS;
            continue;
        }
        uint32_t bytes = 0;
        const char *data = vfs_cache_find_listing(vfs, node, session->position - POSITION_SERVER, &bytes);
        if (data == NULL) {
            return records->used == 0;
        }
        *status = directory_add_piece(session, data, bytes, records);
        if (*status < 0) {
            return false;
        }
    }
    if (session->position < POSITION_MOUNTS && !records->full) {
        *status = -E_IO;
    } else if (!records->full) {
        directory_add_mounts(session, records);
    }
    return false;
}

static struct vfs_records operation_records(struct vfs_operation *operation)
{
    uint64_t length = operation->request.argument[0];
    length = length < operation->reply_bytes ? length : operation->reply_bytes;
    length = length < PATH_BYTES_MAX ? length : PATH_BYTES_MAX;
    return (struct vfs_records){operation->walk2.path, 0, (uint32_t)length, false};
}

void vfs_directory_read(struct vfs_operation *operation)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_session *session = vfs_session_find(vfs, operation->session_cookie);
    struct vfs_records records = operation_records(operation);
    int status = 0;
    if (session == NULL) {
        vfs_operation_end(operation, -E_BADF);
        return;
    }
    struct vfs_node *node = session->place.node;
    if (node->removed) {
        vfs_operation_end(operation, -E_NOENT);
        return;
    }
    if (directory_fill(vfs, session, &records, &status)) {
        operation->wire.argument = session->position - POSITION_SERVER;
        operation->wire.length = PORT_DATA_BYTES_MAX;
        vfs_request_send(operation, node, PORT_READDIR, directory_answered);
        return;
    }
    directory_end(operation, &records, status);
}

static void directory_answered(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_node *node = operation->node;
    uint64_t offset = operation->wire.argument;
    const char *data = (const char *)operation->data;
    struct vfs_session *session = vfs_session_find(vfs, operation->session_cookie);
    if (status == 0 && !vfs_listing_is_sound(data, operation->data_bytes)) {
        status = -E_IO;
    } else if (status == 0 && session == NULL) {
        status = -E_BADF;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    bool cacheable = (operation->answer.flags & PORT_ANSWER_UNCACHEABLE) == 0;
    if (cacheable && operation->changes == node->changes) {
        vfs_cache_enter_listing(vfs, node, offset, data, operation->data_bytes);
    }
    struct vfs_records records = operation_records(operation);
    if (session->position == POSITION_SERVER + offset) { /* else another reader of the session was here */
        status = directory_add_piece(session, data, operation->data_bytes, &records);
    }
    bool ended = session->position >= POSITION_MOUNTS;
    if (status == 0 && ended) {
        directory_add_mounts(session, &records);
    }
    if (status == 0 && records.used == 0 && !records.full && !ended && operation->tries++ < VFS_TRIES_MAX) {
        vfs_directory_read(operation); /* all of it was hidden: the next piece */
        return;
    }
    directory_end(operation, &records, status);
}
