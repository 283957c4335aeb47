/* Hostile programs that try to reach memory which is not theirs, or to break what the machine needs. SIM-3. */
#include "hostile.h"

#define SIGNAL_SEGV 11

static void write_at(uint64_t address)
{
    *(volatile uint64_t *)(uintptr_t)address = 1;
    os_exit(8);
}

TEST(command_ring_and_stub_cannot_be_written_SIM_3)
{
    EXPECT_EQ(child_end(write_at, STUB_RING), 128 + SIGNAL_SEGV);
    EXPECT_EQ(child_end(write_at, STUB_RING + 4088), 128 + SIGNAL_SEGV);
    EXPECT_EQ(child_end(write_at, STUB_CODE), 128 + SIGNAL_SEGV);
    EXPECT_EQ(child_end(write_at, STUB_CODE + 0x820), 128 + SIGNAL_SEGV);
}

TEST(system_library_cannot_be_written_SIM_3)
{
    EXPECT_EQ(child_end(write_at, LIBSYS_BASE), 128 + SIGNAL_SEGV);
    EXPECT(sys_space_protect(HANDLE_SPACE, LIBSYS_BASE, PAGE_BYTES, PROT_R | PROT_W) < 0 ||
           child_end(write_at, LIBSYS_BASE) != 8);
}

static void read_at(uint64_t address)
{
    *(volatile uint64_t *)(uintptr_t)address;
    os_exit(8);
}

TEST(addresses_that_nobody_mapped_cannot_be_read_SIM_3)
{
    static const uint64_t addresses[] = {
        0,          0x10000, STUB_RING + 0x1000, 0x7ffffffff000ull, 0xffffffffff600000ull,
        1ull << 63, 8,       STUB_CODE - 8,      0x7ff000000000ull};
    for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        EXPECT_EQ(child_end(read_at, addresses[i]), 128 + SIGNAL_SEGV);
    }
}

TEST(platform_range_cannot_be_mapped_or_unmapped_SIM_3)
{
    int memory = sys_memory_create(HANDLE_GRANT, PAGE_BYTES);
    EXPECT(memory >= 0);
    for (uint64_t address = STUB_CODE; address < STUB_CODE + 4 * PAGE_BYTES; address += PAGE_BYTES) {
        EXPECT(sys_space_map(HANDLE_SPACE, address, PAGE_BYTES, memory, 0, PROT_R | PROT_W | MAP_FLAG_FIXED) < 0);
        sys_space_unmap(HANDLE_SPACE, address, PAGE_BYTES);
        sys_space_protect(HANDLE_SPACE, address, PAGE_BYTES, PROT_R | PROT_W | PROT_X);
    }
    EXPECT_EQ(child_end(write_at, STUB_RING), 128 + SIGNAL_SEGV);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
}

static void system_stack_drop(uint64_t call)
{
    uint64_t control = (uintptr_t)sys_control();
    sys_space_unmap(HANDLE_SPACE, control + LIBSYS_STACK_OFFSET, LIBSYS_STACK_BYTES);
    if (call != 0) {
        call_without_stack(SYS_getpid);
    }
    fault_for_ever();
}

/* The host delivers foreign calls and the kernel delivers crashes on this stack. */
TEST(program_without_its_system_stack_dies_alone_SIM_3)
{
    EXPECT(child_end(system_stack_drop, 0) > 128);
    EXPECT(child_end(system_stack_drop, 1) > 128);
}

static void segments_spoil(uint64_t value)
{
    bases_spoil(value);
    os_write(1, "", 0);
    raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    os_exit(0);
}

TEST(program_with_foreign_segment_bases_harms_only_itself_SIM_3)
{
    static const uint64_t bases[] = {0, 8, STUB_CODE, STUB_RING, LIBSYS_BASE, 0x7fffffffe000ull};
    for (unsigned i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        EXPECT(child_end(segments_spoil, bases[i]) >= 0);
    }
}

static void signal_stack_misuse(uint64_t sp)
{
    crash_on_stack(sp);
}

static void signal_stack_spoil(uint64_t slot)
{
    fill(slot, SLOT_BYTES);
    raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    os_exit(0);
}

/* One of these slots is the program's own; the others are not mapped. */
TEST(program_that_misuses_its_signal_stack_dies_alone_SIM_3)
{
    static const uint64_t offsets[] = {8, 64, 100, 4096, SLOT_BYTES - 8};
    for (uint64_t slot = 0; slot < 24; slot++) {
        for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
            EXPECT(child_end(signal_stack_misuse, STUB_SLOTS + slot * SLOT_BYTES + offsets[i]) > 128);
        }
        EXPECT(child_end(signal_stack_spoil, STUB_SLOTS + slot * SLOT_BYTES) >= 0);
    }
}

TEST_MAIN(command_ring_and_stub_cannot_be_written_SIM_3, system_library_cannot_be_written_SIM_3,
          addresses_that_nobody_mapped_cannot_be_read_SIM_3, platform_range_cannot_be_mapped_or_unmapped_SIM_3,
          program_that_misuses_its_signal_stack_dies_alone_SIM_3, program_without_its_system_stack_dies_alone_SIM_3,
          program_with_foreign_segment_bases_harms_only_itself_SIM_3)
