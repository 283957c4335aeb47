/* ChaCha20-based generator: see random.h. */
#include "random.h"

#include <string.h>

#define BLOCK_BYTES (RANDOM_BLOCK_WORDS * sizeof(uint32_t))
#define DOUBLE_ROUNDS 10

static uint32_t rotate(uint32_t word, uint32_t bits)
{
    return (word << bits) | (word >> (32 - bits));
}

static void quarter(uint32_t *state, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    state[a] += state[b];
    state[d] = rotate(state[d] ^ state[a], 16);
    state[c] += state[d];
    state[b] = rotate(state[b] ^ state[c], 12);
    state[a] += state[b];
    state[d] = rotate(state[d] ^ state[a], 8);
    state[c] += state[d];
    state[b] = rotate(state[b] ^ state[c], 7);
}

void random_block(const uint32_t key[RANDOM_KEY_WORDS], uint32_t counter, const uint32_t nonce[3],
                  uint32_t out[RANDOM_BLOCK_WORDS])
{
    uint32_t start[RANDOM_BLOCK_WORDS] = {0x61707865u, 0x3320646eu, 0x79622d32u, 0x6b206574u};
    memcpy(&start[4], key, RANDOM_KEY_WORDS * sizeof(uint32_t));
    start[12] = counter;
    memcpy(&start[13], nonce, 3 * sizeof(uint32_t));
    memcpy(out, start, sizeof start);
    for (int i = 0; i < DOUBLE_ROUNDS; i++) {
        quarter(out, 0, 4, 8, 12);
        quarter(out, 1, 5, 9, 13);
        quarter(out, 2, 6, 10, 14);
        quarter(out, 3, 7, 11, 15);
        quarter(out, 0, 5, 10, 15);
        quarter(out, 1, 6, 11, 12);
        quarter(out, 2, 7, 8, 13);
        quarter(out, 3, 4, 9, 14);
    }
    for (uint32_t i = 0; i < RANDOM_BLOCK_WORDS; i++) {
        out[i] += start[i];
    }
}

/* The key becomes output of itself. */
static void key_advance(struct random *random, uint32_t counter)
{
    static const uint32_t nonce[3] = {1, 0, 0};
    uint32_t block[RANDOM_BLOCK_WORDS];
    random_block(random->key, counter, nonce, block);
    memcpy(random->key, block, sizeof random->key);
}

void random_mix(struct random *random, const void *bytes, uint64_t length_bytes)
{
    const uint8_t *from = bytes;
    while (length_bytes > 0) {
        uint32_t words[RANDOM_KEY_WORDS] = {0};
        uint64_t count = length_bytes < sizeof words ? length_bytes : sizeof words;
        memcpy(words, from, count);
        for (uint32_t i = 0; i < RANDOM_KEY_WORDS; i++) {
            random->key[i] ^= words[i];
        }
        key_advance(random, (uint32_t)count);
        from += count;
        length_bytes -= count;
    }
}

void random_fill(struct random *random, void *bytes, uint32_t length_bytes)
{
    static const uint32_t nonce[3] = {0, 0, 0};
    uint8_t *to = bytes;
    for (uint32_t counter = 0; length_bytes > 0; counter++) {
        uint32_t block[RANDOM_BLOCK_WORDS];
        uint32_t count = length_bytes < BLOCK_BYTES ? length_bytes : (uint32_t)BLOCK_BYTES;
        random_block(random->key, counter, nonce, block);
        memcpy(to, block, count);
        to += count;
        length_bytes -= count;
    }
    key_advance(random, 0);
}
