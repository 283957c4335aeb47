/* hw/boards/pc/acpi.c: what good tables tell, and that damaged ones tell nothing and lead nowhere. */
#include "acpi.h"
#include "fake_arch.h"

#include <string.h>
#include <unit.h>

#define ROOT FAKE_POOL
#define LIST (FAKE_POOL + 0x1000)
#define MADT (FAKE_POOL + 0x2000)
#define FADT (FAKE_POOL + 0x3000)
#define BLOCK (FAKE_POOL + 0x4000)

static uint8_t *at(uint64_t physical)
{
    return arch_memory(physical);
}

static void put(uint64_t physical, uint64_t value, size_t bytes)
{
    memcpy(at(physical), &value, bytes);
}

static void sum_put(uint64_t physical, uint32_t length, uint32_t place)
{
    uint8_t sum = 0;
    at(physical)[place] = 0;
    for (uint32_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum + at(physical)[i]);
    }
    at(physical)[place] = (uint8_t)-sum;
}

static void table_put(uint64_t physical, const char *name, uint32_t length)
{
    memcpy(at(physical), name, 4);
    put(physical + 4, length, 4);
    sum_put(physical, length, 9);
}

static const uint8_t madt_entries[] = {
    0, 8, 0, 0, 1, 0, 0, 0,                     /* a CPU */
    1, 12, 1, 0, 0, 0, 0xd0, 0xfe, 24, 0, 0, 0, /* a controller that does not begin at line 0 */
    1, 12, 0, 0, 0, 0x10, 0xc0, 0xfe, 0, 0, 0, 0,
    2, 10, 0, 4, 17, 0, 0, 0, 0, 0,             /* 4 is at line 17 */
};

/* All tables, as a machine with 32-bit or 64-bit addresses has them. */
static void tables_put(bool is_64)
{
    memset(at(FAKE_POOL), 0, 0x5000);
    memcpy(at(ROOT), "RSD PTR ", 8);
    at(ROOT)[15] = is_64 ? 2 : 0;
    put(ROOT + 16, is_64 ? 0 : LIST, 4);
    put(ROOT + 24, is_64 ? LIST : 0, 8);
    sum_put(ROOT, 20, 8);
    size_t bytes = is_64 ? 8 : 4;
    put(LIST + 36, FAKE_POOL - 0x1000, bytes); /* not there */
    put(LIST + 36 + bytes, MADT, bytes);
    put(LIST + 36 + 2 * bytes, FADT, bytes);
    table_put(LIST, is_64 ? "XSDT" : "RSDT", (uint32_t)(36 + 3 * bytes));
    memcpy(at(MADT + 44), madt_entries, sizeof madt_entries);
    table_put(MADT, "APIC", 44 + sizeof madt_entries);
    memcpy(at(BLOCK + 50), "_S5_\x12\x0a\x04\x0a\x05\x0a\x05\0\0", 13);
    table_put(BLOCK, "DSDT", 80);
    put(FADT + 40, BLOCK, 4);
    put(FADT + 64, 0x604, 4);
    table_put(FADT, "FACP", 116);
}

START_TEST(controller_lines_and_power_are_found)
{
    struct acpi_found found;
    for (int is_64 = 0; is_64 < 2; is_64++) {
        tables_put(is_64);
        acpi_read(ROOT, &found);
        ck_assert_uint_eq(found.controller, 0xfec01000);
        ck_assert_uint_eq(found.line_of_old[3], 3);
        ck_assert_uint_eq(found.line_of_old[4], 17);
        ck_assert_uint_eq(found.off_port, 0x604);
        ck_assert_uint_eq(found.off_value, 5 << 10 | 0x2000);
    }
}
END_TEST

START_TEST(nothing_is_found_where_nothing_is)
{
    struct acpi_found found;
    const uint64_t roots[] = {0, FAKE_POOL - 8, UINT64_MAX - 4, FAKE_POOL + FAKE_POOL_PAGES_MAX * 4096ull - 16};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        acpi_read(roots[i], &found);
        ck_assert_uint_eq(found.controller, 0);
        ck_assert_uint_eq(found.off_port, 0);
        ck_assert_uint_eq(found.line_of_old[4], 4);
    }
}
END_TEST

/* Each byte in turn is wrong, with sums as they were: nothing is believed of that table. */
START_TEST(a_damaged_table_is_not_believed)
{
    struct acpi_found found;
    for (uint32_t i = 0; i < 44 + sizeof madt_entries; i++) {
        tables_put(true);
        at(MADT)[i] ^= 0x5a;
        acpi_read(ROOT, &found);
        ck_assert_uint_eq(found.controller, 0);
        ck_assert_uint_eq(found.off_port, 0x604);
    }
    for (uint32_t i = 0; i < 36 + 24; i++) {
        tables_put(true);
        at(LIST)[i] ^= 0x5a;
        acpi_read(ROOT, &found);
        ck_assert_uint_eq(found.controller, 0);
        ck_assert_uint_eq(found.off_port, 0);
    }
}
END_TEST

/* Each byte is wrong and the sum is right: whatever is told, reading it ends and stays inside. */
START_TEST(odd_tables_are_read_to_their_end_only)
{
    struct acpi_found found;
    for (uint32_t i = 0; i < 44 + sizeof madt_entries; i++) {
        for (unsigned value = 0; value < 256; value += 17) {
            if (i >= 4 && i < 10) {
                continue; /* length and sum: the test before */
            }
            tables_put(true);
            at(MADT)[i] = (uint8_t)value;
            sum_put(MADT, 44 + sizeof madt_entries, 9);
            acpi_read(ROOT, &found);
            ck_assert_uint_eq(found.off_port, 0x604);
        }
    }
}
END_TEST

UNIT_MAIN("acpi", controller_lines_and_power_are_found, nothing_is_found_where_nothing_is,
          a_damaged_table_is_not_believed, odd_tables_are_read_to_their_end_only)
