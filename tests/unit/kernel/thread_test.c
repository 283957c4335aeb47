/* Life of threads, interrupts and upcalls. */
#include "scenario.h"
#include "unit.h"

#define UPCALL (LIBSYS_BASE + 64)

START_TEST(a_thread_is_made_started_and_exits)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    uint64_t memory = (uint64_t)ACT(s, a, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);
    int64_t handle = ACT(s, a, THREAD_CREATE, HANDLE_GRANT, UINT64_MAX, UINT64_MAX, memory, 0x700000, UINT64_MAX);
    struct thread *b;
    struct thread_info info;

    ck_assert_int_ge(handle, HANDLE_DYNAMIC);
    b = (struct thread *)object_of(a, (int)handle);
    ck_assert_int_eq(b->state, THREAD_NEW);
    ck_assert_uint_eq(b->identity, a->identity);
    b->control->transfer_count = 3; /* left by another thread that had the page */
    ck_assert_int_eq(ACT(s, a, THREAD_START, (uint64_t)handle, 0x1234, 0x5678, 9), 0);
    ck_assert_int_eq(ACT(s, a, THREAD_START, (uint64_t)handle, 0x1234, 0x5678, 9), -E_INVAL);
    ck_assert_uint_eq(fake_context_get(b)->pc, 0x1234);
    ck_assert_uint_eq(fake_context_get(b)->control_address, 0x700000);
    ck_assert_uint_eq(b->control->self, 0x700000);
    ck_assert_uint_eq(b->control->transfer_count, 0);
    ACT(s, b, THREAD_EXIT, 0);
    ck_assert_int_eq(ACT(s, a, THREAD_INFO, (uint64_t)handle, DATA), 0);
    get(s, a, DATA, &info, sizeof(info));
    ck_assert_uint_eq(info.state, THREAD_DEAD);
    ck_assert_int_eq(ACT(s, a, THREAD_INTERRUPT, (uint64_t)handle), -E_SRCH);
    ck_assert_int_eq(ACT(s, a, THREAD_SET, (uint64_t)handle, THREAD_PRIORITY, 1), -E_SRCH);
    ck_assert_int_eq(ACT(s, a, THREAD_REGISTERS, (uint64_t)handle, DATA, 0), -E_BUSY);
    ck_assert_int_eq(ACT(s, a, HANDLE_CLOSE, UINT64_MAX, (uint64_t)handle), 0);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_THREAD], 1);
    ck_assert_uint_eq(s->fake->contexts, 1);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_thread_never_started_goes_with_its_handle)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    uint64_t memory = (uint64_t)ACT(s, a, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);
    int64_t handle = ACT(s, a, THREAD_CREATE, HANDLE_GRANT, UINT64_MAX, UINT64_MAX, memory, 0x700000, UINT64_MAX);

    ck_assert_int_eq(ACT(s, a, HANDLE_CLOSE, UINT64_MAX, (uint64_t)handle), 0);
    ck_assert_uint_eq(s->fake->contexts, 1);
    s->fake->fail_contexts = true;
    ck_assert_int_eq(ACT(s, a, THREAD_CREATE, HANDLE_GRANT, UINT64_MAX, UINT64_MAX, memory, 0x700000, UINT64_MAX),
                     -E_NOMEM);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_THREAD], 1);
    scenario_destroy(s);
}
END_TEST

START_TEST(the_last_thread_of_a_table_empties_it_PRC_8)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s), other_process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);
    struct thread *other = thread_add(&other_process, 10, NULL, NULL);

    channel_add(s, a, 3, 0);
    ACT(s, a, THREAD_EXIT, 0);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_CHANNEL], 1);
    ACT(s, b, THREAD_EXIT, 0);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_CHANNEL], 0);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_TABLE], 1);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_SPACE], 1);
    (void)other;
    scenario_destroy(s);
}
END_TEST

START_TEST(a_suspended_thread_does_not_run_but_its_wait_goes_on)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    int handle;
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 20, &handle, NULL);

    ck_assert_int_eq(ACT(s, a, THREAD_SUSPEND, (uint64_t)handle), 0);
    ck_assert_ptr_eq(next_of(s), a);
    ck_assert_int_eq(ACT(s, a, THREAD_RESUME, (uint64_t)handle), 0);
    ck_assert_ptr_eq(next_of(s), b);
    ACT(s, b, THREAD_SLEEP, s->now_ns + 10);
    ck_assert_int_eq(ACT(s, a, THREAD_SUSPEND, (uint64_t)handle), 0);
    time_pass(s, s->now_ns + 10);
    ck_assert_int_eq(result_of(b), 0);
    ck_assert_ptr_eq(next_of(s), a);
    ck_assert_int_eq(ACT(s, a, THREAD_RESUME, (uint64_t)handle), 0);
    ck_assert_ptr_eq(next_of(s), b);
    ACT(s, b, THREAD_SUSPEND, UINT64_MAX);
    ck_assert_ptr_eq(next_of(s), a);
    scenario_destroy(s);
}
END_TEST

START_TEST(an_interrupt_ends_a_wait_or_the_next_one_PRC_9)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    int handle;
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, &handle, NULL);

    ACT(s, b, THREAD_SLEEP, DEADLINE_NONE);
    ck_assert_int_eq(ACT(s, a, THREAD_INTERRUPT, (uint64_t)handle), 0);
    ck_assert_int_eq(result_of(b), -E_INTR);
    ck_assert_uint_eq(b->control->interrupted, 1);
    b->control->interrupted = 0;
    /* Told while it ran: the next wait ends at once, but only one. */
    ACT(s, a, THREAD_INTERRUPT, (uint64_t)handle);
    ck_assert_int_eq(ACT(s, b, THREAD_SLEEP, DEADLINE_NONE), -E_INTR);
    ck_assert_int_eq(ACT(s, b, THREAD_SLEEP, s->now_ns + 1), SYSCALL_BLOCKED);
    time_pass(s, s->now_ns + 1);
    /* Seen by the library before it waits: nothing is left to tell. */
    ACT(s, a, THREAD_INTERRUPT, (uint64_t)handle);
    b->control->interrupted = 0;
    ck_assert_int_eq(ACT(s, b, THREAD_SLEEP, DEADLINE_NONE), SYSCALL_BLOCKED);
    scenario_destroy(s);
}
END_TEST

START_TEST(an_interrupt_diverts_a_running_thread_to_the_library_PRC_9)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    int handle;
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, &handle, NULL);

    s->kernel->libsys_entry_upcall = UPCALL;
    ck_assert_int_eq(ACT(s, a, THREAD_SET, (uint64_t)handle, THREAD_UPCALL_READY, 1), 0);
    fake_context_get(b)->registers.rip = 0x4242;
    ACT(s, a, THREAD_INTERRUPT, (uint64_t)handle);
    ACT(s, a, THREAD_YIELD, 0);
    ck_assert_ptr_eq(next_of(s), b);
    ck_assert_uint_eq(fake_context_get(b)->pc, UPCALL);
    ck_assert_uint_eq(fake_context_get(b)->sp, b->control_address + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES);
    ck_assert_uint_eq(b->control->upcall_registers.rip, 0x4242);
    ck_assert_uint_eq(b->control->in_upcall, 1);
    ck_assert_uint_eq(b->control->upcall_exception.kind, 0);
    ck_assert(!b->interrupt_pending);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_thread_inside_the_library_is_tried_again_PRC_9)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    int handle;
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 20, &handle, NULL);

    s->kernel->libsys_entry_upcall = UPCALL;
    b->upcall_ready = true;
    fake_context_get(b)->in_library = true;
    ACT(s, a, THREAD_INTERRUPT, (uint64_t)handle);
    ck_assert_ptr_eq(next_of(s), b);
    ck_assert(b->interrupt_pending);
    ck_assert_uint_le(s->fake->timer_deadline_ns, s->now_ns + SLICE_NS);
    fake_context_get(b)->in_library = false;
    time_pass(s, s->now_ns + SLICE_NS);
    ck_assert(!b->interrupt_pending);
    ck_assert_uint_eq(fake_context_get(b)->pc, UPCALL);
    scenario_destroy(s);
}
END_TEST

START_TEST(registers_of_a_still_thread_are_read_and_written)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    int handle;
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, &handle, NULL);
    struct registers registers = {.rip = 77};

    put(s, a, DATA, &registers, sizeof(registers));
    ck_assert_int_eq(ACT(s, a, THREAD_REGISTERS, (uint64_t)handle, DATA, 1), 0);
    ck_assert_uint_eq(fake_context_get(b)->registers.rip, 77);
    ck_assert_int_eq(ACT(s, a, THREAD_REGISTERS, (uint64_t)handle, DATA + 512, 0), 0);
    get(s, a, DATA + 512, &registers, sizeof(registers));
    ck_assert_uint_eq(registers.rip, 77);
    ck_assert_int_eq(ACT(s, a, THREAD_REGISTERS, (uint64_t)handle, NOWHERE, 0), -E_FAULT);
    ck_assert_int_eq(ACT(s, a, THREAD_REGISTERS, UINT64_MAX, DATA, 0), -E_BUSY);
    scenario_destroy(s);
}
END_TEST

START_TEST(killing_a_thread_lost_by_the_host_is_a_kill_SIM_11)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);

    ck_assert_ptr_eq(next_of(s), a);
    kernel_thread_lost(s->kernel, 0, s->now_ns, a);
    ck_assert_ptr_null(next_of(s));
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_THREAD], 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_control_page_that_the_kernel_cannot_see_is_refused)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct memory *device;
    int place = table_reserve(s->kernel, process.table, HANDLE_DYNAMIC);

    ck_assert_int_eq(memory_create_fixed(s->kernel, s->kernel->memory.root_grant, 1, 1, &device), 0);
    table_fill(process.table, place, (struct object *)device, RIGHTS_ALL, 0);
    object_release(s->kernel, (struct object *)device);
    ck_assert_int_eq(ACT(s, a, THREAD_CREATE, HANDLE_GRANT, UINT64_MAX, UINT64_MAX, (uint64_t)place, 0x700000,
                         UINT64_MAX), -E_INVAL);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_THREAD], 1);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("thread", a_thread_is_made_started_and_exits, a_thread_never_started_goes_with_its_handle,
          the_last_thread_of_a_table_empties_it_PRC_8, a_suspended_thread_does_not_run_but_its_wait_goes_on,
          an_interrupt_ends_a_wait_or_the_next_one_PRC_9, an_interrupt_diverts_a_running_thread_to_the_library_PRC_9,
          a_thread_inside_the_library_is_tried_again_PRC_9, registers_of_a_still_thread_are_read_and_written,
          killing_a_thread_lost_by_the_host_is_a_kill_SIM_11, a_control_page_that_the_kernel_cannot_see_is_refused)
