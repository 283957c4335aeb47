/* Mapping and unmapping pages that exist, in a run and scattered, per page; page faults that bring in fresh memory. */
#include <sys/os.h>

#include "bench.h"

#define RUN_PAGES 256u
#define SCATTERED 64u
#define SCATTERED_BASE 0x7100000000ull
#define FAULTS 64u

int main(void);

static int memory;

static bool map_once(uint64_t address, uint64_t offset, uint64_t bytes)
{
    return sys_space_map(SYS_SELF_SPACE, address, bytes, memory, offset,
                         PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_POPULATE) >= 0;
}

static bool run_once(void)
{
    uint64_t bytes = RUN_PAGES * PAGE_BYTES;
    return map_once(SCATTERED_BASE, 0, bytes) && sys_space_unmap(SYS_SELF_SPACE, SCATTERED_BASE, bytes) == 0;
}

static bool scattered_once(void)
{
    for (uint64_t i = 0; i < SCATTERED; i++) {
        if (!map_once(SCATTERED_BASE + 2 * i * PAGE_BYTES, i * PAGE_BYTES, PAGE_BYTES)) {
            return false;
        }
    }
    return sys_space_unmap(SYS_SELF_SPACE, SCATTERED_BASE, 2ull * SCATTERED * PAGE_BYTES) == 0;
}

/* One touch for each set of pages that a fault brings in. */
static bool faults_once(void)
{
    uint64_t stride = FAULT_AROUND_PAGES * PAGE_BYTES;
    int64_t base = os_memory_map(0, FAULTS * stride, PROT_R | PROT_W);
    for (uint64_t i = 0; base > 0 && i < FAULTS; i++) {
        *(volatile uint8_t *)(uintptr_t)((uint64_t)base + i * stride) = 1;
    }
    return base > 0 && os_memory_unmap((uint64_t)base, FAULTS * stride) == 0;
}

int main(void)
{
    memory = sys_memory_create(HANDLE_GRANT, RUN_PAGES * PAGE_BYTES);
    bench_path("", "map_run", 20, RUN_PAGES, run_once);
    bench_path("", "map_scattered", 20, SCATTERED, scattered_once);
    bench_path("", "fault", 10, FAULTS, faults_once);
    return 0;
}
