/* What the escape tests share: foreign calls by hand, and crimes committed in a child process. */
#ifndef ESCAPE_HOSTILE_H
#define ESCAPE_HOSTILE_H

#include "crime.h"
#include "test.h"

#include <sys/os.h>
#include <sys/syscall.h> /* Linux's numbers */

#define STUB_CODE 0x6fff00000000ull  /* sim: the machine's code in every process */
#define STUB_RING 0x6fff00001000ull  /* sim: its command ring */
#define STUB_SLOTS 0x6fff00100000ull /* sim: signal stacks of all tasks; a process has its own mapped */
#define SLOT_BYTES 0x8000ull

/* Runs crime(argument) in a child. The child's end: an exit code, 128 + signal, or a negated error. */
static inline int child_end(void (*crime)(uint64_t argument), uint64_t argument)
{
    struct wait_result result;
    int pid = os_fork();
    if (pid == 0) {
        crime(argument);
        os_exit(0);
    }
    if (pid < 0) {
        return pid;
    }
    int error = os_wait(pid, &result, 0);
    if (error < 0) {
        return error;
    }
    return (result.status & 0x7f) != 0 ? 128 + (result.status & 0x7f) : result.status >> 8 & 0xff;
}

#endif
