/* The root server's death. */
#include "root.h"

#include "kernel_state.h"

void root_table_gone(struct kernel *kernel, const struct table *table)
{
    static const char line[] = "failure: the root server has died, and the machine with it\n";

    if (table != kernel->root_table)
        return;
    kernel->root_table = NULL;
    plat_log(kernel, line, sizeof(line) - 1);
    plat_stop(kernel, KERNEL_STATUS_BROKEN);
}
