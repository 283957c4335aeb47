/* Trace files. */
#include "trace_file.h"

#include <errno.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void bytes_write(struct trace_file *file, const void *bytes, size_t size, size_t count)
{
    if (file->error == 0 && fwrite(bytes, size, count, file->stream) != count) {
        file->error = errno != 0 ? errno : EIO;
    }
}

int trace_file_open(struct trace_file *file, const char *path)
{
    struct trace_header header = {.magic = TRACE_MAGIC, .version = TRACE_VERSION,
                                  .record_bytes = sizeof(struct trace_record)};
    *file = (struct trace_file){.stream = fopen(path, "wbe")};
    if (file->stream == NULL) {
        return -errno;
    }
    header.realtime_offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
    bytes_write(file, &header, sizeof(header), 1);
    return 0;
}

void trace_file_write(struct trace_file *file, const struct trace_record *records, size_t count)
{
    bytes_write(file, records, sizeof(*records), count);
}

int trace_file_close(struct trace_file *file)
{
    if (file->stream == NULL) {
        return 0;
    }
    if (fclose(file->stream) != 0 && file->error == 0) {
        file->error = errno;
    }
    file->stream = NULL;
    return -file->error;
}
