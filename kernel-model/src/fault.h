/* Faults on paged memory objects: the thread that wants an absent page sends its pager a message (RECEIVED_FAULT) and
 * waits for the answer. Status 0: it tries again; anything else, or the pager's death: the page is refused. Then a
 * thread whose instruction wanted it raises an exception; in a call, the owner of the buffer gets -E_FAULT. A call that
 * meets such a page returns PAGE_ABSENT before it has changed anything but its copy's cursors, and is made again. */
#ifndef KERNEL_FAULT_H
#define KERNEL_FAULT_H

#include <abi/types.h>

struct kernel;
struct memory;
struct thread;

/* The absent page that was met last. */
struct absent_page {
    struct memory *memory;
    uint64_t page;
    uint32_t access; /* ACCESS_* */
};

/* An absent page has been met: PAGE_ABSENT, or -E_FAULT if the call being made was refused it. */
int fault_note(struct kernel *kernel, struct memory *memory, uint64_t page, uint32_t access);
/* The current thread waits for the page noted last. `address`: of its instruction's access; 0 in a call. */
void fault_raise(struct kernel *kernel, struct thread *thread, uint64_t address);
/* The answer to a fault, given by its pager; `direct`: which lets the client run next, if it can. */
int64_t fault_reply(struct kernel *kernel, struct thread *client, int64_t status, bool direct);
/* A thread that waits for a page stops waiting. */
void fault_end(struct kernel *kernel, struct thread *thread, bool refused);
/* Whether it waits for a page. */
bool fault_is_open(const struct thread *thread);

#endif
