/* Memory whose pages a server supplies: faults are messages to it, copies wait in their middle and go on, and what a
 * pager refuses harms only who owns the buffer. MEM-2, IPC-14, IPC-15. */
#include "notification.h"
#include "pair.h"
#include "unit.h"

#include <string.h>

#define PAGED 0x1000000ull
#define PAGED_PAGES 8u
#define PAGED_BYTES (PAGED_PAGES * PAGE_BYTES)
#define VALUE 0xabcdef12345ull
#define SENT_BYTES (5u * PAGE_BYTES + 100u)
#define TURNS_MAX 40u

struct world {
    struct pair pair;
    struct process pager_process;
    struct thread *pager;
    int pager_channel;
    int memory; /* in the pager's table, as is */
    int source; /* what it supplies from: page i begins with byte i + 1 */
};

static struct memory *paged_of(struct world *world)
{
    return (struct memory *)object_of(world->pager, world->memory);
}

static void pager_receive(struct world *world)
{
    uint64_t parts = VECTOR(world->pair.s, world->pager, {DATA, sizeof(struct fault_message)});

    ACT(world->pair.s, world->pager, RECEIVE, (uint64_t)world->pager_channel, parts, 1, 0);
}

/* Maps the paged memory into a thread's space. */
static void paged_map(struct world *world, struct thread *thread)
{
    uint64_t address = PAGED;

    ck_assert_int_eq(space_map(world->pair.s->kernel, thread->space, &address, PAGED_BYTES, paged_of(world), RIGHTS_ALL,
                               0, PROT_R | PROT_W | MAP_FLAG_FIXED),
                     0);
}

static struct world world_create(void)
{
    struct world world = {.pair = pair_create(0)};
    struct scenario *s = world.pair.s;
    int connection;

    world.pager_process = process_create(s);
    world.pager = thread_add(&world.pager_process, 5, NULL, NULL);
    world.pager_channel = channel_add(s, world.pager, 0, 0);
    connection = connection_add(s, world.pager, world.pager_channel, world.pager, 99);
    world.memory = (int)ACT(s, world.pager, MEMORY_PAGED, HANDLE_GRANT, PAGED_BYTES, (uint64_t)connection, VALUE);
    ck_assert_int_ge(world.memory, 0);
    world.source = (int)ACT(s, world.pager, MEMORY_CREATE, HANDLE_GRANT, PAGED_BYTES);
    ck_assert_int_ge(ACT(s, world.pager, SPACE_MAP, HANDLE_SPACE, PAGED, PAGED_BYTES, (uint64_t)world.source, 0,
                         PROT_R | PROT_W | MAP_FLAG_FIXED),
                     0);
    for (unsigned i = 0; i < PAGED_BYTES; i++) {
        uint8_t byte = (uint8_t)(i / PAGE_BYTES + 1 + i % 200);

        put(s, world.pager, PAGED + i, &byte, 1);
    }
    return world;
}

/* The pager takes one fault and answers it; supplies the page if `status` is 0. False: there is none. */
static bool pager_serves(struct world *world, int64_t status)
{
    struct scenario *s = world->pair.s;
    const struct receive_info *info = info_of(world->pager);
    struct fault_message fault;

    if (prioqueue_first(&((struct channel *)object_of(world->pager, world->pager_channel))->queue) == NULL)
        return false;
    pager_receive(world);
    ck_assert_int_eq(result_of(world->pager), 0);
    ck_assert_uint_eq(info->kind, RECEIVED_FAULT);
    ck_assert_uint_eq(info->cookie, 99);
    ck_assert_uint_eq(info->received_bytes, sizeof(fault));
    get(s, world->pager, DATA, &fault, sizeof(fault));
    ck_assert_uint_eq(fault.value, VALUE);
    if (status == 0)
        ck_assert_int_eq(ACT(s, world->pager, MEMORY_SUPPLY, (uint64_t)world->memory, fault.offset_bytes,
                             (uint64_t)world->source, fault.offset_bytes, PAGE_BYTES),
                         PAGE_BYTES);
    ck_assert_int_eq(ACT(s, world->pager, REPLY, info->message_id, (uint64_t)status, 0, 0), 0);
    return true;
}

/* Everybody goes on until nobody waits for a page; returns how many pages the pager was asked for. */
static unsigned pages_come(struct world *world)
{
    unsigned asked = 0;

    do {
        next_of(world->pair.s);
        ck_assert_uint_lt(asked, TURNS_MAX);
    } while (pager_serves(world, 0) && ++asked);
    return asked;
}

static void paged_check(struct world *world, struct thread *thread, uint64_t address, uint64_t offset, uint64_t length)
{
    uint8_t bytes[SENT_BYTES], wanted[SENT_BYTES];

    get(world->pair.s, thread, address, bytes, length);
    get(world->pair.s, world->pager, PAGED + offset, wanted, length);
    ck_assert_mem_eq(bytes, wanted, length);
}

/* A thread touches memory. */
static void touch(struct world *world, struct thread *thread, uint64_t address, uint32_t access)
{
    thread_priority_set(world->pair.s->kernel, thread, 200);
    ck_assert_ptr_eq(next_of(world->pair.s), thread);
    kernel_fault(world->pair.s->kernel, 0, world->pair.s->now_ns, address, access);
    thread_priority_set(world->pair.s->kernel, thread, 10);
    scenario_check(world->pair.s);
}

static int64_t call_paged(struct world *world, uint64_t reply_at, uint64_t reply_bytes)
{
    struct pair *pair = &world->pair;
    uint64_t send = VECTOR(pair->s, pair->client, {PAGED + 3, PAGE_BYTES},
                           {PAGED + PAGE_BYTES + 3, SENT_BYTES - PAGE_BYTES});
    uint64_t reply = VECTOR(pair->s, pair->client, {reply_at, reply_bytes});

    return ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, send, reply, COUNTS(2, 1), NO_DEADLINE);
}

static int64_t receive_at(struct world *world, uint64_t address)
{
    struct pair *pair = &world->pair;
    uint64_t parts = VECTOR(pair->s, pair->server, {address, 7}, {address + 7, SENT_BYTES - 7});

    return ACT(pair->s, pair->server, RECEIVE, (uint64_t)pair->channel, parts, 2, NO_DEADLINE);
}

START_TEST(an_absent_page_is_asked_of_its_pager_and_the_thread_goes_on_MEM_2)
{
    struct world world = world_create();
    struct thread *client = world.pair.client;
    uint64_t frame;
    uint32_t prot;

    paged_map(&world, client);
    touch(&world, client, PAGED + 2 * PAGE_BYTES + 5, ACCESS_READ);
    ck_assert_int_eq(client->state, THREAD_SEND);
    ck_assert(pager_serves(&world, 0));
    ck_assert_int_eq(client->state, THREAD_READY);
    touch(&world, client, PAGED + 2 * PAGE_BYTES + 5, ACCESS_READ);
    ck_assert(fake_mapping_get(world.pair.s->fake, client->space, PAGED + 2 * PAGE_BYTES, &frame, &prot));
    ck_assert(!pager_serves(&world, 0));
    paged_check(&world, client, PAGED + 2 * PAGE_BYTES, 2 * PAGE_BYTES, PAGE_BYTES);
    scenario_destroy(world.pair.s);
}
END_TEST

START_TEST(a_page_that_came_is_shown_before_the_thread_goes_on_unless_it_needs_a_copy_MEM_2)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    struct thread *client = world.pair.client;
    uint64_t frame;
    uint32_t prot;

    paged_map(&world, client);
    touch(&world, client, PAGED + PAGE_BYTES, ACCESS_READ);
    ck_assert(pager_serves(&world, 0));
    ck_assert(fake_mapping_get(s->fake, client->space, PAGED + PAGE_BYTES, &frame, &prot));
    ck_assert_uint_eq(prot, PROT_R);
    /* The pager's own page would be written. */
    touch(&world, client, PAGED + 3 * PAGE_BYTES, ACCESS_WRITE);
    ck_assert(pager_serves(&world, 0));
    ck_assert(!fake_mapping_get(s->fake, client->space, PAGED + 3 * PAGE_BYTES, &frame, &prot));
    touch(&world, client, PAGED + 3 * PAGE_BYTES, ACCESS_WRITE);
    ck_assert(fake_mapping_get(s->fake, client->space, PAGED + 3 * PAGE_BYTES, &frame, &prot));
    ck_assert_uint_eq(prot, PROT_R | PROT_W);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_pager_that_waits_gets_the_fault_and_hands_the_cpu_back_with_its_answer_MEM_2)
{
    const uint64_t room[] = {sizeof(struct fault_message), 8, PAGE_BYTES};

    for (unsigned i = 0; i < 6; i++) {
        struct world world = world_create();
        struct scenario *s = world.pair.s;
        struct thread *client = world.pair.client;
        struct fault_message fault = {0};
        uint64_t length = room[i / 2] < sizeof(fault) ? room[i / 2] : sizeof(fault);
        uint64_t parts = VECTOR(s, world.pager, {DATA, room[i / 2]});
        uint64_t frame;
        uint32_t prot;

        kernel_fast_set(s->kernel, i % 2 != 0);
        paged_map(&world, client);
        (void)thread_add(&world.pair.server_process, client->base_priority, NULL, NULL); /* ready before the client */
        ACT(s, world.pager, RECEIVE, (uint64_t)world.pager_channel, parts, 1, NO_DEADLINE);
        touch(&world, client, PAGED + PAGE_BYTES, ACCESS_READ);
        ck_assert_int_eq(client->state, THREAD_REPLY);
        ck_assert_int_eq(result_of(world.pager), 0);
        ck_assert_uint_eq(info_of(world.pager)->kind, RECEIVED_FAULT);
        ck_assert_uint_eq(info_of(world.pager)->send_bytes, sizeof(fault));
        ck_assert_uint_eq(info_of(world.pager)->received_bytes, length);
        get(s, world.pager, DATA, &fault, length);
        ck_assert_uint_eq(fault.value, VALUE);
        ck_assert_uint_eq(fault.offset_bytes, length > 8 ? PAGE_BYTES : 0);
        ACT(s, world.pager, MEMORY_SUPPLY, (uint64_t)world.memory, PAGE_BYTES, (uint64_t)world.source, PAGE_BYTES,
            PAGE_BYTES);
        ACT(s, world.pager, REPLY_RECEIVE, info_of(world.pager)->message_id, 0, 0, COUNTS(0, 1), parts,
            (uint64_t)world.pager_channel);
        ck_assert_ptr_eq(next_of(s), client);
        ck_assert_int_eq(world.pager->state, THREAD_RECEIVE);
        ck_assert_uint_eq(world.pager->priority, world.pager->base_priority);
        ck_assert(fake_mapping_get(s->fake, client->space, PAGED + PAGE_BYTES, &frame, &prot));
        scenario_check(s);
        /* The next fault finds it waiting as before. */
        touch(&world, client, PAGED + 5 * PAGE_BYTES, ACCESS_READ);
        ck_assert_int_eq(client->state, THREAD_REPLY);
        ACT(s, world.pager, REPLY_RECEIVE, info_of(world.pager)->message_id, (uint64_t)-E_IO, 0, COUNTS(0, 1), parts,
            (uint64_t)world.pager_channel);
        ck_assert_int_eq(client->state, THREAD_DEAD);
        scenario_check(s);
        scenario_destroy(s);
    }
}
END_TEST

/* What is unmapped meanwhile, or may not be used any more, is found by the thread itself. */
START_TEST(a_page_that_came_too_late_is_not_shown_MEM_2)
{
    for (unsigned protects = 0; protects < 2; protects++) {
        struct world world = world_create();
        struct scenario *s = world.pair.s;
        struct thread *client = world.pair.client;
        uint64_t frame;
        uint32_t prot;

        paged_map(&world, client);
        touch(&world, client, PAGED, ACCESS_READ);
        if (protects != 0)
            ck_assert_int_eq(space_protect(s->kernel, client->space, PAGED, PAGED_BYTES, 0), 0);
        else
            ck_assert_int_eq(space_unmap(s->kernel, client->space, PAGED, PAGED_BYTES), 0);
        ck_assert(pager_serves(&world, 0));
        ck_assert_int_eq(client->state, THREAD_READY);
        ck_assert(!fake_mapping_get(s->fake, client->space, PAGED, &frame, &prot));
        scenario_destroy(s);
    }
}
END_TEST

START_TEST(a_page_that_is_refused_is_an_exception_MEM_2)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    struct connection *exceptions = (struct connection *)object_of(pair->client, pair->connection);
    struct thread *handled = thread_add(&pair->client_process, 10, NULL, exceptions);
    struct exception_message message;
    uint64_t contexts;

    paged_map(&world, handled);
    touch(&world, handled, PAGED + 77, ACCESS_WRITE);
    ck_assert(pager_serves(&world, -E_IO));
    receive_at(&world, DATA);
    ck_assert_uint_eq(info_of(pair->server)->kind, RECEIVED_EXCEPTION);
    get(pair->s, pair->server, DATA, &message, sizeof(message));
    ck_assert_uint_eq(message.info.kind, EXCEPTION_FAULT);
    ck_assert_uint_eq(message.info.address, PAGED + 77);
    ck_assert_uint_eq(message.info.access, ACCESS_WRITE);
    /* Who has nobody to tell dies. */
    paged_map(&world, pair->server);
    contexts = pair->s->fake->contexts;
    touch(&world, pair->server, PAGED + 77, ACCESS_WRITE);
    ck_assert(pager_serves(&world, -E_IO));
    ck_assert_uint_lt(pair->s->fake->contexts, contexts);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(a_message_from_paged_memory_arrives_whole_IPC_15)
{
    for (unsigned server_first = 0; server_first < 2; server_first++) {
        struct world world = world_create();
        struct pair *pair = &world.pair;

        paged_map(&world, pair->client);
        if (server_first != 0)
            receive_at(&world, DATA);
        ck_assert_int_eq(call_paged(&world, DATA, 16), SYSCALL_BLOCKED);
        if (server_first == 0)
            receive_at(&world, DATA);
        ck_assert_uint_eq(pages_come(&world), 6);
        ck_assert_int_eq(result_of(pair->server), 0);
        ck_assert_uint_eq(info_of(pair->server)->received_bytes, SENT_BYTES);
        paged_check(&world, pair->server, DATA, 3, SENT_BYTES);
        ck_assert_int_eq(pair->client->state, THREAD_REPLY);
        scenario_destroy(pair->s);
    }
}
END_TEST

START_TEST(a_message_into_paged_memory_and_its_answer_arrive_whole_IPC_15)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    uint64_t parts;

    paged_map(&world, pair->server);
    paged_map(&world, pair->client);
    call_paged(&world, PAGED + 6 * PAGE_BYTES - 50, 100);
    receive_at(&world, PAGED + PAGE_BYTES + 11); /* the same memory: both sides wait for its pages */
    ck_assert_uint_ge(pages_come(&world), 6);
    ck_assert_int_eq(result_of(pair->server), 0);
    ck_assert_uint_eq(info_of(pair->server)->received_bytes, SENT_BYTES);
    put(pair->s, pair->server, DATA, "an answer that crosses a page that is not there yet, and goes on", 65);
    ck_assert_int_eq(space_unmap(pair->s->kernel, pair->client->space, PAGED, PAGED_BYTES), 0);
    paged_map(&world, pair->client);
    parts = VECTOR(pair->s, pair->server, {DATA, 65});
    ACT(pair->s, pair->server, REPLY, info_of(pair->server)->message_id, 3, parts, 1);
    pages_come(&world);
    ck_assert_int_eq(result_of(pair->server), 65);
    ck_assert_int_eq(result_of(pair->client), 3);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(an_answer_waits_for_its_clients_page_IPC_15)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    const char *text = "an answer over two pages that were not there";
    uint64_t reply, parts;
    char bytes[45];

    paged_map(&world, pair->client);
    reply = VECTOR(pair->s, pair->client, {PAGED + PAGE_BYTES - 10, 100});
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, 0, reply, COUNTS(0, 1), NO_DEADLINE);
    receive_at(&world, DATA);
    put(pair->s, pair->server, DATA, text, 45);
    parts = VECTOR(pair->s, pair->server, {DATA, 45});
    ACT(pair->s, pair->server, REPLY, info_of(pair->server)->message_id, 3, parts, 1);
    ck_assert(!has_result(pair->server));
    ck_assert_uint_eq(pages_come(&world), 2);
    ck_assert_int_eq(result_of(pair->server), 45);
    ck_assert_int_eq(result_of(pair->client), 3);
    get(pair->s, pair->client, PAGED + PAGE_BYTES - 10, bytes, 45);
    ck_assert_str_eq(bytes, text);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(a_refused_page_in_the_middle_of_a_copy_fails_its_owner_only_IPC_14)
{
    for (unsigned page = 0; page < 5; page++) {
        for (unsigned of_server = 0; of_server < 2; of_server++) {
            struct world world = world_create();
            struct pair *pair = &world.pair;
            struct thread *owner = of_server != 0 ? pair->server : pair->client;
            uint64_t send;

            paged_map(&world, owner);
            send = VECTOR(pair->s, pair->client, {of_server != 0 ? DATA : PAGED, SENT_BYTES});
            ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, send, 0, COUNTS(1, 0), NO_DEADLINE);
            receive_at(&world, of_server != 0 ? PAGED : DATA);
            for (unsigned i = 0; i < page; i++) {
                ck_assert(pager_serves(&world, 0));
                next_of(pair->s);
            }
            ck_assert(pager_serves(&world, -E_IO));
            next_of(pair->s);
            ck_assert_int_eq(result_of(owner), -E_FAULT);
            if (of_server != 0)
                ck_assert_int_eq(pair->client->state, THREAD_SEND);
            else
                ck_assert_int_eq(pair->server->state, THREAD_RECEIVE);
            scenario_destroy(pair->s);
        }
    }
}
END_TEST

START_TEST(two_pages_refused_at_the_same_byte_end_the_copy_IPC_14)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    unsigned refused = 0;
    uint64_t send;

    paged_map(&world, pair->client);
    paged_map(&world, pair->server);
    send = VECTOR(pair->s, pair->client, {PAGED, 64});
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, send, 0, COUNTS(1, 0), NO_DEADLINE);
    receive_at(&world, PAGED + PAGE_BYTES);
    while (refused < TURNS_MAX && pager_serves(&world, -E_IO)) {
        refused++;
        next_of(pair->s);
    }
    ck_assert_uint_le(refused, 2);
    ck_assert_int_eq(result_of(pair->server), -E_FAULT);
    ck_assert_int_eq(pair->client->state, THREAD_SEND);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(a_pager_that_dies_in_the_middle_of_a_copy_fails_the_owner_IPC_15_IPC_17)
{
    for (unsigned received = 0; received < 2; received++) {
        struct world world = world_create();
        struct pair *pair = &world.pair;

        paged_map(&world, pair->client);
        receive_at(&world, DATA);
        call_paged(&world, DATA, 16);
        next_of(pair->s);
        if (received != 0)
            pager_receive(&world);
        thread_kill(pair->s->kernel, world.pager);
        thread_kill_doomed(pair->s->kernel);
        scenario_check(pair->s);
        next_of(pair->s);
        ck_assert_int_eq(result_of(pair->client), -E_FAULT);
        ck_assert_int_eq(pair->server->state, THREAD_RECEIVE);
        scenario_destroy(pair->s);
    }
}
END_TEST

START_TEST(a_server_that_waits_for_a_page_is_free_when_its_client_goes_IPC_15_IPC_17)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;

    paged_map(&world, pair->client);
    receive_at(&world, DATA);
    call_paged(&world, DATA, 16);
    next_of(pair->s);
    ck_assert_int_eq(pair->server->state, THREAD_SEND);
    thread_kill(pair->s->kernel, pair->client);
    scenario_check(pair->s);
    next_of(pair->s);
    ck_assert_uint_eq(info_of(pair->server)->kind, RECEIVED_PULSE);
    ck_assert_int_eq(result_of(pair->server), 0);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(arguments_in_paged_memory_are_waited_for_too_IPC_15)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    struct part part = {DATA, 4};
    struct part bytes;

    paged_map(&world, pair->client);
    thread_priority_set(pair->s->kernel, pair->client, 50);
    /* The vector itself. */
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, PAGED + PAGE_BYTES - 8, 0, COUNTS(1, 0), 0);
    ck_assert_int_eq(pair->client->state, THREAD_SEND);
    ck_assert_uint_eq(pages_come(&world), 2);
    ck_assert(has_result(pair->client)); /* garbage as a vector, but read */
    get(pair->s, pair->client, PAGED + PAGE_BYTES - 8, &bytes, sizeof(bytes));
    ck_assert_mem_ne(&bytes, &part, sizeof(part));
    /* A result. */
    ACT(pair->s, pair->client, SPACE_QUERY, HANDLE_SPACE, 0, PAGED + 4 * PAGE_BYTES);
    ck_assert_uint_eq(pages_come(&world), 1);
    ck_assert_int_eq(result_of(pair->client), 0);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(supplies_are_checked_shared_and_never_replace_what_is_there_MEM_2)
{
    struct world world = world_create();
    struct scenario *s = world.pair.s;
    uint64_t memory = (uint64_t)world.memory, source = (uint64_t)world.source;
    uint8_t byte = 0xee, got;

    paged_map(&world, world.pair.client);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, source, 0, source, 0, PAGE_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, 0, memory, 0, PAGE_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, 1, source, 0, PAGE_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, 0, source, 8, PAGE_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, 0, source, 0, 0), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, 0, source, 0, PAGED_BYTES + PAGE_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, PAGE_BYTES, source, 0, PAGED_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_CLONE, HANDLE_GRANT, memory, 0, PAGE_BYTES), -E_INVAL);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, PAGE_BYTES, source, 0, PAGE_BYTES), PAGE_BYTES);
    paged_check(&world, world.pair.client, PAGED + PAGE_BYTES, 0, PAGE_BYTES);
    /* A write of one side is not the other's. */
    put(s, world.pair.client, PAGED + PAGE_BYTES, &byte, 1);
    get(s, world.pager, PAGED, &got, 1);
    ck_assert_uint_ne(got, byte);
    ck_assert_int_eq(ACT(s, world.pager, MEMORY_SUPPLY, memory, 0, source, 0, PAGED_BYTES), PAGED_BYTES);
    get(s, world.pair.client, PAGED + PAGE_BYTES, &got, 1);
    ck_assert_uint_eq(got, byte);
    paged_check(&world, world.pair.client, PAGED + 2 * PAGE_BYTES, 2 * PAGE_BYTES, PAGE_BYTES);
    scenario_destroy(s);
}
END_TEST

START_TEST(bits_wait_for_the_page_that_they_are_to_be_stored_in_IPC_15_IPC_24)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    int64_t own = ACT(pair->s, pair->client, NOTIFICATION_CREATE, HANDLE_GRANT);
    uint64_t bits = 0;

    paged_map(&world, pair->client);
    thread_priority_set(pair->s->kernel, pair->client, 200);
    ck_assert_int_eq(ACT(pair->s, pair->client, NOTIFICATION_WAIT, (uint64_t)own, PAGED + 8, NO_DEADLINE),
                     SYSCALL_BLOCKED);
    notification_signal(pair->s->kernel, (struct notification *)object_of(pair->client, (int)own), 5);
    scenario_check(pair->s);
    ck_assert(!has_result(pair->client));
    ck_assert_uint_eq(pages_come(&world), 1);
    ck_assert_int_eq(result_of(pair->client), 0);
    get(pair->s, pair->client, PAGED + 8, &bits, sizeof(bits));
    ck_assert_uint_eq(bits, 5);
    scenario_destroy(pair->s);
}
END_TEST

/* Only the call that was refused a page fails by it. */
START_TEST(a_page_refused_to_a_call_is_asked_for_again_after_it_MEM_2)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    int64_t own = ACT(pair->s, pair->client, NOTIFICATION_CREATE, HANDLE_GRANT);

    paged_map(&world, pair->client);
    thread_priority_set(pair->s->kernel, pair->client, 200);
    ACT(pair->s, pair->client, NOTIFICATION_SIGNAL, (uint64_t)own, 5);
    ACT(pair->s, pair->client, NOTIFICATION_WAIT, (uint64_t)own, PAGED + 8, NO_DEADLINE);
    ck_assert(pager_serves(&world, -E_IO));
    next_of(pair->s);
    ck_assert_int_eq(result_of(pair->client), -E_FAULT);
    touch(&world, pair->client, PAGED + 8, ACCESS_READ);
    ck_assert(pager_serves(&world, 0));
    ck_assert_int_eq(pair->client->state, THREAD_READY);
    scenario_destroy(pair->s);
}
END_TEST

/* What the kernel itself sends waits for the receiver's page, too. */
START_TEST(an_exception_waits_for_the_page_of_a_handler_that_waited_for_it_IPC_15)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    struct exception_info info = {.kind = EXCEPTION_ILLEGAL, .address = 0x1234};
    struct exception_message message;
    struct thread *handled = thread_add(&pair->client_process, 10, NULL,
                                        (struct connection *)object_of(pair->client, pair->connection));

    paged_map(&world, pair->server);
    ck_assert_int_eq(receive_at(&world, PAGED), SYSCALL_BLOCKED);
    thread_priority_set(pair->s->kernel, handled, 200);
    ck_assert_ptr_eq(next_of(pair->s), handled);
    kernel_exception(pair->s->kernel, 0, pair->s->now_ns, &info);
    scenario_check(pair->s);
    ck_assert(!has_result(pair->server));
    ck_assert_uint_eq(pages_come(&world), 1);
    ck_assert_int_eq(result_of(pair->server), 0);
    ck_assert_uint_eq(info_of(pair->server)->kind, RECEIVED_EXCEPTION);
    get(pair->s, pair->server, PAGED, &message, sizeof(message));
    ck_assert_uint_eq(message.info.address, 0x1234);
    scenario_destroy(pair->s);
}
END_TEST

UNIT_MAIN("pager", an_absent_page_is_asked_of_its_pager_and_the_thread_goes_on_MEM_2,
          a_page_that_came_is_shown_before_the_thread_goes_on_unless_it_needs_a_copy_MEM_2,
          a_pager_that_waits_gets_the_fault_and_hands_the_cpu_back_with_its_answer_MEM_2,
          a_page_that_came_too_late_is_not_shown_MEM_2, a_page_that_is_refused_is_an_exception_MEM_2,
          a_message_from_paged_memory_arrives_whole_IPC_15,
          a_message_into_paged_memory_and_its_answer_arrive_whole_IPC_15,
          an_answer_waits_for_its_clients_page_IPC_15,
          a_refused_page_in_the_middle_of_a_copy_fails_its_owner_only_IPC_14,
          two_pages_refused_at_the_same_byte_end_the_copy_IPC_14,
          a_pager_that_dies_in_the_middle_of_a_copy_fails_the_owner_IPC_15_IPC_17,
          a_server_that_waits_for_a_page_is_free_when_its_client_goes_IPC_15_IPC_17,
          arguments_in_paged_memory_are_waited_for_too_IPC_15,
          bits_wait_for_the_page_that_they_are_to_be_stored_in_IPC_15_IPC_24,
          a_page_refused_to_a_call_is_asked_for_again_after_it_MEM_2,
          an_exception_waits_for_the_page_of_a_handler_that_waited_for_it_IPC_15,
          supplies_are_checked_shared_and_never_replace_what_is_there_MEM_2)
