/* The trace in a stopped machine's memory, by the emulator's monitor. */
#include "fetch.h"

#include "kernel_file.h"
#include "monitor.h"

#include <trace_file.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the kernel's symbol machine_trace holds. */
struct place {
    uint64_t magic, physical, records, lost, room;
};

static int refuse(const char *path, const char *why)
{
    fprintf(stderr, "dev: --trace %s: %s\n", path, why);
    return -1;
}

static int trace_copy(int fd, uint64_t address, const char *path)
{
    struct place place;
    struct trace_file file;
    if (!monitor_read(fd, false, address, &place, sizeof place)) {
        return refuse(path, "the emulator does not show the machine's memory");
    }
    if (place.magic != TRACE_MAGIC || place.records > place.room) {
        return refuse(path, "the machine recorded nothing");
    }
    uint64_t size_bytes = place.records * sizeof(struct trace_record);
    struct trace_record *records = malloc(size_bytes + 1);
    if (records == NULL || (size_bytes != 0 && !monitor_read(fd, true, place.physical, records, size_bytes))) {
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
    if (fd < 0) {
        return refuse(path, "the emulator's monitor does not answer");
    }
    int status = trace_copy(fd, address, path);
    close(fd);
    return status;
}
