/* Every system call with arguments that make no sense: an error each time, and a sound kernel after it. */
#include "scenario.h"
#include "unit.h"

struct call_name {
    uint64_t number;
    const char *name;
};

static const struct call_name calls[] = {
#define CALL_NAME(call_number, call_name) {call_number, #call_name},
    ABI_SYSCALLS(CALL_NAME)
#undef CALL_NAME
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* Calls that have no argument that could be wrong, or do not come back. */
static bool call_is_harmless(uint64_t number)
{
    return number == SYS_THREAD_EXIT || number == SYS_THREAD_YIELD || number == SYS_CLOCK_READ;
}

START_TEST(bad_handles_reach_nothing_OBJ_1)
{
    static const uint64_t handles[] = {0, 1, 12345, HANDLES_MAX, HANDLES_MAX - 1, (uint64_t)INT64_MIN, INT64_MAX,
                                       UINT64_MAX - 1, 1ull << 32 | HANDLE_TABLE, HANDLE_AUTHORITY};
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 10, NULL, NULL);

    for (size_t i = 0; i < CALLS; i++) {
        for (size_t j = 0; j < sizeof(handles) / sizeof(handles[0]); j++) {
            uint64_t h = handles[j];
            int64_t result;

            if (call_is_harmless(calls[i].number) || calls[i].number == SYS_HANDLE_NEXT ||
                calls[i].number == SYS_THREAD_SLEEP || calls[i].number == SYS_LOG)
                continue;
            result = act_do(s, thread, calls[i].number, (const uint64_t[6]){h, h, h, h, h, h});
            ck_assert_msg(result < 0 && result > -200, "%s(%#llx) gave %lld", calls[i].name, (unsigned long long)h,
                          (long long)result);
        }
    }
    scenario_destroy(s);
}
END_TEST

START_TEST(unknown_numbers_are_told_CMP_4)
{
    static const uint64_t numbers[] = {0, 35, 39, 63, 69, SYSCALL_LIMIT, 1000, SYSCALL_BASE, UINT64_MAX,
                                       1ull << 32 | 1};
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 10, NULL, NULL);

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        ck_assert_int_eq(act_do(s, thread, numbers[i], (const uint64_t[6]){0}), -E_NOSYS);
    scenario_destroy(s);
}
END_TEST

/* A word that is often a valid handle, address or size, and often not. */
static uint64_t random_word(uint32_t *random)
{
    static const uint64_t words[] = {0, 1, 2, 3, 7, 16, 100, 4095, PAGE_BYTES, 2 * PAGE_BYTES, 0x10001, DATA, DATA + 1,
                                     DATA + PAGE_BYTES, READ_ONLY, NOWHERE, CONTROL, USER_END - PAGE_BYTES, USER_END,
                                     LIBSYS_BASE, PLATFORM_BASE, UINT64_MAX, UINT64_MAX - 4095, INT64_MAX, 1ull << 32,
                                     HANDLE_TABLE, HANDLE_SPACE, HANDLE_GRANT, HANDLE_DYNAMIC, HANDLE_DYNAMIC + 1,
                                     HANDLE_DYNAMIC + 2, HANDLE_DYNAMIC + 3, HANDLE_DYNAMIC + 4, HANDLE_DYNAMIC + 5,
                                     HANDLE_DYNAMIC + 6, HANDLE_DYNAMIC + 7, HANDLE_DYNAMIC + 8, RIGHTS_ALL};

    *random = *random * 1664525u + 1013904223u;
    return words[(*random >> 8) % (sizeof(words) / sizeof(words[0]))];
}

/* Some thread that can act; makes a new process if there is none. */
static struct thread *some_thread(struct scenario *s, uint32_t random)
{
    struct thread *ready = NULL;

    for (uint32_t i = 0; i < s->kernel->slot_used; i++) {
        struct thread *thread = s->kernel->slots[i].thread;

        if (thread != NULL && !thread->suspended &&
            (thread->state == THREAD_READY || thread->state == THREAD_RUNNING)) {
            ready = thread;
            random = random * 1664525u + 1013904223u;
            if ((random >> 28) < 5)
                break;
        }
    }
    if (ready == NULL) {
        struct process process = process_create(s);

        for (unsigned i = 0; i < 3; i++) {
            int handle;

            ready = thread_add(&process, (uint8_t)(10 + i), &handle, NULL);
        }
    }
    return ready;
}

START_TEST(any_mix_of_calls_keeps_every_invariant_FUZ_2)
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct scenario *s = scenario_create();
        uint32_t random = seed * 2654435761u;

        for (unsigned step = 0; step < 1500; step++) {
            struct thread *thread = some_thread(s, random);
            uint64_t argument[6];
            uint64_t number;

            for (unsigned i = 0; i < 6; i++)
                argument[i] = random_word(&random);
            random = random * 1664525u + 1013904223u;
            number = calls[(random >> 10) % CALLS].number;
            if (number == SYS_THREAD_EXIT && step % 8 != 0)
                continue;
            act_do(s, thread, number, argument);
            if (s->controls_used > 200)
                break;
            if (step % 16 == 0)
                time_pass(s, s->now_ns + 50000);
        }
        scenario_destroy(s);
    }
}
END_TEST

START_TEST(log_and_info_reach_the_machine)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 10, NULL, NULL);
    struct kernel_info info;
    char text[700];

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + i % 26);
    put(s, thread, DATA + 100, text, sizeof(text));
    ck_assert_int_eq(ACT(s, thread, LOG, DATA + 100, sizeof(text)), sizeof(text));
    ck_assert_uint_eq(s->fake->log_length, sizeof(text));
    ck_assert_mem_eq(s->fake->log, text, sizeof(text));
    ck_assert_int_eq(ACT(s, thread, LOG, NOWHERE, 1), -E_FAULT);
    ck_assert_int_eq(ACT(s, thread, KERNEL_INFO, DATA), 0);
    get(s, thread, DATA, &info, sizeof(info));
    ck_assert_uint_eq(info.object_count[OBJECT_THREAD], 1);
    ck_assert_int_eq(ACT(s, thread, MACHINE_STOP, 3), -E_PERM);
    ck_assert(!s->fake->stopped);
    ck_assert_int_eq(ACT(s, thread, CLOCK_READ, 0), (int64_t)s->now_ns);
    scenario_destroy(s);
}
END_TEST

START_TEST(another_space_is_read_and_written_through_its_handle)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s), other_process = process_create(s);
    struct thread *thread = thread_add(&process, 10, NULL, NULL);
    struct thread *other = thread_add(&other_process, 10, NULL, NULL);
    char text[16] = {0};
    int place = table_reserve(s->kernel, process.table, HANDLE_DYNAMIC);

    table_fill(process.table, place, object_of(other, HANDLE_SPACE), RIGHTS_ALL, 0);
    put(s, thread, DATA + 4090, "across a page", 14);
    ck_assert_int_eq(ACT(s, thread, SPACE_WRITE, (uint64_t)place, READ_ONLY + 4085, DATA + 4090, 14), 14);
    get(s, other, READ_ONLY + 4085, text, 14);
    ck_assert_str_eq(text, "across a page");
    ck_assert_int_eq(ACT(s, thread, SPACE_READ, (uint64_t)place, READ_ONLY + 4085, DATA, 14), 14);
    ck_assert_int_eq(ACT(s, thread, SPACE_READ, (uint64_t)place, NOWHERE, DATA, 14), -E_FAULT);
    ck_assert_int_eq(
        ACT(s, thread, SPACE_READ, (uint64_t)place, READ_ONLY + READ_ONLY_PAGES * PAGE_BYTES - 5, DATA, 14), 5);
    scenario_destroy(s);
}
END_TEST

static void authority_give(struct thread *thread, struct kernel *kernel)
{
    struct object *authority;

    ck_assert_int_eq(object_create(kernel, kernel->memory.root_grant, OBJECT_AUTHORITY, sizeof(*authority), &authority),
                     0);
    ck_assert_int_eq(table_reserve_at(kernel, thread->table, HANDLE_AUTHORITY), 0);
    table_fill(thread->table, HANDLE_AUTHORITY, authority, RIGHTS_ALL, 0);
    object_release(kernel, authority);
}

START_TEST(physical_addresses_are_told_to_the_authority_only_SRV_1_SRV_2)
{
    struct scenario *scenario = scenario_create();
    struct process process = process_create(scenario);
    struct thread *thread = thread_add(&process, 10, NULL, NULL);
    uint64_t memory = (uint64_t)ACT(scenario, thread, MEMORY_CREATE, HANDLE_GRANT, 2 * PAGE_BYTES);
    uint64_t blind = (uint64_t)ACT(scenario, thread, HANDLE_DUPLICATE, HANDLE_TABLE, memory, HANDLE_TABLE,
                                   HANDLE_DYNAMIC, RIGHT_WRITE, 0);
    int64_t first, second;

    ck_assert_int_eq(ACT(scenario, thread, MEMORY_PHYSICAL, memory, 0), -E_PERM);
    authority_give(thread, scenario->kernel);
    ck_assert_int_eq(ACT(scenario, thread, MEMORY_PHYSICAL, blind, 0), -E_ACCES);
    ck_assert_int_eq(ACT(scenario, thread, MEMORY_PHYSICAL, memory, 2 * PAGE_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(scenario, thread, MEMORY_PHYSICAL, memory, UINT64_MAX), -E_INVAL);
    first = ACT(scenario, thread, MEMORY_PHYSICAL, memory, 5);
    second = ACT(scenario, thread, MEMORY_PHYSICAL, memory, PAGE_BYTES);
    ck_assert_int_gt(first, 0);
    ck_assert_int_eq(first % PAGE_BYTES, 5);
    ck_assert_int_eq(second % PAGE_BYTES, 0);
    ck_assert_int_ne(first - 5, second);
    ck_assert_int_eq(ACT(scenario, thread, MEMORY_CLONE, HANDLE_GRANT, memory, 0, PAGE_BYTES), -E_INVAL);
    scenario_destroy(scenario);
}
END_TEST

START_TEST(a_clone_is_executable_only_if_its_source_is_MEM_4)
{
    struct scenario *scenario = scenario_create();
    struct process process = process_create(scenario);
    struct thread *thread = thread_add(&process, 10, NULL, NULL);

    for (unsigned executable = 0; executable < 2; executable++) {
        uint64_t rights = executable != 0 ? RIGHTS_ALL : RIGHTS_ALL & ~RIGHT_EXECUTE;
        int64_t memory = ACT(scenario, thread, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);
        int64_t source = ACT(scenario, thread, HANDLE_DUPLICATE, HANDLE_TABLE, (uint64_t)memory, HANDLE_TABLE,
                             HANDLE_DYNAMIC, rights, 0);
        int64_t clone = ACT(scenario, thread, MEMORY_CLONE, HANDLE_GRANT, (uint64_t)source, 0, PAGE_BYTES);

        ck_assert_int_eq(ACT(scenario, thread, HANDLE_INFO, HANDLE_TABLE, (uint64_t)clone),
                         (int64_t)(OBJECT_MEMORY | rights << 8));
        ck_assert_int_eq(ACT(scenario, thread, SPACE_MAP, HANDLE_SPACE, MAP_BASE, PAGE_BYTES, (uint64_t)clone, 0,
                             PROT_R | PROT_X) >= 0,
                         executable != 0);
    }
    scenario_destroy(scenario);
}
END_TEST

UNIT_MAIN("syscall", bad_handles_reach_nothing_OBJ_1, unknown_numbers_are_told_CMP_4,
          any_mix_of_calls_keeps_every_invariant_FUZ_2, log_and_info_reach_the_machine,
          another_space_is_read_and_written_through_its_handle,
          physical_addresses_are_told_to_the_authority_only_SRV_1_SRV_2,
          a_clone_is_executable_only_if_its_source_is_MEM_4)
