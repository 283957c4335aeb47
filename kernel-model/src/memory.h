/* Memory objects: pages by number, on demand, shared or copied on write; and address spaces that map ranges of them.
 *
 * Every page that an object holds is charged to its grant, shared or not, so breaking a copy-on-write share always
 * finds its frame. */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include "object.h"

struct memory;
struct connection;
struct space;
struct thread;

/* size_bytes is rounded up to pages. -E_INVAL: 0, or more than a user address space. -E_NOMEM. */
int memory_create(struct kernel *kernel, struct grant *grant, uint64_t size_bytes, struct memory **memory);
/* A fixed run of frames: in the archive, or a device outside RAM. Not charged; only the archive can be cloned, which
 * charges and enters all pages at once. -E_INVAL: the run touches other RAM, -E_NOMEM. */
int memory_create_fixed(struct kernel *kernel, struct grant *grant, uint64_t first_frame, uint64_t pages,
                        struct memory **memory);
/* Frames from 0 on, RAM included, for spaces that show physical memory at its own address. -E_NOMEM. */
int memory_create_identity(struct kernel *kernel, struct grant *grant, uint64_t pages, struct memory **memory);
/* A copy on write of a range of pages. offset_bytes must be a multiple of the page size. -E_INVAL: the range is not in
 * the object, is empty, or the object is a device's; -E_NOMEM. Cost: constant per page present. */
int memory_clone(struct kernel *kernel, struct grant *grant, struct memory *from, uint64_t offset_bytes,
                 uint64_t size_bytes, struct memory **memory);
/* Like memory_create, but absent pages are asked for at `pager` (referenced, and counted like a handle), told `value`.
 * Cannot be cloned; space_clone shares it. */
int memory_create_paged(struct kernel *kernel, struct grant *grant, uint64_t size_bytes, struct connection *pager,
                        uint64_t value, struct memory **memory);
/* Puts the pages [from_offset, + size) of `from` into a paged object at `offset`, shared copy-on-write; pages that are
 * there stay as they are. Returns the bytes gone through: fewer than asked if the grant has no room for more. -E_INVAL:
 * not paged, unaligned, outside either object, more than SUPPLY_PAGES_MAX, `from` is paged or a device; -E_NOMEM. */
int64_t memory_supply(struct kernel *kernel, struct memory *memory, uint64_t offset_bytes, struct memory *from,
                      uint64_t from_offset_bytes, uint64_t size_bytes);
/* A page that only its pager can bring in: returned by whatever reaches memory, never to programs. The call is made
 * again when it is there (fault.h); kernel->absent tells which page. */
#define PAGE_ABSENT (-4096)
uint64_t memory_size(struct memory *memory);
struct object *memory_object(struct memory *memory);
/* The page's frame, brought in (zeroed, charged) if absent, private if `write`. -E_NOMEM, -E_INVAL: past the end;
 * PAGE_ABSENT. */
int memory_page(struct kernel *kernel, struct memory *memory, uint64_t page, bool write, uint64_t *frame);
/* Pins a page for the kernel (control pages): frame stays what it is until memory_unpin, clones copy it at once. As
 * memory_page; -E_INVAL also for paged objects. */
int memory_pin(struct kernel *kernel, struct memory *memory, uint64_t page, uint64_t *frame);
void memory_unpin(struct kernel *kernel, struct memory *memory, uint64_t page);
/* A page's frame, brought in and private, for a device that reaches memory by itself. From then on the object keeps its
 * frames as long as it lives, and cannot be cloned. -E_INVAL: past the end or paged; -E_NOMEM. */
int memory_physical(struct kernel *kernel, struct memory *memory, uint64_t page, uint64_t *frame);

/* Pages of a space that are to be shown on the platform. */
struct show {
    uint64_t at; /* address to go on from */
    uint64_t end;
    bool populate; /* absent ones are brought in */
    int64_t result; /* of the call that has it done */
};

/* Where a clone of a space stands. */
struct space_clone {
    uint64_t serial; /* marks the regions that it made */
    uint64_t at;     /* address to go on from; if it has failed: up to where it is undone */
    int error;       /* it has failed: what with */
    uint32_t copies; /* pages that may be copied yet: few, however many objects there are */
};

int space_create(struct kernel *kernel, struct grant *grant, struct space **space);
/* See SPACE_MAP. *address without MAP_FLAG_FIXED: tried if it is not 0, else the lowest gap from MAP_BASE on. Pages
 * that are present are shown at once; MAP_FLAG_POPULATE brings in the others as far as the grant goes, and so do small
 * writable maps. Returns 0 and the address. -E_INVAL: unaligned, empty, past the object's end, outside
 * USER_BASE..USER_END or touching the platform's range, unknown flags; -E_ACCES: prot beyond `rights` of the memory
 * handle; -E_NOMEM: no gap, too many regions, grant exhausted. */
int space_map(struct kernel *kernel, struct space *space, uint64_t *address, uint64_t size_bytes, struct memory *memory,
              uint32_t rights, uint64_t offset_bytes, uint32_t prot_flags);
/* The same in two parts. First all but showing pages and bringing them in: *show is that. */
int space_place(struct kernel *kernel, struct space *space, uint64_t *address, uint64_t size_bytes,
                struct memory *memory, uint32_t rights, uint64_t offset_bytes, uint32_t prot_flags, struct show *show);
/* Then that, from where it stands, whatever is mapped there now. False: the platform wants to be heard. */
bool space_show(struct kernel *kernel, struct space *space, struct show *show);
/* What is not mapped there stays so. -E_INVAL: as space_map; -E_NOMEM: a region is to be cut in two and the grant is
 * exhausted. */
int space_unmap(struct kernel *kernel, struct space *space, uint64_t address, uint64_t size_bytes);
/* -E_INVAL, -E_NOMEM: as above; -E_FAULT: not all of it is mapped; -E_ACCES: beyond the rights it was mapped with. */
int space_protect(struct kernel *kernel, struct space *space, uint64_t address, uint64_t size_bytes, uint32_t prot);
/* Adds to `to` what `from` maps: regions with MAP_FLAG_SHARED show the same objects, those with MAP_FLAG_NO_CLONE are
 * left out, the others get a copy-on-write clone of their range, paid by `grant` (the regions are paid by the space's).
 * -E_EXIST: something is mapped there in `to`; -E_NOMEM. On an error `to` is as before. */
int space_clone(struct kernel *kernel, struct space *to, struct space *from, struct grant *grant);
/* The same in slices: begun once, then run until it does not return SYSCALL_PREEMPTED. What is mapped in `from`, or in
 * `to` besides, may change meanwhile: what counts is what is there when the clone gets there. */
void space_clone_begin(struct kernel *kernel, struct space_clone *clone);
/* It is to be undone: the next runs need `to` only. */
void space_clone_fail(struct space_clone *clone, int error);
int64_t space_clone_run(struct kernel *kernel, struct space_clone *clone, struct space *to, struct space *from,
                        struct grant *grant);
void space_query(struct space *space, uint64_t address, struct region_info *info);
struct object *space_object(struct space *space);
/* Recounts regions and the references they hold; panics on a wrong tree. */
void space_check(struct kernel *kernel, struct space *space);
struct plat_space *space_platform(struct space *space);

/* Serves a fault: maps the page and some around it. 0: retry. -E_FAULT: nothing mapped there or not allowed.
 * -E_NOMEM, PAGE_ABSENT. */
int space_fault(struct kernel *kernel, struct space *space, uint64_t address, uint32_t access);
/* A page has come that a thread at `address` waits for: it and neighbours behind it are mapped, which spares the thread
 * another fault. Nothing happens if it cannot be used for that access as it is. */
void space_fault_show(struct kernel *kernel, struct space *space, uint64_t address, uint32_t access);

/* Pointer to user bytes at `address` for kernel access, brought in and made private as needed: sets *bytes to the
 * kernel's view and *length, before how many are wanted, to how many are contiguous in it (at least one, and maybe
 * more than wanted: up to the page's end).
 * access: ACCESS_READ or ACCESS_WRITE, checked against the region's prot (force: not checked). -E_FAULT, -E_NOMEM,
 * PAGE_ABSENT. */
int space_access(struct kernel *kernel, struct space *space, uint64_t address, uint32_t access, bool force,
                 void **bytes, uint64_t *length);
/* Copies to and from a kernel buffer. All or -E_FAULT / -E_NOMEM / PAGE_ABSENT. Address ranges may wrap, be unaligned,
 * be garbage. */
int space_copy_in(struct kernel *kernel, struct space *space, void *to, uint64_t from, uint64_t length);
int space_copy_out(struct kernel *kernel, struct space *space, uint64_t to, const void *from, uint64_t length);

/* Key of a word of memory for address_wait: the object and its offset, so that shared maps meet. -E_FAULT. */
int space_key(struct space *space, uint64_t address, struct memory **memory, uint64_t *offset_bytes);

#endif
