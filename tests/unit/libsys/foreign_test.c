/* Foreign calls that the kernel diverts to the library. */
#include "unit.h"

#include "entry.h"
#include "fake_gate.h"
#include "signals.h"
#include "state.h"

#define USER_1 10
#define HANDLER 0x5000u
#define CALL_PC 0x1002u

/* What the kernel leaves for an upcall. */
static struct control *upcall_make(uint32_t kind)
{
    fake_reset();
    struct control *control = sys_control();
    control->in_upcall = 1;
    control->upcall_exception.kind = kind;
    control->upcall_registers = (struct registers){.rip = CALL_PC, .rsp = 0x9000, .rax = 39, .rdi = 1, .rsi = 2,
                                                   .rdx = 3, .r10 = 4, .r8 = 5, .r9 = 6, .r12 = 12};
    return control;
}

static void upcall_run(void)
{
    if (setjmp(fake.resume) == 0) {
        upcall_enter();
    }
}

START_TEST(an_upcall_serves_a_foreign_call_CMP_3)
{
    struct control *control = upcall_make(EXCEPTION_FOREIGN_CALL);
    fake.foreign_result = 77;
    upcall_run();
    ck_assert_uint_eq(fake.foreign_count, 1);
    ck_assert_uint_eq(fake.foreign.number, 39);
    for (uint64_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(fake.foreign.argument[i], i + 1);
    }
    ck_assert_uint_eq(fake.resumed.rax, 77);
    ck_assert_uint_eq(fake.resumed.rip, CALL_PC);
    ck_assert_uint_eq(fake.resumed.rsp, 0x9000);
    ck_assert_uint_eq(fake.resumed.r12, 12);
    ck_assert_uint_eq(control->in_upcall, 0);
    ck_assert_uint_eq(fake.call_count, 0);
}
END_TEST

START_TEST(signals_are_let_in_after_the_call_CMP_3_PRC_9)
{
    struct signal_action action = {.handler = HANDLER};
    upcall_make(EXCEPTION_FOREIGN_CALL);
    ck_assert_int_eq(signal_action_exchange(USER_1, &action, NULL), 0);
    thread_state()->noted.signal = USER_1;
    upcall_run();
    ck_assert_uint_eq(fake.foreign_count, 1);
    ck_assert_uint_eq(fake.resumed.rip, HANDLER);
}
END_TEST

START_TEST(an_interrupt_is_no_foreign_call_PRC_9)
{
    struct control *control = upcall_make(0);
    upcall_run();
    ck_assert_uint_eq(fake.foreign_count, 0);
    ck_assert_uint_eq(fake.resumed.rip, CALL_PC);
    ck_assert_uint_eq(fake.resumed.rax, 39);
    ck_assert_uint_eq(control->in_upcall, 0);
}
END_TEST

UNIT_MAIN("foreign", an_upcall_serves_a_foreign_call_CMP_3, signals_are_let_in_after_the_call_CMP_3_PRC_9,
          an_interrupt_is_no_foreign_call_PRC_9)
