/* The windows to physical memory, and the image's own pages. */
#ifndef HW_X86_64_WINDOW_H
#define HW_X86_64_WINDOW_H

#include <stdint.h>

/* After boot.S, which shows the first GiB of memory: protects the image's pages from itself, and lets go of the lower
 * half. */
void window_init(uint64_t image_physical);
/* Shows RAM from `start` on; returns where it ended, which is `end` but for CPUs that would need too many tables. */
uint64_t window_show(uint64_t start, uint64_t end);

#endif
