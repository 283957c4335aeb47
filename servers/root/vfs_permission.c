/* Who may do what: POSIX's rules by owner, group and mode, with uid 0 above them. Only the VFS checks; servers need
 * not. */
#include "vfs_parts.h"

int vfs_permission_check(const struct file_stat *stat, const struct vfs_credentials *credentials, uint32_t access)
{
    uint32_t granted = stat->mode & 7u;
    if (credentials->uid == 0) {
        bool runs = (stat->mode & 0111u) != 0 || (stat->mode & VFS_TYPE_MASK) == VFS_TYPE_DIRECTORY;
        granted = VFS_READ | VFS_WRITE | (runs ? VFS_EXECUTE : 0);
    } else if (credentials->uid == stat->uid) {
        granted = stat->mode >> 6 & 7u;
    } else if (credentials->gid == stat->gid) {
        granted = stat->mode >> 3 & 7u;
    }
    return (access & ~granted) == 0 ? 0 : -E_ACCES;
}

int vfs_permission_modify(const struct vfs_operation *operation, struct vfs_place directory)
{
    if ((directory.mount->flags & ROOT_READ_ONLY) != 0) {
        return -E_ROFS;
    }
    if (directory.node->port == NULL) {
        return -E_PERM;
    }
    return vfs_permission_check(&directory.node->stat, &operation->credentials, VFS_WRITE | VFS_EXECUTE);
}

int vfs_permission_remove(const struct vfs_operation *operation, struct vfs_place directory,
                          const struct vfs_node *node)
{
    int status = vfs_permission_modify(operation, directory);
    uint32_t uid = operation->credentials.uid;
    bool sticky = (directory.node->stat.mode & VFS_MODE_STICKY) != 0;
    if (status == 0 && sticky && uid != 0 && uid != node->stat.uid && uid != directory.node->stat.uid) {
        status = -E_PERM;
    }
    return status;
}

/* A change of owner: uid 0 may; the owner may give the file to its own group. */
static int permission_owner(const struct vfs_credentials *credentials, const struct file_stat *now, uint32_t mask,
                            const struct file_stat *wanted)
{
    if (credentials->uid == 0) {
        return 0;
    }
    bool keeps_uid = (mask & PORT_SET_UID) == 0 || wanted->uid == now->uid;
    bool group_right = (mask & PORT_SET_GID) == 0 || wanted->gid == now->gid || wanted->gid == credentials->gid;
    return credentials->uid == now->uid && keeps_uid && group_right ? 0 : -E_PERM;
}

int vfs_permission_attributes(const struct vfs_credentials *credentials, const struct file_stat *now, uint32_t *mask,
                              struct file_stat *wanted)
{
    const uint32_t owner_mask = PORT_SET_UID | PORT_SET_GID;
    const uint32_t times_mask = PORT_SET_ACCESS_TIME | PORT_SET_MODIFY_TIME;
    bool owner = credentials->uid == 0 || credentials->uid == now->uid;
    int status = 0;
    if ((*mask & PORT_SET_SIZE) != 0) {
        status = vfs_permission_check(now, credentials, VFS_WRITE);
    }
    if (status == 0 && (*mask & (PORT_SET_MODE | times_mask)) != 0 && !owner) {
        status = -E_PERM;
    }
    if (status == 0 && (*mask & owner_mask) != 0) {
        status = permission_owner(credentials, now, *mask, wanted);
    }
    if (status < 0) {
        return status;
    }
    bool directory = (now->mode & VFS_TYPE_MASK) == VFS_TYPE_DIRECTORY;
    if ((*mask & PORT_SET_MODE) != 0) {
        wanted->mode = (wanted->mode & VFS_MODE_BITS) | (now->mode & VFS_TYPE_MASK);
        if (credentials->uid != 0 && credentials->gid != now->gid && !directory) {
            wanted->mode &= ~VFS_MODE_SETGID;
        }
    } else if ((*mask & owner_mask) != 0 && !directory && (now->mode & (VFS_MODE_SETUID | VFS_MODE_SETGID)) != 0) {
        wanted->mode = now->mode & ~(VFS_MODE_SETUID | VFS_MODE_SETGID);
        *mask |= PORT_SET_MODE;
    }
    return 0;
}
