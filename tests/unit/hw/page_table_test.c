/* hw/common/page_table.c: what is found in the tables is what was mapped, and nothing is found that was unmapped. */
#include "fake_arch.h"

#include <abi/device.h>
#include <abi/types.h>
#include <string.h>
#include <unit.h>

#define SPACES 5u
#define AREAS 4u
#define AREA_PAGES 600u /* more than a table holds */
#define STEPS 600u
#define POOL_GIVEN 8u /* pages that come to the pool later */
#define ALL_PAGES ((USER_END - USER_BASE) >> PAGE_SHIFT)

struct model_page {
    uint64_t physical; /* 0: not mapped */
    uint32_t prot, kind;
};

static const uint64_t areas[AREAS] = {0x400000, 0x600000000000, 0x7fffbfe00000 - 40 * 4096ull,
                                       USER_END - AREA_PAGES * 4096};
static struct plat_space spaces[SPACES];
static struct model_page model[SPACES][AREAS][AREA_PAGES];
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)random_state * limit >> 32);
}

static void begin(uint64_t pool_pages)
{
    memset(spaces, 0, sizeof(spaces));
    memset(model, 0, sizeof(model));
    fake_reset();
    page_table_init(FAKE_POOL, pool_pages - POOL_GIVEN);
    page_table_give(FAKE_POOL + ((pool_pages - POOL_GIVEN) << PAGE_SHIFT), POOL_GIVEN);
    for (unsigned i = 0; i < SPACES; i++) {
        page_table_create(&spaces[i]);
    }
}

static void range_set(unsigned space, unsigned area, uint32_t first, uint32_t count, struct model_page page)
{
    for (uint32_t i = first; i < first + count; i++) {
        model[space][area][i] = page;
        page.physical += page.physical == 0 ? 0 : PAGE_BYTES;
    }
}

static void step_map(unsigned space, unsigned area, uint32_t first, uint32_t count)
{
    struct model_page page = {.physical = (1ull + random_below(1u << 20)) << PAGE_SHIFT,
                              .prot = 1 + random_below(7),
                              .kind = random_below(2)};
    ck_assert_int_eq(page_table_map(&spaces[space], areas[area] + ((uint64_t)first << PAGE_SHIFT), page.physical, count,
                                    page.prot, page.kind),
                     0);
    range_set(space, area, first, count, page);
}

static void step_protect(unsigned space, unsigned area, uint32_t first, uint32_t count)
{
    uint32_t prot = random_below(8);
    page_table_protect(&spaces[space], areas[area] + ((uint64_t)first << PAGE_SHIFT), count, prot);
    for (uint32_t i = first; i < first + count; i++) {
        model[space][area][i].prot = prot;
        model[space][area][i].physical = prot == 0 ? 0 : model[space][area][i].physical;
    }
}

static void step(void)
{
    unsigned space = random_below(SPACES), area = random_below(AREAS), what = random_below(20);
    uint32_t first = random_below(AREA_PAGES);
    uint32_t count = 1 + random_below(random_below(3) == 0 ? AREA_PAGES - first : 1);
    if (what < 12) {
        step_map(space, area, first, count);
    } else if (what < 15) {
        step_protect(space, area, first, count);
    } else if (what < 18) {
        page_table_unmap(&spaces[space], areas[area] + ((uint64_t)first << PAGE_SHIFT), count);
        range_set(space, area, first, count, (struct model_page){0});
    } else if (what == 18) {
        page_table_unmap(&spaces[space], USER_BASE, ALL_PAGES);
        memset(model[space], 0, sizeof(model[space]));
    } else {
        page_table_destroy(&spaces[space]);
        memset(&spaces[space], 0, sizeof(spaces[space]));
        memset(model[space], 0, sizeof(model[space]));
        page_table_create(&spaces[space]);
    }
}

/* Everything found is right; `complete`: and everything is found. */
static void all_check(bool complete)
{
    fake_tlb_check();
    for (unsigned i = 0; i < 60; i++) {
        unsigned space = random_below(SPACES), area = random_below(AREAS), page = random_below(AREA_PAGES);
        const struct model_page *wanted = &model[space][area][page];
        uint64_t physical;
        uint32_t prot, kind;
        if (fake_touch(&spaces[space], areas[area] + ((uint64_t)page << PAGE_SHIFT), &physical, &prot, &kind)) {
            ck_assert_uint_eq(physical, wanted->physical);
            ck_assert_uint_eq(prot, wanted->prot);
            ck_assert_uint_eq(kind, wanted->kind);
        } else {
            ck_assert(!complete || wanted->physical == 0);
        }
    }
}

START_TEST(with_tables_enough_everything_mapped_is_there_and_nothing_else)
{
    begin(400);
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        all_check(true);
    }
}
END_TEST

START_TEST(with_tables_too_few_nothing_wrong_is_there)
{
    begin(PAGE_TABLE_POOL_MIN);
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        all_check(false);
    }
}
END_TEST

START_TEST(a_single_page_is_always_mapped)
{
    begin(PAGE_TABLE_POOL_MIN);
    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t physical, address = areas[random_below(AREAS)] + ((uint64_t)random_below(AREA_PAGES) << PAGE_SHIFT);
        uint32_t prot, kind;
        struct plat_space *space = &spaces[random_below(SPACES)];
        page_table_map(space, address, 0x5000, 1, PROT_R, PAGE_KIND_MEMORY);
        ck_assert(fake_touch(space, address, &physical, &prot, &kind));
        ck_assert_uint_eq(physical, 0x5000);
    }
}
END_TEST

START_TEST(no_table_is_lost)
{
    begin(400);
    for (unsigned i = 0; i < STEPS; i++) {
        step();
    }
    for (unsigned i = 0; i < SPACES; i++) {
        page_table_unmap(&spaces[i], USER_BASE, ALL_PAGES);
        page_table_destroy(&spaces[i]);
    }
    memset(spaces, 0, sizeof(spaces));
    page_table_create(&spaces[0]);
    page_table_create(&spaces[1]);
    page_table_ready(&spaces[1]);
    uint64_t top = spaces[1].top;
    for (unsigned i = 0; i < 396; i++) { /* 396 leaf tables, a middle one, an upper one, two tops */
        page_table_map(&spaces[0], 0x40000000ull + i * 0x200000ull, 0x1000, 1, PROT_R, PAGE_KIND_MEMORY);
    }
    ck_assert_uint_eq(spaces[1].top, top);
    page_table_map(&spaces[0], 0x800000000ull, 0x1000, 1, PROT_R, PAGE_KIND_MEMORY);
    ck_assert_uint_eq(spaces[1].top, 0);
}
END_TEST

START_TEST(ports_have_no_entries)
{
    uint64_t physical;
    uint32_t prot, kind;
    begin(PAGE_TABLE_POOL_MIN);
    page_table_map(&spaces[0], 0x400000, 0x7000, 1, PROT_R, PAGE_KIND_MEMORY);
    ck_assert_int_eq(page_table_map(&spaces[0], 0x400000, DEVICE_PORTS_ADDRESS(0x3f8), 1, PROT_R | PROT_W,
                                    PAGE_KIND_PORTS),
                     0);
    ck_assert_uint_eq(fake_port_windows, 1);
    ck_assert(!fake_touch(&spaces[0], 0x400000, &physical, &prot, &kind));
}
END_TEST

UNIT_MAIN("page_table", with_tables_enough_everything_mapped_is_there_and_nothing_else,
          with_tables_too_few_nothing_wrong_is_there, a_single_page_is_always_mapped, no_table_is_lost,
          ports_have_no_entries)
