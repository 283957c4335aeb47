/* Revocation of a grant: all that was paid from it is gone, whoever held it, and its room is back. OBJ-7. */
#include "pair.h"
#include "unit.h"

#include "grant.h"
#include "revoke.h"

#define LIMIT_PAGES 400u
#define SHARED 0x2000000ull

struct world {
    struct pair pair; /* lives outside the grant */
    int grant;        /* in the client's table */
};

static struct world world_create(void)
{
    struct world world = {.pair = pair_create(0)};

    world.grant = (int)ACT(world.pair.s, world.pair.client, GRANT_CREATE, HANDLE_GRANT, LIMIT_PAGES);
    ck_assert_int_ge(world.grant, HANDLE_DYNAMIC);
    return world;
}

static struct grant *grant_of(struct world *world)
{
    return (struct grant *)object_of(world->pair.client, world->grant);
}

static uint64_t used_pages(struct world *world)
{
    struct grant_info info;

    grant_info_get(grant_of(world), &info);
    return info.used_pages;
}

/* A call of the client's that makes an object from the grant. */
#define MAKE(world, number, ...) \
    ((int)ACT((world)->pair.s, (world)->pair.client, number, (uint64_t)(world)->grant, __VA_ARGS__))

static int64_t handle_info(struct world *world, struct thread *thread, int handle)
{
    return ACT(world->pair.s, thread, HANDLE_INFO, HANDLE_TABLE, (uint64_t)handle);
}

static int64_t revoke(struct world *world)
{
    return ACT(world->pair.s, world->pair.client, GRANT_REVOKE, (uint64_t)world->grant);
}

/* A copy of the client's handle in the server's table. */
static int share(struct world *world, int handle)
{
    struct thread *server = world->pair.server;
    int place = table_reserve(world->pair.s->kernel, server->table, HANDLE_DYNAMIC);

    table_fill(server->table, place, object_of(world->pair.client, handle), RIGHTS_ALL, 0);
    return place;
}

/* A started thread with space, table and control page paid from the grant; the client holds a handle to it. */
static struct thread *thread_make(struct world *world, int *handle)
{
    struct scenario *s = world->pair.s;
    int space = MAKE(world, SPACE_CREATE, 0);
    int table = MAKE(world, TABLE_CREATE, 0);
    int control = MAKE(world, MEMORY_CREATE, PAGE_BYTES);
    int thread;

    ck_assert_int_ge(ACT(s, world->pair.client, SPACE_MAP, (uint64_t)space, CONTROL, PAGE_BYTES, (uint64_t)control, 0,
                         PROT_R | PROT_W | MAP_FLAG_FIXED),
                     0);
    thread = MAKE(world, THREAD_CREATE, (uint64_t)space, (uint64_t)table, (uint64_t)control, CONTROL, UINT64_MAX);
    ck_assert_int_ge(thread, 0);
    ck_assert_int_eq(ACT(s, world->pair.client, THREAD_START, (uint64_t)thread, 0, 0, 0), 0);
    *handle = thread;
    return (struct thread *)object_of(world->pair.client, thread);
}

START_TEST(every_kind_of_object_goes_from_every_table_OBJ_7)
{
    struct world world = world_create();
    struct thread *server = world.pair.server;
    uint64_t connection = (uint64_t)world.pair.connection;
    int mine[13], theirs[13];
    unsigned count = 0;

    mine[count++] = MAKE(&world, MEMORY_CREATE, 5 * PAGE_BYTES);
    mine[count++] = MAKE(&world, SPACE_CREATE, 0);
    mine[count++] = MAKE(&world, TABLE_CREATE, 0);
    mine[count++] = MAKE(&world, GRANT_CREATE, 100);
    mine[count++] = MAKE(&world, CHANNEL_CREATE, 8, 0);
    mine[count++] = MAKE(&world, CONNECTION_CREATE, (uint64_t)mine[4], 1, RIGHTS_ALL);
    mine[count++] = MAKE(&world, NOTIFICATION_CREATE, 0);
    mine[count++] = MAKE(&world, TIMER_CREATE, connection, 1, 1);
    mine[count++] = MAKE(&world, MEMORY_PAGED, PAGE_BYTES, connection, 1);
    (void)thread_make(&world, &mine[count++]);
    mine[count++] = MAKE(&world, SCHEDULING_CREATE, 1000000, 10000000, UINT64_MAX, 0);
    ck_assert_int_eq(ACT(world.pair.s, world.pair.client, SCHEDULING_BIND, (uint64_t)mine[10], UINT64_MAX, 1), 0);
    /* One that is paid from a grant below. */
    mine[count++] = (int)ACT(world.pair.s, world.pair.client, MEMORY_CREATE, (uint64_t)mine[3], PAGE_BYTES);
    /* One that is paid by another, and nothing without its connection. */
    mine[count++] = (int)ACT(world.pair.s, world.pair.client, TIMER_CREATE, HANDLE_GRANT, (uint64_t)mine[5], 1, 1);
    for (unsigned i = 0; i < count; i++) {
        ck_assert_int_ge(mine[i], HANDLE_DYNAMIC);
        theirs[i] = share(&world, mine[i]);
    }
    ck_assert_int_eq(revoke(&world), 0);
    for (unsigned i = 0; i < count; i++) {
        ck_assert_int_eq(handle_info(&world, world.pair.client, mine[i]), -E_BADF);
        ck_assert_int_eq(handle_info(&world, server, theirs[i]), -E_BADF);
    }
    ck_assert_uint_eq(used_pages(&world), 0);
    ck_assert_int_ge(MAKE(&world, MEMORY_CREATE, PAGE_BYTES), 0);
    scenario_destroy(world.pair.s);
}
END_TEST

START_TEST(revoked_memory_is_mapped_nowhere_any_more_OBJ_7)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    int memory = MAKE(&world, MEMORY_CREATE, 3 * PAGE_BYTES);
    int theirs = share(&world, memory);
    uint64_t frame;
    uint32_t prot;
    char byte = 1;

    ck_assert_int_ge(ACT(s, world.pair.server, SPACE_MAP, HANDLE_SPACE, SHARED, 3 * PAGE_BYTES, (uint64_t)theirs, 0,
                         PROT_R | PROT_W | MAP_FLAG_FIXED),
                     0);
    put(s, world.pair.server, SHARED, &byte, 1);
    ck_assert(fake_mapping_get(s->fake, world.pair.server->space, SHARED, &frame, &prot));
    ck_assert_int_eq(revoke(&world), 0);
    ck_assert(!fake_mapping_get(s->fake, world.pair.server->space, SHARED, &frame, &prot));
    ck_assert_int_eq(space_copy_in(s->kernel, world.pair.server->space, &byte, SHARED, 1), -E_FAULT);
    ck_assert_uint_eq(used_pages(&world), 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(clients_of_a_revoked_channel_get_an_error_at_once_OBJ_7_IPC_17)
{
    for (unsigned received = 0; received < 2; received++) {
        struct world world = world_create();
        struct scenario *s = world.pair.s;
        struct thread *outsider = thread_add(&world.pair.client_process, 10, NULL, NULL);
        int channel = MAKE(&world, CHANNEL_CREATE, 8, 0);
        int connection = MAKE(&world, CONNECTION_CREATE, (uint64_t)channel, 1, RIGHTS_ALL);

        ck_assert_int_eq(ACT(s, outsider, CALL, (uint64_t)connection, 0, 0, 0, NO_DEADLINE), SYSCALL_BLOCKED);
        if (received != 0)
            ck_assert_int_eq(ACT(s, world.pair.client, RECEIVE, (uint64_t)channel, 0, 0, 0), 0);
        ck_assert_int_eq(revoke(&world), 0);
        ck_assert(result_of(outsider) == -E_SRCH || result_of(outsider) == -E_BADF);
        ck_assert_uint_eq(used_pages(&world), 0);
        scenario_destroy(s);
    }
}
END_TEST

START_TEST(threads_are_killed_and_their_clients_told_OBJ_7_IPC_17)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    uint64_t contexts = s->fake->contexts;
    struct thread *client = world.pair.client;
    struct thread *server;
    int handle, connection;

    server = thread_make(&world, &handle);
    ck_assert_uint_eq(s->fake->contexts, contexts + 1);
    /* Its channel is paid by another: only the thread that answers goes, and its table with the channel's handle. */
    table_fill(server->table, table_reserve(s->kernel, server->table, 0),
               object_of(world.pair.server, world.pair.channel), RIGHTS_ALL, 0);
    connection = world.pair.connection;
    ck_assert_int_eq(ACT(s, thread_add(&world.pair.client_process, 10, NULL, NULL), CALL, (uint64_t)connection, 0, 0, 0,
                         NO_DEADLINE),
                     SYSCALL_BLOCKED);
    ck_assert_int_eq(ACT(s, server, RECEIVE, 0, 0, 0, 0), 0);
    ck_assert_int_eq(revoke(&world), 0);
    ck_assert_uint_eq(s->fake->contexts, contexts + 1); /* the client's second thread */
    ck_assert_int_eq(client->state, THREAD_RUNNING);
    ck_assert_uint_eq(used_pages(&world), 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(handles_in_flight_go_too_OBJ_7_IPC_22)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    struct control *control = world.pair.client->control;
    struct thread *killer = thread_add(&world.pair.client_process, 10, NULL, NULL);
    int memory = MAKE(&world, MEMORY_CREATE, PAGE_BYTES);
    int other = (int)ACT(s, world.pair.client, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);

    control->transfer_count = 2;
    control->transfer[0] = (struct transfer){.handle = memory, .rights = RIGHTS_ALL, .move = 1};
    control->transfer[1] = (struct transfer){.handle = other, .rights = RIGHTS_ALL, .move = 1};
    ck_assert_int_eq(ACT(s, world.pair.client, CALL, (uint64_t)world.pair.connection, 0, 0, 0, NO_DEADLINE),
                     SYSCALL_BLOCKED);
    ck_assert_int_eq(ACT(s, killer, GRANT_REVOKE, (uint64_t)world.grant), 0);
    ck_assert_uint_eq(used_pages(&world), 0);
    ck_assert_int_eq(ACT(s, world.pair.server, RECEIVE, (uint64_t)world.pair.channel, 0, 0, 0), 0);
    ck_assert_uint_eq(info_of(world.pair.server)->handle_count, 1);
    scenario_destroy(s);
}
END_TEST

START_TEST(who_revokes_what_it_lives_on_dies_OBJ_7)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    uint64_t contexts = s->fake->contexts;
    struct thread *insider;
    int handle;

    insider = thread_make(&world, &handle);
    table_fill(insider->table, table_reserve(s->kernel, insider->table, 7), grant_object(grant_of(&world)), RIGHTS_ALL,
               0);
    ck_assert_int_eq(ACT(s, insider, GRANT_REVOKE, 7), SYSCALL_BLOCKED);
    ck_assert_uint_eq(s->fake->contexts, contexts);
    scenario_check(s);
    ck_assert_uint_eq(used_pages(&world), 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(revoking_needs_the_right_and_an_empty_grant_is_no_matter_OBJ_7)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    int64_t weak = ACT(s, world.pair.client, HANDLE_DUPLICATE, HANDLE_TABLE, (uint64_t)world.grant, HANDLE_TABLE,
                       HANDLE_DYNAMIC, RIGHTS_ALL & ~RIGHT_MANAGE, 0);

    ck_assert_int_eq(ACT(s, world.pair.client, GRANT_REVOKE, (uint64_t)weak), -E_ACCES);
    ck_assert_int_eq(ACT(s, world.pair.client, GRANT_REVOKE, HANDLE_TABLE), -E_BADF);
    ck_assert_int_eq(revoke(&world), 0);
    ck_assert_int_eq(revoke(&world), 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_receiver_in_mid_copy_holds_no_revoked_channel_OBJ_7_IPC_16)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    int channel = MAKE(&world, CHANNEL_CREATE, 1, 0);
    int connection = MAKE(&world, CONNECTION_CREATE, (uint64_t)channel, 7, RIGHTS_ALL);
    int there = share(&world, channel);
    uint64_t parts = VECTOR(pair->s, pair->server, {DATA, 3 * PAGE_BYTES});

    ck_assert_int_eq(ACT(pair->s, pair->server, RECEIVE, (uint64_t)there, parts, 1, NO_DEADLINE), SYSCALL_BLOCKED);
    pair->s->fake->preempt_always = true;
    parts = VECTOR(pair->s, pair->client, {DATA, 3 * PAGE_BYTES});
    ACT(pair->s, pair->client, CALL, (uint64_t)connection, parts, 0, COUNTS(1, 0), NO_DEADLINE);
    ck_assert(pair->server->again);
    ck_assert(!revoke_grant(pair->s->kernel, grant_of(&world), NULL));
    scenario_check(pair->s);
    ck_assert_uint_eq(used_pages(&world), 0);
    ck_assert_int_eq(result_of(pair->client), -E_BADF);
    next_of(pair->s);
    ck_assert_int_eq(result_of(pair->server), -E_BADF);
    scenario_destroy(pair->s);
}
END_TEST

UNIT_MAIN("revoke", every_kind_of_object_goes_from_every_table_OBJ_7,
          revoked_memory_is_mapped_nowhere_any_more_OBJ_7,
          clients_of_a_revoked_channel_get_an_error_at_once_OBJ_7_IPC_17,
          threads_are_killed_and_their_clients_told_OBJ_7_IPC_17, handles_in_flight_go_too_OBJ_7_IPC_22,
          who_revokes_what_it_lives_on_dies_OBJ_7, revoking_needs_the_right_and_an_empty_grant_is_no_matter_OBJ_7,
          a_receiver_in_mid_copy_holds_no_revoked_channel_OBJ_7_IPC_16)
