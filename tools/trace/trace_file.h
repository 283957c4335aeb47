/* Writes a trace file (abi/trace.h). */
#ifndef TRACE_TRACE_FILE_H
#define TRACE_TRACE_FILE_H

#include <abi/trace.h>

#include <stdio.h>

struct trace_file {
    FILE *stream; /* NULL: closed */
    int error;    /* errno of the first write that failed; what follows is dropped */
};

/* Makes the file and writes its header. 0 or a negated errno. */
int trace_file_open(struct trace_file *file, const char *path);
void trace_file_write(struct trace_file *file, const struct trace_record *records, size_t count);
/* 0, or the negated errno of the first failure since it was opened. */
int trace_file_close(struct trace_file *file);

#endif
