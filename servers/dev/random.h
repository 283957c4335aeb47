/* A generator of random bytes: ChaCha20's block function, whose key is replaced by its own output after every request,
 * so that what was given out cannot be computed back. It is as good as its seed (README.md). */
#ifndef DEV_RANDOM_H
#define DEV_RANDOM_H

#include <stdint.h>

#define RANDOM_KEY_WORDS 8u
#define RANDOM_BLOCK_WORDS 16u

struct random {
    uint32_t key[RANDOM_KEY_WORDS];
};

/* One ChaCha20 block (RFC 8439). */
void random_block(const uint32_t key[RANDOM_KEY_WORDS], uint32_t counter, const uint32_t nonce[3],
                  uint32_t out[RANDOM_BLOCK_WORDS]);
/* Mixes bytes into the key; the result depends on all bytes ever mixed in. */
void random_mix(struct random *random, const void *bytes, uint64_t length_bytes);
/* Fills `bytes`; at most 1 MiB at a time. */
void random_fill(struct random *random, void *bytes, uint32_t length_bytes);

#endif
