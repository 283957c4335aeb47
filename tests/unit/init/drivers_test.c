/* From the device table to drivers and their arguments. */
#include "drivers.h"

#include <string.h>

#include <abi/console.h>

#include "unit.h"
#include "virtio/virtio.h"

static struct device_table table;
static struct device_list list = {.table = &table};
static struct driver driver;

static const struct device pl011 = {
    .kind = DEVICE_SERIAL_PL011, .interrupt = 33, .physical = 0x9000000, .size_bytes = 0x1000, .clock_hz = 24000000};

/* The table with this device alone. */
static bool describe(const struct device *device)
{
    memset(&table, 0, sizeof table);
    table.count = 1;
    table.devices[0] = *device;
    return drivers_describe(&list, 0, &driver);
}

START_TEST(a_table_without_magic_or_too_long_is_refused_HW_6)
{
    memset(&table, 0, sizeof table);
    ck_assert(!drivers_table_good(&table));
    table.magic = DEVICE_TABLE_MAGIC;
    ck_assert(drivers_table_good(&table));
    table.count = DEVICES_MAX + 1;
    ck_assert(!drivers_table_good(&table));
}
END_TEST

START_TEST(the_first_console_is_the_systems_HW_6)
{
    memset(&table, 0, sizeof table);
    ck_assert_uint_eq(drivers_console(&list, NULL), UINT32_MAX);
    table.count = 4;
    table.devices[0].kind = 99;
    table.devices[2] = pl011;
    table.devices[3].kind = DEVICE_SERIAL_16550;
    ck_assert_uint_eq(drivers_console(&list, NULL), 2);
    ck_assert_uint_eq(drivers_console(&list, "16550"), 3);
    ck_assert_uint_eq(drivers_console(&list, "virtio"), 2);
}
END_TEST

START_TEST(registers_at_the_start_of_a_page_SRV_1)
{
    ck_assert(describe(&pl011));
    ck_assert_str_eq(driver.path, "sbin/serial");
    ck_assert_uint_eq(driver.registers_physical, 0x9000000);
    ck_assert_uint_eq(driver.registers_bytes, 4096);
    ck_assert_uint_eq(driver.interrupt, 33);
    ck_assert_str_eq(driver.words[0], "pl011");
    ck_assert_str_eq(driver.words[1], "0");
    ck_assert_str_eq(driver.words[2], "24000000");
}
END_TEST

START_TEST(registers_within_a_page_and_across_its_end_SRV_1)
{
    struct device device = {.kind = DEVICE_SERIAL_BCM2835, .interrupt = 29, .physical = 0x3f215040, .size_bytes = 0x40};
    ck_assert(describe(&device));
    ck_assert_uint_eq(driver.registers_physical, 0x3f215000);
    ck_assert_uint_eq(driver.registers_bytes, 4096);
    ck_assert_str_eq(driver.words[1], "64");
    device.physical = 0x3f215ff0;
    ck_assert(describe(&device));
    ck_assert_uint_eq(driver.registers_bytes, 8192);
}
END_TEST

START_TEST(a_port_driver_is_told_its_port_SRV_1)
{
    struct device device = {
        .kind = DEVICE_SERIAL_16550, .interrupt = 4, .physical = DEVICE_PORTS_ADDRESS(0x3f8), .size_bytes = 8};
    ck_assert(describe(&device));
    ck_assert_uint_eq(driver.registers_physical, DEVICE_PORTS_ADDRESS(0x3f8));
    ck_assert_uint_eq(driver.registers_bytes, 4096);
    ck_assert_str_eq(driver.words[0], "16550");
    ck_assert_str_eq(driver.words[1], "1016");
}
END_TEST

START_TEST(unsound_devices_are_not_driven_HW_6)
{
    struct device device = pl011;
    device.size_bytes = 0;
    ck_assert(!describe(&device));
    device.size_bytes = UINT64_MAX;
    ck_assert(!describe(&device));
    device = pl011;
    device.physical = UINT64_MAX - 1;
    ck_assert(!describe(&device));
    device = pl011;
    device.kind = UINT32_MAX;
    ck_assert(!describe(&device));
    device = (struct device){.kind = DEVICE_CONSOLE_RINGS, .interrupt = 1, .physical = 4096, .size_bytes = 4096};
    ck_assert(!describe(&device));
    device.size_bytes = CONSOLE_DEVICE_BYTES;
    ck_assert(describe(&device));
    ck_assert_ptr_null(driver.path);
}
END_TEST

static const struct device transport = {
    .kind = DEVICE_VIRTIO_MMIO, .interrupt = 79, .physical = 0xa003e00, .size_bytes = 0x200};

START_TEST(virtio_devices_are_told_apart_by_what_stands_there_SRV_2)
{
    memset(&table, 0, sizeof table);
    memset(list.virtio_ids, 0, sizeof list.virtio_ids);
    table.count = 4;
    for (uint32_t i = 0; i < 3; i++) {
        table.devices[i] = transport;
    }
    table.devices[3] = pl011;
    ck_assert_uint_eq(drivers_entropy(&list), UINT32_MAX);
    list.virtio_ids[1] = VIRTIO_ID_CONSOLE;
    list.virtio_ids[2] = VIRTIO_ID_ENTROPY;
    ck_assert_uint_eq(drivers_entropy(&list), 2);
    ck_assert_uint_eq(drivers_console(&list, NULL), 3);
    ck_assert_uint_eq(drivers_console(&list, "virtio"), 1);
    table.count = 3;
    ck_assert_uint_eq(drivers_console(&list, NULL), 1);
    list.virtio_ids[1] = 77;
    ck_assert(!drivers_describe(&list, 1, &driver));
    ck_assert(!drivers_describe(&list, 0, &driver));
    memset(list.virtio_ids, 0, sizeof list.virtio_ids);
}
END_TEST

START_TEST(virtio_drivers_are_told_their_place_and_pages_SRV_2)
{
    list.virtio_ids[0] = VIRTIO_ID_ENTROPY;
    ck_assert(describe(&transport));
    list.virtio_ids[0] = 0;
    ck_assert_str_eq(driver.path, "sbin/entropy");
    ck_assert_uint_eq(driver.registers_physical, 0xa003000);
    ck_assert_uint_eq(driver.registers_bytes, 4096);
    ck_assert_uint_eq(driver.page_count, 1);
    ck_assert_uint_eq(driver.word_count, 1);
    ck_assert_str_eq(driver.words[0], "3584");
    drivers_word_add(&driver, UINT64_MAX);
    ck_assert_str_eq(driver.words[1], "18446744073709551615");
}
END_TEST

UNIT_MAIN("init_drivers", a_table_without_magic_or_too_long_is_refused_HW_6, the_first_console_is_the_systems_HW_6,
          registers_at_the_start_of_a_page_SRV_1, registers_within_a_page_and_across_its_end_SRV_1,
          a_port_driver_is_told_its_port_SRV_1, virtio_devices_are_told_apart_by_what_stands_there_SRV_2,
          virtio_drivers_are_told_their_place_and_pages_SRV_2, unsound_devices_are_not_driven_HW_6)
