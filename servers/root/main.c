/* The root server as the machine's first program. */
#include "root.h"

int main(void)
{
    struct root *root = root_create();
    root_assert(root != NULL);
    int result = root_init(root);
    root_assert(result == 0);
    if (root_start_init(root) < 0) {
        sys_machine_stop(125);
    }
    root_run(root);
}
