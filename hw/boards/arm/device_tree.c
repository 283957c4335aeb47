/* One walk over the device tree's tokens: libfdt checks the tree and knows its parts, but going by its functions takes
 * most of a boot's instructions. Addresses are translated by the `ranges` of the nodes above. */
#define _POSIX_C_SOURCE 200809L
#include "device_tree.h"

#include <window.h>

#include <arch.h>
#include <libfdt.h>
#include <machine.h>
#include <string.h>

#define DEPTH_MAX 8
#define SERIALS_MAX 8u
#define GIC_PRIVATE 16u /* first ID of interrupts that each CPU has its own of */
#define GIC_SHARED 32u
#define TIMER_VIRTUAL 2u /* place of the virtual timer's among the timer's interrupts */
#define SECOND_NS 1000000000ull
#define VIRTIO_MAGIC 0x74726976u
#define VIRTIO_DEVICE 8u

struct property {
    const void *value;
    uint32_t length_bytes;
};

/* The properties that matter. */
enum name {
    ADDRESS_CELLS,
    SIZE_CELLS,
    COMPATIBLE,
    REG,
    RANGES,
    INTERRUPTS,
    STATUS,
    DEVICE_TYPE,
    METHOD,
    INITRD_START,
    INITRD_END,
    STDOUT_PATH,
    NAME_COUNT
};
static const char *const names[NAME_COUNT] = {
    "#address-cells", "#size-cells", "compatible", "reg",   "ranges", "interrupts", "status",
    "device_type",    "method",      "linux,initrd-start", "linux,initrd-end", "stdout-path",
};

enum device_class {
    CLASS_UNKNOWN,
    CLASS_VIRTIO,
    CLASS_PL011,
    CLASS_MINI_UART,
    CLASS_GIC2,
    CLASS_GIC_OTHER,
    CLASS_LOCAL_INTERRUPTS,
    CLASS_INTERRUPTS,
    CLASS_POWER,
    CLASS_TIMER,
    CLASS_PSCI,
    CLASS_CLOCK
};

struct node {
    const char *name;
    uint32_t address_cells, size_cells; /* for its children */
    struct property properties[NAME_COUNT];
    bool is_used;
};

#define NAMES_KNOWN 512u

struct walk {
    const void *tree;
    /* Which name is at an offset of the tree's strings; by the offset. */
    struct {
        uint16_t offset; /* + 1; 0: none yet */
        uint16_t name;
    } known[NAMES_KNOWN];
    struct node stack[DEPTH_MAX]; /* the node and those above it */
    int depth;
    struct device serials[SERIALS_MAX];
    const char *serial_names[SERIALS_MAX];
    uint32_t serial_count;
    const char *stdout; /* a node's path or an alias of one, and options behind a colon */
    uint64_t initrd_start, initrd_end;
};

struct device_tree device_tree;

static uint64_t cells_read(const struct property *property, uint32_t first, uint32_t count)
{
    const uint8_t *bytes = (const uint8_t *)property->value + first * 4;
    uint64_t value = 0;
    if ((first + count) * 4 > property->length_bytes) {
        return 0;
    }
    for (uint32_t i = 0; i < count * 4; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static bool property_is(const struct property *property, const char *text)
{
    return property->value != NULL && strcmp(property->value, text) == 0;
}

#define NAMED(text) text, sizeof(text) - 1

/* What a node is, by the first of its compatible strings that is known here. */
static enum device_class class_find(const struct node *node)
{
    static const struct {
        const char *name;
        uint32_t length;
        enum device_class class;
    } known[] = {
        {NAMED("virtio,mmio"), CLASS_VIRTIO},
        {NAMED("arm,pl011"), CLASS_PL011},
        {NAMED("brcm,bcm2835-aux-uart"), CLASS_MINI_UART},
        {NAMED("arm,cortex-a15-gic"), CLASS_GIC2},
        {NAMED("arm,gic-400"), CLASS_GIC2},
        {NAMED("arm,gic-v3"), CLASS_GIC_OTHER},
        {NAMED("brcm,bcm2836-l1-intc"), CLASS_LOCAL_INTERRUPTS},
        {NAMED("brcm,bcm2836-armctrl-ic"), CLASS_INTERRUPTS},
        {NAMED("brcm,bcm2835-pm"), CLASS_POWER},
        {NAMED("brcm,bcm2711-pm"), CLASS_POWER},
        {NAMED("arm,armv8-timer"), CLASS_TIMER},
        {NAMED("arm,psci-0.2"), CLASS_PSCI},
        {NAMED("arm,psci-1.0"), CLASS_PSCI},
        {NAMED("arm,pl031"), CLASS_CLOCK},
    };
    const char *at = node->properties[COMPATIBLE].value;
    const char *end = at + node->properties[COMPATIBLE].length_bytes;
    for (size_t length; at < end; at += length + 1) {
        length = strnlen(at, (size_t)(end - at));
        for (uint32_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            if (length == known[i].length && memcmp(at, known[i].name, length) == 0) {
                return known[i].class;
            }
        }
    }
    return CLASS_UNKNOWN;
}

/* The name that the tree has at `offset`; NAME_COUNT: one that does not matter. */
static uint32_t name_find(struct walk *walk, uint32_t offset)
{
    uint32_t place = offset % NAMES_KNOWN;
    if (walk->known[place].offset != offset + 1) {
        const char *text = fdt_string(walk->tree, (int)offset);
        uint32_t name = 0;
        while (name < NAME_COUNT && (text == NULL || strcmp(names[name], text) != 0)) {
            name++;
        }
        walk->known[place].offset = (uint16_t)(offset + 1);
        walk->known[place].name = (uint16_t)name;
        return name;
    }
    return walk->known[place].name;
}

static void property_use(struct walk *walk, const struct fdt_property *found, uint32_t length_bytes)
{
    struct node *node = &walk->stack[walk->depth];
    uint32_t name = name_find(walk, fdt32_ld(&found->nameoff));
    if (name == NAME_COUNT) {
        return;
    }
    struct property *property = &node->properties[name];
    *property = (struct property){.value = found->data, .length_bytes = length_bytes};
    if (name == ADDRESS_CELLS) {
        node->address_cells = (uint32_t)cells_read(property, 0, 1);
    } else if (name == SIZE_CELLS) {
        node->size_cells = (uint32_t)cells_read(property, 0, 1);
    }
}

/* An address on the bus of stack[depth], as physical one. */
static uint64_t address_translate(const struct walk *walk, int depth, uint64_t address)
{
    for (; depth > 0; depth--) {
        const struct node *bus = &walk->stack[depth];
        uint32_t up = walk->stack[depth - 1].address_cells;
        uint32_t row = bus->address_cells + up + bus->size_cells;
        for (uint32_t at = 0; (at + row) * 4 <= bus->properties[RANGES].length_bytes; at += row) {
            uint64_t from = cells_read(&bus->properties[RANGES], at, bus->address_cells);
            uint64_t size_bytes = cells_read(&bus->properties[RANGES], at + bus->address_cells + up, bus->size_cells);
            if (address - from < size_bytes) {
                address = address - from + cells_read(&bus->properties[RANGES], at + bus->address_cells, up);
                break;
            }
        }
    }
    return address;
}

/* The n-th range of a node's registers; size 0: it has not so many. */
static struct machine_range range_read(const struct walk *walk, uint32_t n)
{
    const struct node *node = &walk->stack[walk->depth], *bus = &walk->stack[walk->depth - 1];
    uint32_t row = bus->address_cells + bus->size_cells;
    uint64_t address = cells_read(&node->properties[REG], n * row, bus->address_cells);
    uint64_t size_bytes = cells_read(&node->properties[REG], n * row + bus->address_cells, bus->size_cells);
    return (struct machine_range){.start = address_translate(walk, walk->depth - 1, address), .size_bytes = size_bytes};
}

/* GIC: type, number, flags. BCM2836: bank, number. */
static uint32_t interrupt_read(const struct node *node)
{
    const struct property *property = &node->properties[INTERRUPTS];
    uint32_t kind = (uint32_t)cells_read(property, 0, 1), number = (uint32_t)cells_read(property, 1, 1);
    if (property->length_bytes == 0) {
        return UINT32_MAX;
    }
    if (property->length_bytes % 12 == 0) {
        return number + (kind == 0 ? GIC_SHARED : GIC_PRIVATE);
    }
    return kind == 0 ? 64 + number : (kind - 1) * 32 + number;
}

static void serial_add(struct walk *walk, uint32_t kind)
{
    struct machine_range registers = range_read(walk, 0);
    if (walk->serial_count < SERIALS_MAX && registers.size_bytes != 0) {
        const struct node *node = &walk->stack[walk->depth];
        walk->serial_names[walk->serial_count] = node->name;
        walk->serials[walk->serial_count++] = (struct device){.kind = kind,
                                                              .interrupt = interrupt_read(node),
                                                              .physical = registers.start,
                                                              .size_bytes = registers.size_bytes};
    }
}

/* Emulators offer places for devices; only those with one in it are told of. */
static void virtio_add(const struct walk *walk)
{
    struct machine_range registers = range_read(walk, 0);
    const volatile uint32_t *words = arch_device(registers.start);
    if (registers.size_bytes != 0 && words[0] == VIRTIO_MAGIC && words[VIRTIO_DEVICE / 4] != 0) {
        machine_device_add(DEVICE_VIRTIO_MMIO, interrupt_read(&walk->stack[walk->depth]), registers.start,
                           registers.size_bytes, 0);
    }
}

static void controller_set(const struct walk *walk, enum controller controller, uint32_t place)
{
    device_tree.controller = controller;
    for (uint32_t i = place; i < 2; i++) {
        struct machine_range registers = range_read(walk, i - place);
        if (registers.size_bytes != 0) {
            device_tree.controller_registers[i] = registers.start;
        }
    }
}

static void clock_read(const struct walk *walk)
{
    struct machine_range registers = range_read(walk, 0);
    if (registers.size_bytes != 0) {
        uint64_t seconds = *(const volatile uint32_t *)arch_device(registers.start);
        machine.realtime_offset_ns = seconds * SECOND_NS - arch_clock_ns();
    }
}

static void device_read(struct walk *walk, const struct node *node)
{
    switch (class_find(node)) {
    case CLASS_VIRTIO:
        virtio_add(walk);
        break;
    case CLASS_PL011:
        serial_add(walk, DEVICE_SERIAL_PL011);
        break;
    case CLASS_MINI_UART:
        serial_add(walk, DEVICE_SERIAL_BCM2835);
        break;
    case CLASS_GIC2:
        controller_set(walk, CONTROLLER_GIC2, 0);
        break;
    case CLASS_GIC_OTHER:
        controller_set(walk, CONTROLLER_OTHER, 0);
        break;
    case CLASS_LOCAL_INTERRUPTS:
        controller_set(walk, CONTROLLER_BCM2836, 0);
        break;
    case CLASS_INTERRUPTS:
        controller_set(walk, CONTROLLER_BCM2836, 1);
        break;
    case CLASS_POWER:
        device_tree.power_manager = range_read(walk, 0).start;
        break;
    case CLASS_TIMER:
        device_tree.timer_interrupt =
            (uint32_t)cells_read(&node->properties[INTERRUPTS], TIMER_VIRTUAL * 3 + 1, 1) + GIC_PRIVATE;
        break;
    case CLASS_PSCI:
        device_tree.conduit = property_is(&node->properties[METHOD], "smc") ? CONDUIT_SMC : CONDUIT_HVC;
        break;
    case CLASS_CLOCK:
        clock_read(walk);
        break;
    case CLASS_UNKNOWN:
        break;
    }
}

static void ranges_read(const struct walk *walk, void (*add)(uint64_t, uint64_t))
{
    for (uint32_t i = 0;; i++) {
        struct machine_range range = range_read(walk, i);
        if (range.size_bytes == 0) {
            return;
        }
        add(range.start, range.size_bytes);
    }
}

static void ram_add(uint64_t start, uint64_t size_bytes)
{
    if (start < WINDOW_REACH) {
        machine_ram_add(start, size_bytes < WINDOW_REACH - start ? size_bytes : WINDOW_REACH - start);
    }
}

static void chosen_read(struct walk *walk, const struct property *properties)
{
    if (properties[INITRD_START].value != NULL && properties[INITRD_END].value != NULL) {
        walk->initrd_start = cells_read(&properties[INITRD_START], 0, properties[INITRD_START].length_bytes / 4);
        walk->initrd_end = cells_read(&properties[INITRD_END], 0, properties[INITRD_END].length_bytes / 4);
    }
    if (properties[STDOUT_PATH].value != NULL) {
        walk->stdout = properties[STDOUT_PATH].value;
    }
}

/* All properties of the node have been read; nodes below it come next. */
static void node_use(struct walk *walk)
{
    struct node *node = &walk->stack[walk->depth];
    const struct property *status = &node->properties[STATUS];
    if (node->is_used || walk->depth == 0) {
        return;
    }
    node->is_used = true;
    chosen_read(walk, node->properties);
    if (status->value != NULL && !property_is(status, "okay") && !property_is(status, "ok")) {
        return;
    }
    if (property_is(&node->properties[DEVICE_TYPE], "memory")) {
        ranges_read(walk, ram_add);
    } else if (walk->depth > 1 && strcmp(walk->stack[walk->depth - 1].name, "reserved-memory") == 0) {
        ranges_read(walk, machine_reserve);
    } else if (node->properties[COMPATIBLE].value != NULL) {
        device_read(walk, node);
    }
}

static void node_begin(struct walk *walk, const char *name)
{
    struct node *node = &walk->stack[++walk->depth];
    memset(node, 0, sizeof *node);
    node->name = name;
    node->address_cells = 2;
    node->size_cells = 1;
}

/* A token of the tree, at `at`; returns where the next one is, NULL: the tree ends or is damaged. */
static const char *token_use(struct walk *walk, const char *at, const char *end)
{
    size_t left = (size_t)(end - at), length = 0;
    uint32_t token = left < sizeof(uint32_t) ? FDT_END : fdt32_ld((const fdt32_t *)(const void *)at);
    if (token == FDT_BEGIN_NODE) {
        const char *name = at + sizeof token;
        length = strnlen(name, left - sizeof token) + 1;
        if (walk->depth >= 0) {
            node_use(walk);
        }
        if (walk->depth == DEPTH_MAX - 1) {
            machine_fail("the device tree is too deep");
        }
        node_begin(walk, name);
    } else if (token == FDT_END_NODE && walk->depth >= 0) {
        node_use(walk);
        walk->depth--;
    } else if (token == FDT_PROP && walk->depth >= 0 && left >= sizeof(struct fdt_property)) {
        const struct fdt_property *property = (const void *)at;
        uint32_t value_bytes = fdt32_ld(&property->len);
        length = sizeof *property - sizeof token + value_bytes;
        if (length <= left - sizeof token) {
            property_use(walk, property, value_bytes);
        }
    } else if (token != FDT_NOP) {
        return NULL;
    }
    length = (sizeof token + length + 3) & ~(size_t)3;
    return length > left ? NULL : at + length;
}

/* Up to the options. */
static size_t path_length(const char *path)
{
    const char *colon = strchr(path, ':');
    return colon == NULL ? strlen(path) : (size_t)(colon - path);
}

/* Is a node's name the last of the path that the tree names as console? */
static bool is_stdout(const struct walk *walk, const char *name)
{
    const char *path = walk->stdout;
    if (path != NULL && path[0] != '/') {
        path = fdt_get_alias_namelen(walk->tree, path, (int)path_length(path));
    }
    if (path == NULL) {
        return false;
    }
    size_t length = path_length(path), name_length = strlen(name);
    return length > name_length && path[length - name_length - 1] == '/' &&
           memcmp(path + length - name_length, name, name_length) == 0;
}

/* The one that the tree names as console first, then PL011s. */
static void serials_add(const struct walk *walk)
{
    for (unsigned turn = 0; turn < 3; turn++) {
        for (uint32_t i = 0; i < walk->serial_count; i++) {
            const struct device *serial = &walk->serials[i];
            unsigned due = is_stdout(walk, walk->serial_names[i]) ? 0 : serial->kind == DEVICE_SERIAL_PL011 ? 1 : 2;
            if (due == turn) {
                machine_device_add(serial->kind, serial->interrupt, serial->physical, serial->size_bytes, 0);
            }
        }
    }
}

static void reservations_read(const void *tree)
{
    for (int i = 0; i < fdt_num_mem_rsv(tree); i++) {
        uint64_t start, size_bytes;
        if (fdt_get_mem_rsv(tree, i, &start, &size_bytes) == 0) {
            machine_reserve(start, size_bytes);
        }
    }
}

void device_tree_read(uint64_t physical)
{
    if (physical == 0 || physical % 8 != 0 || physical >= WINDOW_REACH) {
        machine_fail("the boot loader gave no device tree");
    }
    window_show(physical, physical + FDT_V17_SIZE);
    const void *tree = arch_memory(physical);
    if (fdt_check_header(tree) != 0) {
        machine_fail("the boot loader gave no device tree, or a damaged one");
    }
    window_show(physical, physical + fdt_totalsize(tree));
    static struct walk walk = {.depth = -1};
    walk.tree = tree;
    reservations_read(tree);
    const char *at = (const char *)tree + fdt_off_dt_struct(tree), *end = at + fdt_size_dt_struct(tree);
    while (at != NULL) {
        at = token_use(&walk, at, end);
    }
    if (walk.depth >= 0) {
        machine_fail("the device tree is damaged");
    }
    serials_add(&walk);
    machine.archive.start = walk.initrd_start;
    machine.archive.size_bytes = walk.initrd_end - walk.initrd_start;
}
