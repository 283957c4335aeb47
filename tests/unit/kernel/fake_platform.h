/* A platform for unit tests of the kernel core: RAM from the heap (frame = address / 4096), no threads that run, and a
 * record of all mappings, so that tests can ask what a page of a space shows. */
#ifndef FAKE_PLATFORM_H
#define FAKE_PLATFORM_H

#include <kernel/kernel.h>
#include <kernel/platform.h>

#include "kernel_state.h"

#define FAKE_LOG_BYTES 4096u

/* A run of mapped pages. */
struct fake_mapping {
    struct plat_space *space;
    uint64_t address;
    uint64_t pages;
    uint64_t frame;
    uint32_t prot;
};

struct fake_platform {
    struct kernel *kernel;
    uint8_t *ram;
    uint64_t frame_count;
    struct fake_mapping *mappings;
    size_t mapping_count;
    size_t mapping_room;
    uint64_t map_calls, unmap_calls, protect_calls;
    uint64_t spaces, contexts; /* that exist */
    bool fail_spaces, fail_contexts, fail_maps;
    uint64_t timer_deadline_ns;
    uint64_t preempt_polls; /* how often the core has asked */
    uint64_t preempt_at;    /* told to stop when it asks for that time; 0: never */
    bool preempt_always;    /* told to stop each time */
    uint32_t interrupt_acks, interrupts_enabled;
    bool stopped;
    int stop_status;
    char log[FAKE_LOG_BYTES];
    size_t log_length;
};

/* What a thread's context records; at the start of its PLAT_CONTEXT_BYTES. */
struct fake_context {
    struct registers registers;
    uint64_t pc, sp, argument, control_address;
    int64_t result;
    uint32_t results; /* given so far */
    bool started;
    bool in_library; /* plat_context_upcall says so and does nothing */
};

/* A machine with zeroed kernel state and `frames` frames filled with 0xa5; nothing is initialised. The archive, if its
 * size is not 0, is copied to the last frames. Frees with fake_destroy. */
struct fake_platform *fake_create(uint64_t frames, const void *archive, size_t archive_bytes,
                                  struct kernel_config *config);
void fake_destroy(struct fake_platform *fake);
/* The same without an archive, and with the memory side set up. */
struct fake_platform *fake_memory_create(uint64_t frames);

/* Are all bytes zero? */
bool fake_is_zero(const void *bytes, size_t length);
/* What is mapped at an address of a space: false, nothing. */
bool fake_mapping_get(struct fake_platform *fake, struct space *space, uint64_t address, uint64_t *frame,
                      uint32_t *prot);
/* Fails the test if any mapping of the space shows another frame than its region does, or allows more. */
void fake_mappings_check(struct fake_platform *fake, struct space *space);
struct fake_context *fake_context_get(struct thread *thread);
/* A whole recount of references, charges and frames; `held` are the objects that the test itself refers to. */
void fake_memory_check(struct kernel *kernel, struct object *const held[], size_t count);

#endif
