/* Called by boot.S. */
#ifndef HW_X86_64_START_H
#define HW_X86_64_START_H

#include <stdint.h>

/* Physical addresses of struct pvh_start and of the image. */
_Noreturn void arch_start(uint64_t start_physical, uint64_t image_physical);

#endif
