/* A trivial call: into the kernel and back. */
#include <sys/os.h>

#include "bench.h"

int main(void);

static bool trap_once(void)
{
    return sys_handle_info(SYS_SELF_TABLE, HANDLE_GRANT) >= 0;
}

int main(void)
{
    bench_path("", "trap", 4000, 1, trap_once);
    return 0;
}
