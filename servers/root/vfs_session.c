/* Sessions: descriptors that the root server itself serves, because they are directories, texts of its own, or were
 * opened with OPEN_PATH. Their cookie holds the class, a generation and the index. Clients share them as POSIX's
 * open files. */
#include "vfs_parts.h"

#include <string.h>

#define SEEK_FROM_START 0u
#define SEEK_FROM_HERE 1u
#define SEEK_FROM_END 2u
#define POLL_READABLE 0x41u /* Linux's POLLIN | POLLRDNORM */

void vfs_session_init(struct vfs *vfs)
{
    vfs_list_init(&vfs->session_free);
    vfs_list_init(&vfs->text_free);
}

static struct vfs_text *text_allocate(struct vfs *vfs)
{
    struct vfs_list *link = vfs_list_pop(&vfs->text_free);
    if (link == NULL && vfs->text_used < VFS_TEXTS_MAX) {
        link = &vfs->texts[vfs->text_used++].link;
    }
    return link == NULL ? NULL : VFS_LIST_ENTRY(link, struct vfs_text, link);
}

uint64_t vfs_session_create(struct vfs *vfs, enum vfs_session_kind kind, struct vfs_place place, uint32_t flags)
{
    struct vfs_list *link = vfs_list_pop(&vfs->session_free);
    if (link == NULL && vfs->session_used < VFS_SESSIONS_MAX) {
        link = &vfs->sessions[vfs->session_used++].link;
    }
    if (link == NULL) {
        return 0;
    }
    struct vfs_session *session = VFS_LIST_ENTRY(link, struct vfs_session, link);
    session->kind = kind;
    session->generation++;
    session->flags = flags & (OPEN_ACCESS_MASK | OPEN_APPEND | OPEN_NONBLOCK | OPEN_DIRECTORY | OPEN_PATH);
    session->place = vfs_place_copy(place);
    session->position = 0;
    session->text = NULL;
    uint64_t class = kind == VFS_SESSION_TEXT ? vfs->host.cookie_text : vfs->host.cookie_directory;
    return class | (uint64_t)session->generation << 16 | (uint64_t)(session - vfs->sessions);
}

struct vfs_session *vfs_session_find(struct vfs *vfs, uint64_t cookie)
{
    uint64_t index = cookie & 0xffff;
    if (index >= vfs->session_used) {
        return NULL;
    }
    struct vfs_session *session = &vfs->sessions[index];
    bool text = (cookie & vfs->host.cookie_mask) == vfs->host.cookie_text;
    bool same = session->generation == (uint32_t)(cookie >> 16) && (session->kind == VFS_SESSION_TEXT) == text;
    return session->kind != VFS_SESSION_FREE && same ? session : NULL;
}

void vfs_session_close(struct vfs *vfs, uint64_t cookie)
{
    struct vfs_session *session = vfs_session_find(vfs, cookie);
    if (session == NULL) {
        return;
    }
    vfs_place_release(vfs, &session->place);
    if (session->text != NULL) {
        vfs_list_push(&vfs->text_free, &session->text->link);
        session->text = NULL;
    }
    session->kind = VFS_SESSION_FREE;
    vfs_list_push(&vfs->session_free, &session->link);
}

/* Writes the text that the operation opens. */
static int session_fill(struct vfs_operation *operation, struct vfs_session *session)
{
    struct vfs_text *text = text_allocate(operation->vfs);
    if (text == NULL) {
        return -E_NFILE;
    }
    session->text = text;
    int64_t bytes = vfs_text_write(operation, session->place.node->inode, text->data, sizeof text->data);
    text->bytes = bytes < 0 ? 0 : (uint32_t)bytes;
    return bytes < 0 ? (int)bytes : 0;
}

void vfs_session_hand_over(struct vfs_operation *operation, enum vfs_session_kind kind, struct vfs_place place)
{
    struct vfs *vfs = operation->vfs;
    uint64_t cookie = vfs_session_create(vfs, kind, place, operation->request.flags);
    int status = cookie == 0 ? -E_NFILE : 0;
    if (status == 0 && kind == VFS_SESSION_TEXT) {
        status = session_fill(operation, vfs_session_find(vfs, cookie));
    }
    const uint32_t rights = RIGHT_READ | RIGHT_DUPLICATE | RIGHT_TRANSFER;
    int handle = status < 0 ? status : sys_connection_create(vfs->host.grant, vfs->host.channel, cookie, rights);
    if (handle < 0) {
        vfs_session_close(vfs, cookie);
        vfs_operation_end(operation, handle);
        return;
    }
    vfs_operation_end_handle(operation, 0, handle, rights);
}

static int64_t session_seek(struct vfs_session *session, const struct file_request *request)
{
    bool text = session->kind == VFS_SESSION_TEXT;
    int64_t base = 0;
    if (session->kind == VFS_SESSION_PATH) {
        return -E_BADF;
    }
    if (request->argument == SEEK_FROM_HERE) {
        base = (int64_t)session->position;
    } else if (request->argument == SEEK_FROM_END && text) {
        base = session->text->bytes;
    } else if (request->argument != SEEK_FROM_START) {
        return -E_INVAL;
    }
    int64_t position = 0;
    if (__builtin_add_overflow(base, (int64_t)request->offset, &position) || position < 0) {
        return -E_INVAL;
    }
    session->position = (uint64_t)position;
    return position;
}

static int64_t session_flags(struct vfs_session *session, const struct file_request *request)
{
    uint32_t mask = request->flags & (OPEN_APPEND | OPEN_NONBLOCK);
    session->flags = (session->flags & ~mask) | ((uint32_t)request->argument & mask);
    return session->flags;
}

static void session_read_text(struct vfs *vfs, const struct vfs_message *message, struct vfs_session *session,
                              const struct file_request *request)
{
    bool own = request->offset == FILE_POSITION;
    uint64_t offset = own ? session->position : request->offset;
    uint64_t size = session->text->bytes;
    uint64_t bytes = offset < size ? size - offset : 0;
    bytes = bytes < request->length ? bytes : request->length;
    bytes = bytes < message->reply_bytes ? bytes : message->reply_bytes;
    if (own) {
        session->position += bytes;
    }
    const char *data = session->text->data + (bytes == 0 ? 0 : offset);
    vfs->host.reply(vfs->host.context, message->call, (int64_t)bytes, data, bytes, NULL, 0);
}

/* Goes on as an operation on the directory, which may have to ask its port. */
static void session_operate(struct vfs *vfs, const struct vfs_message *message, uint64_t length,
                            void (*serve)(struct vfs_operation *operation))
{
    struct root_request request = {.operation = ROOT_STAT, .flags = ROOT_NO_FOLLOW, .argument = {length}};
    struct vfs_message inner = *message;
    inner.request = &request;
    inner.path = "";
    inner.data = "";
    struct vfs_operation *operation = vfs_operation_begin(vfs, &inner);
    if (operation != NULL) {
        serve(operation);
    }
}

static void session_stat_text(struct vfs *vfs, const struct vfs_message *message, const struct vfs_session *session)
{
    struct file_stat stat;
    vfs_text_stat(vfs, session->place.node->inode, &stat);
    vfs->host.reply(vfs->host.context, message->call, 0, &stat, sizeof stat, NULL, 0);
}

/* Reads and writes of what is none. */
static int64_t session_refuse(const struct vfs_session *session, uint32_t operation)
{
    switch (operation) {
    case FILE_READ:
        return session->kind == VFS_SESSION_DIRECTORY ? -E_ISDIR : -E_BADF;
    case FILE_WRITE:
        return -E_BADF;
    case FILE_TRUNCATE:
        return -E_INVAL;
    case FILE_SYNC:
        return 0;
    case FILE_CONTROL:
        return -E_NOTTY;
    case FILE_MAP:
        return -E_NODEV;
    case FILE_DIRECTORY_READ:
        return session->kind == VFS_SESSION_PATH ? -E_BADF : -E_NOTDIR;
    default:
        return -E_NOSYS;
    }
}

void vfs_session_serve(struct vfs *vfs, const struct vfs_message *message, const struct file_request *request)
{
    struct vfs_session *session = vfs_session_find(vfs, message->cookie);
    int64_t status = 0;
    if (session == NULL) {
        status = -E_BADF;
    } else if (request->operation == FILE_SEEK) {
        status = session_seek(session, request);
    } else if (request->operation == FILE_FLAGS) {
        status = session_flags(session, request);
    } else if (request->operation == FILE_POLL) {
        status = (int64_t)(request->argument & POLL_READABLE);
    } else if (request->operation == FILE_STAT && session->kind == VFS_SESSION_TEXT) {
        session_stat_text(vfs, message, session);
        return;
    } else if (request->operation == FILE_STAT) {
        session_operate(vfs, message, 0, vfs_stat_serve);
        return;
    } else if (request->operation == FILE_READ && session->kind == VFS_SESSION_TEXT) {
        session_read_text(vfs, message, session, request);
        return;
    } else if (request->operation == FILE_DIRECTORY_READ && session->kind == VFS_SESSION_DIRECTORY) {
        session_operate(vfs, message, request->length, vfs_directory_read);
        return;
    } else {
        bool transfer = request->operation == FILE_READ || request->operation == FILE_WRITE;
        vfs->counters.file_transfers += transfer && session->kind == VFS_SESSION_PATH;
        status = session_refuse(session, request->operation);
    }
    vfs->host.reply(vfs->host.context, message->call, status, NULL, 0, NULL, 0);
}
