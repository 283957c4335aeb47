/* The tree of a ramfs: nodes (files, directories, links) and the entries that name them. Everything comes from fixed
 * pools. A node lives while it has a name or is open; inode numbers are never used twice. Pure logic: no system call,
 * the caller gives the time. Errors are -error (abi/errno.h). */
#ifndef RAMFS_TREE_H
#define RAMFS_TREE_H

#include <proto/port.h>

#include "blocks.h"

#define TREE_NODES_MAX 65536u
#define TREE_ENTRIES_MAX 65536u
#define TREE_BUCKETS 16384u
#define TREE_LINKS_MAX 65000u
#define TREE_ROOT_INODE 1u

struct tree_node {
    uint64_t inode; /* 0: free */
    uint64_t size_bytes;
    int64_t access_time_ns;
    int64_t modify_time_ns;
    int64_t change_time_ns;
    uint32_t mode;
    uint32_t uid;
    uint32_t gid;
    uint32_t link_count;
    uint32_t open_count;
    uint32_t generation;  /* how often this place was used before */
    uint32_t parent;      /* directories: node */
    uint32_t first_entry; /* directories: entries in the order of their serials */
    uint32_t last_entry;
    uint32_t entry_count;
    uint64_t next_serial;
    struct block_map map;
    uint64_t archive_offset; /* archive files: where the bytes start in the archive */
    const char *target;      /* symbolic links */
    uint32_t next_free;
};

struct tree_entry {
    uint32_t node;
    uint32_t directory;
    uint32_t hash_next;
    uint32_t previous;
    uint32_t next;
    uint64_t serial; /* its place in listings; grows, never used twice in a directory */
    uint32_t name_bytes;
    char name[NAME_BYTES_MAX + 1];
};

/* Places are numbered from 1; 0 is none. */
struct tree {
    struct blocks blocks;
    uint32_t nodes_used; /* places that were ever in use */
    uint32_t node_free;
    uint32_t node_count;
    uint32_t entries_used;
    uint32_t entry_free;
    uint32_t buckets[TREE_BUCKETS];
    struct tree_node nodes[TREE_NODES_MAX + 1];
    struct tree_entry entries[TREE_ENTRIES_MAX + 1];
};

/* `tree` is zero; `memory`: zeros for the blocks. The root directory gets `mode`. */
void tree_init(struct tree *tree, void *memory, uint64_t size_bytes, uint32_t mode, int64_t now_ns);

/* NULL: no such node (any more). */
struct tree_node *tree_node(struct tree *tree, uint64_t inode);
/* The node named so in a directory, or NULL. */
struct tree_node *tree_find(struct tree *tree, const struct tree_node *directory, const char *name);

/* Makes a node with a name. -E_EXIST, -E_NOSPC, -E_NOENT (directory is deleted), -E_NOTDIR. */
int tree_create(struct tree *tree, struct tree_node *directory, const char *name, uint32_t mode, int64_t now_ns,
                struct tree_node **made);
/* Makes a symbolic link with a copy of the target. As tree_create, and -E_NAMETOOLONG. */
int tree_symlink(struct tree *tree, struct tree_node *directory, const char *name, const char *target, int64_t now_ns,
                 struct tree_node **made);
/* A second name. As tree_create, and -E_PERM (a directory), -E_MLINK. */
int tree_link(struct tree *tree, struct tree_node *directory, const char *name, struct tree_node *node, int64_t now_ns);
/* -E_NOENT, -E_ISDIR; with `want_directory`: -E_NOTDIR, -E_NOTEMPTY. */
int tree_unlink(struct tree *tree, struct tree_node *directory, const char *name, bool want_directory, int64_t now_ns);
/* POSIX's rename. -E_NOENT, -E_ISDIR, -E_NOTDIR, -E_NOTEMPTY, -E_INVAL (into itself), -E_NOSPC. */
int tree_rename(struct tree *tree, struct tree_node *from, const char *name, struct tree_node *to, const char *new_name,
                int64_t now_ns);

/* An open description more or less; the last one of a nameless node frees it. */
void tree_open(struct tree_node *node);
void tree_close(struct tree *tree, struct tree_node *node);

/* Drops what blocks hold beyond the file's size, so that it reads as zeros if the file grows. */
void tree_trim(struct tree *tree, struct tree_node *node);
/* Sets the size of a regular file; bytes that appear are zeros. -E_FBIG. */
int tree_resize(struct tree *tree, struct tree_node *node, uint64_t size_bytes, int64_t now_ns);

/* Fills `buffer` with records of entries after cookie `offset` (0: all). Bytes, 0 at the end, -E_INVAL: not even one
 * fits. */
int tree_list(const struct tree *tree, const struct tree_node *directory, uint64_t offset, void *buffer,
              uint32_t length_bytes);

void tree_stat(const struct tree_node *node, struct file_stat *stat);

#endif
