/* Memory whose pages a server supplies: faults are messages to it, copies wait in their middle and go on. What is
 * refused: pager_refusal_test.c. MEM-2, IPC-15. */
#include "notification.h"
#include "paged.h"

#include <string.h>

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
          a_page_that_came_too_late_is_not_shown_MEM_2, a_message_from_paged_memory_arrives_whole_IPC_15,
          a_message_into_paged_memory_and_its_answer_arrive_whole_IPC_15,
          an_answer_waits_for_its_clients_page_IPC_15,
          a_pager_that_dies_in_the_middle_of_a_copy_fails_the_owner_IPC_15_IPC_17,
          a_server_that_waits_for_a_page_is_free_when_its_client_goes_IPC_15_IPC_17,
          arguments_in_paged_memory_are_waited_for_too_IPC_15,
          bits_wait_for_the_page_that_they_are_to_be_stored_in_IPC_15_IPC_24,
          an_exception_waits_for_the_page_of_a_handler_that_waited_for_it_IPC_15,
          supplies_are_checked_shared_and_never_replace_what_is_there_MEM_2)
