/* Page trees: see page_tree.h. */
#include "page_tree.h"

#include <abi/limits.h>

#include "assert.h"
#include "frame.h"
#include "kernel_state.h"

#define SEEK_NODES 32u

static uint64_t index_at(uint64_t page, uint32_t level)
{
    return (page >> ((level - 1) * PAGE_TREE_BITS)) % NODE_ENTRIES;
}

void page_tree_init(struct page_tree *tree, uint64_t pages)
{
    if (pages <= PAGE_TREE_DIRECT)
        return;
    tree->height = 1;
    while ((pages - 1) >> (tree->height * PAGE_TREE_BITS) != 0)
        tree->height++;
}

uint64_t *page_tree_find(struct page_tree *tree, uint64_t page)
{
    union node *node = tree->root;

    if (tree->height == 0)
        return &tree->direct[page];
    for (uint32_t level = tree->height; level > 1 && node != NULL; level--)
        node = node->below[index_at(page, level)];
    return node == NULL ? NULL : &node->entries[index_at(page, 1)];
}

uint64_t page_tree_missing(struct page_tree *tree, uint64_t page)
{
    union node *node = tree->root;

    for (uint32_t level = tree->height; level > 0; level--) {
        if (node == NULL)
            return level;
        if (level > 1)
            node = node->below[index_at(page, level)];
    }
    return 0;
}

static union node *node_make(struct kernel *kernel, struct page_tree *tree)
{
    union node *node = frame_allocate_table(kernel);

    KERNEL_ASSERT(kernel, node != NULL);
    tree->node_pages++;
    return node;
}

uint64_t *page_tree_make(struct kernel *kernel, struct page_tree *tree, uint64_t page)
{
    union node *node;

    if (tree->height == 0)
        return &tree->direct[page];
    if (tree->root == NULL)
        tree->root = node_make(kernel, tree);
    node = tree->root;
    for (uint32_t level = tree->height; level > 1; level--) {
        union node **below = &node->below[index_at(page, level)];

        if (*below == NULL)
            *below = node_make(kernel, tree);
        node = *below;
    }
    return &node->entries[index_at(page, 1)];
}

static uint64_t *direct_next(struct page_tree *tree, uint64_t *page, uint64_t end)
{
    for (; *page < end && *page < PAGE_TREE_DIRECT; ++*page) {
        if (tree->direct[*page] != 0)
            return &tree->direct[*page];
    }
    return NULL;
}

/* The level-1 node of the page, or NULL; then *skip is how many pages its absence covers, as a power of two. */
static union node *leaf_find(struct page_tree *tree, uint64_t page, uint32_t *skip_bits)
{
    union node *node = tree->root;
    uint32_t level = tree->height;

    while (level > 1 && node != NULL) {
        node = node->below[index_at(page, level)];
        level--;
    }
    *skip_bits = level * PAGE_TREE_BITS;
    return node;
}

static inline uint64_t *next_within(struct page_tree *tree, uint64_t *page, uint64_t end, uint64_t nodes)
{
    if (tree->height == 0)
        return direct_next(tree, page, end);
    for (; *page < end && nodes > 0; nodes--) {
        uint32_t skip_bits;
        union node *leaf = leaf_find(tree, *page, &skip_bits);

        if (leaf == NULL) {
            *page = ((*page >> skip_bits) + 1) << skip_bits;
            continue;
        }
        do {
            if (leaf->entries[*page % NODE_ENTRIES] != 0)
                return &leaf->entries[*page % NODE_ENTRIES];
            ++*page;
        } while (*page % NODE_ENTRIES != 0 && *page < end);
    }
    return NULL;
}

uint64_t *page_tree_next(struct page_tree *tree, uint64_t *page, uint64_t end)
{
    return next_within(tree, page, end, UINT64_MAX);
}

uint64_t *page_tree_seek(struct page_tree *tree, uint64_t *page, uint64_t end)
{
    return next_within(tree, page, end, SEEK_NODES);
}

/* Recounts every node, those below before their own, and returns how many there are; at most one path of nodes is
 * remembered. */
static uint64_t nodes_recount(struct kernel *kernel, struct page_tree *tree)
{
    uint64_t count = 0;
    union node *path[5] = {NULL};
    uint32_t at[5] = {0};
    uint32_t level = tree->height;

    if (tree->root == NULL)
        return 0;
    path[level] = tree->root;
    while (level <= tree->height) {
        union node *below = NULL;

        while (level > 1 && at[level] < NODE_ENTRIES && below == NULL)
            below = path[level]->below[at[level]++];
        if (below != NULL) {
            level--;
            path[level] = below;
            at[level] = 0;
            continue;
        }
        frame_recount(kernel, frame_of_bytes(kernel, path[level]));
        count++;
        level++;
    }
    return count;
}

uint64_t page_tree_check(struct kernel *kernel, struct page_tree *tree)
{
    return nodes_recount(kernel, tree);
}
