/* The generator of random bytes. */
#include "random.h"

#include <string.h>

#include "unit.h"

START_TEST(block_function_is_chacha20)
{
    /* RFC 8439, section 2.3.2 */
    static const uint32_t nonce[3] = {0x09000000u, 0x4a000000u, 0};
    static const uint32_t expected[4] = {0xe4e7f110u, 0x15593bd1u, 0x1fdd0f50u, 0xc47120a3u};
    uint8_t key_bytes[32];
    uint32_t key[RANDOM_KEY_WORDS];
    uint32_t out[RANDOM_BLOCK_WORDS];
    for (uint8_t i = 0; i < 32; i++) {
        key_bytes[i] = i;
    }
    memcpy(key, key_bytes, sizeof key);
    random_block(key, 1, nonce, out);
    ck_assert_mem_eq(out, expected, sizeof expected);
}
END_TEST

START_TEST(same_seed_same_bytes_and_another_seed_others)
{
    struct random a = {0};
    struct random b = {0};
    struct random c = {0};
    uint8_t x[100];
    uint8_t y[100];
    random_mix(&a, "seed", 4);
    random_mix(&b, "seed", 4);
    random_mix(&c, "sead", 4);
    random_fill(&a, x, sizeof x);
    random_fill(&b, y, sizeof y);
    ck_assert_mem_eq(x, y, sizeof x);
    random_fill(&c, y, sizeof y);
    ck_assert_mem_ne(x, y, sizeof x);
}
END_TEST

START_TEST(key_does_not_stay_after_a_request)
{
    struct random random = {0};
    struct random before;
    uint8_t x[64];
    uint8_t y[64];
    random_mix(&random, "seed", 4);
    before = random;
    random_fill(&random, x, sizeof x);
    ck_assert_mem_ne(&random, &before, sizeof random);
    random_fill(&random, y, sizeof y);
    ck_assert_mem_ne(x, y, sizeof x);
}
END_TEST

UNIT_MAIN("dev_random", block_function_is_chacha20, same_seed_same_bytes_and_another_seed_others,
          key_does_not_stay_after_a_request)
