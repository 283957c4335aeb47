/* Texts of /proc/PID's files. */
#include "proc_format.h"
#include <string.h>
#include <sys/os.h>

#define REGIONS_MAX 65536u

struct memory_sizes {
    uint64_t bytes; /* mapped */
    uint64_t present_pages;
    uint64_t code_bytes;
};

static bool region_next(const struct process *process, uint64_t address, struct region_info *region)
{
    return process->space >= 0 && sys_space_query(process->space, address, region) == 0 && region->end != 0;
}

static struct memory_sizes memory_sizes(const struct process *process)
{
    struct memory_sizes sizes = {0, 0, 0};
    struct region_info region;
    uint64_t address = 0;
    for (uint32_t i = 0; i < REGIONS_MAX && region_next(process, address, &region); i++) {
        sizes.bytes += region.end - region.start;
        sizes.present_pages += region.present_pages;
        sizes.code_bytes += (region.prot & PROT_X) != 0 ? region.end - region.start : 0;
        address = region.end;
    }
    return sizes;
}

static char state_letter(const struct process *process)
{
    if (process->state == PROCESS_ZOMBIE) {
        return 'Z';
    }
    if (process->stopped) {
        return 'T';
    }
    for (const struct task *task = process->tasks; task != NULL; task = task->next) {
        struct thread_info info;
        if (sys_thread_info(task->handle, &info) == 0 &&
            (info.state == THREAD_READY || info.state == THREAD_RUNNING)) {
            return 'R';
        }
    }
    return 'S';
}

static uint32_t parent_pid(const struct process *process)
{
    return process->parent == NULL ? 0 : process->parent->pid;
}

static uint64_t blocked_mask(const struct process *process)
{
    return process->tasks == NULL ? 0 : process->tasks->blocked;
}

/* All 52 fields of Linux's /proc/PID/stat. */
static void stat_text(const struct root *root, struct process *process, struct text *text)
{
    struct memory_sizes sizes = memory_sizes(process);
    struct usage_record usage;
    process_usage(process, &usage);
    const struct usage_record *children = &process->children_usage;
    text_add(text, "%u (%s) %c %u %u %u 0 -1 0 0 0 0 0 %lu %lu %lu %lu 20 0 %u 0 %lu %lu %lu %lu", process->pid,
             process->name, state_letter(process), parent_pid(process), process->group, process->session,
             usage.user_ns / PROC_TICK_NS, usage.system_ns / PROC_TICK_NS, children->user_ns / PROC_TICK_NS,
             children->system_ns / PROC_TICK_NS, process->task_count,
             (process->start_ns - root->boot_ns) / PROC_TICK_NS, sizes.bytes, sizes.present_pages, UINT64_MAX);
    text_add(text, " 0 0 0 0 0 %lu %lu %lu %lu 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 %d\n", process->pending,
             blocked_mask(process), process->ignored, process->caught,
             process->state == PROCESS_ZOMBIE ? process->status : 0);
}

static const char *state_text(char letter)
{
    switch (letter) {
    case 'Z':
        return "Z (zombie)";
    case 'T':
        return "T (stopped)";
    case 'R':
        return "R (running)";
    default:
        return "S (sleeping)";
    }
}

static void status_text(struct process *process, struct text *text)
{
    struct memory_sizes sizes = memory_sizes(process);
    const struct credentials *c = &process->credentials;
    text_add(text, "Name:\t%s\nUmask:\t0%u%u%u\nState:\t%s\nTgid:\t%u\nPid:\t%u\nPPid:\t%u\nTracerPid:\t0\n",
             process->name, process->umask >> 6 & 7, process->umask >> 3 & 7, process->umask & 7,
             state_text(state_letter(process)), process->pid, process->pid, parent_pid(process));
    text_add(text, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t64\nGroups:\t\n", c->uid, c->euid, c->euid,
             c->euid, c->gid, c->egid, c->egid, c->egid);
    if (process->state != PROCESS_ZOMBIE) {
        text_add(text, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nVmExe:\t%8lu kB\n", sizes.bytes / 1024,
                 sizes.bytes / 1024, sizes.present_pages * (PAGE_BYTES / 1024), sizes.code_bytes / 1024);
    }
    text_add(text, "Threads:\t%u\nSigPnd:\t%016lx\nShdPnd:\t%016lx\n", process->task_count,
             process->tasks == NULL ? 0ul : process->tasks->pending, process->pending);
    text_add(text, "SigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n", blocked_mask(process), process->ignored,
             process->caught);
}

static const char *region_name(const struct region_info *region)
{
    if (region->start >= LIBSYS_BASE && region->start < LIBSYS_BASE + LIBSYS_BYTES_MAX) {
        return "[libsys]";
    }
    if (region->start >= LIBSYS_DATA_BASE && region->start < LIBSYS_DATA_BASE + LIBSYS_DATA_BYTES) {
        return "[libsys data]";
    }
    return region->end == STACK_TOP ? "[stack]" : "";
}

static void maps_text(const struct process *process, struct text *text)
{
    struct region_info region;
    uint64_t address = 0;
    for (uint32_t i = 0; i < REGIONS_MAX && region_next(process, address, &region); i++) {
        text_add(text, "%08lx-%08lx %c%c%c%c %08lx 00:00 0          %s\n", region.start, region.end,
                 (region.prot & PROT_R) != 0 ? 'r' : '-', (region.prot & PROT_W) != 0 ? 'w' : '-',
                 (region.prot & PROT_X) != 0 ? 'x' : '-', (region.flags & MAP_FLAG_SHARED) != 0 ? 's' : 'p',
                 region.offset_bytes, region_name(&region));
        address = region.end;
    }
}

void proc_process_text(const struct root *root, struct process *process, enum proc_file file, struct text *text)
{
    struct memory_sizes sizes;
    switch (file) {
    case PROC_PID_STAT:
        stat_text(root, process, text);
        break;
    case PROC_PID_STATUS:
        status_text(process, text);
        break;
    case PROC_PID_CMDLINE:
        text_bytes(text, process->command_line, process->command_line_bytes);
        break;
    case PROC_PID_COMM:
        text_add(text, "%s\n", process->name);
        break;
    case PROC_PID_STATM:
        sizes = memory_sizes(process);
        text_add(text, "%lu %lu 0 %lu 0 %lu 0\n", sizes.bytes / PAGE_BYTES, sizes.present_pages,
                 sizes.code_bytes / PAGE_BYTES, (sizes.bytes - sizes.code_bytes) / PAGE_BYTES);
        break;
    case PROC_PID_MAPS:
        maps_text(process, text);
        break;
    case PROC_PID_EXE:
        text_bytes(text, process->executable, strlen(process->executable));
        break;
    default:
        break;
    }
}
