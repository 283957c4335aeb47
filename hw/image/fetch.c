/* Memory of a stopped machine, by the emulator's monitor: commands are lines, each answered up to the next prompt. */
#include "fetch.h"

#include "kernel_file.h"

#include <trace_file.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PROMPT "(qemu) "
#define PATH_BYTES 256u

/* What the kernel's symbol machine_trace holds. */
struct place {
    uint64_t magic, physical, records, lost, room;
};

static int monitor_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
    } else {
        strcpy(address.sun_path, path);
        if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
            return fd;
        }
    }
    close(fd);
    return -1;
}

static bool prompt_await(int fd)
{
    size_t matched = 0;
    for (char byte; matched < sizeof PROMPT - 1;) {
        if (read(fd, &byte, 1) != 1) {
            return false;
        }
        matched = byte == PROMPT[matched] ? matched + 1 : byte == PROMPT[0];
    }
    return true;
}

/* Memory into `to`, by way of a file. save: "memsave" for the kernel's addresses, "pmemsave" for physical ones. */
static bool memory_read(int fd, const char *save, uint64_t address, void *to, uint64_t size_bytes)
{
    char path[] = "/tmp/baton-memory-XXXXXX", command[PATH_BYTES];
    int file = mkstemp(path);
    int length = snprintf(command, sizeof command, "%s 0x%llx %llu \"%s\"\n", save, (unsigned long long)address,
                          (unsigned long long)size_bytes, path);
    bool good = file >= 0 && write(fd, command, (size_t)length) == length && prompt_await(fd);
    for (uint64_t done = 0; good && done < size_bytes;) {
        ssize_t got = pread(file, (char *)to + done, size_bytes - done, (off_t)done);
        good = got > 0;
        done += good ? (uint64_t)got : 0;
    }
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    return good;
}

static int refuse(const char *path, const char *why)
{
    fprintf(stderr, "dev: --trace %s: %s\n", path, why);
    return -1;
}

static int trace_copy(int fd, uint64_t address, const char *path)
{
    struct place place;
    struct trace_file file;
    if (!memory_read(fd, "memsave", address, &place, sizeof place)) {
        return refuse(path, "the emulator does not show the machine's memory");
    }
    if (place.magic != TRACE_MAGIC || place.records > place.room) {
        return refuse(path, "the machine recorded nothing");
    }
    uint64_t size_bytes = place.records * sizeof(struct trace_record);
    struct trace_record *records = malloc(size_bytes + 1);
    if (records == NULL || (size_bytes != 0 && !memory_read(fd, "pmemsave", place.physical, records, size_bytes))) {
        free(records);
        return refuse(path, "the emulator does not show the machine's memory");
    }
    int error = trace_file_open(&file, path);
    if (error == 0) {
        trace_file_write(&file, records, place.records);
        error = trace_file_close(&file);
    }
    free(records);
    if (place.lost != 0) {
        fprintf(stderr, "dev: --trace %s: %llu records were lost\n", path, (unsigned long long)place.lost);
    }
    return error == 0 ? 0 : refuse(path, strerror(-error));
}

int fetch_trace(const char *monitor, const char *kernel_path, const char *path)
{
    struct kernel_file kernel;
    uint64_t address = 0;
    if (kernel_file_open(&kernel, kernel_path) != 0 ||
        kernel_file_symbol(&kernel, "machine_trace", &address) != 0) {
        return refuse(path, kernel.error);
    }
    kernel_file_close(&kernel);
    int fd = monitor_open(monitor);
    if (fd < 0 || !prompt_await(fd)) {
        return refuse(path, "the emulator's monitor does not answer");
    }
    int status = trace_copy(fd, address, path);
    close(fd);
    return status;
}
