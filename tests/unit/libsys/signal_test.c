/* Signals: what the root server is told, when it is asked, and how foreign calls end. */
#include "unit.h"

#include "fake_gate.h"
#include "signals.h"
#include "state.h"

#include <string.h>

#define USER_1 10
#define USER_2 12
#define HANDLER 0x5000u
#define CALL_PC 0x1002u
#define CALL_NUMBER 35u

static struct signal_record queue[4];
static size_t queue_count;

/* The root server: gives the first queued signal that is not blocked. */
static void root_answer(void)
{
    const struct root_request *request = fake_root_request();
    fake.status = 0;
    fake.reply_bytes = 0;
    for (size_t i = 0; request->operation == ROOT_SIGNAL_FETCH && i < queue_count; i++) {
        if ((request->argument[0] & SIGNAL_BIT(queue[i].signal)) == 0) {
            static struct signal_record given;
            given = queue[i];
            queue_count--;
            memmove(&queue[i], &queue[i + 1], (queue_count - i) * sizeof queue[0]);
            fake.reply = &given;
            fake.reply_bytes = sizeof given;
            fake.status = given.signal;
            return;
        }
    }
}

static void begin(void)
{
    fake_reset();
    queue_count = 0;
    fake.on_message = root_answer;
}

static void signal_send(int signal)
{
    queue[queue_count++] = (struct signal_record){.signal = signal};
    sys_control()->interrupted = 1;
}

static void handler_set(int signal, uint64_t handler, uint64_t flags)
{
    struct signal_action action = {.handler = handler, .flags = flags};
    ck_assert_int_eq(signal_action_exchange(signal, &action, NULL), 0);
}

static struct foreign_frame frame_make(void)
{
    return (struct foreign_frame){.registers = {.rip = CALL_PC, .rsp = 0x9000}, .number = CALL_NUMBER};
}

START_TEST(kill_and_stop_cannot_be_caught_or_blocked)
{
    struct signal_action action = {.handler = HANDLER, .mask = UINT64_MAX};
    struct signal_action old;
    begin();
    ck_assert_int_eq(signal_action_exchange(SIGNAL_KILL, &action, NULL), -E_INVAL);
    ck_assert_int_eq(signal_action_exchange(SIGNAL_STOP, &action, NULL), -E_INVAL);
    ck_assert_int_eq(signal_action_exchange(0, &action, NULL), -E_INVAL);
    ck_assert_int_eq(signal_action_exchange(65, NULL, &old), -E_INVAL);
    signal_mask_change(MASK_SET, UINT64_MAX);
    ck_assert_uint_eq(signal_mask_get() & (SIGNAL_BIT(SIGNAL_KILL) | SIGNAL_BIT(SIGNAL_STOP)), 0);
    ck_assert_int_eq(signal_action_exchange(USER_1, &action, NULL), 0);
    ck_assert_int_eq(signal_action_exchange(USER_1, NULL, &old), 0);
    ck_assert_uint_eq(old.mask & SIGNAL_BIT(SIGNAL_KILL), 0);
}
END_TEST

START_TEST(the_root_server_is_told_of_changes_only)
{
    begin();
    handler_set(USER_1, HANDLER, 0);
    ck_assert_uint_eq(fake_requests(ROOT_SIGNAL_DISPOSITION), 1);
    ck_assert_uint_eq(fake_root_request()->argument[1], SIGNAL_BIT(USER_1));
    handler_set(USER_1, HANDLER + 16, 0);
    ck_assert_uint_eq(fake_requests(ROOT_SIGNAL_DISPOSITION), 1);
    handler_set(USER_2, SIGNAL_HANDLER_IGNORE, 0);
    ck_assert_uint_eq(fake_requests(ROOT_SIGNAL_DISPOSITION), 2);
    ck_assert_uint_eq(fake_root_request()->argument[0], SIGNAL_BIT(USER_2));
}
END_TEST

START_TEST(a_call_without_interrupt_asks_nobody)
{
    begin();
    handler_set(USER_1, HANDLER, 0);
    size_t before = fake.call_count;
    struct foreign_frame frame = frame_make();
    foreign_leave(&frame, 5);
    ck_assert_uint_eq(fake.call_count, before);
    ck_assert_uint_eq(frame.registers.rax, 5);
    ck_assert_uint_eq(frame.registers.rip, CALL_PC);
}
END_TEST

START_TEST(interrupted_call_ends_with_eintr_before_a_handler_PRC_9)
{
    begin();
    handler_set(USER_1, HANDLER, 0);
    signal_send(USER_1);
    struct foreign_frame frame = frame_make();
    foreign_leave(&frame, -E_INTR);
    ck_assert_uint_eq(frame.registers.rip, HANDLER);
    ck_assert_int_eq((int64_t)frame.registers.rax, -E_INTR);
    ck_assert_uint_eq(signal_mask_get(), SIGNAL_BIT(USER_1));
}
END_TEST

START_TEST(restarting_handlers_make_the_call_happen_again_PRC_9)
{
    begin();
    handler_set(USER_1, HANDLER, ACTION_RESTART | ACTION_NO_DEFER);
    signal_send(USER_1);
    struct foreign_frame frame = frame_make();
    foreign_leave(&frame, -E_INTR);
    ck_assert_uint_eq(frame.registers.rip, HANDLER);
    ck_assert_uint_eq(frame.registers.rax, CALL_NUMBER);
    ck_assert_uint_eq(signal_mask_get(), 0);
    signal_send(USER_1);
    frame = frame_make();
    frame.no_restart = 1;
    foreign_leave(&frame, -E_INTR);
    ck_assert_int_eq((int64_t)frame.registers.rax, -E_INTR);
}
END_TEST

START_TEST(interrupt_without_a_handler_is_unseen)
{
    begin();
    handler_set(USER_1, SIGNAL_HANDLER_IGNORE, 0);
    signal_send(USER_1);
    struct foreign_frame frame = frame_make();
    foreign_leave(&frame, -E_INTR);
    ck_assert_uint_eq(frame.registers.rip, CALL_PC - 2);
    ck_assert_uint_eq(frame.registers.rax, CALL_NUMBER);
}
END_TEST

START_TEST(default_actions_are_the_root_servers)
{
    begin();
    handler_set(USER_1, HANDLER, 0);
    signal_send(USER_2);
    struct foreign_frame frame = frame_make();
    foreign_leave(&frame, 0);
    ck_assert_uint_eq(fake_requests(ROOT_SIGNAL_DEFAULT), 1);
}
END_TEST

START_TEST(blocked_signals_wait_until_they_are_unblocked_PRC_9)
{
    begin();
    handler_set(USER_1, HANDLER, 0);
    signal_mask_change(MASK_BLOCK, SIGNAL_BIT(USER_1));
    signal_send(USER_1);
    struct foreign_frame frame = frame_make();
    foreign_leave(&frame, 0);
    ck_assert_uint_eq(frame.registers.rip, CALL_PC);
    ck_assert_uint_eq(queue_count, 1);
    signal_mask_change(MASK_UNBLOCK, SIGNAL_BIT(USER_1)); /* nobody interrupts for it now */
    foreign_leave(&frame, 0);
    ck_assert_uint_eq(frame.registers.rip, HANDLER);
}
END_TEST

START_TEST(suspend_lends_its_mask_until_the_handler_runs_PRC_9)
{
    begin();
    handler_set(USER_1, HANDLER, ACTION_NO_DEFER);
    signal_mask_change(MASK_SET, SIGNAL_BIT(USER_1) | SIGNAL_BIT(USER_2));
    signal_send(USER_1);
    ck_assert_int_eq(signal_suspend(SIGNAL_BIT(USER_2)), -E_INTR);
    struct foreign_frame frame = frame_make();
    frame.no_restart = 1;
    foreign_leave(&frame, -E_INTR);
    ck_assert_uint_eq(frame.registers.rip, HANDLER);
    ck_assert_int_eq((int64_t)frame.registers.rax, -E_INTR);
    ck_assert_uint_eq(thread_state()->mask_lent, 0);
}
END_TEST

START_TEST(one_shot_handlers_are_reset)
{
    struct signal_action old;
    begin();
    handler_set(USER_1, HANDLER, ACTION_RESET);
    signal_send(USER_1);
    struct foreign_frame frame = frame_make();
    foreign_leave(&frame, 0);
    ck_assert_uint_eq(frame.registers.rip, HANDLER);
    signal_action_exchange(USER_1, NULL, &old);
    ck_assert_uint_eq(old.handler, SIGNAL_HANDLER_DEFAULT);
}
END_TEST

START_TEST(waiting_takes_a_signal_without_its_handler_PRC_9)
{
    struct signal_record record;
    begin();
    handler_set(USER_1, HANDLER, 0);
    signal_mask_change(MASK_BLOCK, SIGNAL_BIT(USER_1));
    signal_send(USER_1);
    ck_assert_int_eq(signal_wait(SIGNAL_BIT(USER_1), &record, DEADLINE_NONE), USER_1);
    fake.results[SYS_THREAD_SLEEP] = 0;
    ck_assert_int_eq(signal_wait(SIGNAL_BIT(USER_1), &record, 1), -E_AGAIN);
    signal_send(USER_2);
    ck_assert_int_eq(signal_wait(SIGNAL_BIT(USER_1), &record, 1), -E_INTR);
}
END_TEST

START_TEST(alternative_stack_is_checked)
{
    struct signal_stack stack = {.base = 0x10000, .bytes = 0x4000};
    struct signal_stack old;
    begin();
    ck_assert_int_eq(signal_stack_exchange(&stack, &old, 0x9000), 0);
    ck_assert_uint_eq(old.flags, ALTSTACK_DISABLE);
    ck_assert_int_eq(signal_stack_exchange(&stack, &old, 0x12000), -E_PERM);
    ck_assert_uint_eq(old.flags, ALTSTACK_ON);
    stack.bytes = 100;
    ck_assert_int_eq(signal_stack_exchange(&stack, NULL, 0x9000), -E_NOMEM);
    stack.flags = 4;
    ck_assert_int_eq(signal_stack_exchange(&stack, NULL, 0x9000), -E_INVAL);
    ck_assert(signal_stack_holds(thread_state(), 0x14000));
    ck_assert(!signal_stack_holds(thread_state(), 0x10000));
    ck_assert(!signal_stack_holds(thread_state(), 0x14001));
}
END_TEST

UNIT_MAIN("signal", kill_and_stop_cannot_be_caught_or_blocked, the_root_server_is_told_of_changes_only,
          a_call_without_interrupt_asks_nobody, interrupted_call_ends_with_eintr_before_a_handler_PRC_9,
          restarting_handlers_make_the_call_happen_again_PRC_9, interrupt_without_a_handler_is_unseen,
          default_actions_are_the_root_servers, blocked_signals_wait_until_they_are_unblocked_PRC_9,
          suspend_lends_its_mask_until_the_handler_runs_PRC_9, one_shot_handlers_are_reset,
          waiting_takes_a_signal_without_its_handler_PRC_9, alternative_stack_is_checked)
