/* What ends is taken apart in slices, at the priority of who ended it, whoever is interrupted or killed meanwhile.
 * SCH-6, OBJ-4, IPC-17. */
#include "pair.h"
#include "unit.h"

#include "grant.h"
#include "notification.h"

#define HANDLES 300u
#define REGIONS 100u
#define CLIENTS 20u
#define POINTS_MAX 500u
#define SLICE_STEPS 4u
#define FAR 0x100000000ull

struct world {
    struct pair pair;
    uint64_t used;
};

static uint64_t used_pages(struct kernel *kernel)
{
    struct grant_info info;

    grant_info_get(kernel->memory.root_grant, &info);
    return info.used_pages;
}

/* The client makes a table of HANDLES handles to objects that have no others, and a space of REGIONS regions. */
static void many_make(struct world *world, int *table, int *space)
{
    struct pair *pair = &world->pair;
    int memory = (int)ACT(pair->s, pair->client, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);

    world->used = used_pages(pair->s->kernel);
    pair->s->unchecked = true;
    *table = (int)ACT(pair->s, pair->client, TABLE_CREATE, HANDLE_GRANT);
    *space = (int)ACT(pair->s, pair->client, SPACE_CREATE, HANDLE_GRANT);
    for (unsigned i = 0; i < HANDLES; i++) {
        int made = (int)ACT(pair->s, pair->server, NOTIFICATION_CREATE, HANDLE_GRANT);
        struct object *object = object_of(pair->server, made);
        struct object *to = object_of(pair->client, *table);

        ck_assert_int_ge(table_reserve_at(pair->s->kernel, (struct table *)(void *)to, (int64_t)i * 7), 0);
        table_fill((struct table *)(void *)to, (int)i * 7, object, RIGHTS_ALL, 0);
        ck_assert_int_eq(ACT(pair->s, pair->server, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)made), 0);
    }
    for (unsigned i = 0; i < REGIONS; i++)
        ck_assert_int_gt(ACT(pair->s, pair->client, SPACE_MAP, (uint64_t)*space, FAR + i * 2ull * PAGE_BYTES,
                             PAGE_BYTES, (uint64_t)memory, 0, PROT_R | MAP_FLAG_FIXED),
                         0);
    pair->s->unchecked = false;
    scenario_check(pair->s);
}

static struct world world_create(void)
{
    return (struct world){.pair = pair_create(0)};
}

static void close(struct world *world, struct thread *thread, int handle)
{
    ACT(world->pair.s, thread, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)handle);
}

/* Goes on until a thread runs; returns how often that was put off. */
static unsigned turns_until(struct scenario *s, struct thread *wanted)
{
    unsigned turns = 0;

    while (next_of(s) != wanted)
        ck_assert_uint_lt(turns++, POINTS_MAX);
    return turns;
}

START_TEST(many_handles_and_regions_go_a_few_at_a_time_SCH_6)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    uint64_t left = 0;
    int table, space;

    many_make(&world, &table, &space);
    s->fake->preempt_always = true;
    close(&world, world.pair.client, table);
    ck_assert_ptr_nonnull(s->kernel->memory.endings.first);
    left = s->kernel->memory.object_count[OBJECT_NOTIFICATION];
    ck_assert_uint_gt(left, HANDLES - SLICE_STEPS);
    while (next_of(s) != world.pair.client) {
        uint64_t now_left = s->kernel->memory.object_count[OBJECT_NOTIFICATION];

        ck_assert_uint_le(left - now_left, SLICE_STEPS);
        left = now_left;
    }
    ck_assert_ptr_null(s->kernel->memory.endings.first);
    close(&world, world.pair.client, space);
    ck_assert_uint_ge(turns_until(s, world.pair.client), REGIONS / SLICE_STEPS - 1);
    ck_assert_uint_eq(used_pages(s->kernel), world.used);
    scenario_destroy(s);
}
END_TEST

START_TEST(whoever_is_killed_in_the_middle_the_end_goes_on_OBJ_4_SCH_6)
{
    for (uint64_t point = 1, more = true; more; point += 7) {
        struct world world = world_create();
        struct scenario *s = world.pair.s;
        struct thread *other = thread_add(&world.pair.server_process, 5, NULL, NULL);
        int table, space;

        ck_assert_uint_lt(point, POINTS_MAX);
        many_make(&world, &table, &space);
        s->fake->preempt_at = s->fake->preempt_polls + point;
        close(&world, world.pair.client, table);
        close(&world, world.pair.client, space);
        more = s->fake->preempt_polls >= s->fake->preempt_at;
        s->fake->preempt_always = true;
        kernel_thread_lost(s->kernel, 0, s->now_ns, world.pair.client);
        scenario_check(s);
        kernel_thread_lost(s->kernel, 0, s->now_ns, world.pair.server);
        scenario_check(s);
        (void)turns_until(s, other);
        kernel_thread_lost(s->kernel, 0, s->now_ns, other);
        (void)turns_until(s, NULL);
        while (s->kernel->memory.endings.first != NULL)
            next_of(s);
        for (unsigned type = 0; type < OBJECT_TYPE_COUNT; type++)
            ck_assert_uint_eq(s->kernel->memory.object_count[type], type == OBJECT_GRANT);
        ck_assert_uint_eq(used_pages(s->kernel), 0);
        scenario_destroy(s);
    }
}
END_TEST

START_TEST(clients_of_a_killed_server_leave_before_anybody_below_them_runs_IPC_17)
{
    struct pair pair = pair_create(0);
    struct scenario *s = pair.s;
    struct thread *clients[CLIENTS];
    struct thread *killer = thread_add(&pair.client_process, 5, NULL, NULL);
    struct thread *busy = thread_add(&pair.client_process, 15, NULL, NULL);
    struct thread *urgent = thread_add(&pair.client_process, 200, NULL, NULL);
    unsigned left = 0;

    thread_suspend(s->kernel, busy);
    thread_suspend(s->kernel, urgent);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = thread_add(&pair.client_process, 20, NULL, NULL);
        ck_assert_int_eq(call_text(&pair, clients[i], pair.connection, "ask", NO_DEADLINE), SYSCALL_BLOCKED);
        if (i % 2 == 0)
            ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    }
    s->fake->preempt_always = true;
    ck_assert_ptr_nonnull(killer);
    kernel_thread_lost(s->kernel, 0, s->now_ns, pair.server);
    scenario_check(s);
    for (unsigned i = 0; i < CLIENTS; i++)
        left += clients[i]->state != THREAD_READY;
    ck_assert_uint_gt(left, 0);
    thread_resume(s->kernel, busy);
    thread_resume(s->kernel, urgent);
    ck_assert_ptr_eq(next_of(s), urgent);
    thread_suspend(s->kernel, urgent);
    for (unsigned i = 0; i < CLIENTS; i++) {
        while (next_of(s) == NULL) {
        }
        ck_assert_int_eq(result_of(clients[i]), -E_SRCH);
    }
    ck_assert_int_eq(schedule_current(s->kernel)->priority, 20);
    scenario_destroy(s);
}
END_TEST

START_TEST(who_needs_what_is_being_taken_apart_waits_for_it_OBJ_5)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    struct thread *urgent = thread_add(&world.pair.client_process, 200, NULL, NULL);
    int grant = (int)ACT(s, urgent, GRANT_CREATE, HANDLE_GRANT, 20);
    int table = (int)ACT(s, urgent, TABLE_CREATE, (uint64_t)grant);
    uint64_t used, info[2];

    for (int64_t i = 0; i < 14; i++) {
        struct table *made = (struct table *)(void *)object_of(urgent, table);

        ck_assert_int_ge(table_reserve_at(s->kernel, made, i * 256), 0);
        table_fill(made, (int)i * 256, table_object(urgent->table), RIGHTS_ALL, 0);
    }
    thread_suspend(s->kernel, urgent);
    s->fake->preempt_always = true;
    close(&world, world.pair.client, table);
    ck_assert_ptr_nonnull(s->kernel->memory.endings.first);
    thread_resume(s->kernel, urgent);
    ck_assert_ptr_eq(next_of(s), urgent);
    ck_assert_int_eq(ACT(s, urgent, CHANNEL_CREATE, (uint64_t)grant, 600, 0), SYSCALL_BLOCKED);
    ck_assert_uint_gt(turns_until(s, urgent), 1);
    ck_assert_int_ge(result_of(urgent), HANDLE_DYNAMIC);
    ck_assert_ptr_null(s->kernel->memory.endings.first);
    thread_suspend(s->kernel, urgent);
    close(&world, world.pair.client, (int)result_of(urgent));
    thread_resume(s->kernel, urgent);
    ck_assert_ptr_eq(next_of(s), urgent);
    ck_assert_int_eq(ACT(s, urgent, GRANT_INFO, (uint64_t)grant, DATA), SYSCALL_BLOCKED);
    (void)turns_until(s, urgent);
    ck_assert_int_eq(result_of(urgent), 0);
    get(s, urgent, DATA, info, sizeof(info));
    used = ((struct grant_info *)(void *)info)->used_pages;
    ck_assert_uint_eq(used, 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(pulses_and_waiters_leave_in_slices_too_SCH_6)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    int channel = channel_add(s, world.pair.client, 100, 0);
    int connection = connection_add(s, world.pair.client, channel, world.pair.client, 1);
    int notification = (int)ACT(s, world.pair.client, NOTIFICATION_CREATE, HANDLE_GRANT);
    struct thread *waiters[CLIENTS];
    unsigned woken = 0;

    for (unsigned i = 0; i < 100; i++)
        ck_assert_int_eq(ACT(s, world.pair.client, PULSE, (uint64_t)connection, 1, i, UINT64_MAX), 0);
    for (unsigned i = 0; i < CLIENTS; i++) {
        waiters[i] = thread_add(&world.pair.client_process, 5, NULL, NULL);
        ck_assert_int_eq(ACT(s, waiters[i], NOTIFICATION_WAIT, (uint64_t)notification, DATA, DEADLINE_NONE),
                         SYSCALL_BLOCKED);
    }
    s->fake->preempt_always = true;
    close(&world, world.pair.client, channel);
    ck_assert_uint_ge(turns_until(s, world.pair.client), 100 / SLICE_STEPS - 1);
    close(&world, world.pair.client, notification);
    for (unsigned i = 0; i < CLIENTS; i++)
        woken += waiters[i]->state == THREAD_READY;
    ck_assert_uint_le(woken, SLICE_STEPS);
    (void)turns_until(s, world.pair.client);
    for (unsigned i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(result_of(waiters[i]), -E_BADF);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("ending", many_handles_and_regions_go_a_few_at_a_time_SCH_6,
          whoever_is_killed_in_the_middle_the_end_goes_on_OBJ_4_SCH_6,
          clients_of_a_killed_server_leave_before_anybody_below_them_runs_IPC_17,
          who_needs_what_is_being_taken_apart_waits_for_it_OBJ_5, pulses_and_waiters_leave_in_slices_too_SCH_6)
