/* Priority inversion, shown: a server at work for a low client, a middle thread that wants the CPU all the time, and a
 * high client that calls the server. The high client waits for the section that is being served and for its own, and
 * the middle thread gets nothing meanwhile. docs/img/inversion.svg is the trace of it: docs/howto/trace.md. */
#include "test.h"

#include <abi/trace.h>
#include <string.h>

#define SECTION_STEPS 40u /* clock readings that a section of the server takes */
#define MIDDLE_STEPS 120u
#define HIGH_STEPS 10u

enum { SERVER_PRIORITY = 10, LOW_PRIORITY = 20, MIDDLE_PRIORITY = 30, HIGH_PRIORITY = 40 };

static int channel, connection;
static uint32_t settled, low_go, middle_go, high_go, low_done, middle_done, high_done;
static volatile uint32_t middle_steps, sections;
static uint32_t priority_before, priority_after;                 /* the server's, in the low client's section */
static uint32_t middle_at_call, middle_at_answer, sections_between; /* as the high client saw it */

static void actor_start(const char *name, uint64_t priority)
{
    char padded[TRACE_NAME_BYTES] = "";
    memcpy(padded, name, strlen(name));
    sys_thread_set(SYS_SELF_THREAD, THREAD_NAME, (uintptr_t)padded);
    sys_thread_set(SYS_SELF_THREAD, THREAD_PRIORITY, priority);
    test_count(&settled);
}

static void work(uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        sys_clock_read();
    }
}

static uint32_t own_priority(void)
{
    struct thread_info info = {0};
    sys_thread_info(SYS_SELF_THREAD, &info);
    return info.priority;
}

/* The first section, the low client's, lets the middle thread in when half of it is done. */
static void server_main(void *argument)
{
    (void)argument;
    actor_start("server", SERVER_PRIORITY);
    for (unsigned i = 0; i < 2; i++) {
        if (sys_receive(channel, NULL, 0, DEADLINE_NONE) != 0) {
            return;
        }
        uint64_t id = sys_control()->info.message_id;
        work(SECTION_STEPS / 2);
        if (i == 0) {
            priority_before = own_priority();
            test_set(&middle_go, 1);
            priority_after = own_priority();
        }
        work(SECTION_STEPS / 2);
        sections++;
        sys_reply(id, 0, NULL, 0);
    }
}

static void low_main(void *argument)
{
    (void)argument;
    actor_start("low", LOW_PRIORITY);
    test_await(&low_go, 1);
    sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE);
    test_set(&low_done, 1);
}

static void middle_main(void *argument)
{
    (void)argument;
    actor_start("middle", MIDDLE_PRIORITY);
    test_await(&middle_go, 1);
    for (uint32_t i = 0; i < MIDDLE_STEPS; i++) {
        middle_steps++;
        sys_clock_read();
        if (i == MIDDLE_STEPS / 4) {
            test_set(&high_go, 1);
        }
    }
    test_set(&middle_done, 1);
}

static void high_main(void *argument)
{
    (void)argument;
    actor_start("high", HIGH_PRIORITY);
    test_await(&high_go, 1);
    work(HIGH_STEPS);
    middle_at_call = middle_steps;
    sections_between = sections;
    sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE);
    middle_at_answer = middle_steps;
    sections_between = sections - sections_between;
    work(HIGH_STEPS);
    test_set(&high_done, 1);
}

TEST(a_high_client_waits_for_one_section_of_the_server_and_no_other_thread_SCH_5)
{
    channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    EXPECT(channel >= 0 && connection >= 0);
    void (*const actors[])(void *) = {server_main, high_main, middle_main, low_main};
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_EQ(test_thread(actors[i], NULL), 0);
        test_await(&settled, i + 1);
    }
    test_set(&low_go, 1);
    test_await(&middle_done, 1);
    test_await(&high_done, 1);
    test_await(&low_done, 1);
    EXPECT_EQ(priority_before, LOW_PRIORITY);
    EXPECT_EQ(priority_after, HIGH_PRIORITY);
    EXPECT_EQ(sections_between, 2);
    EXPECT_EQ(middle_at_answer, middle_at_call);
    EXPECT(middle_at_call > 0 && middle_at_call < MIDDLE_STEPS);
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

TEST_MAIN(a_high_client_waits_for_one_section_of_the_server_and_no_other_thread_SCH_5)
