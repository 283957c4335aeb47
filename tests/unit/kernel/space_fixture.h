/* What the tests of address spaces share: a machine, its root grant, and one space. */
#ifndef SPACE_FIXTURE_H
#define SPACE_FIXTURE_H

#include <abi/limits.h>
#include <check.h>

#include "fake_platform.h"
#include "grant.h"
#include "memory_object.h"
#include "region.h"

#define PAGE ((uint64_t)PAGE_BYTES)
#define AREA 0x400000ull
#define SPACE_FRAMES 8192u

static struct fake_platform *fake;
static struct kernel *kernel;
static struct grant *root;
static struct space *space;

static inline void object_recount_all(struct object *const others[], size_t count)
{
    struct object *held[8] = {space_object(space)};

    for (size_t i = 0; i < count; i++)
        held[i + 1] = others[i];
    fake_memory_check(kernel, held, count + 1);
}

static inline void space_setup(void)
{
    fake = fake_memory_create(SPACE_FRAMES);
    kernel = fake->kernel;
    root = kernel->memory.root_grant;
    ck_assert_int_eq(space_create(kernel, root, &space), 0);
}

static inline void space_teardown(void)
{
    struct grant_info info;

    object_recount_all(NULL, 0);
    object_release(kernel, space_object(space));
    fake_memory_check(kernel, NULL, 0);
    grant_info_get(root, &info);
    ck_assert_uint_eq(info.used_pages, 0);
    ck_assert_uint_eq(fake->mapping_count, 0);
    ck_assert_uint_eq(fake->spaces, 0);
    fake_destroy(fake);
}

static inline void drop(struct memory *memory)
{
    object_release(kernel, memory_object(memory));
}

static inline struct memory *memory_make_pages(uint64_t pages)
{
    struct memory *memory;

    ck_assert_int_eq(memory_create(kernel, root, pages * PAGE, &memory), 0);
    return memory;
}

/* Sets the first byte of each page to its number plus one. */
static inline void fill(struct memory *memory, uint64_t pages)
{
    for (uint64_t page = 0; page < pages; page++) {
        uint64_t frame;

        ck_assert_int_eq(memory_page(kernel, memory, page, true, &frame), 0);
        *(uint8_t *)frame_bytes(kernel, frame) = (uint8_t)(page + 1);
    }
}

static inline int map(struct space *to, struct memory *memory, uint64_t address, uint64_t pages, uint64_t first_page,
                      uint32_t prot_flags)
{
    return space_map(kernel, to, &address, pages * PAGE, memory, RIGHTS_ALL, first_page * PAGE,
                     prot_flags | MAP_FLAG_FIXED);
}

static inline uint8_t byte_at(struct space *from, uint64_t address)
{
    uint8_t byte = 0;

    ck_assert_int_eq(space_copy_in(kernel, from, &byte, address, 1), 0);
    return byte;
}

static inline void byte_set(struct space *to, uint64_t address, uint8_t byte)
{
    ck_assert_int_eq(space_copy_out(kernel, to, address, &byte, 1), 0);
}

/* How many of the pages the platform shows. */
static inline uint64_t mapped_pages(struct space *of, uint64_t address, uint64_t pages)
{
    uint64_t count = 0, frame;
    uint32_t prot;

    for (uint64_t page = 0; page < pages; page++)
        count += fake_mapping_get(fake, of, address + page * PAGE, &frame, &prot);
    return count;
}

#endif
