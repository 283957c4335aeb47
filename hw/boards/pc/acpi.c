/* ACPI 6.4: 5.2.5 root pointer, 5.2.6 headers, 5.2.9 FADT, 5.2.12 MADT; of the definition blocks, 7.4.2.6 only. */
#include "acpi.h"

#include <arch.h>
#include <string.h>
#include <window.h>

#define ROOT_BYTES 20u
#define ROOT_REVISION 15u
#define ROOT_TABLE_32 16u
#define ROOT_TABLE_64 24u
#define HEADER_BYTES 36u
#define TABLE_BYTES_MAX (4u << 20)
#define FADT_BLOCK 40u
#define FADT_CONTROL 64u
#define MADT_ENTRIES 44u
#define ENTRY_CONTROLLER 1u
#define ENTRY_OVERRIDE 2u
#define OFF_PACKAGE "_S5_\x12"
#define OFF_PACKAGE_BYTES 5u
#define BYTE_FOLLOWS 0x0au
#define OFF_ENABLE 0x2000u
#define OFF_SHIFT 10u

static uint32_t word(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static const uint8_t *memory_at(uint64_t physical, uint64_t length)
{
    bool shown = physical != 0 && physical + length > physical &&
                 window_show(physical, physical + length) == physical + length;
    return shown ? arch_memory(physical) : NULL;
}

static bool sum_is_good(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;
    for (uint32_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    return sum == 0;
}

/* The table there and its length; NULL: no good one. */
static const uint8_t *table_at(uint64_t physical, uint32_t *length)
{
    const uint8_t *table = memory_at(physical, HEADER_BYTES);
    if (table == NULL) {
        return NULL;
    }
    *length = word(table + 4);
    bool bounded = *length >= HEADER_BYTES && *length <= TABLE_BYTES_MAX && memory_at(physical, *length) != NULL;
    return bounded && sum_is_good(table, *length) ? table : NULL;
}

/* Interrupt controllers. */
static void madt_read(const uint8_t *table, uint32_t length, struct acpi_found *found)
{
    for (uint32_t at = MADT_ENTRIES; at + 2 <= length; at += table[at + 1]) {
        const uint8_t *entry = table + at;
        if (entry[1] < 2 || at + entry[1] > length) {
            return;
        }
        if (entry[0] == ENTRY_CONTROLLER && entry[1] >= 12 && found->controller == 0 && word(entry + 8) == 0) {
            found->controller = word(entry + 4);
        } else if (entry[0] == ENTRY_OVERRIDE && entry[1] >= 10 && entry[3] < ACPI_OLD_LINES) {
            found->line_of_old[entry[3]] = word(entry + 4);
        }
    }
}

/* The value of state S5 is the first in a package of numbers below 256; nothing else of the block is understood. */
static bool off_kind_find(const uint8_t *block, uint32_t length, uint16_t *kind)
{
    for (uint32_t at = HEADER_BYTES; at + OFF_PACKAGE_BYTES + 8 <= length; at++) {
        if (memcmp(block + at, OFF_PACKAGE, OFF_PACKAGE_BYTES) == 0) {
            const uint8_t *number = block + at + OFF_PACKAGE_BYTES;
            number += 1 + (*number >> 6) + 1; /* the package's length, and how many numbers */
            *kind = *number == BYTE_FOLLOWS ? number[1] : *number;
            return true;
        }
    }
    return false;
}

static void fadt_read(const uint8_t *table, uint32_t length, struct acpi_found *found)
{
    uint32_t block_length;
    uint16_t kind;
    const uint8_t *block = length >= FADT_CONTROL + 4 ? table_at(word(table + FADT_BLOCK), &block_length) : NULL;
    if (block != NULL && off_kind_find(block, block_length, &kind)) {
        found->off_port = (uint16_t)word(table + FADT_CONTROL);
        found->off_value = (uint16_t)(kind << OFF_SHIFT | OFF_ENABLE);
    }
}

void acpi_read(uint64_t root, struct acpi_found *found)
{
    *found = (struct acpi_found){0};
    for (uint32_t i = 0; i < ACPI_OLD_LINES; i++) {
        found->line_of_old[i] = i;
    }
    const uint8_t *pointer = memory_at(root, ROOT_TABLE_64 + 8);
    if (pointer == NULL || memcmp(pointer, "RSD PTR ", 8) != 0 || !sum_is_good(pointer, ROOT_BYTES)) {
        return;
    }
    bool is_64 = pointer[ROOT_REVISION] >= 2;
    uint32_t length = 0, entry_bytes = is_64 ? 8 : 4;
    uint64_t list_physical = word(pointer + ROOT_TABLE_32);
    if (is_64) {
        memcpy(&list_physical, pointer + ROOT_TABLE_64, sizeof list_physical);
    }
    const uint8_t *list = table_at(list_physical, &length);
    for (uint32_t at = HEADER_BYTES; list != NULL && at + entry_bytes <= length; at += entry_bytes) {
        uint64_t physical = 0;
        uint32_t table_length;
        memcpy(&physical, list + at, entry_bytes);
        const uint8_t *table = table_at(physical, &table_length);
        if (table != NULL && memcmp(table, "APIC", 4) == 0) {
            madt_read(table, table_length, found);
        } else if (table != NULL && memcmp(table, "FACP", 4) == 0) {
            fadt_read(table, table_length, found);
        }
    }
}
