/* A process's life: fork, exit, wait. */
#include <sys/os.h>

#include "bench.h"

int main(void);

static bool fork_once(void)
{
    struct wait_result result;
    int pid = os_fork();
    if (pid == 0) {
        os_exit(0);
    }
    return os_wait(pid, &result, WAIT_EXITED) == pid;
}

int main(void)
{
    bench_path("", "fork", 20, 1, fork_once);
    return 0;
}
