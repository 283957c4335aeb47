/* The C part of start-up: calls main with what the initial stack holds, and exits with its result. */
#include "start.h"

#include <stdint.h>
#include <sys/os.h>

char **environ;

_Noreturn void native_start(uint64_t *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    environ = argv + argc + 1;
    os_exit(main(argc, argv, environ));
}
