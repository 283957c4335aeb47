/* The rest of user spaces is in arch.h. */
#ifndef HW_AARCH64_SPACE_H
#define HW_AARCH64_SPACE_H

#include <stdint.h>

extern uint64_t empty_table[]; /* boot.S */

/* Learns how many ASIDs the CPU has. */
void space_init(void);

#endif
