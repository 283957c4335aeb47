/* Called by boot.S, and by libfdt. */
#ifndef HW_AARCH64_START_H
#define HW_AARCH64_START_H

#include <stdint.h>

/* Physical addresses of the device tree as handed over and of the image; exception level of the entry, 1 or 2. */
_Noreturn void arch_start(uint64_t tree_physical, uint64_t image_physical, uint64_t level);

extern uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

#endif
