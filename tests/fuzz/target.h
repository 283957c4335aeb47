/* What each target supplies, and what the engines call. A program is target.head_bytes that say what machine it runs
 * on, then records of target.record_bytes whose first byte is the operation; any bytes are a legal program. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_BYTES_MAX 32u

struct target {
    uint32_t head_bytes;
    uint32_t record_bytes;
    uint32_t records_max;
    uint32_t operations;   /* how many there are */
    const uint8_t *common; /* those that programs should be made of mostly */
    uint32_t common_count;
};

/* By the target: */
extern const struct target target;
/* How often invariants are checked: after each step, unless it is set to false; then after each program. */
extern bool target_checks_steps;
/* Sets up what all programs share. Harmless if done before. */
void target_prepare(void);
/* Runs a program from the first state. If anything is found wrong, says what and aborts. `trace`: prints each step.
 * Returns the number of records that did something. */
unsigned target_run(const uint8_t *bytes, size_t size, bool trace);

/* For and by the engines; the names are libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t room);

#endif
