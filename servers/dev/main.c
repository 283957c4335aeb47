/* dev: null, zero, full, random and urandom, and links to what other servers have. `dev NAME [SEED]`: the port is
 * /port/NAME, SEED is text that nobody else knows. */
#include <string.h>

#include "dev.h"

/* What this machine has to tell one run from another, besides the seed. */
static void random_seed(struct random *random, const char *seed)
{
    struct kernel_info info = {0};
    int64_t now_ns = sys_clock_read();
    sys_kernel_info(&info);
    random_mix(random, seed, strlen(seed));
    random_mix(random, &info, sizeof info);
    random_mix(random, &now_ns, sizeof now_ns);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        os_log("dev: usage: dev NAME [SEED]\n");
        return 2;
    }
    struct dev *dev = server_memory(sizeof *dev);
    dev->server.operations = &dev_operations;
    dev->server.context = dev;
    random_seed(&dev->random, argc == 3 ? argv[2] : "");
    if (argc == 3) {
        memset(argv[2], 'x', strlen(argv[2]));
    }
    if (server_open(&dev->server, argv[1], DEV_SESSIONS_MAX) < 0) {
        return 1;
    }
    server_ready();
    os_log("dev: error %d\n", -server_run(&dev->server));
    return 1;
}
