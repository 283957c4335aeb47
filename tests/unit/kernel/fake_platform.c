/* The platform of unit tests: see fake_platform.h. */
#include "fake_platform.h"

#include <abi/errno.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_object.h"
#include "region.h"

static struct fake_platform *fake_of(struct kernel *kernel)
{
    return kernel->platform;
}

struct fake_platform *fake_create(uint64_t frames, const void *archive, size_t archive_bytes,
                                  struct kernel_config *config)
{
    struct fake_platform *fake = calloc(1, sizeof(*fake));
    size_t kernel_size = (sizeof(struct kernel) + PAGE_BYTES - 1) & ~((size_t)PAGE_BYTES - 1);
    uint64_t archive_pages = (archive_bytes + PAGE_BYTES - 1) / PAGE_BYTES;

    fake->frame_count = frames;
    fake->ram = aligned_alloc(PAGE_BYTES, frames * PAGE_BYTES);
    memset(fake->ram, 0xa5, frames * PAGE_BYTES);
    fake->kernel = aligned_alloc(PAGE_BYTES, kernel_size);
    memset(fake->kernel, 0, kernel_size);
    fake->kernel->platform = fake;
    *config = (struct kernel_config){.first_frame = (uintptr_t)fake->ram / PAGE_BYTES, .frame_count = frames,
                                     .platform = fake};
    if (archive_bytes != 0) {
        config->archive_pages = archive_pages;
        config->archive_frame = config->first_frame + frames - archive_pages;
        memcpy(fake->ram + (frames - archive_pages) * PAGE_BYTES, archive, archive_bytes);
    }
    return fake;
}

struct fake_platform *fake_memory_create(uint64_t frames)
{
    struct kernel_config config;
    struct fake_platform *fake = fake_create(frames, NULL, 0, &config);

    ck_assert_int_eq(memory_state_init(fake->kernel, &config), 0);
    return fake;
}

void fake_destroy(struct fake_platform *fake)
{
    free(fake->mappings);
    free(fake->kernel);
    free(fake->ram);
    free(fake);
}

bool fake_is_zero(const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;

    return length == 0 || (byte[0] == 0 && memcmp(byte, byte + 1, length - 1) == 0);
}

bool fake_mapping_get(struct fake_platform *fake, struct space *space, uint64_t address, uint64_t *frame,
                      uint32_t *prot)
{
    for (size_t i = 0; i < fake->mapping_count; i++) {
        struct fake_mapping *mapping = &fake->mappings[i];

        if (mapping->space != space_platform(space) || address < mapping->address ||
            address >= mapping->address + mapping->pages * PAGE_BYTES)
            continue;
        *frame = mapping->frame + (address - mapping->address) / PAGE_BYTES;
        *prot = mapping->prot;
        return true;
    }
    return false;
}

static void mapped_page_check(const struct fake_mapping *mapping, struct space *space, uint64_t address)
{
    struct region *region = region_at(space, address);
    struct page_run run;
    uint64_t page;

    ck_assert_ptr_nonnull(region);
    page = region_page(region, address);
    ck_assert(memory_run_next(region->memory, page, page + 1, &run));
    ck_assert_uint_eq(run.frame, mapping->frame + (address - mapping->address) / PAGE_BYTES);
    ck_assert_uint_eq(mapping->prot & ~region_prot_shown(region, run.is_shared), 0);
}

void fake_mappings_check(struct fake_platform *fake, struct space *space)
{
    for (size_t i = 0; i < fake->mapping_count; i++) {
        struct fake_mapping *mapping = &fake->mappings[i];

        if (mapping->space != space_platform(space))
            continue;
        for (uint64_t page = 0; page < mapping->pages; page++)
            mapped_page_check(mapping, space, mapping->address + page * PAGE_BYTES);
    }
}

struct fake_context *fake_context_get(struct thread *thread)
{
    return (struct fake_context *)(void *)thread_context(thread);
}

void fake_memory_check(struct kernel *kernel, struct object *const held[], size_t count)
{
    object_check_begin(kernel);
    for (size_t i = 0; i < count; i++)
        object_recount(held[i]);
    memory_state_check(kernel);
    object_check_end(kernel);
}

static void mapping_add(struct fake_platform *fake, struct fake_mapping mapping)
{
    if (mapping.pages == 0)
        return;
    if (fake->mapping_count == fake->mapping_room) {
        fake->mapping_room = fake->mapping_room * 2 + 16;
        fake->mappings = realloc(fake->mappings, fake->mapping_room * sizeof(mapping));
    }
    fake->mappings[fake->mapping_count++] = mapping;
}

/* Takes a range out of the record; what was there is added again with `prot`, if that is not 0. */
static void range_change(struct fake_platform *fake, struct plat_space *space, uint64_t address, uint64_t pages,
                         uint32_t prot)
{
    uint64_t end = address + pages * PAGE_BYTES;
    size_t count = fake->mapping_count;

    for (size_t i = 0; i < count;) {
        struct fake_mapping old = fake->mappings[i];
        uint64_t old_end = old.address + old.pages * PAGE_BYTES;
        uint64_t from = old.address > address ? old.address : address;
        uint64_t to = old_end < end ? old_end : end;
        struct fake_mapping below = old, between = old, above = old;

        if (old.space != space || from >= to) {
            i++;
            continue;
        }
        count--;
        fake->mappings[i] = fake->mappings[count];
        fake->mappings[count] = fake->mappings[--fake->mapping_count];
        below.pages = (from - old.address) / PAGE_BYTES;
        between.address = from;
        between.frame = old.frame + (from - old.address) / PAGE_BYTES;
        between.pages = prot == 0 ? 0 : (to - from) / PAGE_BYTES;
        between.prot = prot;
        above.address = to;
        above.frame = old.frame + (to - old.address) / PAGE_BYTES;
        above.pages = (old_end - to) / PAGE_BYTES;
        mapping_add(fake, below);
        mapping_add(fake, between);
        mapping_add(fake, above);
    }
}

void *plat_frame_bytes(struct kernel *kernel, uint64_t frame)
{
    struct fake_platform *fake = fake_of(kernel);
    uint64_t first = (uintptr_t)fake->ram / PAGE_BYTES;

    return frame >= first && frame - first < fake->frame_count ? fake->ram + (frame - first) * PAGE_BYTES : NULL;
}

int plat_space_create(struct kernel *kernel, struct plat_space *space)
{
    (void)space;
    if (fake_of(kernel)->fail_spaces)
        return -E_NOMEM;
    fake_of(kernel)->spaces++;
    return 0;
}

void plat_space_destroy(struct kernel *kernel, struct plat_space *space)
{
    range_change(fake_of(kernel), space, 0, UINT64_MAX / PAGE_BYTES, 0);
    fake_of(kernel)->spaces--;
}

int plat_space_map(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                   uint32_t prot)
{
    struct fake_platform *fake = fake_of(kernel);

    fake->map_calls++;
    if (prot == 0 || pages == 0)
        plat_panic(kernel, "plat_space_map without protection or pages");
    if (fake->fail_maps)
        return -E_NOMEM;
    range_change(fake, space, address, pages, 0);
    mapping_add(fake, (struct fake_mapping){space, address, pages, frame, prot});
    return 0;
}

void plat_space_unmap(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages)
{
    fake_of(kernel)->unmap_calls++;
    range_change(fake_of(kernel), space, address, pages, 0);
}

void plat_space_protect(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages,
                        uint32_t prot)
{
    fake_of(kernel)->protect_calls++;
    range_change(fake_of(kernel), space, address, pages, prot);
}

static struct fake_context *context_of(struct plat_context *context)
{
    return (struct fake_context *)(void *)context;
}

int plat_context_create(struct kernel *kernel, struct plat_context *context, struct plat_space *space)
{
    (void)context;
    (void)space;
    if (fake_of(kernel)->fail_contexts)
        return -E_NOMEM;
    fake_of(kernel)->contexts++;
    return 0;
}

void plat_context_destroy(struct kernel *kernel, struct plat_context *context)
{
    (void)context;
    fake_of(kernel)->contexts--;
}

void plat_context_start(struct kernel *kernel, struct plat_context *context, uint64_t pc, uint64_t sp,
                        uint64_t argument, uint64_t control_address)
{
    struct fake_context *fake = context_of(context);

    (void)kernel;
    fake->pc = pc;
    fake->sp = sp;
    fake->argument = argument;
    fake->control_address = control_address;
    fake->started = true;
}

void plat_context_result(struct kernel *kernel, struct plat_context *context, int64_t result)
{
    (void)kernel;
    context_of(context)->result = result;
    context_of(context)->results++;
}

void plat_context_get(struct kernel *kernel, struct plat_context *context, struct registers *registers)
{
    (void)kernel;
    *registers = context_of(context)->registers;
}

void plat_context_set(struct kernel *kernel, struct plat_context *context, const struct registers *registers)
{
    (void)kernel;
    context_of(context)->registers = *registers;
}

bool plat_context_upcall(struct kernel *kernel, struct plat_context *context, struct registers *saved, uint64_t entry,
                         uint64_t stack)
{
    struct fake_context *fake = context_of(context);

    (void)kernel;
    if (fake->in_library)
        return false;
    *saved = fake->registers;
    fake->pc = entry;
    fake->sp = stack;
    return true;
}

void plat_timer_arm(struct kernel *kernel, unsigned cpu, uint64_t deadline_ns)
{
    (void)cpu;
    fake_of(kernel)->timer_deadline_ns = deadline_ns;
}

bool plat_preempt_pending(struct kernel *kernel, unsigned cpu)
{
    struct fake_platform *fake = fake_of(kernel);

    (void)cpu;
    fake->preempt_polls++;
    return fake->preempt_always || fake->preempt_polls == fake->preempt_at;
}

void plat_interrupt_ack(struct kernel *kernel, uint32_t number)
{
    (void)number;
    fake_of(kernel)->interrupt_acks++;
}

int plat_interrupt_enable(struct kernel *kernel, uint32_t number, bool enable)
{
    (void)number;
    fake_of(kernel)->interrupts_enabled += enable ? 1u : (uint32_t)-1;
    return 0;
}

void plat_log(struct kernel *kernel, const char *bytes, size_t length)
{
    struct fake_platform *fake = fake_of(kernel);

    if (length > FAKE_LOG_BYTES - fake->log_length)
        length = FAKE_LOG_BYTES - fake->log_length;
    memcpy(fake->log + fake->log_length, bytes, length);
    fake->log_length += length;
}

void plat_stop(struct kernel *kernel, int status)
{
    fake_of(kernel)->stopped = true;
    fake_of(kernel)->stop_status = status;
}

_Noreturn void plat_panic(struct kernel *kernel, const char *message)
{
    (void)kernel;
    fprintf(stderr, "kernel panic: %s\n", message);
    abort();
}
