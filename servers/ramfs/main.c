/* ramfs: a file system in memory. `ramfs --archive NAME` serves the boot archive read-only, `ramfs --name NAME [--bytes
 * N]` an empty writable tree; the port is /port/NAME. */
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "ramfs.h"

#define TREE_SHARE_OF_RAM 4u /* default size: a quarter */

static int usage(void)
{
    os_log("ramfs: usage: ramfs --archive NAME | ramfs --name NAME [--bytes N]\n");
    return 2;
}

/* Maps the archive and fills the tree with it. 0 or -error. */
static int archive_open(struct ramfs *ramfs)
{
    ramfs->archive_memory = SERVER_FD_ARCHIVE;
    int64_t size_bytes = sys_memory_info(ramfs->archive_memory);
    if (size_bytes < 0) {
        return (int)size_bytes;
    }
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, (uint64_t)size_bytes, ramfs->archive_memory, 0, PROT_R);
    if (address < 0) {
        return (int)address;
    }
    ramfs->archive = (const uint8_t *)(uintptr_t)address;
    ramfs->read_only = true;
    ramfs->server.operations = &ramfs_operations_read_only;
    tree_init(&ramfs->tree, NULL, (uint64_t)size_bytes, 0755, ramfs_now_ns(ramfs));
    return archive_load(&ramfs->tree, ramfs->archive, (uint64_t)size_bytes);
}

static uint64_t size_default(void)
{
    struct kernel_info info;
    return sys_kernel_info(&info) < 0 ? 0 : info.total_pages / TREE_SHARE_OF_RAM * PAGE_BYTES;
}

int main(int argc, char **argv)
{
    bool archive = argc == 3 && strcmp(argv[1], "--archive") == 0;
    bool sized = argc == 5 && strcmp(argv[3], "--bytes") == 0;
    if (!archive && !((argc == 3 || sized) && strcmp(argv[1], "--name") == 0)) {
        return usage();
    }
    struct ramfs *ramfs = server_memory(sizeof *ramfs);
    ramfs->server.context = ramfs;
    ramfs->realtime_offset_ns = server_realtime_offset();
    if (archive) {
        int error = archive_open(ramfs);
        if (error < 0) {
            os_log("ramfs: the boot archive: error %d\n", -error);
            return 1;
        }
    } else {
        uint64_t size_bytes = sized ? strtoull(argv[4], NULL, 0) : size_default();
        size_bytes -= size_bytes % BLOCK_BYTES;
        if (size_bytes == 0) {
            return usage();
        }
        ramfs->server.operations = &ramfs_operations;
        tree_init(&ramfs->tree, server_memory(size_bytes), size_bytes, 01777, ramfs_now_ns(ramfs));
    }
    if (server_open(&ramfs->server, argv[2], RAMFS_SESSIONS_MAX) < 0) {
        return 1;
    }
    server_ready();
    os_log("ramfs: %s: error %d\n", argv[2], -server_run(&ramfs->server));
    return 1;
}
