/* Paths: requests to the root server, relative to a directory descriptor or to the working directory. */
#include "command.h"
#include "request.h"

static int64_t path_ask(int at, const char *path, uint32_t operation, uint32_t flags, uint64_t argument)
{
    struct root_message message = {
        .request = {.operation = operation, .flags = flags, .argument = {argument}},
        .path = path,
        .connection = root_base(at),
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    return root_send(&message);
}

/* Whether `at` can be the base of this path at all. */
static bool base_is_bad(int at, const char *path)
{
    return at != OS_AT_CWD && (at < 0 || (uint32_t)at >= HANDLE_SYSTEM_BASE) && path[0] != '/';
}

static int base_of(int at, const char *path)
{
    return path[0] == '/' ? OS_AT_CWD : at;
}

int os_open(int at, const char *path, uint32_t flags, uint32_t mode)
{
    int32_t received[TRANSFER_MAX];
    if (base_is_bad(at, path)) {
        return -E_BADF;
    }
    struct root_message message = {
        .request = {.operation = ROOT_OPEN, .flags = flags, .argument = {mode}},
        .path = path,
        .connection = root_base(base_of(at, path)),
        .received = received,
        .call_flags = CALL_UNINTERRUPTIBLE, /* nothing that can be opened keeps one waiting */
    };
    int64_t status = root_send(&message);
    if (status < 0) {
        return (int)status;
    }
    if (received[0] < 0) {
        return -E_MFILE;
    }
    if ((uint32_t)received[0] >= HANDLE_SYSTEM_BASE) {
        sys_handle_close(SYS_SELF_TABLE, received[0]);
        return -E_MFILE;
    }
    return received[0]; /* close-on-exec if the flags say so: the root server sees to it */
}

int os_stat(int at, const char *path, uint32_t flags, struct file_stat *stat)
{
    if (base_is_bad(at, path)) {
        return -E_BADF;
    }
    struct root_message message = {
        .request = {.operation = ROOT_STAT, .flags = flags},
        .path = path,
        .connection = root_base(base_of(at, path)),
        .reply = stat,
        .reply_bytes = sizeof *stat,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    return (int)root_send(&message);
}

int os_access(int at, const char *path, uint32_t mask)
{
    return base_is_bad(at, path) ? -E_BADF : (int)path_ask(base_of(at, path), path, ROOT_ACCESS, 0, mask);
}

int os_mkdir(int at, const char *path, uint32_t mode)
{
    return base_is_bad(at, path) ? -E_BADF : (int)path_ask(base_of(at, path), path, ROOT_MKDIR, 0, mode);
}

int os_unlink(int at, const char *path, uint32_t flags)
{
    return base_is_bad(at, path) ? -E_BADF : (int)path_ask(base_of(at, path), path, ROOT_UNLINK, flags, 0);
}

int os_mknod(int at, const char *path, uint32_t mode)
{
    return base_is_bad(at, path) ? -E_BADF : (int)path_ask(base_of(at, path), path, ROOT_MKNOD, 0, mode);
}

/* Operations with two paths; the second is relative to new_at, which goes along as a handle. */
static int pair_ask(uint32_t operation, uint32_t flags, int at, const char *path, int new_at, const char *new_path)
{
    if (base_is_bad(at, path) || base_is_bad(new_at, new_path)) {
        return -E_BADF;
    }
    uint64_t new_bytes = string_length(new_path);
    if (new_bytes >= PATH_BYTES_MAX) {
        return -E_NAMETOOLONG;
    }
    struct root_message message = {
        .request = {.operation = operation, .flags = flags, .data_bytes = (uint32_t)new_bytes},
        .path = path,
        .data = new_path,
        .connection = root_base(base_of(at, path)),
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    if (base_of(new_at, new_path) != OS_AT_CWD) {
        message.transfer[0] = (struct transfer){.handle = new_at, .rights = RIGHTS_ALL};
        message.transfer_count = 1;
    }
    return (int)root_send(&message);
}

int os_rename(int at, const char *path, int new_at, const char *new_path)
{
    return pair_ask(ROOT_RENAME, 0, at, path, new_at, new_path);
}

int os_link(int at, const char *path, int new_at, const char *new_path, uint32_t flags)
{
    return pair_ask(ROOT_LINK, flags, at, path, new_at, new_path);
}

int os_symlink(const char *target, int at, const char *path)
{
    if (base_is_bad(at, path)) {
        return -E_BADF;
    }
    uint64_t target_bytes = string_length(target);
    if (target_bytes >= PATH_BYTES_MAX) {
        return -E_NAMETOOLONG;
    }
    struct root_message message = {
        .request = {.operation = ROOT_SYMLINK, .data_bytes = (uint32_t)target_bytes},
        .path = path,
        .data = target,
        .connection = root_base(base_of(at, path)),
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    return (int)root_send(&message);
}

int64_t os_readlink(int at, const char *path, char *buffer, uint64_t length_bytes)
{
    if (base_is_bad(at, path)) {
        return -E_BADF;
    }
    struct root_message message = {
        .request = {.operation = ROOT_READLINK},
        .path = path,
        .connection = root_base(base_of(at, path)),
        .reply = buffer,
        .reply_bytes = length_bytes,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    int64_t length = root_send(&message);
    return length > 0 && (uint64_t)length > length_bytes ? (int64_t)length_bytes : length;
}

int os_statfs(int at, const char *path, struct port_statfs *statfs)
{
    if (base_is_bad(at, path)) {
        return -E_BADF;
    }
    struct root_message message = {
        .request = {.operation = ROOT_STATFS},
        .path = path,
        .connection = root_base(base_of(at, path)),
        .reply = statfs,
        .reply_bytes = sizeof *statfs,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    return (int)root_send(&message);
}

struct setattr_data {
    int64_t access_time_ns;
    int64_t modify_time_ns;
    uint64_t device;
    uint64_t inode;
};

int os_setattr(int at, const char *path, uint32_t flags, uint32_t mask, const struct file_stat *stat)
{
    struct setattr_data data = {.access_time_ns = stat->access_time_ns, .modify_time_ns = stat->modify_time_ns};
    if (path == NULL) {
        struct file_stat own;
        int status = os_fstat(at, &own);
        if (status < 0) {
            return status;
        }
        data.device = own.device;
        data.inode = own.inode;
        flags |= ROOT_BY_INODE;
    } else if (base_is_bad(at, path)) {
        return -E_BADF;
    }
    struct root_message message = {
        .request = {.operation = ROOT_SETATTR,
                    .flags = flags,
                    .data_bytes = sizeof data,
                    .argument = {mask, stat->mode, stat->uid, stat->gid, stat->size_bytes}},
        .path = path,
        .data = &data,
        .connection = path == NULL ? HANDLE_ROOT : root_base(base_of(at, path)),
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    return (int)root_send(&message);
}

int os_chdir(int at, const char *path)
{
    if (path == NULL) {
        return at < 0 ? -E_BADF : (int)path_ask(at, "", ROOT_CHDIR, 0, 0);
    }
    return base_is_bad(at, path) ? -E_BADF : (int)path_ask(base_of(at, path), path, ROOT_CHDIR, 0, 0);
}

int64_t os_getcwd(char *buffer, uint64_t length_bytes)
{
    struct root_message message = {
        .request = {.operation = ROOT_GETCWD},
        .reply = buffer,
        .reply_bytes = length_bytes,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    int64_t length = root_send(&message);
    if (length < 0) {
        return length;
    }
    if ((uint64_t)length >= length_bytes) {
        return -E_RANGE;
    }
    buffer[length] = '\0';
    return length;
}

uint32_t os_umask(uint32_t mask)
{
    return (uint32_t)root_ask(ROOT_UMASK, mask, 0);
}

int os_mount(const char *path, const char *port, uint64_t inode, uint32_t flags)
{
    struct root_message message = {
        .request = {.operation = ROOT_MOUNT,
                    .flags = flags,
                    .data_bytes = (uint32_t)string_length(port),
                    .argument = {inode}},
        .path = path,
        .data = port,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    return (int)root_send(&message);
}

int os_unmount(const char *path)
{
    return (int)path_ask(OS_AT_CWD, path, ROOT_UNMOUNT, 0, 0);
}

const char *path_absolute(const char *path, char buffer[PATH_BYTES_MAX])
{
    if (path[0] == '/') {
        return path;
    }
    const char *rest = path;
    while (rest[0] == '.' && rest[1] == '/') {
        for (rest += 2; *rest == '/'; rest++) {
        }
    }
    int64_t length = os_getcwd(buffer, PATH_BYTES_MAX);
    uint64_t rest_bytes = string_length(rest);
    if (length <= 0 || (uint64_t)length + 1 + rest_bytes >= PATH_BYTES_MAX) {
        return path;
    }
    if (buffer[length - 1] != '/') {
        buffer[length++] = '/';
    }
    for (uint64_t i = 0; i <= rest_bytes; i++) {
        buffer[(uint64_t)length + i] = rest[i];
    }
    return buffer;
}
