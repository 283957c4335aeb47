/* The C library says where the area is. */
#include "sequences.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RSEQ_BYTES 32
#define RSEQ_FLAG_UNREGISTER 1
#define RSEQ_SIGNATURE 0x53053053u

extern const ptrdiff_t __rseq_offset __attribute__((weak)); /* a C library before 2.35 has neither */
extern const unsigned int __rseq_size __attribute__((weak));

void sequences_drop(void)
{
    if (&__rseq_size != NULL && __rseq_size != 0) {
        syscall(SYS_rseq, (char *)__builtin_thread_pointer() + __rseq_offset, RSEQ_BYTES, RSEQ_FLAG_UNREGISTER,
                RSEQ_SIGNATURE);
    }
}
