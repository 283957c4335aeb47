/* See value.h. */
#include "value.h"

#define ODD_FROM 0xf0u /* from here on: a value of the list below, whatever is wanted */
#define MATCHES_MAX 32u
#define HANDLES_SEEN 48 /* of the dynamic ones */
#define HANDLE_NONE 12345u
#define ID_STALE (1ull << MESSAGE_SLOT_BITS)

static uint64_t value_odd(uint8_t byte)
{
    static const uint64_t values[16] = {0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN, 1ull << 32, USER_END,
                                        USER_END - 1, NOWHERE, PLATFORM_BASE, UINT32_MAX, HANDLES_MAX,
                                        UINT64_MAX - PAGE_BYTES + 1, READ_ONLY, LIBSYS_BASE, 0x10001};

    return values[byte - ODD_FROM];
}

/* The byte-th handle of the type in the thread's table, round and round. OBJECT_NONE: of any type. */
static uint64_t handle_nth(struct thread *thread, enum object_type type, uint8_t byte)
{
    int matches[MATCHES_MAX];
    unsigned count = 0;
    struct handle_entry entry;

    for (int handle = HANDLE_TABLE; handle < HANDLE_DYNAMIC + HANDLES_SEEN && count < MATCHES_MAX; handle++) {
        if (handle > HANDLE_AUTHORITY && handle < HANDLE_DYNAMIC)
            handle = HANDLE_DYNAMIC;
        if (table_entry_get(thread->table, handle, &entry) == 0 &&
            (type == OBJECT_NONE || entry.object->type == type))
            matches[count++] = handle;
    }
    return count == 0 ? HANDLE_NONE : (uint64_t)matches[byte % count];
}

/* The byte-th message that waits for its answer; from 0x80 on an older one of the same thread. */
static uint64_t id_nth(struct kernel *kernel, uint8_t byte)
{
    uint64_t ids[MACHINE_THREADS_MAX];
    unsigned count = 0;

    for (uint32_t slot = 0; slot < kernel->slot_used && slot < MACHINE_THREADS_MAX; slot++) {
        struct thread *thread = kernel->slots[slot].thread;

        if (thread != NULL && thread->state == THREAD_REPLY)
            ids[count++] = thread->message.id;
    }
    if (count == 0)
        return 0;
    return ids[byte % 0x80 % count] - (byte >= 0x80 ? ID_STALE : 0);
}

static uint64_t size_of(uint8_t byte)
{
    return byte < 0x60 ? (uint64_t)byte * PAGE_BYTES : (uint64_t)(byte - 0x60) * 37;
}

static uint64_t address_of(uint8_t byte)
{
    if (byte < 0x40)
        return DATA + byte * (uint64_t)PAGE_BYTES;
    if (byte < 0x60)
        return DATA + (byte - 0x40u) * 511u;
    if (byte < 0x80)
        return READ_ONLY + (byte - 0x60u) * 512u;
    return byte < 0xa0 ? CONTROL + (byte - 0x80) * (uint64_t)PAGE_BYTES : 0x800000u + (byte - 0xa0u) * PAGE_BYTES;
}

static uint64_t deadline_of(uint64_t now_ns, uint8_t byte)
{
    if (byte < 0x80)
        return DEADLINE_NONE;
    return byte == 0x80 ? 0 : now_ns + (byte - 0x81u) * 700u;
}

static uint64_t counts_of(uint8_t byte)
{
    uint64_t flags = byte & 0x40 ? CALL_UNINTERRUPTIBLE : 0;

    return (byte & 7u) | (uint64_t)(byte >> 3 & 7u) << 16 | flags << 32;
}

static uint64_t words_of(uint8_t byte)
{
    uint64_t flags = byte & 0x40 ? CALL_UNINTERRUPTIBLE : 0;

    return (byte & 7u) | (uint64_t)(byte >> 3 & 7u) << 8 | flags << 32;
}

static uint64_t place_of(uint8_t byte)
{
    uint64_t mode = byte & 0x40 ? DUPLICATE_EXACT : DUPLICATE_LOWEST;

    return (byte & 0x80 ? 0 : HANDLE_DYNAMIC) + (byte & 0x3fu) + (mode << 32);
}

static uint64_t handle_of(struct thread *thread, enum value_kind kind, uint8_t byte)
{
    static const uint8_t types[] = {
        [VALUE_GRANT] = OBJECT_GRANT,     [VALUE_TABLE] = OBJECT_TABLE,
        [VALUE_MEMORY] = OBJECT_MEMORY,   [VALUE_SPACE] = OBJECT_SPACE,
        [VALUE_THREAD] = OBJECT_THREAD,   [VALUE_CHANNEL] = OBJECT_CHANNEL,
        [VALUE_CONNECTION] = OBJECT_CONNECTION, [VALUE_NOTIFICATION] = OBJECT_NOTIFICATION,
        [VALUE_TIMER] = OBJECT_TIMER,     [VALUE_INTERRUPT] = OBJECT_INTERRUPT,
        [VALUE_SCHEDULING] = OBJECT_SCHEDULING,
        [VALUE_HANDLE] = OBJECT_NONE,
    };
    bool own = kind == VALUE_TABLE || kind == VALUE_SPACE || kind == VALUE_THREAD;

    return own && byte == 0 ? UINT64_MAX : handle_nth(thread, types[kind], byte);
}

uint64_t value_decode(struct scenario *scenario, struct thread *thread, enum value_kind kind, uint8_t byte)
{
    static const uint64_t wide = 0x4000;

    if (byte >= ODD_FROM)
        return value_odd(byte);
    switch (kind) {
    case VALUE_ID:
        return id_nth(scenario->kernel, byte);
    case VALUE_PARTS:
        return machine_part_address(byte, 0);
    case VALUE_COUNT:
        return byte == 0x80 ? PARTS_MAX + 1 : byte % 6u;
    case VALUE_COUNTS:
        return counts_of(byte);
    case VALUE_WORDS:
        return words_of(byte);
    case VALUE_WORDS_CHANNEL:
        return (byte & 7u) | handle_nth(thread, OBJECT_CHANNEL, byte >> 3) << 8 | (uint64_t)byte << 32;
    case VALUE_DEADLINE:
        return deadline_of(scenario->now_ns, byte);
    case VALUE_ADDRESS:
        return address_of(byte);
    case VALUE_WORD:
        return DATA + 16 * PAGE_BYTES + (byte & 1u) * 4 + (byte == 0x80);
    case VALUE_SIZE:
        return size_of(byte);
    case VALUE_BUDGET:
        return SCHEDULING_BUDGET_MIN_NS * (byte % 16u) + byte;
    case VALUE_RIGHTS:
        return byte < 0x80 ? RIGHTS_ALL : byte == 0xef ? wide : byte;
    case VALUE_PROT:
        return byte;
    case VALUE_PRIORITY:
        return byte < 0x80 ? byte % 24u : byte < 0xa0 ? UINT64_MAX : byte;
    case VALUE_PLACE:
        return place_of(byte);
    case VALUE_ANY:
        return byte;
    default:
        return handle_of(thread, kind, byte);
    }
}

#define CALL(name, ...) [SYS_##name] = {__VA_ARGS__}
#define H(kind) VALUE_##kind

static const uint8_t kinds[SYSCALL_LIMIT][RECORD_ARGUMENTS] = {
    CALL(HANDLE_CLOSE, H(TABLE), H(HANDLE)),
    CALL(HANDLE_DUPLICATE, H(TABLE), H(HANDLE), H(TABLE), H(PLACE), H(RIGHTS), H(ANY)),
    CALL(HANDLE_FLAGS, H(TABLE), H(HANDLE), H(ANY), H(ANY)),
    CALL(HANDLE_INFO, H(TABLE), H(HANDLE)),
    CALL(HANDLE_NEXT, H(TABLE), H(HANDLE), H(ANY)),
    CALL(TABLE_CREATE, H(GRANT)),
    CALL(TABLE_COPY, H(TABLE), H(TABLE), H(HANDLE), H(ANY)),
    CALL(GRANT_CREATE, H(GRANT), H(ANY)),
    CALL(GRANT_INFO, H(GRANT), H(ADDRESS)),
    CALL(MEMORY_CREATE, H(GRANT), H(SIZE)),
    CALL(MEMORY_CLONE, H(GRANT), H(MEMORY), H(SIZE), H(SIZE)),
    CALL(MEMORY_DEVICE, H(GRANT), H(ADDRESS), H(SIZE)),
    CALL(MEMORY_PHYSICAL, H(MEMORY), H(SIZE)),
    CALL(MEMORY_INFO, H(MEMORY)),
    CALL(SPACE_CREATE, H(GRANT)),
    CALL(SPACE_MAP, H(SPACE), H(ADDRESS), H(SIZE), H(MEMORY), H(SIZE), H(PROT)),
    CALL(SPACE_UNMAP, H(SPACE), H(ADDRESS), H(SIZE)),
    CALL(SPACE_PROTECT, H(SPACE), H(ADDRESS), H(SIZE), H(PROT)),
    CALL(SPACE_CLONE, H(SPACE), H(SPACE), H(GRANT)),
    CALL(SPACE_QUERY, H(SPACE), H(ADDRESS), H(ADDRESS)),
    CALL(SPACE_READ, H(SPACE), H(ADDRESS), H(ADDRESS), H(SIZE)),
    CALL(SPACE_WRITE, H(SPACE), H(ADDRESS), H(ADDRESS), H(SIZE)),
    CALL(THREAD_CREATE, H(GRANT), H(SPACE), H(TABLE), H(MEMORY), H(ADDRESS), H(CONNECTION)),
    CALL(THREAD_START, H(THREAD), H(ADDRESS), H(ADDRESS), H(ANY)),
    CALL(THREAD_KILL, H(THREAD)),
    CALL(THREAD_SUSPEND, H(THREAD)),
    CALL(THREAD_RESUME, H(THREAD)),
    CALL(THREAD_INTERRUPT, H(THREAD)),
    CALL(THREAD_SET, H(THREAD), H(ANY), H(PRIORITY)),
    CALL(THREAD_INFO, H(THREAD), H(ADDRESS)),
    CALL(THREAD_EXIT, H(ANY)),
    CALL(THREAD_YIELD, H(ANY)),
    CALL(THREAD_SLEEP, H(DEADLINE)),
    CALL(THREAD_CONTINUE, H(ADDRESS)),
    CALL(THREAD_REGISTERS, H(THREAD), H(ADDRESS), H(ANY)),
    CALL(CHANNEL_CREATE, H(GRANT), H(ANY), H(ANY)),
    CALL(CONNECTION_CREATE, H(GRANT), H(CHANNEL), H(ANY), H(RIGHTS)),
    CALL(CALL, H(CONNECTION), H(PARTS), H(PARTS), H(COUNTS), H(DEADLINE)),
    CALL(RECEIVE, H(CHANNEL), H(PARTS), H(COUNT), H(DEADLINE)),
    CALL(REPLY, H(ID), H(ANY), H(PARTS), H(COUNT)),
    CALL(REPLY_RECEIVE, H(ID), H(ANY), H(PARTS), H(COUNTS), H(PARTS), H(CHANNEL)),
    CALL(MESSAGE_READ, H(ID), H(SIZE), H(PARTS), H(COUNT)),
    CALL(MESSAGE_WRITE, H(ID), H(SIZE), H(PARTS), H(COUNT)),
    CALL(PULSE, H(CONNECTION), H(ANY), H(ANY), H(PRIORITY)),
    CALL(CONNECTION_INFO, H(CHANNEL), H(CONNECTION), H(ADDRESS)),
    CALL(NOTIFICATION_CREATE, H(GRANT)),
    CALL(NOTIFICATION_SIGNAL, H(NOTIFICATION), H(ANY)),
    CALL(NOTIFICATION_WAIT, H(NOTIFICATION), H(ADDRESS), H(DEADLINE)),
    CALL(ADDRESS_WAIT, H(WORD), H(ANY), H(DEADLINE)),
    CALL(ADDRESS_WAKE, H(WORD), H(ANY)),
    CALL(CLOCK_READ, H(ANY)),
    CALL(TIMER_CREATE, H(GRANT), H(CONNECTION), H(ANY), H(ANY)),
    CALL(TIMER_SET, H(TIMER), H(DEADLINE), H(SIZE)),
    CALL(INTERRUPT_CREATE, H(GRANT), H(ANY), H(CONNECTION), H(ANY), H(ANY)),
    CALL(INTERRUPT_ACK, H(INTERRUPT)),
    CALL(MACHINE_STOP, H(ANY)),
    CALL(LOG, H(ADDRESS), H(SIZE)),
    CALL(KERNEL_INFO, H(ADDRESS)),
    CALL(MEMORY_PAGED, H(GRANT), H(SIZE), H(CONNECTION), H(ANY)),
    CALL(MEMORY_SUPPLY, H(MEMORY), H(SIZE), H(MEMORY), H(SIZE), H(SIZE)),
    CALL(GRANT_REVOKE, H(GRANT)),
    CALL(SCHEDULING_CREATE, H(GRANT), H(BUDGET), H(BUDGET), H(CONNECTION), H(ANY), H(ANY)),
    CALL(SCHEDULING_SET, H(SCHEDULING), H(BUDGET), H(BUDGET)),
    CALL(SCHEDULING_BIND, H(SCHEDULING), H(THREAD), H(ANY)),
    CALL(NOTIFICATION_BIND, H(NOTIFICATION), H(CHANNEL), H(ANY)),
    CALL(CALL_SHORT, H(CONNECTION), H(ANY), H(ANY), H(ANY), H(ANY), H(WORDS)),
    CALL(REPLY_SHORT, H(ID), H(WORDS), H(ANY), H(ANY), H(ANY), H(ANY)),
    CALL(REPLY_RECEIVE_SHORT, H(ID), H(WORDS_CHANNEL), H(ANY), H(ANY), H(ANY), H(ANY)),
};

const uint8_t *value_kinds(unsigned number)
{
    return kinds[number];
}

const char *value_call_name(unsigned number)
{
    static const char *const names[SYSCALL_LIMIT] = {
#define NAME(value, name) [value] = #name,
        ABI_SYSCALLS(NAME)
#undef NAME
    };

    return names[number] == NULL ? "no call" : names[number];
}
