/* Vector state of signal frames and forks: aarch64. */
#ifndef VECTOR_H
#define VECTOR_H

#include <stdint.h>

/* Linux's record of it in a signal frame. */
struct frame_vector {
    uint32_t magic, bytes;
    uint32_t status, control; /* FPSR, FPCR */
    uint64_t registers[32][2];
};
_Static_assert(sizeof(struct frame_vector) == 528, "struct fpsimd_context");

/* All but magic and bytes. */
void vector_save(struct frame_vector *area);
void vector_restore(const struct frame_vector *area);

#endif
