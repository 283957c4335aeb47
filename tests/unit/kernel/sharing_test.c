/* Tables, address spaces and scheduling contexts are shared or not, thread by thread, in every mix. OBJ-3. */
#include "scenario.h"
#include "lending.h"
#include "unit.h"

#define MS 1000000ull
#define SELF UINT64_MAX

struct mix {
    bool table, space, budget; /* shared with its creator */
};

/* Its own space has memory of its own at DATA. */
static uint64_t space_make(struct scenario *s, struct thread *creator)
{
    int64_t space = ACT(s, creator, SPACE_CREATE, HANDLE_GRANT);
    int64_t memory = ACT(s, creator, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);

    ck_assert_int_eq(ACT(s, creator, SPACE_MAP, (uint64_t)space, DATA, PAGE_BYTES, (uint64_t)memory, 0,
                         PROT_R | PROT_W | MAP_FLAG_FIXED),
                     DATA);
    return (uint64_t)space;
}

/* Its own table has nothing but the grant. */
static uint64_t table_make(struct scenario *s, struct thread *creator)
{
    int64_t table = ACT(s, creator, TABLE_CREATE, HANDLE_GRANT);

    ck_assert_int_eq(ACT(s, creator, HANDLE_DUPLICATE, SELF, HANDLE_GRANT, (uint64_t)table,
                         (uint64_t)DUPLICATE_EXACT << 32 | HANDLE_GRANT, RIGHTS_ALL, 0),
                     HANDLE_GRANT);
    return (uint64_t)table;
}

static struct scheduling *budget_bind(struct scenario *s, struct thread *creator, uint64_t thread)
{
    int64_t budget = ACT(s, creator, SCHEDULING_CREATE, HANDLE_GRANT, 10 * MS, 20 * MS, SELF, 0, 0);

    ck_assert_int_eq(ACT(s, creator, SCHEDULING_BIND, (uint64_t)budget, thread, 1), 0);
    return (struct scheduling *)object_of(creator, (int)budget);
}

static struct thread *thread_make(struct scenario *s, struct thread *creator, struct mix mix)
{
    uint64_t space = mix.space ? SELF : space_make(s, creator);
    uint64_t table = mix.table ? SELF : table_make(s, creator);
    int64_t control = ACT(s, creator, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);
    int64_t thread = ACT(s, creator, THREAD_CREATE, HANDLE_GRANT, space, table, (uint64_t)control, 0xa00000, SELF);
    struct thread *made;

    ck_assert_int_ge(thread, HANDLE_DYNAMIC);
    made = (struct thread *)object_of(creator, (int)thread);
    if (!mix.budget) { /* the creator's is inherited */
        ck_assert_int_eq(lending_unbind(s->kernel, made->scheduling, made), 0);
        (void)budget_bind(s, creator, (uint64_t)thread);
    }
    ck_assert_int_eq(ACT(s, creator, THREAD_START, (uint64_t)thread, 0, 0, 0), 0);
    return made;
}

static void tables_compare(struct scenario *s, struct thread *creator, struct thread *made, bool shared)
{
    int64_t handle = ACT(s, made, NOTIFICATION_CREATE, HANDLE_GRANT);

    ck_assert_int_ge(handle, HANDLE_DYNAMIC);
    ck_assert_int_eq(ACT(s, creator, HANDLE_CLOSE, SELF, HANDLE_DYNAMIC + 60), -E_BADF);
    handle = ACT(s, made, HANDLE_DUPLICATE, SELF, (uint64_t)handle, SELF, HANDLE_DYNAMIC + 60, RIGHTS_ALL, 0);
    ck_assert_int_eq(handle, HANDLE_DYNAMIC + 60);
    ck_assert_int_eq(ACT(s, creator, HANDLE_CLOSE, SELF, (uint64_t)handle), shared ? 0 : -E_BADF);
    ck_assert_int_eq(ACT(s, made, HANDLE_CLOSE, SELF, (uint64_t)handle), shared ? -E_BADF : 0);
}

static void spaces_compare(struct scenario *s, struct thread *creator, struct thread *made, bool shared)
{
    uint64_t word = 1;

    put(s, creator, DATA, &word, sizeof(word));
    word = 2;
    put(s, made, DATA, &word, sizeof(word));
    get(s, creator, DATA, &word, sizeof(word));
    ck_assert_uint_eq(word, shared ? 2 : 1);
}

static void budgets_compare(struct scenario *s, struct thread *creator, struct thread *made, bool shared)
{
    int64_t before = creator->scheduling->available_ns;

    ck_assert_int_eq(ACT(s, made, THREAD_YIELD, 0), 0);
    s->now_ns += MS;
    ck_assert_int_eq(ACT(s, made, THREAD_YIELD, 0), 0);
    ck_assert_int_eq(before - creator->scheduling->available_ns, shared ? (int64_t)MS : 0);
    ck_assert(shared == (creator->scheduling == made->scheduling));
}

START_TEST(each_thread_shares_what_its_creator_says_and_nothing_else_OBJ_3)
{
    for (unsigned i = 0; i < 8; i++) {
        struct mix mix = {.table = (i & 1u) != 0, .space = (i & 2u) != 0, .budget = (i & 4u) != 0};
        struct scenario *s = scenario_create();
        struct process process = process_create(s);
        struct thread *creator = thread_add(&process, 10, NULL, NULL);
        struct thread *made;

        (void)budget_bind(s, creator, SELF);
        made = thread_make(s, creator, mix);
        tables_compare(s, creator, made, mix.table);
        spaces_compare(s, creator, made, mix.space);
        ck_assert_int_eq(ACT(s, creator, THREAD_SUSPEND, SELF), 0);
        budgets_compare(s, creator, made, mix.budget);
        scenario_destroy(s);
    }
}
END_TEST

/* What is shared stays as long as its last user. */
START_TEST(a_shared_table_and_space_outlive_each_but_the_last_of_their_threads_OBJ_3)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *first = thread_add(&process, 10, NULL, NULL);
    struct thread *second = thread_add(&process, 10, NULL, NULL);
    int64_t handle = ACT(s, first, NOTIFICATION_CREATE, HANDLE_GRANT);
    uint64_t word = 7, spaces;

    put(s, first, DATA, &word, sizeof(word));
    ck_assert_int_eq(ACT(s, first, HANDLE_CLOSE, SELF, HANDLE_TABLE), 0);
    ck_assert_int_eq(ACT(s, first, HANDLE_CLOSE, SELF, HANDLE_SPACE), 0);
    ck_assert_int_eq(ACT(s, first, THREAD_EXIT, 0), SYSCALL_BLOCKED);
    ck_assert_int_eq(ACT(s, second, NOTIFICATION_SIGNAL, (uint64_t)handle, 1), 0);
    get(s, second, DATA, &word, sizeof(word));
    ck_assert_uint_eq(word, 7);
    spaces = s->kernel->memory.object_count[OBJECT_SPACE];
    ck_assert_int_eq(ACT(s, second, THREAD_EXIT, 0), SYSCALL_BLOCKED);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_SPACE], spaces - 1);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_NOTIFICATION], 0);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("sharing", each_thread_shares_what_its_creator_says_and_nothing_else_OBJ_3,
          a_shared_table_and_space_outlive_each_but_the_last_of_their_threads_OBJ_3)
