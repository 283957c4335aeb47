/* Text that grows in a buffer and is cut at its end. */
#ifndef ROOT_PROC_FORMAT_H
#define ROOT_PROC_FORMAT_H

#include "root.h"

struct text {
    char *buffer;
    uint64_t size_bytes;
    uint64_t used_bytes;
};

/* Appends what os_format makes of the rest; cut at the buffer's end. */
#define text_add(text, ...)                                                                                  \
    ((text)->used_bytes += (uint64_t)os_format((text)->buffer + (text)->used_bytes,                          \
                                               (text)->size_bytes - (text)->used_bytes, __VA_ARGS__))
/* Appends bytes as they are. */
void text_bytes(struct text *text, const char *bytes, uint64_t length_bytes);

/* proc_process.c: one file of a process. */
void proc_process_text(const struct root *root, struct process *process, enum proc_file file, struct text *text);

#define PROC_TICK_NS ((uint64_t)10000000) /* /proc counts CPU time in hundredths of a second */

#endif
