/* The machine: its memory, its beginning and end, and the loop that runs the kernel. */
#include "machine_state.h"

#include <abi/archive.h>
#include <abi/device.h>
#include <abi/errno.h>
#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define CPU 0u
#define DEVICE_TABLE_BYTES PAGE_BYTES
#define LIBSYS_PATH "boot/libsys"
#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t machine_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

static struct device_table *device_table(struct machine *machine)
{
    return (struct device_table *)(void *)(machine->memory + machine->config.ram_bytes);
}

static int memory_create(struct machine *machine, const char **error)
{
    machine->device_bytes = DEVICE_TABLE_BYTES + machine->config.device_bytes;
    machine->memory_bytes = machine->config.ram_bytes + machine->device_bytes + ISOLATION_MEMORY_BYTES;
    machine->memory_fd = memfd_create("baton-memory", MFD_CLOEXEC | MFD_EXEC);
    if (machine->memory_fd < 0) { /* before Linux 6.3 there is no MFD_EXEC */
        machine->memory_fd = memfd_create("baton-memory", MFD_CLOEXEC);
    }
    if (machine->memory_fd < 0 || ftruncate(machine->memory_fd, (off_t)machine->memory_bytes) != 0) {
        *error = "the host refuses a memory file of that size: give less --ram";
        return -errno;
    }
    void *bytes = mmap(NULL, machine->memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, machine->memory_fd, 0);
    if (bytes == MAP_FAILED) {
        *error = "the host refuses to map that much memory: give less --ram";
        return -E_NOMEM;
    }
    machine->memory = bytes;
    device_table(machine)->magic = DEVICE_TABLE_MAGIC;
    return 0;
}

static int timer_create_files(struct machine *machine, const char **error)
{
    machine->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    machine->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (machine->timer_fd < 0 || machine->wake_fd < 0) {
        *error = "no file descriptors left: raise ulimit -n";
        return -E_MFILE;
    }
    return 0;
}

static bool config_good(const struct machine_config *config)
{
    return config->ram_bytes >= MACHINE_RAM_BYTES_MIN && config->ram_bytes <= MACHINE_RAM_BYTES_MAX &&
           config->ram_bytes % PAGE_BYTES == 0 && config->device_bytes <= MACHINE_DEVICE_BYTES_MAX &&
           config->device_bytes % PAGE_BYTES == 0;
}

int machine_create(struct machine **machine_out, const struct machine_config *config, const char **error)
{
    if (!config_good(config)) {
        *error = "memory size: at least 8M, at most 1T, a multiple of 4K";
        return -E_INVAL;
    }
    struct machine *machine = calloc(1, sizeof(*machine));
    if (machine == NULL) {
        *error = "the host has no memory left";
        return -E_NOMEM;
    }
    machine->config = *config;
    machine->memory_fd = machine->timer_fd = machine->wake_fd = -1;
    atomic_store(&machine->timer_wanted, DEADLINE_NONE);
    atomic_store(&machine->timer_armed, DEADLINE_NONE);
    pthread_mutex_init(&machine->timer_lock, NULL);
    int result = memory_create(machine, error);
    if (result == 0) {
        result = timer_create_files(machine, error);
    }
    if (result < 0) {
        machine_destroy(machine);
        return result;
    }
    *machine_out = machine;
    return 0;
}

void machine_destroy(struct machine *machine)
{
    helper_stop(machine);
    if (machine->isolation != NULL) {
        isolation_destroy(machine->isolation);
    }
    free(machine->kernel);
    free(machine->trace_ring);
    if (machine->memory != NULL) {
        munmap(machine->memory, machine->memory_bytes);
    }
    int fds[] = {machine->memory_fd, machine->timer_fd, machine->wake_fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    pthread_mutex_destroy(&machine->timer_lock);
    free(machine);
}

void *machine_ram(struct machine *machine)
{
    return machine->memory;
}

void *machine_device(struct machine *machine)
{
    return machine->memory + machine->config.ram_bytes + DEVICE_TABLE_BYTES;
}

void machine_device_add(struct machine *machine, uint32_t kind, uint32_t interrupt, uint64_t offset_bytes,
                        uint64_t size_bytes)
{
    struct device_table *table = device_table(machine);
    assert(table->count < DEVICES_MAX);
    table->devices[table->count++] =
        (struct device){.kind = kind,
                        .interrupt = interrupt,
                        .physical = MACHINE_DEVICE_PHYSICAL + DEVICE_TABLE_BYTES + offset_bytes,
                        .size_bytes = size_bytes};
}

/* The system library's header in the archive; NULL: there is none. */
static const struct libsys_header *archive_libsys(const char *archive, uint64_t archive_bytes)
{
    const struct archive_header *header = (const void *)archive;
    if (archive_bytes < sizeof(*header) || header->magic != ARCHIVE_MAGIC ||
        header->entry_count > ARCHIVE_ENTRIES_MAX) {
        return NULL;
    }
    const struct archive_entry *entry = (const void *)(archive + header->entries_offset);
    for (uint32_t i = 0; i < header->entry_count; i++) {
        if (strcmp(archive + header->strings_offset + entry[i].path_offset, LIBSYS_PATH) == 0) {
            const struct libsys_header *libsys = (const void *)(archive + entry[i].data_offset);
            return entry[i].size_bytes >= sizeof(*libsys) && libsys->magic == LIBSYS_MAGIC ? libsys : NULL;
        }
    }
    return NULL;
}

static int kernel_start(struct machine *machine, uint64_t offset_bytes, uint64_t archive_bytes, const char **error)
{
    machine->kernel = aligned_alloc(PAGE_BYTES, (kernel_bytes() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
    if (machine->kernel == NULL) {
        *error = "the host has no memory left";
        return -E_NOMEM;
    }
    memset(machine->kernel, 0, kernel_bytes());
    uint64_t now_ns = machine_now_ns();
    struct kernel_config config = {.first_frame = FIRST_FRAME,
                                   .frame_count = machine->config.ram_bytes >> PAGE_SHIFT,
                                   .archive_frame = FIRST_FRAME + (offset_bytes >> PAGE_SHIFT),
                                   .archive_pages = (archive_bytes + PAGE_BYTES - 1) >> PAGE_SHIFT,
                                   .now_ns = now_ns,
                                   .realtime_offset_ns = clock_ns(CLOCK_REALTIME) - now_ns,
                                   .device_table = MACHINE_DEVICE_PHYSICAL,
                                   .platform = machine};
    *error = "the kernel does not fit into that memory: give more --ram";
    int result = kernel_init(machine->kernel, &config);
    if (result == 0) {
        *error = "the host has no memory left for the trace";
        result = trace_start(machine);
    }
    if (result == 0) {
        *error = "the boot archive's sbin/root or boot/libsys is missing or bad, or --ram is too small";
        result = kernel_boot(machine->kernel, now_ns);
    }
    return result;
}

int machine_boot(struct machine *machine, uint64_t offset_bytes, uint64_t archive_bytes, const char **error)
{
    uint64_t ram_bytes = machine->config.ram_bytes;
    if (offset_bytes % PAGE_BYTES != 0 || offset_bytes > ram_bytes || archive_bytes > ram_bytes - offset_bytes) {
        *error = "the boot archive does not fit into memory: give more --ram";
        return -E_INVAL;
    }
    const struct libsys_header *libsys = archive_libsys(machine->memory + offset_bytes, archive_bytes);
    if (libsys == NULL) {
        *error = "the boot archive has no good boot/libsys";
        return -E_NOENT;
    }
    host_cpu_pin();
    host_descriptors_allow();
    uint64_t own_offset = ram_bytes + machine->device_bytes;
    struct isolation_config config = {.memory_fd = machine->memory_fd,
                                      .own_offset = own_offset,
                                      .own_bytes = machine->memory + own_offset,
                                      .entry_foreign = libsys->entry_foreign,
                                      .realtime = machine->config.realtime,
                                      .changes = &machine->kicks};
    int result = isolation_create(&machine->isolation, &config, error);
    if (result == 0) {
        result = kernel_start(machine, offset_bytes, archive_bytes, error);
    }
    if (result == 0 && (result = helper_start(machine)) < 0) {
        *error = "the host refused to start a thread: raise ulimit -u";
    }
    return result;
}

void machine_kick(struct machine *machine)
{
    atomic_fetch_add(&machine->kicks, 1);
    if (machine->isolation == NULL || !isolation_preempt(machine->isolation)) {
        syscall(SYS_futex, &machine->kicks, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

void machine_stop(struct machine *machine, int status)
{
    int unset = 0;
    /* The status is published before the flag; of two stops the first one's status counts. */
    if (atomic_compare_exchange_strong(&machine->stop_claimed, &unset, 1)) {
        atomic_store(&machine->stop_status, status);
        atomic_store(&machine->stopped, true);
        machine_kick(machine);
    }
}

int machine_interrupt_add(struct machine *machine, uint32_t number, void (*ack)(void *argument, uint32_t number),
                          void *argument)
{
    if (number >= MACHINE_INTERRUPTS_MAX) {
        return -E_INVAL;
    }
    machine->lines[number] = (struct machine_line){.ack = ack, .argument = argument};
    machine->lines_known |= 1u << number;
    return 0;
}

void machine_interrupt_raise(struct machine *machine, uint32_t number)
{
    atomic_fetch_or(&machine->lines_raised, 1u << number);
    machine_kick(machine);
}

/* Tells the kernel what came in: lost programs, the timer and devices. */
static void flags_take(struct machine *machine)
{
    struct thread *lost;
    while ((lost = isolation_lost_take(machine->isolation)) != NULL) {
        kernel_thread_lost(machine->kernel, CPU, machine_now_ns(), lost);
    }
    if (atomic_load(&machine->timer_expired) && atomic_exchange(&machine->timer_expired, false)) {
        kernel_timer(machine->kernel, CPU, machine_now_ns());
    }
    uint32_t open = machine->lines_enabled & ~machine->lines_masked;
    if ((atomic_load(&machine->lines_raised) & open) == 0) {
        return;
    }
    uint32_t raised = atomic_fetch_and(&machine->lines_raised, ~open) & open;
    machine->lines_masked |= raised;
    for (uint32_t number = 0; raised != 0; number++, raised >>= 1) {
        if ((raised & 1) != 0) {
            kernel_interrupt(machine->kernel, CPU, machine_now_ns(), number);
        }
    }
}

static void event_tell(struct machine *machine, struct thread *thread, const struct isolation_event *event,
                       uint64_t now_ns)
{
    struct kernel *kernel = machine->kernel;
    switch (event->kind) {
    case ISOLATION_CALL: {
        struct syscall_arguments call = {.number = event->number - SYSCALL_BASE};
        memcpy(call.argument, event->argument, sizeof(call.argument));
        kernel_syscall(kernel, CPU, now_ns, &call);
        break;
    }
    case ISOLATION_FAULT:
        kernel_fault(kernel, CPU, now_ns, event->address, event->access);
        break;
    case ISOLATION_EXCEPTION: {
        struct exception_info info = {.kind = event->exception, .access = event->access, .address = event->address};
        kernel_exception(kernel, CPU, now_ns, &info);
        break;
    }
    case ISOLATION_PREEMPTED:
        kernel_timer(kernel, CPU, now_ns);
        break;
    case ISOLATION_LOST:
        kernel_thread_lost(kernel, CPU, now_ns, thread);
        break;
    }
}

/* The clock is read once for an event and for what runs after it, unless the kernel was long at it. */
int machine_run(struct machine *machine)
{
    struct isolation_event event;
    host_kernel_thread(machine->config.realtime);
    uint64_t now_ns = machine_now_ns();
    while (!atomic_load(&machine->stopped)) {
        machine->kicks_seen = atomic_load(&machine->kicks);
        flags_take(machine);
        trace_drain(machine, TRACE_RING_RECORDS / 2);
        if (machine->copied) {
            machine->copied = false;
            now_ns = machine_now_ns();
        }
        struct thread *thread = kernel_next(machine->kernel, CPU, now_ns);
        if (atomic_load(&machine->stopped)) {
            break;
        }
        if (thread != NULL) {
            isolation_task_run(platform_task(thread), thread, &event);
            now_ns = machine_now_ns();
            event_tell(machine, thread, &event, now_ns);
        } else {
            if (kernel_may_wait(machine->kernel, CPU)) {
                syscall(SYS_futex, &machine->kicks, FUTEX_WAIT_PRIVATE, machine->kicks_seen, NULL, NULL, 0);
            }
            now_ns = machine_now_ns();
        }
    }
    helper_stop(machine);
    trace_drain(machine, 0);
    return atomic_load(&machine->stop_status);
}
