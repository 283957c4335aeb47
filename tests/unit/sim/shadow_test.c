/* The software page table against a plain array, and its edges. MEM-2 needs the access that it helps to tell. */
#include "unit.h"

#include <shadow.h>

#include <abi/limits.h>
#include <string.h>

#define WORLD_PAGES 4096u
#define WORLD_BASE (0x700000000000ull - 2048u * PAGE_BYTES)
#define STEPS 3000u

static uint32_t random_next(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*state >> 33);
}

START_TEST(lookups_and_runs_agree_with_an_array_for_any_history)
{
    static uint8_t model[WORLD_PAGES];
    struct shadow shadow = {0};
    uint64_t state = 1;
    memset(model, 0, sizeof model);
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned first = random_next(&state) % WORLD_PAGES;
        unsigned count = 1 + random_next(&state) % (random_next(&state) % 8 == 0 ? 1500 : 20);
        count = count < WORLD_PAGES - first ? count : WORLD_PAGES - first;
        uint32_t prot = random_next(&state) % 4;
        ck_assert(shadow_set(&shadow, WORLD_BASE + first * (uint64_t)PAGE_BYTES, count, prot));
        memset(model + first, (int)prot, count);
        unsigned at = random_next(&state) % WORLD_PAGES, end = at + random_next(&state) % (WORLD_PAGES - at + 1);
        ck_assert_uint_eq(shadow_prot(&shadow, WORLD_BASE + at * (uint64_t)PAGE_BYTES), model[at]);
        struct shadow_run run;
        bool found =
            shadow_next(&shadow, WORLD_BASE + at * (uint64_t)PAGE_BYTES, WORLD_BASE + end * (uint64_t)PAGE_BYTES, &run);
        while (at < end && model[at] == 0) {
            at++;
        }
        ck_assert_int_eq(found, at < end);
        if (found) {
            ck_assert_uint_eq(run.address, WORLD_BASE + at * (uint64_t)PAGE_BYTES);
            ck_assert_uint_eq(run.prot, model[at]);
            for (uint64_t i = 0; i < run.pages; i++) {
                ck_assert_uint_eq(model[at + i], run.prot);
            }
            ck_assert(at + run.pages == end || model[at + run.pages] != run.prot);
        }
    }
    shadow_destroy(&shadow);
}
END_TEST

START_TEST(clearing_everything_leaves_nothing)
{
    struct shadow shadow = {0};
    struct shadow_run run;
    ck_assert(!shadow_next(&shadow, 0, UINT64_MAX - PAGE_BYTES, &run));
    for (uint64_t i = 0; i < 1000; i++) {
        ck_assert(shadow_set(&shadow, i << 30, 1 + i % 3, 3));
    }
    ck_assert(shadow_set(&shadow, 0, 1ull << 35, 0));
    ck_assert(!shadow_next(&shadow, 0, 1ull << 47, &run) || run.address >= 1ull << 47);
    shadow_destroy(&shadow);
}
END_TEST

START_TEST(table_does_not_grow_with_addresses_that_come_and_go)
{
    struct shadow shadow = {0};
    for (uint64_t i = 0; i < 10000; i++) {
        ck_assert(shadow_set(&shadow, i << 21, 1, 1));
        ck_assert(shadow_set(&shadow, i << 21, 1, 0));
    }
    ck_assert_uint_le(shadow.places, 1024);
    shadow_destroy(&shadow);
}
END_TEST

UNIT_MAIN("shadow", lookups_and_runs_agree_with_an_array_for_any_history, clearing_everything_leaves_nothing,
          table_does_not_grow_with_addresses_that_come_and_go)
