/* Every wrong value of every argument of every system call gives the documented error and changes nothing: the kernel
 * is sound, as many objects are there as before, and the call with right arguments then works. */
#include "argument_table.h"

#include "scheduling.h"
#include "timer.h"
#include "unit.h"

struct bench {
    struct scenario *s;
    struct thread *thread; /* makes the calls */
    uint64_t handles[OBJECT_TYPE_COUNT]; /* one of each type; OBJECT_NONE: paged memory */
    uint64_t id;
    uint64_t vector;
};

static void authority_give(struct bench *bench)
{
    struct object *authority;
    struct kernel *kernel = bench->s->kernel;

    ck_assert_int_eq(object_create(kernel, kernel->memory.root_grant, OBJECT_AUTHORITY, sizeof(*authority), &authority),
                     0);
    ck_assert_int_eq(table_reserve_at(kernel, bench->thread->table, HANDLE_AUTHORITY), 0);
    table_fill(bench->thread->table, HANDLE_AUTHORITY, authority, RIGHTS_ALL, 0);
    object_release(kernel, authority);
}

static uint64_t made(int64_t handle)
{
    ck_assert_int_ge(handle, HANDLE_DYNAMIC);
    return (uint64_t)handle;
}

/* Another process' thread, with calls to the bench's channel: one is received, and one may be queued. */
static void clients_add(struct bench *bench, bool queued)
{
    struct process process = process_create(bench->s);
    int channel = (int)bench->handles[OBJECT_CHANNEL];

    for (unsigned i = 0; i < (queued ? 2u : 1u); i++) {
        struct thread *client = thread_add(&process, 10, NULL, NULL);
        uint64_t connection = (uint64_t)connection_add(bench->s, bench->thread, channel, client, 1);
        uint64_t vector = VECTOR(bench->s, client, {DATA, 16});

        ck_assert_int_eq(ACT(bench->s, client, CALL, connection, vector, vector, 1u | 1u << 16, DEADLINE_NONE),
                         SYSCALL_BLOCKED);
        if (i == 0) {
            ck_assert_int_eq(ACT(bench->s, bench->thread, RECEIVE, (uint64_t)channel, 0, 0, 0), 0);
            bench->id = bench->thread->control->info.message_id;
        }
    }
}

static void objects_add(struct bench *bench, const struct process *process, const struct row *row)
{
    struct scenario *s = bench->s;
    struct thread *thread = bench->thread;
    uint64_t *handles = bench->handles;
    uint64_t memory;
    int other;

    handles[OBJECT_GRANT] = made(ACT(s, thread, GRANT_CREATE, HANDLE_GRANT, 1000));
    handles[OBJECT_TABLE] = made(ACT(s, thread, TABLE_CREATE, HANDLE_GRANT));
    handles[OBJECT_SPACE] = made(ACT(s, thread, SPACE_CREATE, HANDLE_GRANT));
    handles[OBJECT_MEMORY] = made(ACT(s, thread, MEMORY_CREATE, HANDLE_GRANT, 2 * PAGE_BYTES));
    handles[OBJECT_CHANNEL] = made(ACT(s, thread, CHANNEL_CREATE, HANDLE_GRANT, 1, 0));
    handles[OBJECT_CONNECTION] =
        made(ACT(s, thread, CONNECTION_CREATE, HANDLE_GRANT, handles[OBJECT_CHANNEL], 5, RIGHTS_ALL));
    handles[OBJECT_NOTIFICATION] = made(ACT(s, thread, NOTIFICATION_CREATE, HANDLE_GRANT));
    handles[OBJECT_TIMER] = made(ACT(s, thread, TIMER_CREATE, HANDLE_GRANT, handles[OBJECT_CONNECTION], 1, 1));
    handles[OBJECT_INTERRUPT] =
        made(ACT(s, thread, INTERRUPT_CREATE, HANDLE_GRANT, 7, handles[OBJECT_CONNECTION], 1));
    handles[OBJECT_SCHEDULING] = made(ACT(s, thread, SCHEDULING_CREATE, HANDLE_GRANT, 20000, 20000, UINT64_MAX, 0, 0));
    handles[OBJECT_NONE] =
        made(ACT(s, thread, MEMORY_PAGED, HANDLE_GRANT, 2 * PAGE_BYTES, handles[OBJECT_CONNECTION], 0));
    ck_assert_int_eq(ACT(s, thread, NOTIFICATION_SIGNAL, handles[OBJECT_NOTIFICATION], 1), 0);
    if ((row->flags & NEW_THREAD) == 0) {
        (void)thread_add(process, 10, &other, NULL);
        handles[OBJECT_THREAD] = (uint64_t)other;
        return;
    }
    memory = made(ACT(s, thread, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES));
    handles[OBJECT_THREAD] =
        made(ACT(s, thread, THREAD_CREATE, HANDLE_GRANT, UINT64_MAX, UINT64_MAX, memory, 0x900000, UINT64_MAX));
}

static struct bench bench_create(const struct row *row)
{
    struct bench bench = {.s = scenario_create()};
    struct process process = process_create(bench.s);
    uint64_t word = 0;

    bench.thread = thread_add(&process, 10, NULL, NULL);
    authority_give(&bench);
    objects_add(&bench, &process, row);
    clients_add(&bench, (row->flags & QUEUED) != 0);
    if ((row->flags & PLAIN) != 0)
        ck_assert_int_eq(ACT(bench.s, bench.thread, HANDLE_CLOSE, HANDLE_TABLE, HANDLE_AUTHORITY), 0);
    put(bench.s, bench.thread, DATA + PAGE_BYTES, &word, sizeof(word)); /* the page is there from now on */
    bench.vector = VECTOR(bench.s, bench.thread, {DATA, 16});
    bench.handles[OBJECT_AUTHORITY] = HANDLE_AUTHORITY;
    return bench;
}

static bool is_handle(const struct argument *argument)
{
    return argument->kind == HANDLE || argument->kind == OPTIONAL || argument->kind == OWN;
}

static uint64_t right_value(const struct bench *bench, const struct row *row, unsigned index)
{
    const struct argument *argument = &row->arguments[index];

    switch (argument->kind) {
    case OWN:
        /* The second of two spaces or tables is the caller's, where there is something. */
        if ((row->flags & SELF_SPACE) != 0 && (index == 1 || row->arguments[1].kind != OWN))
            return UINT64_MAX;
        return bench->handles[argument->type];
    case HANDLE:
    case OPTIONAL:
        return bench->handles[argument->type];
    case PLACE:
        return row->arguments[0].kind == OWN ? HANDLE_DYNAMIC : 0;
    case MESSAGE:
        return bench->id;
    case OUT:
    case IN:
    case WORD:
        return DATA + PAGE_BYTES;
    case VECTOR:
        return bench->vector;
    case PACKED:
        return bench->handles[OBJECT_CHANNEL] << 8 | MESSAGE_WORDS_MAX;
    default:
        return argument->value;
    }
}

struct attempt {
    struct bench *bench;
    const struct row *row;
    uint64_t right[6];
};

static void objects_count(const struct kernel *kernel, uint64_t counts[OBJECT_TYPE_COUNT + 1])
{
    for (unsigned i = 0; i < OBJECT_TYPE_COUNT; i++)
        counts[i] = kernel->memory.object_count[i];
    counts[OBJECT_TYPE_COUNT] = kernel->frames.free_count;
}

/* One wrong value, all others right. */
static void wrong_try(struct attempt *attempt, unsigned index, uint64_t value, int error)
{
    uint64_t arguments[6], before[OBJECT_TYPE_COUNT + 1], after[OBJECT_TYPE_COUNT + 1];
    int64_t result;

    for (unsigned i = 0; i < 6; i++)
        arguments[i] = i == index ? value : attempt->right[i];
    objects_count(attempt->bench->s->kernel, before);
    result = act_do(attempt->bench->s, attempt->bench->thread, attempt->row->number, arguments);
    objects_count(attempt->bench->s->kernel, after);
    ck_assert_msg(result == -error, "%s with %#llx as argument %u gave %lld and not %d", attempt->row->name,
                  (unsigned long long)value, index, (long long)result, -error);
    ck_assert_msg(memcmp(before, after, sizeof(before)) == 0, "%s with %#llx as argument %u left something",
                  attempt->row->name, (unsigned long long)value, index);
}

/* Numbers that name nothing. */
static void wrong_handles(struct attempt *attempt, unsigned index)
{
    enum argument_kind kind = attempt->row->arguments[index].kind;
    uint64_t right = attempt->right[index] == UINT64_MAX ? HANDLE_SPACE : attempt->right[index];
    const uint64_t wrong[] = {0, 12345, HANDLES_MAX - 1, HANDLES_MAX, 1ull << 32 | right, right | 1ull << 63, INT64_MAX,
                              (uint64_t)INT64_MIN, UINT64_MAX - 1};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        wrong_try(attempt, index, wrong[i], E_BADF);
    if (kind == HANDLE || kind == PLACE)
        wrong_try(attempt, index, UINT64_MAX, E_BADF);
}

/* Handles of all other types, and one of the right type without the right. */
static void wrong_objects(struct attempt *attempt, unsigned index)
{
    const struct argument *argument = &attempt->row->arguments[index];
    struct bench *bench = attempt->bench;
    uint64_t right = attempt->right[index];
    int64_t reduced;

    for (unsigned type = OBJECT_GRANT; type < OBJECT_TYPE_COUNT && argument->kind != PLACE; type++) {
        enum object_type wanted = argument->type == OBJECT_NONE ? OBJECT_MEMORY : argument->type;

        if (type != wanted)
            wrong_try(attempt, index, bench->handles[type], E_BADF);
    }
    if (argument->rights == 0)
        return;
    if (right == UINT64_MAX)
        right = bench->handles[argument->type];
    reduced = ACT(bench->s, bench->thread, HANDLE_DUPLICATE, HANDLE_TABLE, right, HANDLE_TABLE, HANDLE_DYNAMIC,
                  RIGHTS_ALL & ~argument->rights, 0);
    wrong_try(attempt, index, made(reduced), E_ACCES);
    ck_assert_int_eq(ACT(bench->s, bench->thread, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)reduced), 0);
}

/* Addresses that cannot be read, or not written: nowhere, past the end, wrapping, the kernel's half. */
static void wrong_addresses(struct attempt *attempt, unsigned index)
{
    const struct argument *argument = &attempt->row->arguments[index];
    uint64_t bytes = argument->kind == VECTOR ? sizeof(struct part) : argument->kind == WORD ? 4 : argument->value;
    uint64_t past_end = DATA + DATA_PAGES * (uint64_t)PAGE_BYTES - bytes + 1;
    const uint64_t wrong[] = {0, NOWHERE, READ_ONLY - 1, past_end, USER_END - 1, USER_END, 1ull << 47, 1ull << 63,
                              UINT64_MAX - bytes + 1, UINT64_MAX};

    if (argument->kind == WORD) {
        for (size_t i = 1; i < 4; i++)
            wrong_try(attempt, index, DATA + PAGE_BYTES + i, E_INVAL);
        wrong_try(attempt, index, NOWHERE, E_FAULT);
        wrong_try(attempt, index, USER_END, E_FAULT);
        return;
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if ((attempt->row->flags & PARTIAL) == 0 || wrong[i] != past_end)
            wrong_try(attempt, index, wrong[i], E_FAULT);
    }
    if (argument->kind == OUT)
        wrong_try(attempt, index, READ_ONLY, E_FAULT);
}

static void wrong_message_ids(struct attempt *attempt, unsigned index)
{
    uint64_t id = attempt->bench->id;
    const uint64_t wrong[] = {id + 1, id ^ 1ull << 63, id + (1u << 16), 1, UINT64_MAX};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        wrong_try(attempt, index, wrong[i], E_SRCH);
}

static void argument_try(struct attempt *attempt, unsigned index)
{
    const struct argument *argument = &attempt->row->arguments[index];

    if (is_handle(argument) || argument->kind == PLACE) {
        wrong_handles(attempt, index);
        wrong_objects(attempt, index);
    } else if (argument->kind == MESSAGE) {
        wrong_message_ids(attempt, index);
    } else if (argument->kind == PACKED) {
        wrong_try(attempt, index, attempt->right[index] + 1, E_INVAL);
        wrong_try(attempt, index, 1, E_BADF);
        wrong_try(attempt, index, 1 | attempt->bench->handles[OBJECT_CONNECTION] << 8, E_BADF);
    } else if (argument->kind >= OUT) {
        wrong_addresses(attempt, index);
    }
    for (unsigned i = 0; i < argument->wrong_count; i++)
        wrong_try(attempt, index, argument->wrong[i], argument->error != 0 ? argument->error : E_INVAL);
}

static void row_try(const struct row *row)
{
    struct bench bench = bench_create(row);
    struct attempt attempt = {.bench = &bench, .row = row};
    int64_t result;

    for (unsigned i = 0; i < 6; i++)
        attempt.right[i] = right_value(&bench, row, i);
    for (unsigned i = 0; i < 6; i++)
        argument_try(&attempt, i);
    if ((row->flags & AUTHORITY) != 0) {
        ck_assert_int_eq(ACT(bench.s, bench.thread, HANDLE_CLOSE, HANDLE_TABLE, HANDLE_AUTHORITY), 0);
        wrong_try(&attempt, 6, 0, E_PERM);
        authority_give(&bench);
    }
    result = act_do(bench.s, bench.thread, row->number, attempt.right);
    if ((row->flags & BLOCKS) != 0)
        ck_assert_msg(result == SYSCALL_BLOCKED, "%s with right arguments gave %lld", row->name, (long long)result);
    else
        ck_assert_msg(result >= 0, "%s with right arguments gave %lld", row->name, (long long)result);
    scenario_destroy(bench.s);
}

START_TEST(every_wrong_argument_of_every_call_is_refused_and_changes_nothing_OBJ_1_OBJ_7)
{
    for (unsigned i = 0; i < argument_rows; i++)
        row_try(&argument_table[i]);
}
END_TEST

/* The table must not fall behind abi/syscall.h. */
START_TEST(every_call_has_a_row_with_all_its_arguments)
{
    static const struct {
        uint64_t number;
        const char *name;
    } calls[] = {
#define CALL_ENTRY(call_number, call_name) {call_number, #call_name},
        ABI_SYSCALLS(CALL_ENTRY)
#undef CALL_ENTRY
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        bool found = false;

        for (unsigned row = 0; row < argument_rows; row++)
            found |= argument_table[row].number == calls[i].number;
        ck_assert_msg(found, "%s has no row in argument_table.c", calls[i].name);
    }
}
END_TEST

UNIT_MAIN("argument", every_wrong_argument_of_every_call_is_refused_and_changes_nothing_OBJ_1_OBJ_7,
          every_call_has_a_row_with_all_its_arguments)
