/* The event trace of linked machines: equal runs give equal traces, byte for byte. */
#include "unit.h"

#include "linked.h"

#include <abi/handles.h>
#include <string.h>

#define RECORDS 8192u
#define THREADS 4u
#define ROUNDS 50u

static struct trace_record rings[2][RECORDS];
static int channel, connection;

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    return linked_syscall(number, (const uint64_t[6]){a, b, c, d, e, 0});
}

static void client_main(void *argument)
{
    uint64_t period_ns = (uint64_t)(uintptr_t)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        call(SYS_CALL, (uint64_t)connection, 0, 0, 0, DEADLINE_NONE);
        call(SYS_THREAD_SLEEP, (uint64_t)call(SYS_CLOCK_READ, 0, 0, 0, 0, 0) + period_ns, 0, 0, 0, 0);
    }
}

static void serve_all(void *argument)
{
    (void)argument;
    channel = (int)call(SYS_CHANNEL_CREATE, HANDLE_GRANT, 4, 0, 0, 0);
    connection = (int)call(SYS_CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)channel, 1, RIGHTS_ALL, 0);
    for (unsigned i = 0; i < THREADS; i++) {
        linked_thread_start(client_main, (void *)(uintptr_t)(7000 * (i + 1)), -1);
    }
    for (unsigned i = 0; i < THREADS * ROUNDS; i++) {
        call(SYS_RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE, 0);
        call(SYS_REPLY, linked_control()->info.message_id, 0, 0, 0, 0);
    }
}

/* Runs it all on a fresh machine; the records are then in the ring's memory. How many there are. */
static uint64_t machine_run(struct trace_record *ring)
{
    struct linked_options options = {.ram_bytes = 16u << 20, .trace = ring, .trace_records = RECORDS};
    struct linked *linked = linked_create(&options);
    ck_assert_ptr_nonnull(linked);
    ck_assert_int_eq(linked_boot(linked, serve_all, NULL), 0);
    ck_assert_int_eq(linked_run(linked), 0);
    uint64_t count = kernel_trace_pending(linked_kernel(linked));
    ck_assert_uint_eq(kernel_trace_lost(linked_kernel(linked)), 0);
    linked_destroy(linked);
    return count;
}

START_TEST(equal_runs_give_equal_traces_SIM_6_TOO_1)
{
    uint64_t first = machine_run(rings[0]), second = machine_run(rings[1]);
    ck_assert_uint_gt(first, THREADS * ROUNDS * 5);
    ck_assert_uint_eq(first, second);
    ck_assert_int_eq(memcmp(rings[0], rings[1], first * sizeof(struct trace_record)), 0);
}
END_TEST

START_TEST(a_ring_without_records_makes_no_machine)
{
    struct linked_options options = {.ram_bytes = 16u << 20, .trace = rings[0]};
    ck_assert_ptr_null(linked_create(&options));
}
END_TEST

UNIT_MAIN("linked_trace", equal_runs_give_equal_traces_SIM_6_TOO_1, a_ring_without_records_makes_no_machine)
