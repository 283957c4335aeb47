/* Open files: thin wrappers that turn each service into one request to the descriptor. */
#include "request.h"
#include "signals.h"

static int64_t transfer_run(int fd, uint32_t operation, const struct part *parts, uint32_t count, uint64_t offset)
{
    uint64_t length = 0;
    if (count > PARTS_MAX) {
        return -E_INVAL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].length_bytes > INT64_MAX - length) {
            return -E_INVAL;
        }
        length += parts[i].length_bytes;
    }
    struct file_request request = {.operation = operation, .offset = offset, .length = length};
    if (operation == FILE_READ) {
        return file_send(fd, &request, NULL, 0, parts, count, 0);
    }
    int64_t result = file_send(fd, &request, parts, count, NULL, 0, 0);
    if (result == -E_PIPE) {
        signal_raise(SIGNAL_PIPE);
    }
    return result;
}

/* More parts than one request takes go in several; a short one ends it. */
static int64_t transfer_split(int fd, uint32_t operation, const struct part *parts, uint32_t count)
{
    int64_t total = 0;
    uint32_t step = operation == FILE_READ ? PARTS_MAX : FILE_DATA_PARTS_MAX;
    if (count > PARTS_MAX) {
        return -E_INVAL;
    }
    for (uint32_t i = 0; i == 0 || i < count; i += step) {
        uint32_t now = count - i < step ? count - i : step;
        uint64_t wanted = 0;
        for (uint32_t j = 0; j < now; j++) {
            wanted += parts[i + j].length_bytes;
        }
        int64_t done = transfer_run(fd, operation, parts + i, now, FILE_POSITION);
        if (done < 0) {
            return total > 0 ? total : done;
        }
        total += done;
        if ((uint64_t)done < wanted) {
            break;
        }
    }
    return total;
}

int64_t os_read(int fd, void *buffer, uint64_t length_bytes)
{
    struct part part = {(uintptr_t)buffer, length_bytes};
    return transfer_run(fd, FILE_READ, &part, 1, FILE_POSITION);
}

int64_t os_write(int fd, const void *buffer, uint64_t length_bytes)
{
    struct part part = {(uintptr_t)buffer, length_bytes};
    return transfer_run(fd, FILE_WRITE, &part, 1, FILE_POSITION);
}

int64_t os_pread(int fd, void *buffer, uint64_t length_bytes, uint64_t offset_bytes)
{
    struct part part = {(uintptr_t)buffer, length_bytes};
    return offset_bytes > INT64_MAX ? -E_INVAL : transfer_run(fd, FILE_READ, &part, 1, offset_bytes);
}

int64_t os_pwrite(int fd, const void *buffer, uint64_t length_bytes, uint64_t offset_bytes)
{
    struct part part = {(uintptr_t)buffer, length_bytes};
    return offset_bytes > INT64_MAX ? -E_INVAL : transfer_run(fd, FILE_WRITE, &part, 1, offset_bytes);
}

int64_t os_readv(int fd, const struct part *parts, uint32_t count)
{
    return transfer_split(fd, FILE_READ, parts, count);
}

int64_t os_writev(int fd, const struct part *parts, uint32_t count)
{
    return transfer_split(fd, FILE_WRITE, parts, count);
}

int64_t os_seek(int fd, int64_t offset_bytes, uint32_t whence)
{
    struct file_request request = {.operation = FILE_SEEK, .offset = (uint64_t)offset_bytes, .argument = whence};
    return file_send(fd, &request, NULL, 0, NULL, 0, CALL_UNINTERRUPTIBLE);
}

int os_fstat(int fd, struct file_stat *stat)
{
    struct file_request request = {.operation = FILE_STAT};
    struct part reply = {(uintptr_t)stat, sizeof *stat};
    return (int)file_send(fd, &request, NULL, 0, &reply, 1, CALL_UNINTERRUPTIBLE);
}

int os_truncate_fd(int fd, uint64_t size_bytes)
{
    struct file_request request = {.operation = FILE_TRUNCATE, .length = size_bytes};
    return (int)file_send(fd, &request, NULL, 0, NULL, 0, CALL_UNINTERRUPTIBLE);
}

int os_sync(int fd)
{
    struct file_request request = {.operation = FILE_SYNC};
    return (int)file_send(fd, &request, NULL, 0, NULL, 0, CALL_UNINTERRUPTIBLE);
}

int64_t os_control(int fd, uint32_t number, const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes)
{
    if (in_bytes > FILE_CONTROL_BYTES_MAX || out_bytes > FILE_CONTROL_BYTES_MAX) {
        return -E_INVAL;
    }
    struct file_request request = {.operation = FILE_CONTROL, .length = in_bytes, .argument = number};
    struct part data = {(uintptr_t)in, in_bytes};
    struct part reply = {(uintptr_t)out, out_bytes};
    return file_send(fd, &request, &data, 1, &reply, 1, 0);
}

int os_flags(int fd, uint32_t mask, uint32_t flags)
{
    struct file_request request = {.operation = FILE_FLAGS, .flags = mask, .argument = flags};
    return (int)file_send(fd, &request, NULL, 0, NULL, 0, CALL_UNINTERRUPTIBLE);
}

int64_t os_directory_read(int fd, void *buffer, uint64_t length_bytes)
{
    struct file_request request = {.operation = FILE_DIRECTORY_READ, .offset = FILE_POSITION, .length = length_bytes};
    struct part reply = {(uintptr_t)buffer, length_bytes};
    return file_send(fd, &request, NULL, 0, &reply, 1, CALL_UNINTERRUPTIBLE);
}
