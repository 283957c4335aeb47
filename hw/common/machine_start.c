/* From what the boot code found to the first program. All of it is given back then (start_code.h). */
#include "machine.h"

#include "arch.h"
#include "board.h"
#include "boot_words.h"
#include "log.h"
#include "page_table.h"
#include "ranges.h"
#include "trace.h"

#include <abi/archive.h>
#include <abi/errno.h>
#include <string.h>

#define POOL_SHARE 64u /* one page of so many is for page tables */
#define POOL_PAGES_MIN 256u
#define MEMORY_BYTES_MIN (8ul << 20) /* besides the archive; less than that starts no system */

static void range_add(struct machine_range *ranges, uint32_t *count, uint64_t start, uint64_t size_bytes)
{
    if (size_bytes == 0) {
        return;
    }
    if (*count == MACHINE_RANGES_MAX) {
        machine_fail("the machine's memory is in more than %u pieces", MACHINE_RANGES_MAX);
    }
    ranges[(*count)++] = (struct machine_range){.start = start, .size_bytes = size_bytes};
}

void machine_ram_add(uint64_t start, uint64_t size_bytes)
{
    range_add(machine.ram, &machine.ram_count, start, size_bytes);
}

void machine_reserve(uint64_t start, uint64_t size_bytes)
{
    range_add(machine.reserved, &machine.reserved_count, start, size_bytes);
}

void machine_device_add(uint32_t kind, uint32_t interrupt, uint64_t physical, uint64_t size_bytes, uint64_t clock_hz)
{
    struct device_table *table = machine.devices;
    if (table->count < DEVICES_MAX) {
        table->devices[table->count++] = (struct device){.kind = kind,
                                                         .interrupt = interrupt,
                                                         .physical = physical,
                                                         .size_bytes = size_bytes,
                                                         .clock_hz = clock_hz};
    }
}

void machine_archive_probe(uint64_t physical, uint64_t end)
{
    struct machine_range range = {.start = physical, .size_bytes = sizeof(struct archive_header)};
    if (machine.archive.size_bytes != 0 || !ranges_hold(machine.ram, machine.ram_count, &range)) {
        return;
    }
    const struct archive_header *header = arch_memory(physical);
    if (header->magic != ARCHIVE_MAGIC) {
        return;
    }
    range.size_bytes = (header->size_bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
    if (header->size_bytes == 0 || header->size_bytes > end - physical ||
        !ranges_hold(machine.ram, machine.ram_count, &range)) {
        machine_fail("the boot archive is damaged, or larger than the memory");
    }
    machine.archive = range;
}

/* Makes the archive lie at one of the run's ends, so that what is left is one piece; moves it if it must. */
static void archive_place(const struct machine_range *run)
{
    uint64_t run_end = run->start + run->size_bytes;
    struct machine_range *archive = &machine.archive;
    if (run->size_bytes < archive->size_bytes) {
        machine_fail("too little memory: %lu KiB in one piece, and the boot archive has %lu", run->size_bytes >> 10,
                     archive->size_bytes >> 10);
    }
    if (range_holds(run, archive) && archive->start % PAGE_BYTES == 0 &&
        archive->start + archive->size_bytes <= run_end - run->size_bytes / 2) {
        return;
    }
    memmove(arch_memory(run->start), arch_memory(archive->start), archive->size_bytes);
    archive->start = run->start;
}

static const char *boot_error_text(int error)
{
    switch (error) {
    case -E_NOENT:
        return "the boot archive has no sbin/root or no boot/libsys";
    case -E_NOEXEC:
        return "sbin/root or boot/libsys in the boot archive is not for this machine";
    case -E_INVAL:
        return "the boot archive is damaged";
    case -E_NOMEM:
        return "too little memory";
    default:
        return "the kernel cannot start";
    }
}

static void check(int error)
{
    if (error != 0) {
        machine_fail("%s", boot_error_text(error));
    }
}

static struct boot_words words_read(void)
{
    struct boot_words words = boot_words_find(arch_memory(machine.archive.start), machine.archive.size_bytes);
    log_verbose_set(boot_words_have(&words, "verbose"));
    return words;
}

/* Page tables, the core's own state and the trace are taken from the end of the run. */
static void core_start(const struct machine_range *run)
{
    struct boot_words words = words_read();
    uint64_t records = boot_words_number(&words, "trace=");
    uint64_t trace_pages = records / (PAGE_BYTES / sizeof(struct trace_record)) + (records != 0);
    uint64_t pages = run->size_bytes / PAGE_BYTES;
    uint64_t pool_pages = pages / POOL_SHARE > POOL_PAGES_MIN ? pages / POOL_SHARE : POOL_PAGES_MIN;
    uint64_t kernel_pages = (kernel_bytes() + PAGE_BYTES - 1) / PAGE_BYTES;
    machine.first_frame = run->start / PAGE_BYTES;
    uint64_t taken = pool_pages + kernel_pages + trace_pages;
    if (trace_pages > pages || taken + machine.archive.size_bytes / PAGE_BYTES >= pages) {
        machine_fail("too little memory for a trace of %lu records", records);
    }
    machine.frame_count = pages - taken;
    uint64_t end = (machine.first_frame + machine.frame_count) * PAGE_BYTES;
    machine.kernel = arch_memory(end);
    memset(machine.kernel, 0, kernel_bytes());
    page_table_init(end + kernel_pages * PAGE_BYTES, pool_pages);
    machine.devices->magic = DEVICE_TABLE_MAGIC;
    const struct kernel_config config = {
        .first_frame = machine.first_frame,
        .frame_count = machine.frame_count,
        .archive_frame = machine.archive.start / PAGE_BYTES,
        .archive_pages = machine.archive.size_bytes / PAGE_BYTES,
        .now_ns = arch_clock_ns(),
        .realtime_offset_ns = machine.realtime_offset_ns,
        .device_table = arch_physical(machine.devices),
        .platform = &machine,
    };
    check(kernel_init(machine.kernel, &config));
    kernel_fast_set(machine.kernel, !boot_words_have(&words, "general"));
    trace_begin(machine.kernel, end + (kernel_pages + pool_pages) * PAGE_BYTES, records);
    check(kernel_boot(machine.kernel, arch_clock_ns()));
}

_Noreturn void machine_start(void)
{
    if (machine.archive.size_bytes == 0) {
        machine_fail("there is no boot archive behind the kernel, and the boot loader gave none");
    }
    struct machine_range run =
        ranges_largest_free(machine.ram, machine.ram_count, machine.reserved, machine.reserved_count);
    if (run.size_bytes < MEMORY_BYTES_MIN + machine.archive.size_bytes) {
        machine_fail("too little memory: %lu KiB in one piece, and %lu are needed", run.size_bytes >> 10,
                     (MEMORY_BYTES_MIN + machine.archive.size_bytes) >> 10);
    }
    archive_place(&run);
    core_start(&run);
    machine_begin();
}
