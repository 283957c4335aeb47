/* Signals: what becomes of one, who is told, who may send. */
#include "fake_sys.h"
#include "unit.h"
#include <string.h>

static struct signal_record record_of(int signal)
{
    return (struct signal_record){.signal = signal, .pid = 77};
}

static void catches(struct root *root, struct process *process, uint64_t ignored, uint64_t caught)
{
    ck_assert_int_eq(fake_status(root, process, ROOT_SIGNAL_DISPOSITION, ignored, caught, 0), 0);
}

START_TEST(default_actions_PRC_9)
{
    ck_assert_int_eq(signal_default(SIGNAL_TERM), ACTION_TERMINATE);
    ck_assert_int_eq(signal_default(SIGNAL_SEGV), ACTION_CORE);
    ck_assert_int_eq(signal_default(SIGNAL_CHLD), ACTION_IGNORE);
    ck_assert_int_eq(signal_default(SIGNAL_TSTP), ACTION_STOP);
    ck_assert_int_eq(signal_default(SIGNAL_CONT), ACTION_CONTINUE);
    ck_assert_int_eq(signal_default(64), ACTION_TERMINATE);
}
END_TEST

START_TEST(a_process_that_told_nothing_dies_at_once)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    struct signal_record record = record_of(SIGNAL_TERM);
    signal_send(root, p, NULL, &record);
    ck_assert_int_eq(p->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(p->status, SIGNAL_TERM);
}
END_TEST

START_TEST(a_caught_signal_waits_to_be_fetched_PRC_9)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    catches(root, p, 0, SIGNAL_BIT(SIGNAL_TERM));
    struct signal_record record = record_of(SIGNAL_TERM), fetched;
    signal_send(root, p, NULL, &record);
    ck_assert_int_eq(p->state, PROCESS_ALIVE);
    ck_assert_uint_eq(fake_thread(p)->interrupts, 1);
    struct fake_reply *reply = fake_reply(fake_ask(root, p, ROOT_SIGNAL_FETCH, 0, 0, 0));
    ck_assert_int_eq(reply->status, SIGNAL_TERM);
    memcpy(&fetched, reply->data, sizeof fetched);
    ck_assert_int_eq(fetched.pid, 77);
    ck_assert_int_eq(fake_status(root, p, ROOT_SIGNAL_FETCH, 0, 0, 0), 0);
}
END_TEST

START_TEST(a_blocked_signal_stays_pending_until_unblocked)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    catches(root, p, 0, SIGNAL_BIT(SIGNAL_INT));
    ck_assert_int_eq(fake_status(root, p, ROOT_SIGNAL_FETCH, SIGNAL_BIT(SIGNAL_INT), 0, 0), 0);
    struct signal_record record = record_of(SIGNAL_INT);
    signal_send(root, p, NULL, &record);
    ck_assert_uint_eq(fake_thread(p)->interrupts, 0);
    ck_assert_int_eq(fake_status(root, p, ROOT_SIGNAL_PENDING, 0, 0, 0), SIGNAL_BIT(SIGNAL_INT));
    ck_assert_int_eq(fake_status(root, p, ROOT_SIGNAL_FETCH, 0, 0, 0), SIGNAL_INT);
}
END_TEST

START_TEST(the_next_thread_is_told_when_one_refuses)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    catches(root, p, 0, SIGNAL_BIT(SIGNAL_INT));
    ck_assert_int_gt(fake_status(root, p, ROOT_THREAD_CREATE, 0, 0, 0), 0);
    struct task *first = task_find(p, p->pid);
    struct task *second = p->tasks == first ? first->next : p->tasks;
    second->blocked = SIGNAL_BIT(SIGNAL_INT); /* so the first is told first */
    struct signal_record record = record_of(SIGNAL_INT);
    signal_send(root, p, NULL, &record);
    ck_assert_uint_eq(fake_sys()->objects[first->handle].interrupts, 1);
    second->blocked = 0;
    ck_assert_int_eq(fake_status(root, p, ROOT_SIGNAL_FETCH, SIGNAL_BIT(SIGNAL_INT), 0, 0), 0);
    ck_assert_uint_eq(fake_sys()->objects[second->handle].interrupts, 1);
}
END_TEST

START_TEST(an_ignored_signal_is_dropped)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    catches(root, p, SIGNAL_BIT(SIGNAL_INT), 0);
    struct signal_record record = record_of(SIGNAL_INT);
    signal_send(root, p, NULL, &record);
    ck_assert_int_eq(p->state, PROCESS_ALIVE);
    ck_assert_uint_eq(p->pending, 0);
}
END_TEST

START_TEST(kill_cannot_be_caught_or_ignored_PRC_7)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    catches(root, p, UINT64_MAX, UINT64_MAX);
    struct signal_record record = record_of(SIGNAL_KILL);
    signal_send(root, p, NULL, &record);
    ck_assert_int_eq(p->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(p->status, SIGNAL_KILL);
    ck_assert_ptr_null(p->tasks);
}
END_TEST

START_TEST(continue_takes_back_pending_stops)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    catches(root, p, 0, SIGNAL_BIT(SIGNAL_TSTP));
    struct signal_record stop = record_of(SIGNAL_TSTP), go = record_of(SIGNAL_CONT);
    signal_send(root, p, NULL, &stop);
    ck_assert_uint_eq(p->pending, SIGNAL_BIT(SIGNAL_TSTP));
    signal_send(root, p, NULL, &go);
    ck_assert_uint_eq(p->pending, 0);
}
END_TEST

START_TEST(users_may_only_signal_their_own)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    struct process *other = fake_process(root, process_find(root, 1));
    other->credentials = (struct credentials){5, 5, 5, 5};
    other->session = other->pid;
    ck_assert_int_eq(fake_status(root, other, ROOT_KILL, p->pid, SIGNAL_TERM, 0), -E_PERM);
    ck_assert_int_eq(p->state, PROCESS_ALIVE);
    ck_assert_int_eq(fake_status(root, p, ROOT_KILL, other->pid, SIGNAL_TERM, 0), 0);
    ck_assert_int_eq(other->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(fake_status(root, p, ROOT_KILL, 12345, 0, 0), -E_SRCH);
    ck_assert_int_eq(fake_status(root, p, ROOT_KILL, 1, 65, 0), -E_INVAL);
}
END_TEST

START_TEST(a_group_is_signalled_as_a_whole)
{
    struct root *root = fake_root();
    struct process *one = fake_process(root, process_find(root, 1));
    struct process *two = fake_process(root, one);
    struct process *bystander = fake_process(root, process_find(root, 1));
    one->group = two->group = one->pid;
    ck_assert_int_eq(fake_status(root, bystander, ROOT_KILL, (uint64_t) - (int64_t)one->pid, SIGNAL_TERM, 0), 0);
    ck_assert_int_eq(one->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(two->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(bystander->state, PROCESS_ALIVE);
}
END_TEST

START_TEST(init_does_not_die_of_signals)
{
    struct root *root = fake_root();
    struct process *init = process_find(root, 1);
    struct signal_record record = record_of(SIGNAL_KILL);
    signal_send(root, init, NULL, &record);
    ck_assert_int_eq(init->state, PROCESS_ALIVE);
}
END_TEST

START_TEST(an_alarm_comes_when_its_time_has_come_PRC_9)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    catches(root, p, 0, SIGNAL_BIT(SIGNAL_ALRM));
    uint64_t deadline = fake_sys()->now_ns + 1000;
    ck_assert_int_eq(fake_status(root, p, ROOT_ALARM, 1000, 500, 0), 0);
    ck_assert_uint_eq(fake_sys()->timer_ns, deadline);
    fake_sys()->now_ns = deadline;
    alarm_expire(root);
    ck_assert_uint_eq(p->pending, SIGNAL_BIT(SIGNAL_ALRM));
    ck_assert_uint_eq(fake_sys()->timer_ns, deadline + 500);
    ck_assert_int_eq(fake_status(root, p, ROOT_ALARM, 0, 0, 0), 0);
    ck_assert_uint_eq(fake_sys()->timer_ns, DEADLINE_NONE);
}
END_TEST

UNIT_MAIN("signal", default_actions_PRC_9, a_process_that_told_nothing_dies_at_once,
          a_caught_signal_waits_to_be_fetched_PRC_9, a_blocked_signal_stays_pending_until_unblocked,
          the_next_thread_is_told_when_one_refuses, an_ignored_signal_is_dropped,
          kill_cannot_be_caught_or_ignored_PRC_7, continue_takes_back_pending_stops, users_may_only_signal_their_own,
          a_group_is_signalled_as_a_whole, init_does_not_die_of_signals, an_alarm_comes_when_its_time_has_come_PRC_9)
