/* Notifications and waits on words of memory. */
#include "scenario.h"
#include "unit.h"

START_TEST(bits_coalesce_until_somebody_waits_IPC_24)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    uint64_t n = (uint64_t)ACT(s, a, NOTIFICATION_CREATE, HANDLE_GRANT);
    uint64_t bits;

    ck_assert_int_eq(ACT(s, a, NOTIFICATION_WAIT, n, DATA, 0), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(s, a, NOTIFICATION_SIGNAL, n, 5), 0);
    ck_assert_int_eq(ACT(s, a, NOTIFICATION_SIGNAL, n, 1ull << 63), 0);
    ck_assert_int_eq(ACT(s, a, NOTIFICATION_WAIT, n, READ_ONLY, 0), -E_FAULT);
    ck_assert_int_eq(ACT(s, a, NOTIFICATION_WAIT, n, DATA, 0), 0);
    get(s, a, DATA, &bits, sizeof(bits));
    ck_assert_uint_eq(bits, 5 | 1ull << 63);
    ck_assert_int_eq(ACT(s, a, NOTIFICATION_WAIT, n, DATA, 0), -E_TIMEDOUT);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_signal_wakes_the_oldest_waiter_IPC_24)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);
    struct thread *c = thread_add(&process, 10, NULL, NULL);
    uint64_t n = (uint64_t)ACT(s, a, NOTIFICATION_CREATE, HANDLE_GRANT);
    uint64_t bits;

    ACT(s, b, NOTIFICATION_WAIT, n, READ_ONLY, DEADLINE_NONE);
    ACT(s, c, NOTIFICATION_WAIT, n, DATA, DEADLINE_NONE);
    ACT(s, a, NOTIFICATION_SIGNAL, n, 3);
    ck_assert_int_eq(result_of(b), -E_FAULT);
    ck_assert_int_eq(result_of(c), 0);
    get(s, c, DATA, &bits, sizeof(bits));
    ck_assert_uint_eq(bits, 3);
    scenario_destroy(s);
}
END_TEST

START_TEST(closing_either_end_wakes_the_waiter_IPC_24_OBJ_4)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);

    for (unsigned i = 0; i < 2; i++) {
        uint64_t n = (uint64_t)ACT(s, a, NOTIFICATION_CREATE, HANDLE_GRANT);
        uint64_t waits =
            (uint64_t)ACT(s, a, HANDLE_DUPLICATE, UINT64_MAX, n, UINT64_MAX, HANDLE_DYNAMIC, RIGHT_WAIT, 0);
        uint64_t signals =
            (uint64_t)ACT(s, a, HANDLE_DUPLICATE, UINT64_MAX, n, UINT64_MAX, HANDLE_DYNAMIC, RIGHT_SIGNAL, 0);

        ck_assert_int_eq(ACT(s, a, HANDLE_CLOSE, UINT64_MAX, n), 0);
        ck_assert_int_eq(ACT(s, b, NOTIFICATION_WAIT, waits, DATA, DEADLINE_NONE), SYSCALL_BLOCKED);
        ck_assert_int_eq(ACT(s, b->state == THREAD_READY ? b : a, NOTIFICATION_SIGNAL, waits, 1), -E_ACCES);
        ck_assert_int_eq(ACT(s, a, HANDLE_CLOSE, UINT64_MAX, i == 0 ? waits : signals), 0);
        ck_assert_int_eq(result_of(b), -E_BADF);
        ck_assert_int_eq(ACT(s, a, HANDLE_CLOSE, UINT64_MAX, i == 0 ? signals : waits), 0);
    }
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_NOTIFICATION], 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_word_is_waited_for_and_woken_in_order_PRC_10)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);
    struct thread *c = thread_add(&process, 10, NULL, NULL);
    uint32_t word = 7;

    put(s, a, DATA + 8, &word, sizeof(word));
    ck_assert_int_eq(ACT(s, b, ADDRESS_WAIT, DATA + 8, 6, DEADLINE_NONE), -E_AGAIN);
    ck_assert_int_eq(ACT(s, b, ADDRESS_WAIT, DATA + 9, 7, DEADLINE_NONE), -E_INVAL);
    ck_assert_int_eq(ACT(s, b, ADDRESS_WAIT, NOWHERE, 7, DEADLINE_NONE), -E_FAULT);
    ck_assert_int_eq(ACT(s, b, ADDRESS_WAIT, DATA + 8, 7, 0), -E_TIMEDOUT);
    ACT(s, b, ADDRESS_WAIT, DATA + 8, 7, DEADLINE_NONE);
    ACT(s, c, ADDRESS_WAIT, DATA + 8, 7, DEADLINE_NONE);
    ck_assert_int_eq(ACT(s, a, ADDRESS_WAKE, DATA + 4, 9), 0);
    ck_assert_int_eq(ACT(s, a, ADDRESS_WAKE, DATA + 8, 1), 1);
    ck_assert_int_eq(result_of(b), 0);
    ck_assert(!has_result(c));
    ck_assert_int_eq(ACT(s, a, ADDRESS_WAKE, DATA + 8, UINT64_MAX), 1);
    ck_assert_int_eq(ACT(s, a, ADDRESS_WAKE, DATA + 8, 9), 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(maps_of_one_memory_meet_wherever_they_are_PRC_10)
{
    struct scenario *s = scenario_create();
    struct process a_process = process_create(s), b_process = process_create(s);
    struct thread *a = thread_add(&a_process, 10, NULL, NULL);
    struct thread *b = thread_add(&b_process, 10, NULL, NULL);
    uint64_t memory = (uint64_t)ACT(s, a, MEMORY_CREATE, HANDLE_GRANT, 2 * PAGE_BYTES);
    struct memory *object = (struct memory *)object_of(a, (int)memory);
    uint64_t a_address = 0x800000, b_address = 0x10000000;

    ck_assert_int_eq(space_map(s->kernel, a->space, &a_address, 2 * PAGE_BYTES, object, RIGHTS_ALL, 0,
                               PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_SHARED), 0);
    ck_assert_int_eq(space_map(s->kernel, b->space, &b_address, PAGE_BYTES, object, RIGHTS_ALL, PAGE_BYTES,
                               PROT_R | MAP_FLAG_FIXED | MAP_FLAG_SHARED), 0);
    ck_assert_int_eq(ACT(s, b, ADDRESS_WAIT, b_address + 16, 0, DEADLINE_NONE), SYSCALL_BLOCKED);
    ck_assert_int_eq(ACT(s, a, ADDRESS_WAKE, a_address + 16, 9), 0);
    ck_assert_int_eq(ACT(s, a, ADDRESS_WAKE, a_address + PAGE_BYTES + 16, 9), 1);
    ck_assert_int_eq(result_of(b), 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_waiter_that_dies_or_times_out_is_gone_IPC_18)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);
    struct thread *c = thread_add(&process, 10, NULL, NULL);

    ACT(s, b, ADDRESS_WAIT, DATA, 0, s->now_ns + 5);
    ACT(s, c, ADDRESS_WAIT, DATA, 0, DEADLINE_NONE);
    thread_kill(s->kernel, c);
    time_pass(s, s->now_ns + 5);
    ck_assert_int_eq(result_of(b), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(s, a, ADDRESS_WAKE, DATA, 9), 0);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("wait", bits_coalesce_until_somebody_waits_IPC_24, a_signal_wakes_the_oldest_waiter_IPC_24,
          closing_either_end_wakes_the_waiter_IPC_24_OBJ_4, a_word_is_waited_for_and_woken_in_order_PRC_10,
          maps_of_one_memory_meet_wherever_they_are_PRC_10, a_waiter_that_dies_or_times_out_is_gone_IPC_18)
