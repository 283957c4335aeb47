/* dev: null, zero, full, random and urandom, and links to what other servers have. `dev NAME`: the port is /port/NAME.
 */
#include "archive/archive.h"
#include "dev.h"

#define SEED_PATH "boot/seed" /* in the boot archive: bytes that the machine's starter took from the host */

/* Mixes in the archive's seed, if there is one. */
static void seed_take(struct random *random)
{
    int64_t size_bytes = sys_memory_info(SERVER_FD_ARCHIVE);
    if (size_bytes <= 0) {
        return;
    }
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, (uint64_t)size_bytes, SERVER_FD_ARCHIVE, 0, PROT_R);
    sys_handle_close(SYS_SELF_TABLE, SERVER_FD_ARCHIVE);
    if (address < 0) {
        return;
    }
    const uint8_t *archive = (const uint8_t *)(uintptr_t)address;
    uint64_t offset = 0;
    uint64_t length = 0;
    if (archive_find(archive, (uint64_t)size_bytes, SEED_PATH, &offset, &length)) {
        random_mix(random, archive + offset, length);
    }
    sys_space_unmap(SYS_SELF_SPACE, (uint64_t)address, (uint64_t)size_bytes);
}

/* The seed, and what tells one start of this server from another. */
static void random_seed(struct random *random)
{
    struct kernel_info info = {0};
    int64_t now_ns = sys_clock_read();
    sys_kernel_info(&info);
    seed_take(random);
    random_mix(random, &info, sizeof info);
    random_mix(random, &now_ns, sizeof now_ns);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        os_log("dev: usage: dev NAME\n");
        return 2;
    }
    struct dev *dev = server_memory(sizeof *dev);
    dev->server.operations = &dev_operations;
    dev->server.context = dev;
    random_seed(&dev->random);
    if (server_open(&dev->server, argv[1], DEV_SESSIONS_MAX) < 0) {
        return 1;
    }
    server_ready();
    os_log("dev: error %d\n", -server_run(&dev->server));
    return 1;
}
