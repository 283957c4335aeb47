/* An architecture for unit tests of hw/common: tables in an array that stands for physical memory at FAKE_POOL, and a
 * translation cache that keeps what was touched until it is flushed. */
#ifndef FAKE_ARCH_H
#define FAKE_ARCH_H

#include "arch.h"
#include "page_table.h"

#include <abi/limits.h>

#define FAKE_POOL 0x40000000ull
#define FAKE_POOL_PAGES_MAX 4096u

/* Before a test: an empty cache. */
void fake_reset(void);
/* Calls of arch_ports_map. */
extern unsigned fake_port_windows;

/* As the machine would translate it; false: not mapped. What is found stays in the cache. */
bool fake_touch(struct plat_space *space, uint64_t address, uint64_t *physical, uint32_t *prot, uint32_t *kind);
/* Fails if the cache holds what the tables do not. */
void fake_tlb_check(void);

#endif
