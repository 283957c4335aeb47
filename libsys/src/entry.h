/* Ways into the image and out of it. Each arch supplies the assembler's part (arch/ARCH/entry*.S). */
#ifndef LIBSYS_ENTRY_H
#define LIBSYS_ENTRY_H

#include "foreign.h"

#include <abi/control.h>

#include <stdint.h>

/* Where things begin in the image, for threads to be started there. */
uint64_t process_entry_start(void); /* first thread of a process, sys/start.h */
uint64_t thread_entry_start(void);  /* further threads; argument: their control page */
uint64_t fork_entry_child(void);    /* a fork's child; sp: as fork_split said */

/* What the assembler calls. */
_Noreturn void process_enter(uint64_t argument);
_Noreturn void thread_enter(uint64_t argument);
_Noreturn void upcall_enter(void);
void foreign_enter(struct foreign_frame *frame, uint64_t architecture);
/* The kernel diverted a foreign call: serves it with the registers in the control page, and goes on in the program. */
_Noreturn void foreign_upcall(struct control *control);
/* A bad address, touched in the image where no foreign call is being served. */
_Noreturn void fault_enter(uint64_t address, uint64_t pc);

/* linux_call(frame), or -E_FAULT if it touched a bad address: whatever it was doing is left where it was, so nothing
 * may be touched on the program's behalf while the process lock is held or a handle would be lost. */
int64_t foreign_guard(struct foreign_frame *frame, uint64_t *guard);

/* Leaves the image as from a foreign call, with these registers (all that a system call keeps). Enters the kernel only
 * where the processor cannot do it alone. */
_Noreturn void registers_resume(const struct registers *registers);
/* Begins a program: stack pointer and pc as given, everything else zero. */
_Noreturn void program_start(uint64_t entry, uint64_t stack);

/* Calls entry(argument) on the stack that ends at `stack`, outside the image as far as interrupts are concerned, then
 * ends the thread. */
_Noreturn void thread_call(uint64_t entry, uint64_t argument, uint64_t stack);
/* Moves to the top of the thread's system stack and calls thread_last there: the thread's own stack is to be unmapped.
 */
_Noreturn void thread_leave(void);
_Noreturn void thread_last(void);

/* Calls parent(sp) and returns its result. In a child whose memory was cloned meanwhile and whose thread was started at
 * fork_entry_child with that sp, it returns 0, with the parent's registers and vector state. */
int fork_split(int (*parent)(uint64_t sp));

/* Gives a thread area back (clears `bit` in *word) and ends the thread, without touching the stack in between. */
_Noreturn void thread_release_and_exit(uint64_t *word, uint64_t bit, uint64_t exit_number);

#endif
