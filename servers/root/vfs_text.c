/* The root server's own trees: an empty "/" until something is mounted there, /proc and /port. Their inode numbers say
 * what they are: fixed ones, ports by index, and processes' files by pid. Nothing of them is in the directory cache.
 * /proc/PID/fd/N is not the file behind the descriptor: opening it duplicates the descriptor. */
#include "vfs_parts.h"

#include <string.h>
#include <sys/os.h>

#define INODE_SELF 4u
#define INODE_GLOBAL 16u
#define INODE_PORT_FILE 0x1000u
#define INODE_PROCESS (1ull << 62) /* | pid << INODE_PID_SHIFT | what follows; 0: the process's directory */
#define INODE_PID_SHIFT 32u
#define INODE_FILE 1u               /* + enum vfs_proc_file */
#define INODE_DESCRIPTORS 0x10000u  /* its directory fd */
#define INODE_DESCRIPTOR 0x20000u   /* + number of a descriptor */
#define OFFSET_PROCESS 0x8000ull
#define NUMBER_DIGITS_MAX 10u

static const char *const proc_names[] = {
#define PROC_NAME(id, name) name,
    VFS_PROC_FILES(PROC_NAME)
#undef PROC_NAME
};

static uint64_t process_inode(uint32_t pid)
{
    return INODE_PROCESS | (uint64_t)pid << INODE_PID_SHIFT;
}

/* The pid of a process's file or directory, or 0. */
static uint32_t inode_pid(uint64_t inode)
{
    return (inode & INODE_PROCESS) != 0 ? (uint32_t)((inode & ~INODE_PROCESS) >> INODE_PID_SHIFT) : 0;
}

/* What the inode is within its process; VFS_PROC_COUNT: no file with a text or target. */
static uint32_t inode_file(uint64_t inode)
{
    uint32_t number = (uint32_t)inode;
    return number >= INODE_FILE && number < INODE_FILE + VFS_PROC_COUNT ? number - INODE_FILE : VFS_PROC_COUNT;
}

bool vfs_text_is_descriptor(uint64_t inode, uint32_t *pid, uint32_t *number)
{
    *pid = inode_pid(inode);
    *number = (uint32_t)inode - INODE_DESCRIPTOR;
    return *pid != 0 && (uint32_t)inode >= INODE_DESCRIPTOR;
}

static bool file_is_link(uint32_t file)
{
    return file == VFS_PROC_PID_EXE || file == VFS_PROC_PID_CWD || file == VFS_PROC_PID_ROOT;
}

/* Type and permissions of a process's file. */
static uint32_t file_mode(uint32_t file)
{
    if (file_is_link(file)) {
        return VFS_TYPE_LINK | 0777u;
    }
    return VFS_TYPE_FILE | (file == VFS_PROC_PID_MAPS ? 0400u : 0444u);
}

static const struct vfs_port *inode_port(const struct vfs *vfs, uint64_t inode)
{
    bool is_port = inode >= INODE_PORT_FILE && inode < INODE_PORT_FILE + VFS_PORTS_MAX;
    const struct vfs_port *port = is_port ? &vfs->ports[inode - INODE_PORT_FILE] : NULL;
    return port != NULL && port->used && !port->dead ? port : NULL;
}

static bool process_exists(struct vfs *vfs, uint32_t pid, struct vfs_credentials *credentials)
{
    struct vfs_process_context *context = NULL;
    return vfs->host.process(vfs->host.context, pid, credentials, &context);
}

static uint32_t inode_mode(uint64_t inode)
{
    uint32_t pid = inode_pid(inode);
    if (inode <= VFS_INODE_PORT || inode == process_inode(pid)) {
        return VFS_TYPE_DIRECTORY | 0555u;
    }
    if (inode == INODE_SELF) {
        return VFS_TYPE_LINK | 0777u;
    }
    if (pid == 0) {
        return VFS_TYPE_FILE | 0444u;
    }
    if ((uint32_t)inode == INODE_DESCRIPTORS) {
        return VFS_TYPE_DIRECTORY | 0500u;
    }
    return (uint32_t)inode >= INODE_DESCRIPTOR ? VFS_TYPE_CHARACTER | 0600u : file_mode(inode_file(inode));
}

void vfs_text_stat(struct vfs *vfs, uint64_t inode, struct file_stat *stat)
{
    uint32_t pid = inode_pid(inode);
    int64_t now_ns = vfs->host.now_ns(vfs->host.context);
    *stat = (struct file_stat){.inode = inode,
                               .mode = inode_mode(inode),
                               .link_count = 1,
                               .access_time_ns = now_ns,
                               .modify_time_ns = now_ns,
                               .change_time_ns = now_ns};
    if ((stat->mode & VFS_TYPE_MASK) == VFS_TYPE_DIRECTORY) {
        stat->link_count = 2;
    }
    struct vfs_credentials credentials;
    if (pid != 0 && process_exists(vfs, pid, &credentials)) {
        stat->uid = credentials.uid;
        stat->gid = credentials.gid;
    }
}

/* The number that a name (never empty) writes in decimal, or -1. */
static int64_t name_number(const char *name)
{
    int64_t number = 0;
    size_t bytes = strlen(name);
    if (bytes >= NUMBER_DIGITS_MAX || (name[0] == '0' && bytes > 1)) {
        return -1;
    }
    for (size_t i = 0; i < bytes; i++) {
        if (name[i] < '0' || name[i] > '9') {
            return -1;
        }
        number = number * 10 + (name[i] - '0');
    }
    return number;
}

static void number_write(char *text, uint32_t number)
{
    char digits[NUMBER_DIGITS_MAX + 1];
    uint32_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (uint32_t i = 0; i < count; i++) {
        text[i] = digits[count - 1 - i];
    }
    text[count] = '\0';
}

static uint64_t proc_lookup(struct vfs *vfs, const char *name)
{
    struct vfs_credentials credentials;
    if (strcmp(name, "self") == 0) {
        return INODE_SELF;
    }
    for (uint32_t i = 0; i < VFS_PROC_GLOBALS; i++) {
        if (strcmp(name, proc_names[i]) == 0) {
            return INODE_GLOBAL + i;
        }
    }
    int64_t pid = name_number(name);
    return pid > 0 && process_exists(vfs, (uint32_t)pid, &credentials) ? process_inode((uint32_t)pid) : 0;
}

static uint64_t process_lookup(struct vfs *vfs, uint32_t pid, uint64_t directory, const char *name)
{
    if ((uint32_t)directory == INODE_DESCRIPTORS) {
        int64_t number = name_number(name);
        bool open = number >= 0 && number < HANDLE_SYSTEM_BASE &&
                    vfs->host.descriptor_next(vfs->host.context, pid, (uint32_t)number) == number;
        return open ? process_inode(pid) | (INODE_DESCRIPTOR + (uint64_t)number) : 0;
    }
    if (strcmp(name, "fd") == 0) {
        return process_inode(pid) | INODE_DESCRIPTORS;
    }
    for (uint32_t i = VFS_PROC_GLOBALS; i < VFS_PROC_COUNT; i++) {
        if (strcmp(name, proc_names[i]) == 0) {
            return process_inode(pid) | (INODE_FILE + i);
        }
    }
    return 0;
}

uint64_t vfs_text_lookup(struct vfs *vfs, uint64_t directory, const char *name, uint32_t bytes)
{
    struct vfs_credentials credentials;
    uint32_t pid = inode_pid(directory);
    if (directory == VFS_INODE_PROC) {
        return proc_lookup(vfs, name);
    }
    if (directory == VFS_INODE_PORT) {
        struct vfs_port *port = vfs_port_find(vfs, name, bytes);
        return port == NULL ? 0 : INODE_PORT_FILE + (uint64_t)(port - vfs->ports);
    }
    bool exists = pid != 0 && process_exists(vfs, pid, &credentials);
    return exists ? process_lookup(vfs, pid, directory, name) : 0;
}

int64_t vfs_text_target(struct vfs_operation *operation, uint64_t inode, char *buffer, uint64_t length)
{
    struct vfs *vfs = operation->vfs;
    uint32_t pid = inode_pid(inode);
    uint32_t file = inode_file(inode);
    root_assert(length > NUMBER_DIGITS_MAX);
    if (inode == INODE_SELF) {
        number_write(buffer, operation->credentials.pid);
        return (int64_t)strlen(buffer);
    }
    struct vfs_credentials credentials;
    struct vfs_process_context *context = NULL;
    vfs->host.process(vfs->host.context, pid, &credentials, &context);
    if (context == NULL) {
        return -E_NOENT;
    }
    if (operation->credentials.uid != 0 && operation->credentials.uid != credentials.uid) {
        return -E_ACCES;
    }
    if (file == VFS_PROC_PID_EXE) {
        return vfs->host.text(vfs->host.context, pid, file, buffer, length);
    }
    struct vfs_place place = file == VFS_PROC_PID_CWD ? context->working : context->root;
    if (place.node == NULL) {
        buffer[0] = '/';
        return 1;
    }
    const char *path = vfs_place_describe(place, operation->root, buffer, length);
    if (path == NULL) {
        return -E_NOENT;
    }
    size_t bytes = strlen(path);
    memmove(buffer, path, bytes);
    return (int64_t)bytes;
}

/* What /port/NAME says: the port's number and its server's pid. */
static int64_t port_write(const struct vfs_port *port, char *buffer)
{
    number_write(buffer, port->number);
    size_t bytes = strlen(buffer);
    buffer[bytes++] = ' ';
    number_write(buffer + bytes, port->pid);
    bytes += strlen(buffer + bytes);
    buffer[bytes++] = '\n';
    return (int64_t)bytes;
}

static int64_t counters_write(const struct vfs *vfs, char *buffer, uint64_t length)
{
    uint32_t operations = 0;
    for (const struct vfs_list *link = vfs->active.next; link != &vfs->active; link = link->next) {
        operations++;
    }
    return os_format(buffer, length,
                     "requests %lu\nlookups %lu\nlistings %lu\nfile_transfers %lu\noperations %u\nnodes %u\n"
                     "entries %u\n",
                     vfs->counters.requests, vfs->counters.lookups, vfs->counters.listings,
                     vfs->counters.file_transfers, operations, vfs->node_used, vfs->entry_used);
}

int64_t vfs_text_write(struct vfs_operation *operation, uint64_t inode, char *buffer, uint64_t length)
{
    struct vfs *vfs = operation->vfs;
    const struct vfs_port *port = inode_port(vfs, inode);
    uint32_t pid = inode_pid(inode);
    uint32_t file = pid != 0 ? inode_file(inode) : (uint32_t)(inode - INODE_GLOBAL);
    root_assert(length > 2 * (NUMBER_DIGITS_MAX + 1));
    if (port != NULL) {
        return port_write(port, buffer);
    }
    if (file == VFS_PROC_VFS) {
        return counters_write(vfs, buffer, length);
    }
    if (file == VFS_PROC_MOUNTS || file == VFS_PROC_PID_MOUNTS) {
        return vfs_namespace_describe(operation->space, buffer, length);
    }
    return file >= VFS_PROC_COUNT ? -E_NXIO : vfs->host.text(vfs->host.context, pid, file, buffer, length);
}

static void list_port(struct vfs *vfs, uint64_t *offset, uint64_t base, struct vfs_records *records)
{
    for (; *offset < VFS_PORTS_MAX; ++*offset) {
        const struct vfs_port *port = inode_port(vfs, INODE_PORT_FILE + *offset);
        if (port != NULL && !vfs_record_add(records, port->name, INODE_PORT_FILE + *offset, VFS_TYPE_FILE | 0444u,
                                            base + *offset + 1)) {
            return;
        }
    }
}

/* Offsets: self, the global files, then OFFSET_PROCESS + pid. */
static void list_proc(struct vfs *vfs, uint64_t *offset, uint64_t base, struct vfs_records *records)
{
    for (; *offset <= VFS_PROC_GLOBALS; ++*offset) {
        bool self = *offset == 0;
        uint64_t inode = self ? INODE_SELF : INODE_GLOBAL + *offset - 1;
        const char *name = self ? "self" : proc_names[*offset - 1];
        uint32_t mode = self ? VFS_TYPE_LINK | 0777u : VFS_TYPE_FILE | 0444u;
        if (!vfs_record_add(records, name, inode, mode, base + *offset + 1)) {
            return;
        }
    }
    uint32_t pid = *offset < OFFSET_PROCESS ? 0 : (uint32_t)(*offset - OFFSET_PROCESS);
    while ((pid = vfs->host.process_next(vfs->host.context, pid)) != 0) {
        char name[NUMBER_DIGITS_MAX + 1];
        number_write(name, pid);
        uint64_t next = OFFSET_PROCESS + pid;
        if (!vfs_record_add(records, name, process_inode(pid), VFS_TYPE_DIRECTORY | 0555u, base + next)) {
            return;
        }
        *offset = next;
    }
}

/* Offsets: fd, then the files. */
static void list_process(uint32_t pid, uint64_t *offset, uint64_t base, struct vfs_records *records)
{
    if (*offset == 0) {
        if (!vfs_record_add(records, "fd", process_inode(pid) | INODE_DESCRIPTORS, VFS_TYPE_DIRECTORY, base + 1)) {
            return;
        }
        *offset = 1;
    }
    for (; VFS_PROC_GLOBALS + *offset - 1 < VFS_PROC_COUNT; ++*offset) {
        uint32_t file = VFS_PROC_GLOBALS + (uint32_t)*offset - 1;
        uint64_t inode = process_inode(pid) | (INODE_FILE + file);
        if (!vfs_record_add(records, proc_names[file], inode, file_mode(file), base + *offset + 1)) {
            return;
        }
    }
}

static void list_descriptors(struct vfs *vfs, uint32_t pid, uint64_t *offset, uint64_t base,
                             struct vfs_records *records)
{
    int64_t number;
    while ((number = vfs->host.descriptor_next(vfs->host.context, pid, (uint32_t)*offset)) >= 0) {
        char name[NUMBER_DIGITS_MAX + 1];
        number_write(name, (uint32_t)number);
        uint64_t inode = process_inode(pid) | (INODE_DESCRIPTOR + (uint64_t)number);
        if (!vfs_record_add(records, name, inode, VFS_TYPE_CHARACTER, base + (uint64_t)number + 1)) {
            return;
        }
        *offset = (uint64_t)number + 1;
    }
}

void vfs_text_list(struct vfs *vfs, uint64_t directory, uint64_t *offset, uint64_t base, struct vfs_records *records)
{
    uint32_t pid = inode_pid(directory);
    if (directory == VFS_INODE_PORT) {
        list_port(vfs, offset, base, records);
    } else if (directory == VFS_INODE_PROC) {
        list_proc(vfs, offset, base, records);
    } else if (pid != 0 && (uint32_t)directory == INODE_DESCRIPTORS) {
        list_descriptors(vfs, pid, offset, base, records);
    } else if (pid != 0) {
        list_process(pid, offset, base, records);
    }
}
