/* A software page table: what the host has mapped in one address space, page by page. It decides nothing: it remembers
 * which mappings exist, so that protection changes reach only mapped pages and a fault's access can be told. */
#ifndef SIM_SHADOW_H
#define SIM_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHADOW_LEAF_PAGES 512u

struct shadow_leaf {
    uint64_t key; /* address / (SHADOW_LEAF_PAGES pages), plus 1; 0: free place */
    uint32_t present;
    uint8_t prot[SHADOW_LEAF_PAGES]; /* PROT_*, 0: not mapped */
};

struct shadow {
    struct shadow_leaf **place; /* open addressing, a power of two places */
    size_t places;
    size_t leaves;
};

/* A run of mapped pages with the same protection. */
struct shadow_run {
    uint64_t address;
    uint64_t pages;
    uint32_t prot;
};

void shadow_destroy(struct shadow *shadow);

/* PROT_* of the page at address; 0: not mapped. */
uint32_t shadow_prot(const struct shadow *shadow, uint64_t address);

/* Sets the protection of all pages of the range; 0: unmaps. False: the host is out of memory, nothing changed. */
bool shadow_set(struct shadow *shadow, uint64_t address, uint64_t pages, uint32_t prot);

/* Finds the first run of mapped pages at or after `address` and before `end`. False: none. Cost: the pages passed over,
 * but never more than the leaves there are. */
bool shadow_next(const struct shadow *shadow, uint64_t address, uint64_t end, struct shadow_run *run);

#endif
