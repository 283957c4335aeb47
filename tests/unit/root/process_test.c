/* The process table, groups and sessions, exec, credentials, /proc texts. */
#include "fake_sys.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_pid_is_not_reused_while_a_handle_is_open_PRC_6)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    struct process *child = fake_process(root, parent);
    uint32_t pid = child->pid;
    uint64_t cookie = process_cookie(child);
    process_end(root, child, 0);
    ck_assert_int_eq(fake_status(root, parent, ROOT_WAIT, pid, 0, 0), pid);
    ck_assert_int_eq(child->state, PROCESS_GONE);
    root->table.pid_last = pid - 1;
    ck_assert_uint_ne(number_take(root), pid);
    process_handle_closed(root, cookie);
    ck_assert_int_eq(child->state, PROCESS_FREE);
    root->table.pid_last = pid - 1;
    ck_assert_uint_eq(number_take(root), pid);
}
END_TEST

START_TEST(a_stale_cookie_names_nothing)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    uint64_t cookie = process_cookie(p);
    ck_assert_ptr_eq(process_of_cookie(root, cookie), p);
    ck_assert_ptr_null(process_of_cookie(root, cookie + 0x10000));
    ck_assert_ptr_null(process_of_cookie(root, COOKIE(COOKIE_PROCESS, 0xffff)));
}
END_TEST

START_TEST(a_blank_process_without_handles_is_gone_PRC_8)
{
    struct root *root = fake_root();
    struct process *p = NULL;
    int handle = -1;
    uint32_t before = root->table.count;
    ck_assert_int_eq(process_create(root, process_find(root, 1), false, &p, &handle), 0);
    ck_assert_uint_eq(root->table.count, before + 1);
    process_handle_closed(root, process_cookie(p));
    ck_assert_int_eq(p->state, PROCESS_FREE);
    ck_assert_uint_eq(root->table.count, before);
}
END_TEST

START_TEST(the_table_is_limited_and_recovers)
{
    struct root *root = fake_root();
    struct process *p = NULL;
    while (process_take(root, process_find(root, 1), false, &p) == 0) {
    }
    ck_assert_uint_eq(root->table.count, PROCESSES_MAX);
    process_end(root, p, 0);
    ck_assert_int_eq(process_take(root, process_find(root, 1), false, &p), 0);
}
END_TEST

START_TEST(a_child_inherits_PRC_2)
{
    struct root *root = fake_root();
    struct process *parent = fake_process(root, process_find(root, 1));
    parent->credentials = (struct credentials){1, 2, 3, 4};
    parent->ignored = SIGNAL_BIT(SIGNAL_HUP);
    parent->told = true;
    parent->caught = SIGNAL_BIT(SIGNAL_INT);
    strcpy(parent->name, "sh");
    struct process *spawned = NULL, *forked = NULL;
    ck_assert_int_eq(process_take(root, parent, false, &spawned), 0);
    ck_assert_int_eq(process_take(root, parent, true, &forked), 0);
    ck_assert_uint_eq(spawned->group, parent->group);
    ck_assert_uint_eq(spawned->credentials.egid, 4);
    ck_assert_uint_eq(spawned->ignored, parent->ignored);
    ck_assert_str_eq(spawned->name, "sh");
    ck_assert_uint_eq(spawned->caught, 0);
    ck_assert_uint_eq(forked->caught, parent->caught);
}
END_TEST

START_TEST(the_last_thread_ends_the_process)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    struct fake_object *thread = fake_thread(p);
    task_died(root, thread->identity);
    ck_assert_int_eq(p->state, PROCESS_ALIVE); /* it is not dead at all */
    thread->killed = true;
    task_died(root, thread->identity);
    ck_assert_int_eq(p->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(p->status, 0);
}
END_TEST

static uint64_t exec_blocked;

static uint64_t exec_ask(struct root *root, struct process *p)
{
    static struct root_call *call;
    call = root->calls;
    memset(call, 0, sizeof *call);
    call->state = CALL_SERVED;
    call->message_id = 900;
    call->info.identity = (uint64_t)p->pid << 32 | p->pid;
    call->process = p;
    p->calls++;
    call->path = "/bin/new";
    call->path_bytes = 8;
    call->data = "newnew\0-a";
    call->data_bytes = 10;
    call->message.request =
        (struct root_request){.operation = ROOT_PROCESS_EXEC, .argument = {[4] = 3, [5] = exec_blocked}};
    call->handle_count = 2;
    call->handles[0] = sys_space_create(0);
    call->handles[1] = sys_space_create(0);
    serve_process(root, call);
    return 900;
}

START_TEST(exec_replaces_all_threads_PRC_5)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    fake_status(root, p, ROOT_THREAD_CREATE, 0, 0, 0);
    fake_status(root, p, ROOT_SIGNAL_DISPOSITION, SIGNAL_BIT(SIGNAL_HUP), SIGNAL_BIT(SIGNAL_INT), 0);
    ck_assert_uint_eq(p->task_count, 2);
    exec_ask(root, p);
    ck_assert_int_eq(p->state, PROCESS_ALIVE);
    ck_assert_uint_eq(p->task_count, 1);
    ck_assert(fake_thread(p)->started);
    ck_assert_uint_eq(p->tasks->tid, p->pid);
    ck_assert_uint_eq(p->caught, 0);
    ck_assert_uint_eq(p->ignored, SIGNAL_BIT(SIGNAL_HUP));
    ck_assert_str_eq(p->name, "new");
    ck_assert_str_eq(p->executable, "/bin/new");
    ck_assert_uint_eq(p->command_line_bytes, 7);
    ck_assert_mem_eq(p->command_line, "new\0-a", 7);
}
END_TEST

/* The old program would have fetched it: the new one does not know of it. */
START_TEST(a_signal_that_comes_during_exec_is_not_lost_PRC_9)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    struct signal_record record = {.signal = SIGNAL_TERM};
    fake_status(root, p, ROOT_SIGNAL_DISPOSITION, 0, SIGNAL_BIT(SIGNAL_TERM), 0);
    signal_send(root, p, NULL, &record);
    ck_assert_int_eq(p->state, PROCESS_ALIVE);
    exec_blocked = 0;
    exec_ask(root, p);
    ck_assert_int_eq(p->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(p->status, SIGNAL_TERM);
}
END_TEST

START_TEST(a_process_that_is_stopped_during_exec_stays_stopped_PRC_9)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    struct signal_record record = {.signal = SIGNAL_STOP};
    signal_send(root, p, NULL, &record);
    exec_ask(root, p);
    ck_assert(p->stopped && fake_thread(p)->suspended);
    record.signal = SIGNAL_CONT;
    signal_send(root, p, NULL, &record);
    ck_assert(!p->stopped && !fake_thread(p)->suspended);
}
END_TEST

START_TEST(a_blocked_signal_is_pending_still_after_exec_PRC_9)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    struct signal_record record = {.signal = SIGNAL_TERM};
    fake_status(root, p, ROOT_SIGNAL_DISPOSITION, 0, 0, 0);
    exec_blocked = SIGNAL_BIT(SIGNAL_TERM);
    signal_send(root, p, NULL, &record);
    exec_ask(root, p);
    ck_assert_int_eq(p->state, PROCESS_ALIVE);
    ck_assert_int_eq(fake_status(root, p, ROOT_SIGNAL_FETCH, exec_blocked, 0, 0), 0);
    ck_assert_int_eq(fake_status(root, p, ROOT_SIGNAL_FETCH, 0, 0, 0), SIGNAL_TERM);
    exec_blocked = 0;
}
END_TEST

START_TEST(a_failed_exec_leaves_the_caller_intact_PRC_5)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    int space = p->space;
    struct task *task = p->tasks;
    fake_sys()->fail_thread_create = -E_NOMEM;
    uint64_t id = exec_ask(root, p);
    ck_assert_int_eq(fake_reply(id)->status, -E_NOMEM);
    ck_assert_int_eq(p->space, space);
    ck_assert_ptr_eq(p->tasks, task);
    ck_assert(!fake_thread(p)->killed);
}
END_TEST

START_TEST(groups_follow_posix)
{
    struct root *root = fake_root();
    struct process *shell = fake_process(root, process_find(root, 1));
    ck_assert_int_eq(fake_status(root, shell, ROOT_SETSID, 0, 0, 0), shell->pid);
    ck_assert_int_eq(fake_status(root, shell, ROOT_SETSID, 0, 0, 0), -E_PERM);
    ck_assert_int_eq(fake_status(root, shell, ROOT_SETPGID, 0, 0, 0), -E_PERM); /* a session leader */
    struct process *job = fake_process(root, shell);
    struct process *stranger = fake_process(root, process_find(root, 1));
    ck_assert_int_eq(fake_status(root, shell, ROOT_SETPGID, job->pid, job->pid, 0), 0);
    ck_assert_int_eq(fake_status(root, shell, ROOT_GETPGID, job->pid, 0, 0), job->pid);
    ck_assert_int_eq(fake_status(root, shell, ROOT_GETSID, job->pid, 0, 0), shell->pid);
    ck_assert_int_eq(fake_status(root, shell, ROOT_SETPGID, stranger->pid, 0, 0), -E_SRCH);
    ck_assert_int_eq(fake_status(root, shell, ROOT_SETPGID, job->pid, stranger->pid, 0), -E_PERM);
    job->executed = true;
    ck_assert_int_eq(fake_status(root, shell, ROOT_SETPGID, job->pid, shell->pid, 0), -E_ACCES);
}
END_TEST

START_TEST(stopped_jobs_of_a_shell_that_ends_are_hung_up)
{
    struct root *root = fake_root();
    struct process *shell = fake_process(root, process_find(root, 1));
    fake_status(root, shell, ROOT_SETSID, 0, 0, 0);
    struct process *job = fake_process(root, shell), *running = fake_process(root, shell);
    job->group = job->pid;
    running->group = running->pid;
    struct signal_record stop = {.signal = SIGNAL_TSTP};
    struct process *second = fake_process(root, shell);
    second->group = second->pid;
    signal_send(root, job, NULL, &stop);
    signal_send(root, second, NULL, &stop);
    ck_assert(job->stopped);
    process_end(root, shell, 0);
    ck_assert_int_eq(second->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(job->state, PROCESS_ZOMBIE);
    ck_assert_int_eq(job->status, SIGNAL_HUP);
    ck_assert_int_eq(running->state, PROCESS_ALIVE);
}
END_TEST

START_TEST(only_uid_0_changes_ids_freely)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    uint64_t keep = UINT64_MAX;
    ck_assert_int_eq(fake_status(root, p, ROOT_SETIDS, 7, 7, keep), 0);
    ck_assert_int_eq(fake_status(root, p, ROOT_SETIDS, 0, keep, keep), -E_PERM);
    ck_assert_uint_eq(p->credentials.uid, 7);
    ck_assert_int_eq(fake_status(root, p, ROOT_SHUTDOWN, 0, 0, 0), -E_PERM);
}
END_TEST

START_TEST(the_biggest_program_goes_when_memory_is_exhausted)
{
    struct root *root = fake_root();
    struct process *init = process_find(root, 1);
    struct process *server = fake_process(root, init);
    ck_assert_ptr_null(memory_victim(root));
    struct process *small = fake_process(root, init);
    struct process *big = fake_process(root, init);
    small->session = big->session = small->pid;
    fake_sys()->objects[server->grant].used_pages = 900;
    fake_sys()->objects[small->grant].used_pages = 10;
    fake_sys()->objects[big->grant].used_pages = 50;
    ck_assert_ptr_eq(memory_victim(root), big);
}
END_TEST

START_TEST(stat_has_52_fields)
{
    struct root *root = fake_root();
    struct process *p = fake_process(root, process_find(root, 1));
    strcpy(p->name, "top");
    char text[512];
    int64_t length = proc_text(root, p, PROC_PID_STAT, text, sizeof text - 1);
    ck_assert_int_gt(length, 0);
    text[length] = 0;
    char start[64];
    snprintf(start, sizeof start, "%u (top) R 1 1 1 ", p->pid);
    ck_assert_int_eq(strncmp(text, start, strlen(start)), 0);
    int fields = 0;
    for (char *word = strtok(text, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        fields++;
    }
    ck_assert_int_eq(fields, 52);
}
END_TEST

START_TEST(texts_are_cut_at_the_buffer)
{
    struct root *root = fake_root();
    char text[64];
    memset(text, 'x', sizeof text);
    ck_assert_int_le(proc_text(root, NULL, PROC_MEMINFO, text, 20), 20);
    ck_assert_int_eq(text[20], 'x');
    ck_assert_int_eq(proc_text(root, NULL, PROC_PID_STAT, text, 20), -E_NOENT);
}
END_TEST

UNIT_MAIN("process", a_pid_is_not_reused_while_a_handle_is_open_PRC_6, a_stale_cookie_names_nothing,
          a_blank_process_without_handles_is_gone_PRC_8, the_table_is_limited_and_recovers, a_child_inherits_PRC_2,
          the_last_thread_ends_the_process, exec_replaces_all_threads_PRC_5,
          a_signal_that_comes_during_exec_is_not_lost_PRC_9,
          a_process_that_is_stopped_during_exec_stays_stopped_PRC_9, a_blocked_signal_is_pending_still_after_exec_PRC_9,
          a_failed_exec_leaves_the_caller_intact_PRC_5, groups_follow_posix,
          stopped_jobs_of_a_shell_that_ends_are_hung_up, only_uid_0_changes_ids_freely,
          the_biggest_program_goes_when_memory_is_exhausted, stat_has_52_fields, texts_are_cut_at_the_buffer)
