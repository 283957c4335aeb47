/* A pair of threads, and a pager with an object of paged memory. The kernel tests of pagers use it. */
#ifndef UNIT_KERNEL_PAGED_H
#define UNIT_KERNEL_PAGED_H

#include "pair.h"
#include "unit.h"

#define PAGED 0x1000000ull
#define PAGED_PAGES 8u
#define PAGED_BYTES (PAGED_PAGES * PAGE_BYTES)
#define VALUE 0xabcdef12345ull
#define SENT_BYTES (5u * PAGE_BYTES + 100u)
#define TURNS_MAX 40u

struct world {
    struct pair pair;
    struct process pager_process;
    struct thread *pager;
    int pager_channel;
    int pager_connection; /* by which pages are asked for; in the pager's table */
    int memory; /* in the pager's table, as is */
    int source; /* what it supplies from: page i begins with byte i + 1 */
};

struct world world_create(void);
/* Maps the paged memory into a thread's space. */
void paged_map(struct world *world, struct thread *thread);
/* The pager asks for a fault and does not wait. */
void pager_receive(struct world *world);
/* The pager takes one fault and answers it; supplies the page if `status` is 0. False: there is none. */
bool pager_serves(struct world *world, int64_t status);
/* Everybody goes on until nobody waits for a page; returns how many pages the pager was asked for. */
unsigned pages_come(struct world *world);
/* A thread's bytes are those of the source from `offset` on. */
void paged_check(struct world *world, struct thread *thread, uint64_t address, uint64_t offset, uint64_t length);
/* A thread touches memory. */
void touch(struct world *world, struct thread *thread, uint64_t address, uint32_t access);
/* The client calls with SENT_BYTES of its paged memory. */
int64_t call_paged(struct world *world, uint64_t reply_at, uint64_t reply_bytes);
/* The server receives as many. */
int64_t receive_at(struct world *world, uint64_t address);

#endif
