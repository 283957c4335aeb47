/* What the creator of a process leaves at LIBSYS_DATA_BASE for the system library's entry_start; the kernel does so for
 * the root server. The first thread starts there on its system stack, with LIBSYS_DATA_BASE as its argument. */
#ifndef ABI_START_H
#define ABI_START_H

#include <stdint.h>

struct start_block {
    uint64_t entry; /* the program's */
    uint64_t stack; /* its stack pointer: argc, argv, NULL, envp, NULL, auxiliary vector, as on Linux */
    uint64_t brk;   /* end of the program's memory, page-aligned: the heap begins here */
    uint64_t flags; /* START_* */
};
/* exec: the table is the old program's; close what is close-on-exec, and all from HANDLE_DYNAMIC on. */
#define START_CLOSE 1u

#endif
