/* Texts of /proc's files that tell of the whole machine, in Linux's formats as far as programs read them. */
#include "proc_format.h"
#include <string.h>
#include <sys/os.h>

#define NS_PER_S ((uint64_t)1000000000)

void text_bytes(struct text *text, const char *bytes, uint64_t length_bytes)
{
    uint64_t room = text->size_bytes - text->used_bytes;
    uint64_t length = length_bytes < room ? length_bytes : room;
    memcpy(text->buffer + text->used_bytes, bytes, length);
    text->used_bytes += length;
}

static void meminfo_text(const struct kernel_info *info, struct text *text)
{
    uint64_t total = info->total_pages * (PAGE_BYTES / 1024);
    uint64_t available = info->free_pages * (PAGE_BYTES / 1024);
    text_add(text, "MemTotal:       %8lu kB\nMemFree:        %8lu kB\nMemAvailable:   %8lu kB\n", total, available,
             available);
    text_add(text, "Buffers:        %8u kB\nCached:         %8u kB\nSwapCached:     %8u kB\n", 0u, 0u, 0u);
    text_add(text, "SwapTotal:      %8u kB\nSwapFree:       %8u kB\nShmem:          %8u kB\n", 0u, 0u, 0u);
    text_add(text, "SReclaimable:   %8u kB\nSlab:           %8u kB\n", 0u, 0u);
}

static void uptime_text(const struct kernel_info *info, struct text *text)
{
    uint64_t up = (root_now_ns() - info->boot_ns) / PROC_TICK_NS;
    uint64_t idle = info->idle_ns / PROC_TICK_NS;
    text_add(text, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100, idle % 100);
}

static bool process_runs(const struct process *process)
{
    struct thread_info info;
    return process->state == PROCESS_ALIVE && process->tasks != NULL &&
           sys_thread_info(process->tasks->handle, &info) == 0 &&
           (info.state == THREAD_READY || info.state == THREAD_RUNNING);
}

static uint32_t processes_running(struct root *root)
{
    uint32_t count = 0;
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        count += process_runs(p) ? 1 : 0;
    }
    return count;
}

static void stat_text(struct root *root, const struct kernel_info *info, struct text *text)
{
    uint64_t up = root_now_ns() - info->boot_ns;
    uint64_t busy = up > info->idle_ns ? (up - info->idle_ns) / PROC_TICK_NS : 0;
    uint64_t idle = info->idle_ns / PROC_TICK_NS;
    uint64_t boot_s = (info->boot_ns + info->realtime_offset_ns) / NS_PER_S;
    text_add(text, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\ncpu0 %lu 0 0 %lu 0 0 0 0 0 0\n", busy, idle, busy, idle);
    text_add(text, "intr 0\nctxt %lu\nbtime %lu\nprocesses %lu\n", info->switches, boot_s, root->table.forks);
    text_add(text, "procs_running %u\nprocs_blocked 0\n", processes_running(root));
}

static void machine_text(struct root *root, enum proc_file file, struct text *text)
{
    struct kernel_info info;
    int result = sys_kernel_info(&info);
    root_assert(result == 0);
    switch (file) {
    case PROC_MEMINFO:
        meminfo_text(&info, text);
        break;
    case PROC_UPTIME:
        uptime_text(&info, text);
        break;
    case PROC_STAT:
        stat_text(root, &info, text);
        break;
    case PROC_LOADAVG:
        text_add(text, "0.00 0.00 0.00 %u/%u %u\n", processes_running(root), root->table.count, root->table.pid_last);
        break;
    case PROC_VERSION:
        text_add(text, "Linux version 6.1.0-baton (Baton) #1\n");
        break;
    case PROC_FILESYSTEMS:
        text_add(text, "nodev\tproc\nnodev\tport\nnodev\tramfs\n");
        break;
    case PROC_CPUINFO:
        text_add(text, "processor\t: 0\nvendor_id\t: Baton\nmodel name\t: Baton virtual CPU\n\n");
        break;
    default:
        break;
    }
}

int64_t proc_text(struct root *root, struct process *process, enum proc_file file, char *buffer, uint64_t size_bytes)
{
    struct text text = {buffer, size_bytes, 0};
    if (file < PROC_PID_STAT) {
        machine_text(root, file, &text);
    } else if (process == NULL || process->state == PROCESS_FREE || process->state == PROCESS_GONE) {
        return -E_NOENT;
    } else if (file == PROC_PID_EXE && process->executable[0] == 0) {
        return -E_NOENT;
    } else {
        proc_process_text(root, process, file, &text);
    }
    return (int64_t)text.used_bytes;
}
