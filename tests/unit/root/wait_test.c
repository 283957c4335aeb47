/* Waiting for children: selection, status words, zombies, waits that come first. */
#include "fake_sys.h"
#include "unit.h"
#include <string.h>

START_TEST(status_tells_exit_from_signal_PRC_7)
{
    ck_assert_int_eq(STATUS_EXITED(3), 0x300);
    ck_assert_int_eq(STATUS_EXITED(256 + 7), 0x700);
    ck_assert_int_eq(STATUS_SIGNALED(9, false), 9);
    ck_assert_int_eq(STATUS_SIGNALED(11, true), 0x8b);
    ck_assert_int_eq(STATUS_STOPPED(20), 0x147f);
}
END_TEST

START_TEST(without_children_wait_fails_PRC_6)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    ck_assert_int_eq(fake_status(root, p, ROOT_WAIT, (uint64_t)-1, 0, 0), -E_CHILD);
}
END_TEST

START_TEST(wait_before_the_exit_is_answered_by_it)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    struct process *child = fake_process(root, parent);
    uint32_t pid = child->pid;
    uint64_t id = fake_ask(root, parent, ROOT_WAIT, (uint64_t)-1, 0, 0);
    ck_assert_ptr_null(fake_reply(id));
    process_end(root, child, STATUS_EXITED(5));
    struct fake_reply *reply = fake_reply(id);
    ck_assert_ptr_nonnull(reply);
    ck_assert_int_eq(reply->status, pid);
    struct wait_result result;
    memcpy(&result, reply->data, sizeof result);
    ck_assert_int_eq(result.status, 0x500);
    ck_assert_ptr_null(process_find(root, pid));
}
END_TEST

START_TEST(a_zombie_is_told_once)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    struct process *child = fake_process(root, parent);
    uint32_t pid = child->pid;
    process_end(root, child, 0);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, pid, WAIT_KEEP, 0), pid);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, pid, 0, 0), pid);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, pid, 0, 0), -E_CHILD);
}
END_TEST

START_TEST(wait_selects_by_pid_and_group)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    struct process *one = fake_process(root, parent);
    struct process *two = fake_process(root, parent);
    uint32_t pid_one = one->pid, pid_two = two->pid;
    two->group = pid_two;
    process_end(root, one, 0);
    process_end(root, two, 0);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, (uint64_t) - (int64_t)pid_two, 0, 0), pid_two);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, 0, 0, 0), pid_one);
}
END_TEST

START_TEST(no_hang_returns_zero_while_the_child_runs)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    fake_process(root, parent);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, (uint64_t)-1, WAIT_NO_HANG, 0), 0);
}
END_TEST

START_TEST(stop_and_continue_are_told_to_who_asks)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    struct process *child = fake_process(root, parent);
    struct signal_record stop = {.signal = SIGNAL_STOP}, go = {.signal = SIGNAL_CONT};
    signal_send(root, child, NULL, &stop);
    ck_assert(fake_thread(child)->suspended);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, (uint64_t)-1, WAIT_NO_HANG, 0), 0);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, (uint64_t)-1, WAIT_STOPPED | WAIT_NO_HANG, 0), child->pid);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, (uint64_t)-1, WAIT_STOPPED | WAIT_NO_HANG, 0), 0);
    signal_send(root, child, NULL, &go);
    ck_assert(!fake_thread(child)->suspended);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, (uint64_t)-1, WAIT_CONTINUED | WAIT_NO_HANG, 0),
                     child->pid);
}
END_TEST

START_TEST(a_process_handle_waits_for_that_process_PRC_6)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    fake_process(root, parent);
    struct process *child = fake_process(root, parent);
    uint32_t pid = child->pid;
    struct root_request request = {.operation = ROOT_WAIT};
    uint64_t id = fake_request(root, child, parent, &request);
    ck_assert_ptr_null(fake_reply(id));
    process_end(root, child, STATUS_EXITED(1));
    ck_assert_ptr_nonnull(fake_reply(id));
    ck_assert_int_eq(fake_reply(id)->status, pid);
}
END_TEST

START_TEST(orphans_become_inits_children)
{
    struct root *root = fake_root();
    struct process *init = process_find(root, 1);
    struct process *parent = fake_process(root, init);
    struct process *child = fake_process(root, parent);
    uint32_t pid = child->pid;
    process_end(root, parent, 0);
    ck_assert_ptr_eq(child->parent, init);
    process_end(root, child, 0);
    ck_assert_int_eq(fake_status(root, init, ROOT_WAIT, pid, 0, 0), pid);
}
END_TEST

START_TEST(who_wants_no_zombies_gets_none)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    struct process *child = fake_process(root, parent);
    uint32_t pid = child->pid;
    ck_assert_int_eq(fake_status(root, parent, ROOT_SIGNAL_DISPOSITION, 0, 0, SIGNAL_NO_CHILD_WAIT), 0);
    uint64_t id = fake_ask(root, parent, ROOT_WAIT, (uint64_t)-1, 0, 0);
    process_end(root, child, 0);
    ck_assert_ptr_nonnull(fake_reply(id));
    ck_assert_ptr_null(process_find(root, pid));
}
END_TEST

UNIT_MAIN("wait", status_tells_exit_from_signal_PRC_7, without_children_wait_fails_PRC_6,
          wait_before_the_exit_is_answered_by_it, a_zombie_is_told_once, wait_selects_by_pid_and_group,
          no_hang_returns_zero_while_the_child_runs, stop_and_continue_are_told_to_who_asks,
          a_process_handle_waits_for_that_process_PRC_6, orphans_become_inits_children, who_wants_no_zombies_gets_none)
