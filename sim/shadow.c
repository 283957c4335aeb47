/* Software page table of one address space: a hash of leaves of 512 pages. Empty leaves stay until the space goes or
 * the table is rebuilt. */
#include <shadow.h>

#include <abi/limits.h>
#include <stdlib.h>
#include <string.h>

#define LEAF_BYTES (SHADOW_LEAF_PAGES * (uint64_t)PAGE_BYTES)
#define PLACES_MIN 64u

void shadow_destroy(struct shadow *shadow)
{
    for (size_t i = 0; i < shadow->places; i++) {
        free(shadow->place[i]);
    }
    free(shadow->place);
    *shadow = (struct shadow){0};
}

static size_t place_first(const struct shadow *shadow, uint64_t key)
{
    return (size_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & (shadow->places - 1);
}

static struct shadow_leaf *leaf_find(const struct shadow *shadow, uint64_t address)
{
    uint64_t key = address / LEAF_BYTES + 1;
    if (shadow->places == 0) {
        return NULL;
    }
    for (size_t i = place_first(shadow, key);; i = (i + 1) & (shadow->places - 1)) {
        if (shadow->place[i] == NULL || shadow->place[i]->key == key) {
            return shadow->place[i];
        }
    }
}

static void leaf_insert(struct shadow *shadow, struct shadow_leaf *leaf)
{
    size_t i = place_first(shadow, leaf->key);
    while (shadow->place[i] != NULL) {
        i = (i + 1) & (shadow->places - 1);
    }
    shadow->place[i] = leaf;
    shadow->leaves++;
}

/* Makes room for `extra` more leaves. If that needs a new table, empty leaves go. */
static bool table_reserve(struct shadow *shadow, size_t extra)
{
    if ((shadow->leaves + extra) * 2 <= shadow->places) {
        return true;
    }
    size_t used = extra;
    for (size_t i = 0; i < shadow->places; i++) {
        used += shadow->place[i] != NULL && shadow->place[i]->present > 0;
    }
    size_t places = PLACES_MIN;
    while (places < used * 4) {
        places *= 2;
    }
    struct shadow old = *shadow;
    struct shadow_leaf **place = calloc(places, sizeof(*place));
    if (place == NULL) {
        return false;
    }
    *shadow = (struct shadow){.place = place, .places = places};
    for (size_t i = 0; i < old.places; i++) {
        if (old.place[i] != NULL && old.place[i]->present > 0) {
            leaf_insert(shadow, old.place[i]);
        } else {
            free(old.place[i]);
        }
    }
    free(old.place);
    return true;
}

static struct shadow_leaf *leaf_make(struct shadow *shadow, uint64_t address)
{
    struct shadow_leaf *leaf = leaf_find(shadow, address);
    if (leaf != NULL) {
        return leaf;
    }
    leaf = calloc(1, sizeof(*leaf));
    if (leaf != NULL) {
        leaf->key = address / LEAF_BYTES + 1;
        leaf_insert(shadow, leaf);
    }
    return leaf;
}

uint32_t shadow_prot(const struct shadow *shadow, uint64_t address)
{
    const struct shadow_leaf *leaf = leaf_find(shadow, address);
    return leaf == NULL ? 0 : leaf->prot[address / PAGE_BYTES % SHADOW_LEAF_PAGES];
}

static void leaf_set(struct shadow_leaf *leaf, size_t first, size_t count, uint32_t prot)
{
    for (size_t i = first; i < first + count; i++) {
        leaf->present -= leaf->prot[i] != 0;
        leaf->prot[i] = (uint8_t)prot;
    }
    leaf->present += prot != 0 ? (uint32_t)count : 0;
}

static void range_clear(struct shadow *shadow, uint64_t address, uint64_t end)
{
    struct shadow_run run;
    while (shadow_next(shadow, address, end, &run)) {
        for (address = run.address; address < run.address + run.pages * PAGE_BYTES; address += PAGE_BYTES) {
            leaf_set(leaf_find(shadow, address), address / PAGE_BYTES % SHADOW_LEAF_PAGES, 1, 0);
        }
    }
}

bool shadow_set(struct shadow *shadow, uint64_t address, uint64_t pages, uint32_t prot)
{
    uint64_t end = address + pages * PAGE_BYTES;
    if (prot == 0) {
        range_clear(shadow, address, end);
        return true;
    }
    if (!table_reserve(shadow, (size_t)((end - address) / LEAF_BYTES + 2))) {
        return false;
    }
    for (uint64_t at = address; at < end; at = (at / LEAF_BYTES + 1) * LEAF_BYTES) {
        if (leaf_make(shadow, at) == NULL) {
            return false;
        }
    }
    while (address < end) {
        size_t first = address / PAGE_BYTES % SHADOW_LEAF_PAGES;
        uint64_t count = (end - address) / PAGE_BYTES;
        count = count < SHADOW_LEAF_PAGES - first ? count : SHADOW_LEAF_PAGES - first;
        leaf_set(leaf_find(shadow, address), first, (size_t)count, prot);
        address += count * PAGE_BYTES;
    }
    return true;
}

/* The lowest leaf with mapped pages whose end is after `address`; the range may be far larger than the table. */
static const struct shadow_leaf *leaf_next(const struct shadow *shadow, uint64_t address, uint64_t end)
{
    uint64_t key = address / LEAF_BYTES + 1;
    if ((end - address) / LEAF_BYTES <= shadow->places) {
        for (; (key - 1) * LEAF_BYTES < end; key++) {
            const struct shadow_leaf *leaf = leaf_find(shadow, (key - 1) * LEAF_BYTES);
            if (leaf != NULL && leaf->present > 0) {
                return leaf;
            }
        }
        return NULL;
    }
    const struct shadow_leaf *best = NULL;
    for (size_t i = 0; i < shadow->places; i++) {
        const struct shadow_leaf *leaf = shadow->place[i];
        if (leaf != NULL && leaf->present > 0 && leaf->key >= key && (best == NULL || leaf->key < best->key)) {
            best = leaf;
        }
    }
    return best;
}

bool shadow_next(const struct shadow *shadow, uint64_t address, uint64_t end, struct shadow_run *run)
{
    while (address < end) {
        const struct shadow_leaf *leaf = leaf_next(shadow, address, end);
        if (leaf == NULL) {
            return false;
        }
        uint64_t base = (leaf->key - 1) * LEAF_BYTES;
        address = address > base ? address : base;
        for (; address < base + LEAF_BYTES && address < end; address += PAGE_BYTES) {
            uint32_t prot = leaf->prot[address / PAGE_BYTES % SHADOW_LEAF_PAGES];
            if (prot != 0) {
                *run = (struct shadow_run){.address = address, .prot = prot};
                while (address < end && shadow_prot(shadow, address) == prot) {
                    run->pages++;
                    address += PAGE_BYTES;
                }
                return true;
            }
        }
    }
    return false;
}
