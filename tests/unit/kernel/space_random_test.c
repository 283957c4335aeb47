/* Random maps, unmaps, protects, writes and forks of several spaces, against a model of bytes per page. After each step
 * the platform's mappings must show nothing that the regions do not. MEM-1, MEM-3, MEM-5. */
#include <abi/errno.h>
#include <string.h>
#include <unit.h>

#include "space_fixture.h"

#define SPACES 4u
#define PAGES 64u
#define STEPS 8000u

struct model_page {
    bool mapped;
    bool is_shared; /* its byte is in shared_bytes[shared_page] */
    uint8_t byte;
    uint8_t shared_page;
    uint32_t prot;
};

struct model_space {
    struct space *space;
    struct model_page pages[PAGES];
};

static struct model_space spaces[SPACES];
static struct memory *shared;
static uint8_t shared_bytes[PAGES];
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

static uint8_t *model_byte(struct model_page *page)
{
    return page->is_shared ? &shared_bytes[page->shared_page] : &page->byte;
}

static uint64_t address_of(uint32_t page)
{
    return AREA + page * PAGE;
}

static void step_map(struct model_space *in, uint32_t first, uint32_t count)
{
    bool is_shared = random_below(3) == 0;
    uint32_t prot = random_below(2) == 0 ? PROT_R : PROT_R | PROT_W;
    uint32_t flags = (is_shared ? MAP_FLAG_SHARED : 0) | (random_below(4) == 0 ? MAP_FLAG_POPULATE : 0);
    uint32_t offset = random_below(PAGES - count + 1);
    struct memory *memory = is_shared ? shared : memory_make_pages(PAGES);

    ck_assert_int_eq(map(in->space, memory, address_of(first), count, offset, prot | flags), 0);
    for (uint32_t i = 0; i < count; i++)
        in->pages[first + i] = (struct model_page){.mapped = true, .is_shared = is_shared, .prot = prot,
                                                   .shared_page = (uint8_t)(offset + i)};
    if (!is_shared)
        drop(memory);
}

static void step_unmap(struct model_space *in, uint32_t first, uint32_t count)
{
    ck_assert_int_eq(space_unmap(kernel, in->space, address_of(first), count * PAGE), 0);
    memset(&in->pages[first], 0, count * sizeof(in->pages[0]));
}

static void step_protect(struct model_space *in, uint32_t first, uint32_t count)
{
    static const uint32_t prots[] = {0, PROT_R, PROT_R | PROT_W, PROT_R | PROT_X};
    uint32_t prot = prots[random_below(4)];
    bool all = true;

    for (uint32_t i = first; i < first + count; i++)
        all = all && in->pages[i].mapped;
    ck_assert_int_eq(space_protect(kernel, in->space, address_of(first), count * PAGE, prot), all ? 0 : -E_FAULT);
    for (uint32_t i = first; all && i < first + count; i++)
        in->pages[i].prot = prot;
}

static void step_write(struct model_space *in, uint32_t page)
{
    uint8_t byte = (uint8_t)random_below(256);
    bool allowed = in->pages[page].mapped && (in->pages[page].prot & PROT_W) != 0;

    ck_assert_int_eq(space_copy_out(kernel, in->space, address_of(page) + 9, &byte, 1), allowed ? 0 : -E_FAULT);
    if (allowed)
        *model_byte(&in->pages[page]) = byte;
}

static void step_fault(struct model_space *in, uint32_t page)
{
    bool write = random_below(2) == 0;
    bool allowed = in->pages[page].mapped && (in->pages[page].prot & (write ? PROT_W : PROT_R)) != 0;
    uint64_t frame;
    uint32_t prot;

    ck_assert_int_eq(space_fault(kernel, in->space, address_of(page), write ? ACCESS_WRITE : ACCESS_READ),
                     allowed ? 0 : -E_FAULT);
    if (!allowed)
        return;
    ck_assert(fake_mapping_get(fake, in->space, address_of(page), &frame, &prot));
    ck_assert_uint_ne(prot & (write ? PROT_W : PROT_R), 0);
    ck_assert_uint_eq(((uint8_t *)frame_bytes(kernel, frame))[9], *model_byte(&in->pages[page]));
}

static void step_fork(struct model_space *from)
{
    struct model_space *to = &spaces[random_below(SPACES)];

    if (to == from)
        return;
    object_release(kernel, space_object(to->space));
    ck_assert_int_eq(space_create(kernel, root, &to->space), 0);
    ck_assert_int_eq(space_clone(kernel, to->space, from->space, root), 0);
    memcpy(to->pages, from->pages, sizeof(to->pages));
}

static void step_any(void)
{
    struct model_space *in = &spaces[random_below(SPACES)];
    uint32_t first = random_below(PAGES);
    uint32_t count = 1 + random_below(PAGES - first < 16 ? PAGES - first : 16);
    uint32_t action = random_below(40);

    if (action < 6)
        step_map(in, first, count);
    else if (action < 9)
        step_unmap(in, first, count);
    else if (action < 13)
        step_protect(in, first, count);
    else if (action < 24)
        step_write(in, first);
    else if (action < 39)
        step_fault(in, first);
    else
        step_fork(in);
}

static void all_check(void)
{
    struct object *held[SPACES + 1];

    for (unsigned i = 0; i < SPACES; i++) {
        fake_mappings_check(fake, spaces[i].space);
        held[i] = space_object(spaces[i].space);
    }
    held[SPACES] = memory_object(shared);
    object_recount_all(held, SPACES + 1);
}

static void contents_check(struct model_space *of)
{
    for (uint32_t page = 0; page < PAGES; page++) {
        uint8_t byte = 0;
        bool allowed = of->pages[page].mapped && (of->pages[page].prot & (PROT_R | PROT_W)) != 0;

        ck_assert_int_eq(space_copy_in(kernel, of->space, &byte, address_of(page) + 9, 1), allowed ? 0 : -E_FAULT);
        if (allowed)
            ck_assert_uint_eq(byte, *model_byte(&of->pages[page]));
    }
}

static void seed_run(uint32_t seed)
{
    space_setup();
    shared = memory_make_pages(PAGES);
    memset(shared_bytes, 0, sizeof(shared_bytes));
    random_state = seed;
    for (unsigned i = 0; i < SPACES; i++) {
        ck_assert_int_eq(space_create(kernel, root, &spaces[i].space), 0);
        memset(spaces[i].pages, 0, sizeof(spaces[i].pages));
    }
    for (unsigned step = 0; step < STEPS; step++) {
        step_any();
        if (step % 50 == 0)
            all_check();
    }
    for (unsigned i = 0; i < SPACES; i++)
        contents_check(&spaces[i]);
    all_check();
    for (unsigned i = 0; i < SPACES; i++)
        object_release(kernel, space_object(spaces[i].space));
    drop(shared);
    space_teardown();
}

START_TEST(random_steps_agree_with_the_model_MEM_1_MEM_3_MEM_5)
{
    for (uint32_t seed = 1; seed <= 3; seed++)
        seed_run(seed);
}
END_TEST

UNIT_MAIN("space_random", random_steps_agree_with_the_model_MEM_1_MEM_3_MEM_5)
