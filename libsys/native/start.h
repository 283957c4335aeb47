/* Start-up of native programs: between crt0.S and main. */
#ifndef NATIVE_START_H
#define NATIVE_START_H

#include <stdint.h>

extern char **environ;

int main(int argc, char **argv, char **envp);
/* stack: argc, argv, NULL, envp, NULL. */
_Noreturn void native_start(uint64_t *stack);

#endif
