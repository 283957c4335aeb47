/* Blank processes: what fork and spawn have in common. */
#ifndef POSIX_CHILD_H
#define POSIX_CHILD_H

#include <stdint.h>

struct command;

struct child {
    int pid;
    int process; /* handles of ours, closed by child_close */
    int grant;
    int space;
    int table;
};

/* Asks the root server for a blank process; flags: ROOT_KEEP_CAUGHT for a fork. -E_AGAIN, -E_NOMEM and what the root
 * server says. Blocks. */
int child_create(struct child *child, uint32_t flags);
/* Copies all our descriptors and, in the same call, the handles that all processes share; child_handles has to follow.
 * Returns their number or -error. */
int child_descriptors(const struct child *child);
/* Puts its own handles into its table, in place of ours (abi/handles.h). */
int child_handles(const struct child *child);
/* Tells what it runs: the program's path, name and command line. */
void child_name(const struct child *child, const char *program, const struct command *command);
/* Starts its first thread: the control page's memory is a handle of ours, moved. */
int child_start(const struct child *child, int control_memory, uint64_t control_address, uint64_t pc, uint64_t sp,
                uint64_t argument);
/* Lets go of our handles: a child that was not started is gone then. */
void child_close(struct child *child);

#endif
