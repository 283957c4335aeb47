/* The devices of /dev that need no hardware, and the links to what other servers have. */
#include <string.h>
#include <sys/stat.h>

#include <abi/errno.h>

#include "dev.h"

enum dev_inode {
    DEV_ROOT = 1,
    DEV_NULL,
    DEV_ZERO,
    DEV_FULL,
    DEV_RANDOM,
    DEV_URANDOM,
    DEV_OTHERS /* links and places for mounts */
};

static struct dev *dev_of(struct server *server)
{
    return server->context;
}

static int64_t zeros_read(struct dev *dev, struct server_request *request)
{
    for (uint64_t left = request->header.length; left > 0;) {
        uint64_t count = left < sizeof dev->zeros ? left : sizeof dev->zeros;
        server_answer(request, dev->zeros, count);
        left -= count;
    }
    return (int64_t)request->header.length;
}

static int64_t random_read(struct dev *dev, struct server_request *request)
{
    for (uint64_t left = request->header.length; left > 0;) {
        uint32_t count = left < sizeof dev->bytes ? (uint32_t)left : (uint32_t)sizeof dev->bytes;
        random_fill(&dev->random, dev->bytes, count);
        int error = server_answer_copy(request, dev->bytes, count);
        if (error < 0) {
            return error;
        }
        left -= count;
    }
    memset(dev->bytes, 0, sizeof dev->bytes);
    return (int64_t)request->header.length;
}

static int64_t dev_read(struct server *server, struct server_request *request)
{
    switch (request->session->inode) {
    case DEV_NULL:
        return 0;
    case DEV_ZERO:
    case DEV_FULL:
        return zeros_read(dev_of(server), request);
    case DEV_RANDOM:
    case DEV_URANDOM:
        return random_read(dev_of(server), request);
    default:
        return -E_ISDIR;
    }
}

static int64_t dev_write(struct server *server, struct server_request *request)
{
    switch (request->session->inode) {
    case DEV_FULL:
        return -E_NOSPC;
    case DEV_RANDOM:
    case DEV_URANDOM:
        random_mix(&dev_of(server)->random, request->data, request->received_bytes);
        return (int64_t)request->header.length;
    default:
        return (int64_t)request->header.length;
    }
}

static int64_t dev_seek(struct server *server, struct server_request *request)
{
    (void)server;
    (void)request;
    return 0;
}

static int dev_open(struct server *server, struct server_name *name)
{
    (void)server;
    uint64_t inode = name->request.inode;
    return inode >= DEV_ROOT && inode < DEV_OTHERS ? 0 : -E_NXIO;
}

#define DEVICE(number, text, shown)                                                                                    \
    {                                                                                                                  \
        .inode = (number), .parent = DEV_ROOT, .name = (text), .mode = S_IFCHR | 0666, .special = (shown)              \
    }
#define LINK(number, text, to)                                                                                         \
    {                                                                                                                  \
        .inode = DEV_OTHERS + (number), .parent = DEV_ROOT, .name = (text), .mode = S_IFLNK | 0777, .target = (to)     \
    }
#define FOLDER(number, text)                                                                                           \
    {                                                                                                                  \
        .inode = DEV_OTHERS + (number), .parent = DEV_ROOT, .name = (text), .mode = S_IFDIR | 0755                     \
    }

static const struct server_node dev_nodes[] = {
    {.inode = DEV_ROOT, .name = "", .mode = S_IFDIR | 0755},
    DEVICE(DEV_NULL, "null", 0x103),
    DEVICE(DEV_ZERO, "zero", 0x105),
    DEVICE(DEV_FULL, "full", 0x107),
    DEVICE(DEV_RANDOM, "random", 0x108),
    DEVICE(DEV_URANDOM, "urandom", 0x109),
    LINK(0, "tty", "/dev/con/tty"),
    LINK(1, "console", "/dev/con/tty"),
    LINK(2, "stdin", "/proc/self/fd/0"),
    LINK(3, "stdout", "/proc/self/fd/1"),
    LINK(4, "stderr", "/proc/self/fd/2"),
    LINK(5, "fd", "/proc/self/fd"),
    FOLDER(6, "con"),
    FOLDER(7, "pipe"),
};

const struct server_operations dev_operations = {
    .file = {[FILE_READ] = dev_read, [FILE_WRITE] = dev_write, [FILE_SEEK] = dev_seek},
    .name = {[PORT_OPEN] = dev_open},
    .nodes = dev_nodes,
    .node_count = sizeof dev_nodes / sizeof dev_nodes[0],
};
