/* See paged.h. */
#include "paged.h"

static struct memory *paged_of(struct world *world)
{
    return (struct memory *)object_of(world->pager, world->memory);
}

void pager_receive(struct world *world)
{
    uint64_t parts = VECTOR(world->pair.s, world->pager, {DATA, sizeof(struct fault_message)});

    ACT(world->pair.s, world->pager, RECEIVE, (uint64_t)world->pager_channel, parts, 1, 0);
}

void paged_map(struct world *world, struct thread *thread)
{
    uint64_t address = PAGED;

    ck_assert_int_eq(space_map(world->pair.s->kernel, thread->space, &address, PAGED_BYTES, paged_of(world), RIGHTS_ALL,
                               0, PROT_R | PROT_W | MAP_FLAG_FIXED),
                     0);
}

struct world world_create(void)
{
    struct world world = {.pair = pair_create(0)};
    struct scenario *s = world.pair.s;

    world.pager_process = process_create(s);
    world.pager = thread_add(&world.pager_process, 5, NULL, NULL);
    world.pager_channel = channel_add(s, world.pager, 0, 0);
    world.pager_connection = connection_add(s, world.pager, world.pager_channel, world.pager, 99);
    world.memory = (int)ACT(s, world.pager, MEMORY_PAGED, HANDLE_GRANT, PAGED_BYTES, (uint64_t)world.pager_connection,
                            VALUE);
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

bool pager_serves(struct world *world, int64_t status)
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

unsigned pages_come(struct world *world)
{
    unsigned asked = 0;

    do {
        next_of(world->pair.s);
        ck_assert_uint_lt(asked, TURNS_MAX);
    } while (pager_serves(world, 0) && ++asked);
    return asked;
}

void paged_check(struct world *world, struct thread *thread, uint64_t address, uint64_t offset, uint64_t length)
{
    uint8_t bytes[SENT_BYTES], wanted[SENT_BYTES];

    get(world->pair.s, thread, address, bytes, length);
    get(world->pair.s, world->pager, PAGED + offset, wanted, length);
    ck_assert_mem_eq(bytes, wanted, length);
}

void touch(struct world *world, struct thread *thread, uint64_t address, uint32_t access)
{
    thread_priority_set(world->pair.s->kernel, thread, 200);
    ck_assert_ptr_eq(next_of(world->pair.s), thread);
    kernel_fault(world->pair.s->kernel, 0, world->pair.s->now_ns, address, access);
    thread_priority_set(world->pair.s->kernel, thread, 10);
    scenario_check(world->pair.s);
}

int64_t call_paged(struct world *world, uint64_t reply_at, uint64_t reply_bytes)
{
    struct pair *pair = &world->pair;
    uint64_t send = VECTOR(pair->s, pair->client, {PAGED + 3, PAGE_BYTES},
                           {PAGED + PAGE_BYTES + 3, SENT_BYTES - PAGE_BYTES});
    uint64_t reply = VECTOR(pair->s, pair->client, {reply_at, reply_bytes});

    return ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, send, reply, COUNTS(2, 1), NO_DEADLINE);
}

int64_t receive_at(struct world *world, uint64_t address)
{
    struct pair *pair = &world->pair;
    uint64_t parts = VECTOR(pair->s, pair->server, {address, 7}, {address + 7, SENT_BYTES - 7});

    return ACT(pair->s, pair->server, RECEIVE, (uint64_t)pair->channel, parts, 2, NO_DEADLINE);
}
