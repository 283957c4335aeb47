/* Fetches a stopped machine's event trace (hw/common/trace.h) out of an emulator that still has its memory. */
#ifndef HW_FETCH_H
#define HW_FETCH_H

/* monitor: path of the emulator's monitor socket; kernel: file of the kernel that ran. Writes a trace file to `path`.
 * 0, or -1 after a line on standard error. */
int fetch_trace(const char *monitor, const char *kernel, const char *path);

#endif
