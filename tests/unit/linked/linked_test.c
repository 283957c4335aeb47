/* The in-process platform: threads as coroutines, virtual time, interrupts, and a machine that says when it is stuck.
 */
#include "unit.h"

#include "linked.h"

#include <abi/errno.h>
#include <abi/handles.h>
#include <string.h>

#define RAM_BYTES (16u << 20)
#define RECORD_MAX 32
#define NOBODY (-1)

static char record[RECORD_MAX + 1];
static unsigned record_length;

static void note(char what)
{
    ck_assert_uint_lt(record_length, RECORD_MAX);
    record[record_length++] = what;
    record[record_length] = '\0';
}

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    return linked_syscall(number, (const uint64_t[6]){a, b, c, d, e, 0});
}

/* Runs `entry` as the first thread of a fresh machine, checking the kernel after every step. */
static int machine_run(void (*entry)(void *), void (*doorbell)(struct linked *, uint32_t, void *))
{
    record_length = 0;
    record[0] = '\0';
    struct linked_options options = {.ram_bytes = RAM_BYTES, .check = true, .doorbell = doorbell};
    struct linked *linked = linked_create(&options);
    ck_assert_ptr_nonnull(linked);
    ck_assert_int_eq(linked_boot(linked, entry, linked), 0);
    int status = linked_run(linked);
    linked_destroy(linked);
    return status;
}

static void stop_with_5(void *argument)
{
    (void)argument;
    call(SYS_MACHINE_STOP, 5, 0, 0, 0, 0);
    note('!');
}

START_TEST(stop_ends_the_run_with_its_status_SIM_5)
{
    ck_assert_int_eq(machine_run(stop_with_5, NULL), 5);
    ck_assert_str_eq(record, "");
}
END_TEST

static void return_at_once(void *argument)
{
    (void)argument;
}

START_TEST(return_of_the_first_thread_stops_the_machine)
{
    ck_assert_int_eq(machine_run(return_at_once, NULL), 0);
}
END_TEST

START_TEST(machine_without_room_for_a_kernel_is_refused)
{
    struct linked_options options = {.ram_bytes = PAGE_BYTES};
    ck_assert_ptr_null(linked_create(&options));
}
END_TEST

static void note_and_yield(void *argument)
{
    const char *what = argument;
    for (int i = 0; i < 3; i++) {
        note(*what);
        call(SYS_THREAD_YIELD, 0, 0, 0, 0, 0);
    }
}

static void start_two_and_wait(void *argument)
{
    (void)argument;
    ck_assert_int_gt(linked_thread_start(note_and_yield, "a", NOBODY), 0);
    ck_assert_int_gt(linked_thread_start(note_and_yield, "b", NOBODY), 0);
    call(SYS_THREAD_SLEEP, 1000000000, 0, 0, 0, 0);
}

START_TEST(yielding_threads_take_turns_SIM_5_SCH_1)
{
    ck_assert_int_eq(machine_run(start_two_and_wait, NULL), 0);
    ck_assert_str_eq(record, "ababab");
}
END_TEST

static void sleep_an_hour(void *argument)
{
    struct linked *linked = argument;
    uint64_t hour_ns = 3600ull * 1000000000ull;
    ck_assert_int_eq(call(SYS_THREAD_SLEEP, hour_ns, 0, 0, 0, 0), 0);
    ck_assert_uint_ge(linked_now(linked), hour_ns);
    ck_assert_uint_lt(linked_now(linked), hour_ns + 1000000000ull);
    ck_assert_uint_ge((uint64_t)call(SYS_CLOCK_READ, 0, 0, 0, 0, 0), hour_ns);
}

START_TEST(idle_time_jumps_to_the_next_deadline_SCH_7)
{
    ck_assert_int_eq(machine_run(sleep_an_hour, NULL), 0);
}
END_TEST

static void sleep_for_ever(void *argument)
{
    (void)argument;
    call(SYS_THREAD_SLEEP, DEADLINE_NONE, 0, 0, 0, 0);
}

START_TEST(machine_that_can_never_go_on_is_stuck)
{
    ck_assert_int_eq(machine_run(sleep_for_ever, NULL), LINKED_STUCK);
}
END_TEST

static void see_own_control_page(void *argument)
{
    (void)argument;
    ck_assert_uint_eq(linked_control()->self, (uintptr_t)linked_control());
    note('c');
}

START_TEST(thread_finds_its_own_control_page)
{
    ck_assert_int_eq(machine_run(see_own_control_page, NULL), 0);
    ck_assert_str_eq(record, "c");
}
END_TEST

/* A client that calls, and the first thread that serves it. */
static int connection;

static void client_main(void *argument)
{
    (void)argument;
    static char question[] = "ping", answer[8];
    struct part send = {(uintptr_t)question, sizeof question};
    struct part room = {(uintptr_t)answer, sizeof answer};
    int64_t status = call(SYS_CALL, (uint64_t)connection, (uintptr_t)&send, (uintptr_t)&room, 1u | 1u << 16,
                          DEADLINE_NONE);
    ck_assert_int_eq(status, 42);
    ck_assert_str_eq(answer, "pong");
    note('r');
}

static void serve_one(void *argument)
{
    (void)argument;
    int64_t channel = call(SYS_CHANNEL_CREATE, HANDLE_GRANT, 4, 0, 0, 0);
    ck_assert_int_gt(channel, 0);
    connection = (int)call(SYS_CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)channel, 77, RIGHTS_ALL, 0);
    ck_assert_int_gt(connection, 0);
    ck_assert_int_gt(linked_thread_start(client_main, NULL, NOBODY), 0);
    static char question[8];
    struct part room = {(uintptr_t)question, sizeof question};
    ck_assert_int_eq(call(SYS_RECEIVE, (uint64_t)channel, (uintptr_t)&room, 1, DEADLINE_NONE, 0), 0);
    ck_assert_str_eq(question, "ping");
    const struct receive_info *info = &linked_control()->info;
    ck_assert_uint_eq(info->kind, RECEIVED_MESSAGE);
    ck_assert_uint_eq(info->cookie, 77);
    static char answer[] = "pong";
    struct part reply = {(uintptr_t)answer, sizeof answer};
    ck_assert_int_eq(call(SYS_REPLY, info->message_id, 42, (uintptr_t)&reply, 1, 0), sizeof answer);
    note('s');
    call(SYS_THREAD_SLEEP, 1000000000, 0, 0, 0, 0);
}

START_TEST(message_and_answer_pass_between_threads_IPC_1_IPC_6)
{
    ck_assert_int_eq(machine_run(serve_one, NULL), 0);
    ck_assert_uint_eq(strlen(record), 2);
}
END_TEST

#define LINE 3u
#define CODE 9

static void ring(struct linked *linked, uint32_t number, void *argument)
{
    (void)argument;
    note('d');
    linked_interrupt_raise(linked, number);
}

static void take_interrupts(void *argument)
{
    int64_t channel = call(SYS_CHANNEL_CREATE, HANDLE_GRANT, 4, 0, 0, 0);
    int64_t to = call(SYS_CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)channel, 0, RIGHTS_ALL, 0);
    int64_t interrupt = call(SYS_INTERRUPT_CREATE, HANDLE_GRANT, LINE, (uint64_t)to, CODE, 0);
    ck_assert_int_gt(interrupt, 0);
    linked_interrupt_raise(argument, LINE);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(call(SYS_RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE, 0), 0);
        ck_assert_uint_eq(linked_control()->info.kind, RECEIVED_PULSE);
        ck_assert_int_eq(linked_control()->info.pulse_code, CODE);
        note('i');
        ck_assert_int_eq(call(SYS_INTERRUPT_ACK, (uint64_t)interrupt, 0, 0, 0, 0), 0);
    }
}

START_TEST(interrupt_arrives_as_a_pulse_and_again_after_its_acknowledgement)
{
    ck_assert_int_eq(machine_run(take_interrupts, ring), 0);
    ck_assert_str_eq(record, "idid");
}
END_TEST

UNIT_MAIN("linked", stop_ends_the_run_with_its_status_SIM_5, return_of_the_first_thread_stops_the_machine,
          machine_without_room_for_a_kernel_is_refused, yielding_threads_take_turns_SIM_5_SCH_1,
          idle_time_jumps_to_the_next_deadline_SCH_7, machine_that_can_never_go_on_is_stuck,
          thread_finds_its_own_control_page, message_and_answer_pass_between_threads_IPC_1_IPC_6,
          interrupt_arrives_as_a_pulse_and_again_after_its_acknowledgement)
