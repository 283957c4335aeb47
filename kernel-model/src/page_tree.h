/* Page trees: from page numbers of a memory object to 64-bit entries, 0 meaning none. A few entries lie in the tree
 * itself; larger objects have radix nodes of a page each, taken from a grant that has been charged for them. */
#ifndef KERNEL_PAGE_TREE_H
#define KERNEL_PAGE_TREE_H

#include <abi/types.h>

struct kernel;

#define PAGE_TREE_DIRECT 8u
#define PAGE_TREE_NEIGHBOURS 64u
#define PAGE_TREE_BITS 9u /* of a page number, for each level */
#define PAGE_TREE_PAGES_MAX (1ull << 36)

#define NODE_ENTRIES (1u << PAGE_TREE_BITS)

/* A page: those of level 1 hold entries, the others nodes. */
union node {
    union node *below[NODE_ENTRIES];
    uint64_t entries[NODE_ENTRIES];
};

struct page_tree {
    uint64_t node_pages; /* nodes in use */
    uint32_t height;     /* levels of nodes; 0: `direct` is used instead */
    uint32_t reserved;
    void *root; /* NULL: no entry yet */
    uint64_t direct[PAGE_TREE_DIRECT];
};

/* An empty tree for pages [0, pages), at most PAGE_TREE_PAGES_MAX; *tree is zeroed. */
void page_tree_init(struct page_tree *tree, uint64_t pages);
/* The entry of a page, or NULL if there is no node for it. Constant time, as are the next two. Behind it lie those of
 * the pages after it, up to the next multiple of PAGE_TREE_NEIGHBOURS or the object's end. */
uint64_t *page_tree_find(struct page_tree *tree, uint64_t page);
/* Nodes that page_tree_make would have to add. */
uint64_t page_tree_missing(struct page_tree *tree, uint64_t page);
/* The entry of a page, its nodes made; they have been charged by the caller, so there are frames for them. */
uint64_t *page_tree_make(struct kernel *kernel, struct page_tree *tree, uint64_t page);
/* The first entry that is not 0 in [*page, end), which sets *page; or NULL. Skips what has no nodes. */
uint64_t *page_tree_next(struct page_tree *tree, uint64_t *page, uint64_t end);
/* The same, but looks through a few nodes at most: NULL with *page below end: the search goes on there. */
uint64_t *page_tree_seek(struct page_tree *tree, uint64_t *page, uint64_t end);
/* Recounts the nodes' frames; returns the number of nodes. */
uint64_t page_tree_check(struct kernel *kernel, struct page_tree *tree);

#endif
