/* See machine.h. */
#include "machine.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 192u

uint64_t machine_part_address(unsigned vector, unsigned part)
{
    unsigned index = vector % MACHINE_VECTORS * MACHINE_PARTS + part % MACHINE_PARTS;

    return MACHINE_VECTORS_BASE + index * sizeof(struct part);
}

/* Vectors with parts of all kinds: short, long, empty, across pages, not writable, not there, past the end. */
static void vectors_fill(struct scenario *scenario, struct thread *thread)
{
    static const struct part kinds[] = {
        {DATA, 16},        {DATA + 4090, 12},          {DATA + 100, 1},    {DATA, 0},
        {DATA + 3, 7},     {DATA + 2 * PAGE_BYTES, PAGE_BYTES}, {READ_ONLY, 8}, {DATA + 64, 64},
        {NOWHERE, 5},      {DATA + PAGE_BYTES, 3 * PAGE_BYTES}, {UINT64_MAX - 3, 16}, {READ_ONLY + 4090, 100},
        {DATA, UINT64_MAX},
    };
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    struct part parts[MACHINE_VECTORS][MACHINE_PARTS];
    struct memory *memory;
    uint64_t at = MACHINE_VECTORS_BASE;

    ck_assert_int_eq(memory_create(scenario->kernel, scenario->kernel->memory.root_grant, PAGE_BYTES, &memory), 0);
    ck_assert_int_eq(space_map(scenario->kernel, thread->space, &at, PAGE_BYTES, memory, RIGHTS_ALL, 0,
                               PROT_R | PROT_W | MAP_FLAG_FIXED), 0);
    object_release(scenario->kernel, (struct object *)memory);
    for (unsigned vector = 0; vector < MACHINE_VECTORS; vector++) {
        for (unsigned part = 0; part < MACHINE_PARTS; part++)
            parts[vector][part] = kinds[vector < 16 ? (vector + part) % 8 : (vector * 5 + part * 3) % KINDS];
    }
    put(scenario, thread, machine_part_address(0, 0), parts, sizeof(parts));
}

static void handle_give(struct scenario *scenario, struct object *object, const struct process *to, int handle)
{
    int place = handle;

    if (handle == 0)
        place = table_reserve(scenario->kernel, to->table, HANDLE_DYNAMIC);
    else
        ck_assert_int_eq(table_reserve_at(scenario->kernel, to->table, handle), 0);
    ck_assert_int_ge(place, 0);
    table_fill(to->table, place, object, RIGHTS_ALL, 0);
}

static void authority_give(struct scenario *scenario, const struct process *process)
{
    struct kernel *kernel = scenario->kernel;
    struct object *authority;

    ck_assert_int_eq(object_create(kernel, kernel->memory.root_grant, OBJECT_AUTHORITY, sizeof(*authority), &authority),
                     0);
    handle_give(scenario, authority, process, HANDLE_AUTHORITY);
    object_release(kernel, authority);
}

/* Process 0 serves the others and manages process 1; it is itself a client of process 2. Exceptions of process 1 go to
 * process 0. */
static void machine_populate(struct machine *machine)
{
    struct scenario *s = machine->scenario;
    struct process *processes = machine->processes;
    struct thread *threads[8];
    int channels[3], exceptions, handles[8];

    for (unsigned i = 0; i < MACHINE_PROCESSES; i++)
        processes[i] = process_create(s);
    threads[0] = thread_add(&processes[0], 10, &handles[0], NULL);
    threads[1] = thread_add(&processes[0], 20, &handles[1], NULL);
    threads[6] = thread_add(&processes[2], 10, &handles[6], NULL);
    channels[0] = channel_add(s, threads[0], 3, CHANNEL_UNBLOCK);
    channels[1] = channel_add(s, threads[0], 0, 0);
    channels[2] = channel_add(s, threads[6], 2, 0);
    exceptions = connection_add(s, threads[0], channels[0], threads[0], 9);
    threads[3] = thread_add(&processes[1], 5, &handles[3], (struct connection *)object_of(threads[0], exceptions));
    threads[4] = thread_add(&processes[1], 10, &handles[4], (struct connection *)object_of(threads[0], exceptions));
    threads[5] = thread_add(&processes[1], 15, &handles[5], (struct connection *)object_of(threads[0], exceptions));
    threads[7] = thread_add(&processes[2], 12, &handles[7], NULL);
    connection_add(s, threads[0], channels[0], threads[3], 1);
    connection_add(s, threads[0], channels[1], threads[3], 2);
    connection_add(s, threads[6], channels[2], threads[3], 3);
    connection_add(s, threads[0], channels[0], threads[7], 4);
    connection_add(s, threads[6], channels[2], threads[0], 5);
    handle_give(s, object_of(threads[3], handles[3]), &processes[0], 0);
    handle_give(s, object_of(threads[4], handles[4]), &processes[0], 0);
    handle_give(s, (struct object *)processes[1].space, &processes[0], 0);
    handle_give(s, (struct object *)processes[1].table, &processes[0], 0);
    authority_give(s, &processes[0]);
    ACT(s, threads[0], NOTIFICATION_CREATE, HANDLE_GRANT);
    ACT(s, threads[3], NOTIFICATION_CREATE, HANDLE_GRANT);
    ACT(s, threads[0], TIMER_CREATE, HANDLE_GRANT, (uint64_t)exceptions, 3, 4);
    ACT(s, threads[0], MEMORY_CREATE, HANDLE_GRANT, 4 * PAGE_BYTES);
    vectors_fill(s, threads[0]);
    vectors_fill(s, threads[3]);
    vectors_fill(s, threads[6]);
}

static void range_add(struct machine *machine, void *bytes, size_t length)
{
    struct saved_range *last = machine->range_count == 0 ? NULL : &machine->ranges[machine->range_count - 1];

    if (last != NULL && last->bytes + last->length == (uint8_t *)bytes) {
        last->length += length;
        return;
    }
    ck_assert_uint_lt(machine->range_count, sizeof(machine->ranges) / sizeof(machine->ranges[0]));
    machine->ranges[machine->range_count++] = (struct saved_range){.bytes = bytes, .length = length};
}

/* How much of a page in use matters: of a thread's, the object, and of a control page, the kernel's part. */
static size_t page_length(struct kernel *kernel, const uint8_t *page)
{
    for (uint32_t i = 0; i < kernel->slot_used; i++) {
        struct thread *thread = kernel->slots[i].thread;

        if ((uint8_t *)thread->control == page)
            return CONTROL_KERNEL_BYTES;
        if ((uint8_t *)thread == page)
            return sizeof(struct thread);
    }
    return PAGE_BYTES;
}

/* What can change: the kernel's state, without slots that are never used, and the frames in use. What a free frame
 * holds must not matter. */
static void machine_save(struct machine *machine)
{
    struct kernel *kernel = machine->scenario->kernel;
    struct fake_platform *fake = machine->scenario->fake;

    range_add(machine, kernel, offsetof(struct kernel, slots) + MACHINE_THREADS_MAX * sizeof(kernel->slots[0]));
    for (uint64_t i = 0; i < kernel->frames.count; i++) {
        uint8_t *bytes = kernel->frames.bytes + i * PAGE_BYTES;

        if (kernel->frames.frames[i].references != 0)
            range_add(machine, bytes, page_length(kernel, bytes));
    }
    for (unsigned i = 0; i < machine->range_count; i++) {
        machine->ranges[i].copy = malloc(machine->ranges[i].length);
        memcpy(machine->ranges[i].copy, machine->ranges[i].bytes, machine->ranges[i].length);
    }
    machine->saved_scenario = *machine->scenario;
    machine->saved_fake = *fake;
    machine->saved_mappings = calloc(fake->mapping_count + 1, sizeof(struct fake_mapping));
    memcpy(machine->saved_mappings, fake->mappings, fake->mapping_count * sizeof(struct fake_mapping));
}

void machine_reset(struct machine *machine)
{
    struct fake_platform *fake = machine->scenario->fake;
    struct fake_mapping *mappings = fake->mappings;
    size_t room = fake->mapping_room;

    if (machine->scenario->kernel->slot_used > MACHINE_THREADS_MAX) {
        fprintf(stderr, "fuzz: a program used more than %u threads\n", MACHINE_THREADS_MAX);
        abort();
    }
    for (unsigned i = 0; i < machine->range_count; i++)
        memcpy(machine->ranges[i].bytes, machine->ranges[i].copy, machine->ranges[i].length);
    *machine->scenario = machine->saved_scenario;
    memcpy(mappings, machine->saved_mappings, machine->saved_fake.mapping_count * sizeof(*mappings));
    *fake = machine->saved_fake;
    fake->mappings = mappings;
    fake->mapping_room = room;
}

static bool table_is_used(struct kernel *kernel, const struct table *table)
{
    for (uint32_t slot = 0; slot < kernel->slot_used; slot++) {
        const struct thread *thread = kernel->slots[slot].thread;

        if (thread != NULL && thread->table == table && thread->state != THREAD_NEW)
            return true;
    }
    return false;
}

/* Tables that no thread uses may hold each other, or themselves: those go only so. */
static void tables_empty(struct kernel *kernel)
{
    struct table *tables[FRAMES]; /* each has a page of its own */
    unsigned count = 0;

    LIST_EACH (entry, &kernel->memory.objects) {
        struct object *object = LIST_ENTRY(entry, struct object, link);

        if (object->type != OBJECT_TABLE || table_is_used(kernel, (struct table *)object))
            continue;
        object_reference(object);
        tables[count++] = (struct table *)object;
    }
    for (unsigned i = 0; i < count; i++) {
        for (int handle = table_next(tables[i], 0, 0); handle >= 0; handle = table_next(tables[i], handle, 0))
            table_close(kernel, tables[i], handle);
    }
    while (count > 0)
        object_release(kernel, table_object(tables[--count]));
}

const char *machine_end(struct machine *machine)
{
    static const char *const names[OBJECT_TYPE_COUNT] = {
        "nothing", "grants",        "tables", "memory objects", "spaces",     "threads", "channels",
        "connections", "notifications", "timers", "interrupts",     "authorities", "scheduling contexts"};
    struct kernel *kernel = machine->scenario->kernel;
    struct kernel_info info;

    tables_empty(kernel);
    for (uint32_t slot = 0; slot < kernel->slot_used; slot++) {
        if (kernel->slots[slot].thread != NULL)
            kernel_thread_lost(kernel, 0, machine->scenario->now_ns, kernel->slots[slot].thread);
    }
    kernel_check(kernel);
    while (!remains_clear(kernel)) { /* a preemption that was asked for */
    }
    kernel_info_get(kernel, &info);
    for (unsigned type = 0; type < OBJECT_TYPE_COUNT; type++) {
        if (info.object_count[type] != (type == OBJECT_GRANT)) /* the root grant stays */
            return names[type];
    }
    return machine->free_pages != 0 && info.free_pages != machine->free_pages ? "pages" : NULL;
}

struct machine *machine_create(void)
{
    struct machine *machine = calloc(1, sizeof(*machine));

    machine->scenario = scenario_create_frames(FRAMES);
    machine_populate(machine);
    kernel_check(machine->scenario->kernel);
    machine->scenario->unchecked = true;
    machine_save(machine);
    ck_assert(machine_end(machine) == NULL);
    machine->free_pages = machine->scenario->kernel->frames.free_count;
    machine_reset(machine);
    return machine;
}
