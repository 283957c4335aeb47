/* Vector state of signal frames: x86_64. */
#ifndef VECTOR_H
#define VECTOR_H

#include <stdint.h>

/* Vector and floating point state, in the form of the processor's save area (64-byte aligned). mask: of components;
 * 0: only what every processor has (512 bytes). */
void vector_save(void *area, uint64_t mask);
void vector_restore(const void *area, uint64_t mask);
/* Components that signal frames save, and bytes that they take. */
uint64_t vector_mask(uint64_t *bytes);

#endif
