/* What the parts of the VFS offer each other. None of these blocks. Lengths are in bytes; a `struct vfs_node *` that
 * a function returns with a reference says so. */
#ifndef ROOT_VFS_PARTS_H
#define ROOT_VFS_PARTS_H

#include "vfs_types.h"

/* vfs_node.c */
void vfs_node_init(struct vfs *vfs);
struct vfs_node *vfs_node_find(struct vfs *vfs, const struct vfs_port *port, uint64_t inode); /* borrowed; or NULL */
/* The node with a reference, made if need be (then stat_known is false); NULL: VFS_NODES_MAX are in use. */
struct vfs_node *vfs_node_get(struct vfs *vfs, struct vfs_port *port, uint64_t inode);
void vfs_node_hold(struct vfs_node *node);
void vfs_node_release(struct vfs *vfs, struct vfs_node *node);
void vfs_node_forget_port(struct vfs *vfs, struct vfs_port *port); /* all that is cached of a dead port */
void vfs_node_learn(struct vfs_node *node, const struct file_stat *stat);
bool vfs_node_is(const struct vfs_node *node, uint32_t type);
/* A directory's place in the tree: under parent, with that name. Of other files nothing is kept. */
void vfs_node_adopt(struct vfs *vfs, struct vfs_node *parent, struct vfs_node *node, const char *name, uint32_t bytes);
bool vfs_node_is_within(const struct vfs_node *node, const struct vfs_node *ancestor);

/* vfs_cache.c */
void vfs_cache_init(struct vfs *vfs);
/* Is the name known? Then *node is what it leads to, without a reference, or NULL: it does not exist. */
bool vfs_cache_find(struct vfs *vfs, const struct vfs_node *parent, const char *name, uint32_t bytes,
                    struct vfs_node **node);
void vfs_cache_enter(struct vfs *vfs, struct vfs_node *parent, const char *name, uint32_t bytes, struct vfs_node *node);
void vfs_cache_drop(struct vfs *vfs, const struct vfs_node *parent, const char *name, uint32_t bytes);
void vfs_cache_drop_children(struct vfs *vfs, struct vfs_node *parent);
void vfs_cache_drop_names(struct vfs *vfs, struct vfs_node *node);
void vfs_cache_drop_listing(struct vfs *vfs, struct vfs_node *node);
void vfs_cache_enter_listing(struct vfs *vfs, struct vfs_node *node, uint64_t offset, const void *data, uint32_t bytes);
/* The cached records from offset on (*bytes 0: the end), valid until the next call here; NULL: not known. */
const void *vfs_cache_find_listing(struct vfs *vfs, struct vfs_node *node, uint64_t offset, uint32_t *bytes);
bool vfs_listing_is_sound(const void *data, uint32_t bytes); /* of a server: are the records well-formed? */

/* vfs_port.c */
/* A new port for the server process pid. *channel: with all rights, to be moved to it. Returns 0, -E_EXIST (the name
 * is a living port's), -E_NFILE (VFS_PORTS_MAX), or the kernel's error. */
int vfs_port_create(struct vfs *vfs, const char *name, uint32_t bytes, uint32_t pid, struct vfs_port **port,
                    int *channel);
struct vfs_port *vfs_port_find(struct vfs *vfs, const char *name, uint32_t bytes); /* living ones; or NULL */
struct vfs_port *vfs_port_find_number(struct vfs *vfs, uint64_t number);
void vfs_port_tell(struct vfs_port *port);   /* pulses the server if it does not know that requests wait */
void vfs_port_die(struct vfs *vfs, struct vfs_port *port); /* requests fail with -E_IO */
void vfs_port_settle(struct vfs_port *port); /* frees a dead port that nothing names any more */

/* vfs_request.c */
/* Sends operation->wire (operation, arguments; name, data from operation->name, data) about `node` to its port;
 * resume is called with the answer's status, possibly before this returns: -E_NXIO if the port is dead. */
void vfs_request_send(struct vfs_operation *operation, struct vfs_node *node, uint32_t kind,
                      void (*resume)(struct vfs_operation *operation, int status));
void vfs_request_name(struct vfs_operation *operation, const char *name, uint32_t bytes); /* for the next send */
void vfs_request_next(struct vfs *vfs, const struct vfs_message *message);       /* ROOT_PORT_NEXT */
void vfs_request_invalidate(struct vfs *vfs, const struct vfs_message *message); /* ROOT_PORT_INVALIDATE */
void vfs_request_withdraw(struct vfs_operation *operation); /* takes it off its port's lists */

/* vfs_operation.c */
void vfs_state_init(struct vfs *vfs); /* all parts, on zeroed memory with host filled in */
void vfs_dispatch(struct vfs *vfs, const struct vfs_message *message);
/* An operation for the message, its data copied; NULL: the call was answered with an error. */
struct vfs_operation *vfs_operation_begin(struct vfs *vfs, const struct vfs_message *message);
/* Ends it: replies if somebody waits, lets go of everything. */
void vfs_operation_end(struct vfs_operation *operation, int64_t status);
void vfs_operation_end_data(struct vfs_operation *operation, int64_t status, const void *data, uint64_t bytes);
/* Moves the handle to the client; closes it if that fails. */
void vfs_operation_end_handle(struct vfs_operation *operation, int64_t status, int handle, uint32_t rights);
bool vfs_operation_cancel(struct vfs *vfs, const void *call); /* false: no operation serves that call */

/* vfs_mount.c, vfs_namespace.c */
void vfs_mount_init(struct vfs *vfs);
struct vfs_place vfs_place_make(struct vfs_mount *mount, struct vfs_node *node); /* takes references */
struct vfs_place vfs_place_copy(struct vfs_place place);
void vfs_place_release(struct vfs *vfs, struct vfs_place *place); /* and empties it; an empty one is fine */
bool vfs_place_is_same(struct vfs_place a, struct vfs_place b);
/* Replaces the place by the one above it, not above `root`. */
void vfs_place_ascend(struct vfs *vfs, struct vfs_place *place, struct vfs_place root);
/* Follows mounts made at "/" on top of the place's own. */
void vfs_place_surface(struct vfs *vfs, struct vfs_place *place);
/* The mount at that name of the directory, or NULL. */
struct vfs_mount *vfs_mount_find(struct vfs_place parent, const char *name, uint32_t bytes);
/* Mounts top; parent empty: at "/". Returns 0 or -E_NFILE (VFS_MOUNTS_MAX). */
int vfs_mount_add(struct vfs *vfs, struct vfs_namespace *space, struct vfs_place parent, const char *name,
                  uint32_t bytes, struct vfs_node *top, uint32_t flags);
void vfs_mount_serve(struct vfs_operation *operation);
void vfs_unmount_serve(struct vfs_operation *operation);
void vfs_namespace_init(struct vfs *vfs);
struct vfs_place vfs_namespace_root(struct vfs_namespace *space); /* with references */
/* The text of /proc/mounts. Returns its length. */
int64_t vfs_namespace_describe(struct vfs_namespace *space, char *buffer, uint64_t length);
void vfs_chdir_serve(struct vfs_operation *operation);
void vfs_getcwd_serve(struct vfs_operation *operation);
void vfs_umask_serve(struct vfs_operation *operation);
/* The absolute path of a directory as seen from root, at the end of the buffer. Returns its start or NULL: it is gone,
 * or the path is longer than the buffer. */
const char *vfs_place_describe(struct vfs_place place, struct vfs_place root, char *buffer,
                               uint64_t length);
/* Contexts of processes. */
void vfs_process_context_init(struct vfs *vfs, struct vfs_process_context *context);
void vfs_process_context_copy(struct vfs_process_context *to, const struct vfs_process_context *from);
void vfs_process_context_release(struct vfs *vfs, struct vfs_process_context *context);

/* vfs_permission.c: 0 or the error. */
int vfs_permission_check(const struct file_stat *stat, const struct vfs_credentials *credentials, uint32_t access);
int vfs_permission_modify(const struct vfs_operation *operation, struct vfs_place directory); /* add or take names */
int vfs_permission_remove(const struct vfs_operation *operation, struct vfs_place directory,
                          const struct vfs_node *node); /* the same, and sticky */
/* What may be set by whom: adapts mask and stat (set-id bits that must go). */
int vfs_permission_attributes(const struct vfs_credentials *credentials, const struct file_stat *now, uint32_t *mask,
                              struct file_stat *wanted);

/* vfs_walk.c */
/* Walks path from base (or the root) and calls walk->done: 0 with walk->at (parent), name and target; or the error. */
void vfs_walk_start(struct vfs_operation *operation, struct vfs_walk *walk, struct vfs_place base, const char *path,
                    uint32_t bytes, uint32_t flags, void (*done)(struct vfs_operation *operation, int status));
void vfs_walk_release(struct vfs *vfs, struct vfs_walk *walk);
/* The node that an answer's stat describes, with a reference and entered in the cache as parent's name. NULL and
 * *status: -E_IO (the answer makes no sense) or -E_NFILE. */
struct vfs_node *vfs_walk_learn(struct vfs_operation *operation, struct vfs_node *parent, const char *name,
                                uint32_t bytes, int *status);
/* Notes that the directory's names changed. */
void vfs_directory_changed(struct vfs *vfs, struct vfs_node *directory);
/* The same for the answer of operation's request; true: nothing else changed there meanwhile, so the answer is the last
 * word and may be cached. */
bool vfs_directory_altered(struct vfs_operation *operation, struct vfs_node *directory);

/* Operations on paths, a file each. */
void vfs_open_serve(struct vfs_operation *operation);
void vfs_stat_serve(struct vfs_operation *operation);
void vfs_access_serve(struct vfs_operation *operation);
void vfs_setattr_serve(struct vfs_operation *operation);
void vfs_statfs_serve(struct vfs_operation *operation);
void vfs_readlink_serve(struct vfs_operation *operation);
void vfs_make_serve(struct vfs_operation *operation); /* mkdir, mknod, symlink */
/* Fills wire.stat with mode (argument[0] less the umask) and owner of what is about to be made in the directory. */
void vfs_make_attributes(struct vfs_operation *operation, const struct vfs_node *directory, uint32_t type);
void vfs_link_serve(struct vfs_operation *operation);
void vfs_unlink_serve(struct vfs_operation *operation);
void vfs_rename_serve(struct vfs_operation *operation);

/* vfs_session.c */
void vfs_session_init(struct vfs *vfs);
/* A new session; its cookie, or 0: VFS_SESSIONS_MAX. Takes references to the place. */
uint64_t vfs_session_create(struct vfs *vfs, enum vfs_session_kind kind, struct vfs_place place, uint32_t flags);
struct vfs_session *vfs_session_find(struct vfs *vfs, uint64_t cookie); /* or NULL */
void vfs_session_close(struct vfs *vfs, uint64_t cookie);
/* Serves a struct file_request on a session. */
void vfs_session_serve(struct vfs *vfs, const struct vfs_message *message, const struct file_request *request);
/* The descriptor for a session made for the operation; ends the operation. */
void vfs_session_hand_over(struct vfs_operation *operation, enum vfs_session_kind kind, struct vfs_place place);

/* vfs_directory.c */
void vfs_directory_read(struct vfs_operation *operation); /* of session_cookie; argument[0]: bytes wanted */
struct vfs_records { /* directory records on their way to a client */
    char *buffer;
    uint32_t used;
    uint32_t length;
    bool full; /* one did not fit */
};
/* Adds a record if it fits; false: it does not. */
bool vfs_record_add(struct vfs_records *records, const char *name, uint64_t inode, uint32_t mode,
                    uint64_t next_offset);

/* vfs_text.c: the trees of root's own. */
#define VFS_INODE_TOP 1u
#define VFS_INODE_PROC 2u
#define VFS_INODE_PORT 3u
void vfs_text_stat(struct vfs *vfs, uint64_t inode, struct file_stat *stat);
/* The inode of a name in a directory, or 0. */
uint64_t vfs_text_lookup(struct vfs *vfs, uint64_t directory, const char *name, uint32_t bytes);
bool vfs_text_is_descriptor(uint64_t inode, uint32_t *pid, uint32_t *number); /* is it one of /proc/PID/fd? */
/* A link's target. Returns its length or -error. */
int64_t vfs_text_target(struct vfs_operation *operation, uint64_t inode, char *buffer, uint64_t length);
/* A text's contents. Returns its length or -error. */
int64_t vfs_text_write(struct vfs_operation *operation, uint64_t inode, char *buffer, uint64_t length);
/* Adds the records of a directory from *offset on and advances it, until one does not fit or the end. A record's
 * next_offset is `base` above its own. */
void vfs_text_list(struct vfs *vfs, uint64_t directory, uint64_t *offset, uint64_t base, struct vfs_records *records);

#endif
