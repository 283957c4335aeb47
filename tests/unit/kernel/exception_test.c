/* Faults and foreign calls: messages to the exception connection, and the answers to them. */
#include "scenario.h"
#include "unit.h"

#define UPCALL (LIBSYS_BASE + 64)

struct ward {
    struct scenario *s;
    struct process handler_process, process;
    struct thread *handler, *thread;
    int channel;
};

static struct ward ward_create(void)
{
    struct ward ward = {.s = scenario_create()};
    int connection;

    ward.handler_process = process_create(ward.s);
    ward.process = process_create(ward.s);
    ward.handler = thread_add(&ward.handler_process, 10, NULL, NULL);
    ward.channel = channel_add(ward.s, ward.handler, 0, CHANNEL_UNBLOCK);
    connection = connection_add(ward.s, ward.handler, ward.channel, ward.handler, 66);
    ward.thread = thread_add(&ward.process, 20, NULL, (struct connection *)object_of(ward.handler, connection));
    fake_context_get(ward.thread)->registers.rip = 0x1111;
    return ward;
}

static void fault(struct ward *ward, uint64_t address, uint32_t access)
{
    ck_assert_ptr_eq(next_of(ward->s), ward->thread);
    kernel_fault(ward->s->kernel, 0, ward->s->now_ns, address, access);
    scenario_check(ward->s);
}

/* The handler receives into DATA: the message's ID. */
static uint64_t handler_receive(struct ward *ward, struct exception_message *message)
{
    uint64_t parts = VECTOR(ward->s, ward->handler, {DATA, sizeof(*message)});

    ck_assert_int_eq(ACT(ward->s, ward->handler, RECEIVE, (uint64_t)ward->channel, parts, 1, 0), 0);
    get(ward->s, ward->handler, DATA, message, sizeof(*message));
    return ward->handler->control->info.message_id;
}

START_TEST(a_fault_that_can_be_served_is_MEM_1)
{
    struct ward ward = ward_create();

    fault(&ward, DATA + 5, ACCESS_WRITE);
    ck_assert_ptr_eq(next_of(ward.s), ward.thread);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(a_bad_fault_goes_to_the_handler_with_registers_MEM_2)
{
    struct ward ward = ward_create();
    struct exception_message message;
    uint64_t id;

    fault(&ward, READ_ONLY + 8, ACCESS_WRITE);
    ck_assert_int_eq(ward.thread->state, THREAD_SEND);
    id = handler_receive(&ward, &message);
    ck_assert_uint_eq(ward.handler->control->info.kind, RECEIVED_EXCEPTION);
    ck_assert_uint_eq(ward.handler->control->info.identity, ward.thread->identity);
    ck_assert_uint_eq(ward.handler->control->info.cookie, 66);
    ck_assert_uint_eq(message.info.kind, EXCEPTION_FAULT);
    ck_assert_uint_eq(message.info.address, READ_ONLY + 8);
    ck_assert_uint_eq(message.info.access, ACCESS_WRITE);
    ck_assert_uint_eq(message.registers.rip, 0x1111);
    ck_assert_int_eq(ACT(ward.s, ward.handler, REPLY, id, 99, 0, 0), -E_INVAL);
    ck_assert_int_eq(ACT(ward.s, ward.handler, REPLY, id, EXCEPTION_RESUME, 0, 0), 0);
    ck_assert_ptr_eq(next_of(ward.s), ward.thread);
    ck_assert_uint_eq(fake_context_get(ward.thread)->results, 0);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(the_handler_may_replace_registers_PRC_11)
{
    struct ward ward = ward_create();
    struct exception_message message;
    uint64_t id, parts;

    fault(&ward, NOWHERE, ACCESS_READ);
    id = handler_receive(&ward, &message);
    message.registers.rip = 0x2222;
    put(ward.s, ward.handler, DATA, &message.registers, sizeof(message.registers));
    parts = VECTOR(ward.s, ward.handler, {DATA, sizeof(message.registers)});
    ck_assert_int_eq(ACT(ward.s, ward.handler, REPLY, id, EXCEPTION_RESUME, parts, 1),
                     (int64_t)sizeof(message.registers));
    ck_assert_uint_eq(fake_context_get(ward.thread)->registers.rip, 0x2222);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(writing_into_an_exception_checks_the_vector_IPC_10)
{
    struct ward ward = ward_create();
    struct exception_message message;
    uint64_t id, parts;

    fault(&ward, NOWHERE, ACCESS_READ);
    id = handler_receive(&ward, &message);
    parts = VECTOR(ward.s, ward.handler, {DATA, 8});
    ck_assert_int_eq(ACT(ward.s, ward.handler, MESSAGE_WRITE, id, 0, parts, 1), 0);
    ck_assert_int_eq(ACT(ward.s, ward.handler, MESSAGE_WRITE, id, 0, NOWHERE, 1), -E_FAULT);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(the_handler_may_kill_IPC_21)
{
    struct ward ward = ward_create();
    struct exception_message message;
    uint64_t id, identity = ward.thread->identity;

    fault(&ward, NOWHERE, ACCESS_READ);
    id = handler_receive(&ward, &message);
    ck_assert_int_eq(ACT(ward.s, ward.handler, REPLY, id, EXCEPTION_KILL, 0, 0), 0);
    ck_assert_uint_eq(ward.s->fake->contexts, 1);
    ck_assert_int_eq(ACT(ward.s, ward.handler, RECEIVE, (uint64_t)ward.channel, 0, 0, 0), 0);
    ck_assert_int_eq(ward.handler->control->info.pulse_code, PULSE_THREAD_DEATH);
    ck_assert_uint_eq(ward.handler->control->info.pulse_value, identity);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(the_handler_may_send_it_to_the_library)
{
    struct ward ward = ward_create();
    struct exception_info info = {.kind = EXCEPTION_ILLEGAL};
    struct exception_message message;
    uint64_t id;

    ward.s->kernel->libsys_entry_upcall = UPCALL;
    ck_assert_ptr_eq(next_of(ward.s), ward.thread);
    kernel_exception(ward.s->kernel, 0, ward.s->now_ns, &info);
    id = handler_receive(&ward, &message);
    ck_assert_uint_eq(message.info.kind, EXCEPTION_ILLEGAL);
    ck_assert_int_eq(ACT(ward.s, ward.handler, REPLY, id, EXCEPTION_UPCALL, 0, 0), 0);
    ck_assert_uint_eq(fake_context_get(ward.thread)->pc, UPCALL);
    ck_assert_uint_eq(ward.thread->control->upcall_exception.kind, EXCEPTION_ILLEGAL);
    ck_assert_uint_eq(ward.thread->control->upcall_registers.rip, 0x1111);
    ck_assert_uint_eq(ward.thread->control->in_upcall, 1);
    ck_assert_ptr_eq(next_of(ward.s), ward.thread);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(a_foreign_call_goes_straight_to_the_library_CMP_3)
{
    struct ward ward = ward_create();
    struct exception_info info = {.kind = EXCEPTION_FOREIGN_CALL};
    struct control *control = ward.thread->control;

    ward.s->kernel->libsys_entry_upcall = UPCALL;
    ck_assert_ptr_eq(next_of(ward.s), ward.thread);
    kernel_exception(ward.s->kernel, 0, ward.s->now_ns, &info);
    ck_assert_ptr_eq(next_of(ward.s), ward.thread);
    ck_assert_uint_eq(fake_context_get(ward.thread)->pc, UPCALL);
    ck_assert_uint_eq(fake_context_get(ward.thread)->results, 0);
    ck_assert_uint_eq(control->upcall_exception.kind, EXCEPTION_FOREIGN_CALL);
    ck_assert_uint_eq(control->upcall_registers.rip, 0x1111);
    ck_assert_uint_eq(control->in_upcall, 1);
    ck_assert_int_eq(ACT(ward.s, ward.handler, RECEIVE, (uint64_t)ward.channel, 0, 0, 0), -E_TIMEDOUT);
    scenario_destroy(ward.s);
}
END_TEST

/* One that the library cannot take is the handler's. */
static void foreign_call_for_handler(struct ward *ward)
{
    struct exception_info info = {.kind = EXCEPTION_FOREIGN_CALL};
    struct exception_message message;

    ck_assert_ptr_eq(next_of(ward->s), ward->thread);
    kernel_exception(ward->s->kernel, 0, ward->s->now_ns, &info);
    handler_receive(ward, &message);
    ck_assert_uint_eq(message.info.kind, EXCEPTION_FOREIGN_CALL);
    scenario_destroy(ward->s);
}

START_TEST(a_foreign_call_inside_the_library_goes_to_the_handler_CMP_3)
{
    struct ward ward = ward_create();

    ward.s->kernel->libsys_entry_upcall = UPCALL;
    fake_context_get(ward.thread)->in_library = true;
    foreign_call_for_handler(&ward);
}
END_TEST

START_TEST(a_foreign_call_does_not_overwrite_an_upcall_CMP_3)
{
    struct ward ward = ward_create();

    ward.s->kernel->libsys_entry_upcall = UPCALL;
    ward.thread->control->in_upcall = 1;
    foreign_call_for_handler(&ward);
}
END_TEST

START_TEST(a_foreign_call_without_a_library_goes_to_the_handler)
{
    struct ward ward = ward_create();

    foreign_call_for_handler(&ward);
}
END_TEST

START_TEST(a_fault_inside_the_library_cannot_be_sent_there)
{
    struct ward ward = ward_create();
    struct exception_message message;
    uint64_t id;

    ward.s->kernel->libsys_entry_upcall = UPCALL;
    fake_context_get(ward.thread)->in_library = true;
    fault(&ward, NOWHERE, ACCESS_READ);
    id = handler_receive(&ward, &message);
    ck_assert_int_eq(ACT(ward.s, ward.handler, REPLY, id, EXCEPTION_UPCALL, 0, 0), 0);
    ck_assert_uint_eq(ward.s->fake->contexts, 1);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(without_a_handler_the_thread_dies_and_the_log_says_of_what_MEM_2)
{
    static const char line[] = "died: thread/1, which has no exception channel: memory fault at 0x900000\n";
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 10, NULL, NULL);

    ck_assert_ptr_eq(next_of(s), thread);
    kernel_fault(s->kernel, 0, s->now_ns, NOWHERE, ACCESS_READ);
    ck_assert_ptr_null(next_of(s));
    ck_assert_uint_eq(s->fake->log_length, sizeof(line) - 1);
    ck_assert_mem_eq(s->fake->log, line, sizeof(line) - 1);
    ck_assert_uint_eq(s->fake->contexts, 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_handler_that_dies_takes_its_faulting_threads_along_IPC_17)
{
    struct ward ward = ward_create();

    fault(&ward, NOWHERE, ACCESS_READ);
    thread_interrupt(ward.s->kernel, ward.thread);
    ck_assert_int_eq(ward.thread->state, THREAD_SEND);
    ACT(ward.s, ward.handler, THREAD_EXIT, 0);
    ck_assert_uint_eq(ward.s->fake->contexts, 0);
    ck_assert_uint_eq(ward.s->kernel->memory.object_count[OBJECT_THREAD], 0);
    scenario_destroy(ward.s);
}
END_TEST

START_TEST(a_waiting_handler_is_switched_to_directly_IPC_4)
{
    struct ward ward = ward_create();
    uint64_t parts = VECTOR(ward.s, ward.handler, {DATA, sizeof(struct exception_message)});

    ACT(ward.s, ward.handler, RECEIVE, (uint64_t)ward.channel, parts, 1, DEADLINE_NONE);
    fault(&ward, NOWHERE, ACCESS_READ);
    ck_assert_int_eq(result_of(ward.handler), 0);
    ck_assert_uint_eq(ward.handler->priority, 20);
    ck_assert_ptr_eq(next_of(ward.s), ward.handler);
    ck_assert_uint_eq(ward.s->kernel->direct_switches, 1);
    scenario_destroy(ward.s);
}
END_TEST

UNIT_MAIN("exception", a_fault_that_can_be_served_is_MEM_1, a_bad_fault_goes_to_the_handler_with_registers_MEM_2,
          the_handler_may_replace_registers_PRC_11, the_handler_may_kill_IPC_21,
          the_handler_may_send_it_to_the_library, a_foreign_call_goes_straight_to_the_library_CMP_3,
          a_foreign_call_inside_the_library_goes_to_the_handler_CMP_3,
          a_foreign_call_does_not_overwrite_an_upcall_CMP_3, a_foreign_call_without_a_library_goes_to_the_handler,
          a_fault_inside_the_library_cannot_be_sent_there,
          without_a_handler_the_thread_dies_and_the_log_says_of_what_MEM_2,
          a_handler_that_dies_takes_its_faulting_threads_along_IPC_17,
          a_waiting_handler_is_switched_to_directly_IPC_4, writing_into_an_exception_checks_the_vector_IPC_10)
