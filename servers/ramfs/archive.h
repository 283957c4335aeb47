/* The boot archive (abi/archive.h) as a tree. Nothing in the archive is trusted: every offset is checked before use. */
#ifndef RAMFS_ARCHIVE_H
#define RAMFS_ARCHIVE_H

#include "tree.h"

/* Fills the tree with the archive's entries; directories that are only implied get mode 0755. Names of the tree's links
 * point into the archive. 0, -E_INVAL: not a sound archive, -E_NOSPC: too many entries. */
int archive_load(struct tree *tree, const void *bytes, uint64_t size_bytes);

#endif
