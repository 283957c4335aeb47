/* The rest of the windows is in arch.h. */
#ifndef HW_AARCH64_WINDOW_H
#define HW_AARCH64_WINDOW_H

#include <stdint.h>

#define WINDOW_REACH (1ull << 39) /* physical addresses from here on are not shown */

/* Where the image was loaded. Before arch_physical and window_show. */
void window_init(uint64_t image_physical);
/* From now on arch_memory works for these addresses, and for those around them in the same 2 MiB. */
void window_show(uint64_t start, uint64_t end);

#endif
