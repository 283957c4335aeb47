/* About the system and its limits. */
#include "linux_call.h"
#include "linux_layout.h"

#include "request.h"

#define RUSAGE_WORDS 18 /* of struct rusage */
#define UTS_BYTES 65u
#define LIMITS_COUNT 16u
#define LIMIT_STACK 3u
#define LIMIT_PROCESSES 6u
#define LIMIT_FILES 7u
#define STACK_BYTES (8ull << 20)
#define TICK_NS 10000000ull
#define NS_PER_US 1000ull
#define RANDOM_STEP 256u

static void text_put(char *to, const char *from)
{
    while ((*to++ = *from++) != '\0') {
    }
}

struct linux_utsname {
    char system[UTS_BYTES], node[UTS_BYTES], release[UTS_BYTES], version[UTS_BYTES], machine[UTS_BYTES],
        domain[UTS_BYTES];
};

int64_t linux_uname(struct foreign_frame *frame, const uint64_t a[6])
{
    struct linux_utsname *out = (struct linux_utsname *)(uintptr_t)a[0];
    (void)frame;
    text_put(out->system, "Baton");
    text_put(out->node, "baton");
    text_put(out->release, "6.1.0-baton"); /* programs for Linux look at the number */
    text_put(out->version, "#1");
    text_put(out->machine, LINUX_MACHINE);
    text_put(out->domain, "(none)");
    return 0;
}

struct linux_sysinfo {
    int64_t uptime;
    uint64_t loads[3], total, free, shared, buffer, swap_total, swap_free;
    uint16_t processes, padding;
    uint64_t high_total, high_free;
    uint32_t unit;
};

int64_t linux_sysinfo(struct foreign_frame *frame, const uint64_t a[6])
{
    struct linux_sysinfo *out = (struct linux_sysinfo *)(uintptr_t)a[0];
    struct kernel_info info;
    (void)frame;
    int status = sys_kernel_info(&info);
    if (status == 0) {
        *out = (struct linux_sysinfo){.total = info.total_pages, .free = info.free_pages, .unit = PAGE_BYTES};
        out->uptime = (int64_t)(((uint64_t)sys_clock_read() - info.boot_ns) / LINUX_NS_PER_S);
        out->processes = (uint16_t)info.object_count[OBJECT_THREAD];
    }
    return status;
}

static int64_t limit_get(uint64_t resource, uint64_t out_address)
{
    uint64_t *out = (uint64_t *)(uintptr_t)out_address;
    if (resource >= LIMITS_COUNT) {
        return -E_INVAL;
    }
    if (out != NULL) {
        out[0] = out[1] = resource == LIMIT_STACK       ? STACK_BYTES
                          : resource == LIMIT_FILES     ? 1024
                          : resource == LIMIT_PROCESSES ? 1024
                                                        : UINT64_MAX;
    }
    return 0;
}

int64_t linux_getrlimit(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return limit_get(a[0], a[1]);
}

/* Limits are fixed; raising or lowering them is accepted for the sake of programs that always try. */
int64_t linux_setrlimit(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[0] >= LIMITS_COUNT ? -E_INVAL : 0;
}

int64_t linux_prlimit64(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return limit_get(a[1], a[3]);
}

int os_usage(uint32_t who, struct usage_record *usage)
{
    const struct root_message message = {.request = {.operation = ROOT_USAGE, .flags = who}, .reply = usage,
                                         .reply_bytes = sizeof *usage, .call_flags = CALL_UNINTERRUPTIBLE};
    return (int)root_send(&message);
}

void linux_usage_put(uint64_t address, const struct usage_record *usage)
{
    int64_t *out = (int64_t *)(uintptr_t)address;
    for (int i = 0; i < RUSAGE_WORDS; i++) {
        out[i] = 0;
    }
    out[0] = (int64_t)(usage->user_ns / LINUX_NS_PER_S);
    out[1] = (int64_t)(usage->user_ns % LINUX_NS_PER_S / NS_PER_US);
    out[2] = (int64_t)(usage->system_ns / LINUX_NS_PER_S);
    out[3] = (int64_t)(usage->system_ns % LINUX_NS_PER_S / NS_PER_US);
    out[4] = (int64_t)(usage->peak_pages * (PAGE_BYTES / 1024));
}

int64_t linux_getrusage(struct foreign_frame *frame, const uint64_t a[6])
{
    struct usage_record usage;
    (void)frame;
    int who = (int)a[0];
    if (who < -1 || who > 1) {
        return -E_INVAL;
    }
    int status = os_usage(who == -1, &usage);
    if (status < 0) {
        return status;
    }
    linux_usage_put(a[1], &usage);
    return 0;
}

int64_t linux_times(struct foreign_frame *frame, const uint64_t a[6])
{
    int64_t *out = (int64_t *)(uintptr_t)a[0];
    struct usage_record usage;
    (void)frame;
    for (uint32_t who = 0; who < 2 && out != NULL; who++) {
        int status = os_usage(who, &usage);
        if (status < 0) {
            return status;
        }
        out[2 * who] = (int64_t)(usage.user_ns / TICK_NS);
        out[2 * who + 1] = (int64_t)(usage.system_ns / TICK_NS);
    }
    return (int64_t)((uint64_t)sys_clock_read() / TICK_NS);
}

int64_t linux_sched_yield(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return sys_thread_yield();
}

int64_t linux_sched_getaffinity(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (a[1] < sizeof(uint64_t)) {
        return -E_INVAL;
    }
    *(uint64_t *)(uintptr_t)a[2] = 1; /* one CPU */
    return (int64_t)sizeof(uint64_t);
}

int64_t linux_getcpu(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    for (int i = 0; i < 2; i++) {
        if (a[i] != 0) {
            *(uint32_t *)(uintptr_t)a[i] = 0;
        }
    }
    return 0;
}

int64_t linux_getpriority(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[0] > 2 ? -E_INVAL : 20; /* nice 0, as the raw call says it */
}

int64_t linux_setpriority(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[0] > 2 ? -E_INVAL : 0;
}

#define PR_SET_NAME 15u
#define NAME_BYTES 16u

int64_t linux_prctl(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (a[0] != PR_SET_NAME) {
        return -E_INVAL;
    }
    const char *name = (const char *)(uintptr_t)a[1];
    uint64_t length = string_length(name);
    const struct root_message message = {
        .request = {.operation = ROOT_SET_NAME,
                    .data_bytes = (uint32_t)(length < NAME_BYTES ? length : NAME_BYTES - 1)},
        .data = name,
        .call_flags = CALL_UNINTERRUPTIBLE};
    return root_send(&message);
}

/* From the machine's generator: /dev/urandom. */
int64_t linux_getrandom(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    int fd = os_open(OS_AT_CWD, "/dev/urandom", OPEN_READ_ONLY | OPEN_CLOSE_ON_EXEC, 0);
    if (fd < 0) {
        return -E_NOSYS;
    }
    uint64_t length = a[1] < RANDOM_STEP ? a[1] : RANDOM_STEP; /* at most this is promised to come whole */
    int64_t got = os_read(fd, (void *)(uintptr_t)a[0], length);
    os_close(fd);
    return got;
}

int64_t linux_sync(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return 0; /* no file server keeps anything back yet */
}

int64_t linux_sethostname(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return -E_PERM;
}

int64_t linux_set_robust_list(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return -E_NOSYS;
}

int64_t linux_rseq(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return -E_NOSYS;
}
