/* The root server as the machine's first program. */
#include "root.h"

int main(void)
{
    static const char name[TRACE_NAME_BYTES] = "root";
    sys_thread_set(SYS_SELF_THREAD, THREAD_NAME, (uintptr_t)name);
    struct root *root = root_create();
    root_assert(root != NULL);
    int result = root_init(root);
    root_assert(result == 0);
    if (root_start_init(root) < 0) {
        sys_machine_stop(125);
    }
    root_run(root);
}
