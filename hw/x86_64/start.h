/* Called by boot.S; and what the loader told that boards want to know. */
#ifndef HW_X86_64_START_H
#define HW_X86_64_START_H

#include <stdint.h>

/* Physical addresses of struct pvh_start and of the image. */
_Noreturn void arch_start(uint64_t start_physical, uint64_t image_physical);

/* Physical address of ACPI's root pointer; 0: not told. */
extern uint64_t start_acpi;

#endif
