/* Who pays for a server's time: contexts lent along calls and given back in every order. SCH-3, SCH-4. */
#include "lending.h"
#include "scenario.h"
#include "unit.h"

#define MS 1000000ull
#define SELF UINT64_MAX
#define NOBODY UINT64_MAX
#define THREADS 5u

/* Threads, a process each, all at one priority, each with a channel. */
struct party {
    struct scenario *s;
    struct thread *threads[THREADS];
    int channels[THREADS];
    struct scheduling *contexts[THREADS];
};

enum { A, B, C, D, E };

static struct party party_create(uint32_t channel_flags)
{
    struct party party = {.s = scenario_create()};

    for (unsigned i = 0; i < THREADS; i++) {
        struct process process = process_create(party.s);

        party.threads[i] = thread_add(&process, 10, NULL, NULL);
        party.channels[i] = channel_add(party.s, party.threads[i], 1, channel_flags);
    }
    return party;
}

static void bind_to(struct party *party, unsigned of, uint64_t budget_ns, uint64_t period_ns)
{
    struct thread *thread = party->threads[of];
    int64_t handle = ACT(party->s, thread, SCHEDULING_CREATE, HANDLE_GRANT, budget_ns, period_ns, NOBODY, 0, 0);

    ck_assert_int_eq(ACT(party->s, thread, SCHEDULING_BIND, (uint64_t)handle, SELF, 1), 0);
    party->contexts[of] = (struct scheduling *)object_of(thread, (int)handle);
}

/* `client` calls `server`, which receives it. */
static void calls_by(struct party *party, unsigned client, unsigned server, uint64_t deadline_ns)
{
    int connection =
        connection_add(party->s, party->threads[server], party->channels[server], party->threads[client], 1);

    ck_assert_int_eq(ACT(party->s, party->threads[client], CALL, (uint64_t)connection, 0, 0, 0, deadline_ns),
                     SYSCALL_BLOCKED);
    ck_assert_int_eq(ACT(party->s, party->threads[server], RECEIVE, (uint64_t)party->channels[server], 0, 0,
                         DEADLINE_NONE),
                     0);
}

static void calls(struct party *party, unsigned client, unsigned server)
{
    calls_by(party, client, server, DEADLINE_NONE);
}

static void replies(struct party *party, unsigned server, unsigned client)
{
    ck_assert_int_eq(ACT(party->s, party->threads[server], REPLY, party->threads[client]->message.id, 0, 0, 0), 0);
}

static void dies(struct party *party, unsigned thread)
{
    kernel_thread_lost(party->s->kernel, 0, party->s->now_ns, party->threads[thread]);
    scenario_check(party->s);
}

#define ON(party, of, context) \
    ck_assert_ptr_eq((party).threads[of]->lent, (context) < 0 ? NULL : (party).contexts[context])
#define NONE (-1)

START_TEST(a_chain_works_on_the_first_clients_context_and_gives_it_back_SCH_3)
{
    struct party party = party_create(0);

    bind_to(&party, A, MS, 10 * MS);
    bind_to(&party, B, MS, 10 * MS);
    calls(&party, A, B);
    ON(party, B, A);
    calls(&party, B, C);
    calls(&party, C, D);
    ON(party, C, A);
    ON(party, D, A);
    replies(&party, D, C);
    ON(party, D, NONE);
    ON(party, C, A);
    replies(&party, C, B);
    ON(party, C, NONE);
    ON(party, B, A);
    replies(&party, B, A);
    ON(party, B, B);
    ON(party, A, A);
    scenario_destroy(party.s);
}
END_TEST

START_TEST(a_client_without_a_context_lends_none_SCH_3)
{
    struct party party = party_create(0);

    bind_to(&party, B, MS, 10 * MS);
    calls(&party, A, B);
    ON(party, B, B);
    calls(&party, B, C);
    ON(party, C, B);
    scenario_destroy(party.s);
}
END_TEST

/* Three clients of one server, answered in each of the six orders. */
START_TEST(answers_in_any_order_leave_the_latest_unanswered_client_paying_SCH_3)
{
    static const unsigned orders[6][3] = {{A, B, C}, {A, C, B}, {B, A, C}, {B, C, A}, {C, A, B}, {C, B, A}};

    for (unsigned order = 0; order < 6; order++) {
        struct party party = party_create(0);
        bool open[3] = {true, true, true};

        for (unsigned client = A; client <= C; client++) {
            bind_to(&party, client, MS, 10 * MS);
            calls(&party, client, D);
            ON(party, D, (int)client);
        }
        bind_to(&party, D, MS, 10 * MS);
        for (unsigned i = 0; i < 3; i++) {
            int latest = D;

            replies(&party, D, orders[order][i]);
            open[orders[order][i]] = false;
            for (int client = A; client <= C; client++)
                latest = open[client] ? client : latest;
            ON(party, D, latest);
        }
        scenario_destroy(party.s);
    }
}
END_TEST

/* A and E call B, which calls C, which calls D: each of them dies in each order of two. */
START_TEST(deaths_anywhere_in_a_chain_return_what_was_lent_SCH_3)
{
    for (unsigned first = A; first <= E; first++) {
        for (unsigned second = A; second <= E; second++) {
            struct party party = party_create(0);
            bool dead[THREADS] = {false};

            bind_to(&party, A, MS, 10 * MS);
            bind_to(&party, E, MS, 10 * MS);
            calls(&party, E, B);
            calls(&party, A, B);
            calls(&party, B, C);
            calls(&party, C, D);
            dies(&party, first);
            dies(&party, second);
            dead[first] = dead[second] = true;
            if (!dead[D]) {
                bool cut = dead[B] || dead[C] || (dead[A] && dead[E]);

                ck_assert_ptr_eq(party.threads[D]->lent, cut ? NULL : party.contexts[dead[A] ? E : A]);
            }
            for (unsigned i = A; i <= E; i++)
                dies(&party, i);
            ck_assert_uint_eq(party.s->kernel->memory.object_count[OBJECT_SCHEDULING], 0);
            scenario_destroy(party.s);
        }
    }
}
END_TEST

START_TEST(a_client_that_leaves_takes_its_context_along_SCH_3)
{
    struct party party = party_create(0);

    bind_to(&party, A, MS, 10 * MS);
    calls_by(&party, A, B, party.s->now_ns + 500);
    calls(&party, B, C);
    ON(party, C, A);
    time_pass(party.s, party.s->now_ns + 500);
    ck_assert_int_eq(result_of(party.threads[A]), -E_TIMEDOUT);
    ON(party, B, NONE);
    ON(party, C, NONE);
    scenario_destroy(party.s);
}
END_TEST

START_TEST(a_client_that_waits_for_the_unblock_lends_on_SCH_3)
{
    struct party party = party_create(CHANNEL_UNBLOCK);

    bind_to(&party, A, MS, 10 * MS);
    calls(&party, A, B);
    ck_assert_int_eq(thread_interrupt(party.s->kernel, party.threads[A]), 0);
    ON(party, B, A);
    replies(&party, B, A);
    ON(party, B, NONE);
    scenario_destroy(party.s);
}
END_TEST

START_TEST(a_closed_channel_ends_what_is_lent_SCH_3)
{
    struct party party = party_create(0);

    bind_to(&party, A, MS, 10 * MS);
    calls(&party, A, B);
    ck_assert_int_eq(ACT(party.s, party.threads[B], HANDLE_CLOSE, SELF, (uint64_t)party.channels[B]), 0);
    ck_assert_int_eq(result_of(party.threads[A]), -E_SRCH);
    ON(party, B, NONE);
    scenario_destroy(party.s);
}
END_TEST

START_TEST(binding_counts_along_the_chain_at_once_SCH_3)
{
    struct party party = party_create(0);
    int64_t handle;

    calls(&party, A, B);
    calls(&party, B, C);
    handle = ACT(party.s, party.threads[C], SCHEDULING_CREATE, HANDLE_GRANT, MS, 10 * MS, NOBODY, 0, 0);
    party.contexts[A] = (struct scheduling *)object_of(party.threads[C], (int)handle);
    ck_assert_int_eq(lending_bind(party.s->kernel, party.contexts[A], party.threads[A]), 0);
    ON(party, C, A);
    scenario_check(party.s);
    ck_assert_int_eq(lending_unbind(party.s->kernel, party.contexts[A], party.threads[A]), 0);
    ON(party, C, NONE);
    scenario_destroy(party.s);
}
END_TEST

START_TEST(a_pulse_is_the_servers_own_work_SCH_3)
{
    struct party party = party_create(0);
    int connection = connection_add(party.s, party.threads[B], party.channels[B], party.threads[C], 1);

    bind_to(&party, A, MS, 10 * MS);
    calls(&party, A, B);
    ck_assert_int_eq(ACT(party.s, party.threads[C], PULSE, (uint64_t)connection, 1, 1, SELF), 0);
    ON(party, B, A);
    ck_assert_int_eq(ACT(party.s, party.threads[B], RECEIVE, (uint64_t)party.channels[B], 0, 0, DEADLINE_NONE), 0);
    ON(party, B, NONE);
    calls(&party, C, B);
    replies(&party, B, C);
    ON(party, B, A);
    scenario_destroy(party.s);
}
END_TEST

/* Only A, B and C are left to run. */
static void others_sleep(struct party *party)
{
    ACT(party->s, party->threads[D], THREAD_SLEEP, DEADLINE_NONE);
    ACT(party->s, party->threads[E], THREAD_SLEEP, DEADLINE_NONE);
}

struct budget {
    uint64_t budget_ns, period_ns;
};

/* Only A and B are left to run, each on a context of its own, and A has called B. */
static struct party pair_create(struct budget client, struct budget server)
{
    struct party party = party_create(0);

    others_sleep(&party);
    ACT(party.s, party.threads[C], THREAD_SLEEP, DEADLINE_NONE);
    bind_to(&party, A, client.budget_ns, client.period_ns);
    bind_to(&party, B, server.budget_ns, server.period_ns);
    calls(&party, A, B);
    return party;
}

START_TEST(time_in_the_server_is_charged_to_the_client_SCH_3)
{
    struct party party = pair_create((struct budget){2 * MS, 10 * MS}, (struct budget){2 * MS, 10 * MS});

    ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
    party.s->now_ns += MS;
    replies(&party, B, A);
    ck_assert_int_eq(party.contexts[A]->available_ns, MS);
    ck_assert_int_eq(party.contexts[B]->available_ns, 2 * MS);
    ck_assert_uint_eq(party.threads[B]->cpu_ns, MS);
    scenario_destroy(party.s);
}
END_TEST

START_TEST(a_server_goes_on_when_its_clients_budget_ends_SCH_4)
{
    struct party party = pair_create((struct budget){2 * MS, 10 * MS}, (struct budget){MS, 10 * MS});
    uint64_t start_ns = party.s->now_ns;

    ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
    time_pass(party.s, start_ns + 2 * MS);
    ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
    ck_assert_uint_eq(party.s->fake->timer_deadline_ns, start_ns + 3 * MS);
    party.s->now_ns += MS / 2;
    replies(&party, B, A);
    ck_assert_int_eq(party.contexts[B]->available_ns, MS / 2);
    ck_assert_int_eq(result_of(party.threads[A]), 0);
    ACT(party.s, party.threads[B], THREAD_SLEEP, DEADLINE_NONE);
    ck_assert_ptr_null(next_of(party.s)); /* the client has its answer, and no time to read it */
    time_pass(party.s, start_ns + 10 * MS);
    ck_assert_ptr_eq(next_of(party.s), party.threads[A]);
    scenario_destroy(party.s);
}
END_TEST

START_TEST(a_helper_whose_own_budget_ends_too_waits_for_the_first_refill_SCH_4)
{
    struct party party = pair_create((struct budget){2 * MS, 6 * MS}, (struct budget){MS, 20 * MS});
    uint64_t start_ns = party.s->now_ns;

    ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
    time_pass(party.s, start_ns + 2 * MS);
    ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
    time_pass(party.s, start_ns + 3 * MS);
    ck_assert_ptr_null(next_of(party.s));
    ck_assert_uint_eq(party.s->fake->timer_deadline_ns, start_ns + 6 * MS);
    time_pass(party.s, start_ns + 6 * MS);
    ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
    replies(&party, B, A);
    ck_assert_int_eq(result_of(party.threads[A]), 0);
    scenario_destroy(party.s);
}
END_TEST

/* The server waits for the refill that comes first, of its client's context or its own; a new budget of either ends
 * that. */
START_TEST(a_new_budget_of_client_or_server_counts_at_once_SCH_4)
{
    for (unsigned raised = A; raised <= B; raised++) {
        for (unsigned sooner = A; sooner <= B; sooner++) {
            struct party party = pair_create((struct budget){MS, sooner == A ? 10 * MS : 20 * MS},
                                             (struct budget){MS, sooner == B ? 10 * MS : 20 * MS});

            ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
            time_pass(party.s, party.s->now_ns + MS);
            ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
            time_pass(party.s, party.s->now_ns + MS);
            ck_assert_ptr_null(next_of(party.s));
            ck_assert_int_eq(scheduling_set(party.s->kernel, party.contexts[raised], 2 * MS, 20 * MS), 0);
            ck_assert_ptr_eq(next_of(party.s), party.threads[B]);
            scenario_check(party.s);
            scenario_destroy(party.s);
        }
    }
}
END_TEST

START_TEST(a_server_that_wants_it_waits_for_its_clients_budget_SCH_4)
{
    struct party party = party_create(CHANNEL_BUDGET_WAIT);
    uint64_t start_ns;

    others_sleep(&party);
    bind_to(&party, A, 2 * MS, 10 * MS);
    calls(&party, A, B);
    calls(&party, B, C);
    start_ns = party.s->now_ns;
    ck_assert_ptr_eq(next_of(party.s), party.threads[C]);
    time_pass(party.s, start_ns + 2 * MS);
    ck_assert_ptr_null(next_of(party.s));
    time_pass(party.s, start_ns + 10 * MS);
    ck_assert_ptr_eq(next_of(party.s), party.threads[C]);
    time_pass(party.s, start_ns + 12 * MS);
    ck_assert_ptr_null(next_of(party.s));
    dies(&party, A); /* then there is nothing to wait for */
    ck_assert_ptr_eq(next_of(party.s), party.threads[C]);
    replies(&party, C, B);
    ck_assert_int_eq(result_of(party.threads[B]), 0);
    scenario_destroy(party.s);
}
END_TEST

UNIT_MAIN("lending", a_chain_works_on_the_first_clients_context_and_gives_it_back_SCH_3,
          a_client_without_a_context_lends_none_SCH_3,
          answers_in_any_order_leave_the_latest_unanswered_client_paying_SCH_3,
          deaths_anywhere_in_a_chain_return_what_was_lent_SCH_3, a_client_that_leaves_takes_its_context_along_SCH_3,
          a_client_that_waits_for_the_unblock_lends_on_SCH_3, a_closed_channel_ends_what_is_lent_SCH_3,
          binding_counts_along_the_chain_at_once_SCH_3, a_pulse_is_the_servers_own_work_SCH_3,
          time_in_the_server_is_charged_to_the_client_SCH_3, a_server_goes_on_when_its_clients_budget_ends_SCH_4,
          a_helper_whose_own_budget_ends_too_waits_for_the_first_refill_SCH_4,
          a_new_budget_of_client_or_server_counts_at_once_SCH_4,
          a_server_that_wants_it_waits_for_its_clients_budget_SCH_4)
