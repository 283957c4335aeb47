/* How the first thread of a process begins: whoever fills a blank process (os_spawn, os_exec, the root server for init)
 * must leave this behind.
 *
 * Its space holds: the library's image from HANDLE_LIBSYS at LIBSYS_BASE (read, execute, shared), LIBSYS_DATA_BYTES of
 * fresh memory at LIBSYS_DATA_BASE (read, write, private) beginning with a struct start_block (abi/start.h), thread
 * area 0 (control page: MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE; system stack: private), the program and its stack. Its
 * table holds the handles of abi/handles.h. Then ROOT_PROCESS_START (or thread_start) with:
 *     pc        entry_start of the image's header (struct libsys_header)
 *     sp        START_STACK
 *     argument  LIBSYS_DATA_BASE
 *     control   START_CONTROL */
#ifndef SYS_START_H
#define SYS_START_H

#include <abi/limits.h>
#include <abi/start.h>

#define START_CONTROL LIBSYS_AREA_BASE
#define START_STACK (LIBSYS_AREA_BASE + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES)
#define START_STACK_BYTES (8ull << 20) /* of the program's own stack, ending at STACK_TOP */

#endif
