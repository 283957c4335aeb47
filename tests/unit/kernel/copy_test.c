/* Vector to vector copies between two processes. */
#include "copy.h"
#include "scenario.h"
#include "unit.h"

#include <string.h>

#define LENGTH 5000u

static void random_fill(uint8_t *bytes, size_t length, uint32_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

/* Cuts LENGTH bytes from `base` on into parts of at most `step` bytes, with gaps of one byte and empty parts. */
static uint32_t parts_cut(struct part *parts, uint64_t base, uint32_t step)
{
    uint32_t count = 0;

    for (uint32_t done = 0; done < LENGTH; count++) {
        uint32_t here = LENGTH - done < step ? LENGTH - done : step;

        parts[count] = (struct part){base + done + count, count % 7 == 3 ? 0 : here};
        done += (uint32_t)parts[count].length_bytes;
    }
    return count;
}

static void parts_gather(struct scenario *s, struct thread *thread, const struct part *parts, uint32_t count,
                         uint8_t *bytes)
{
    for (uint32_t i = 0; i < count; i++) {
        get(s, thread, parts[i].base, bytes, parts[i].length_bytes);
        bytes += parts[i].length_bytes;
    }
}

static void parts_scatter(struct scenario *s, struct thread *thread, const struct part *parts, uint32_t count,
                          const uint8_t *bytes)
{
    for (uint32_t i = 0; i < count; i++) {
        put(s, thread, parts[i].base, bytes, parts[i].length_bytes);
        bytes += parts[i].length_bytes;
    }
}

START_TEST(bytes_arrive_for_any_split_and_alignment_IPC_2)
{
    static const uint32_t steps[] = {7, 64, 999, 4096, LENGTH};
    struct scenario *s = scenario_create();
    struct process a_process = process_create(s), b_process = process_create(s);
    struct thread *a = thread_add(&a_process, 1, NULL, NULL);
    struct thread *b = thread_add(&b_process, 1, NULL, NULL);
    uint8_t sent[LENGTH], arrived[LENGTH];
    static struct part from_parts[1024], to_parts[1024];

    for (unsigned i = 0; i < 25; i++) {
        uint32_t from_count = parts_cut(from_parts, DATA + 1 + i, steps[i / 5]);
        uint32_t to_count = parts_cut(to_parts, DATA + 4090 - i, steps[i % 5]);
        struct cursor from, to;
        struct copy_result result;
        uint64_t bytes;

        random_fill(sent, sizeof(sent), i);
        parts_scatter(s, a, from_parts, from_count, sent);
        s->vectors_used = 0;
        cursor_init(&from, a->space, vector_put(s, a, from_parts, from_count), from_count, ACCESS_READ);
        ck_assert_int_eq(vector_length(s->kernel, a->space, from.parts, from_count, &bytes), 0);
        ck_assert_uint_eq(bytes, LENGTH);
        s->vectors_used = 1;
        cursor_init(&to, b->space, vector_put(s, b, to_parts, to_count), to_count, ACCESS_WRITE);
        result = copy_vectors(s->kernel, &to, &from);
        ck_assert_uint_eq(result.bytes, LENGTH);
        ck_assert_int_eq(result.from_error | result.to_error, 0);
        parts_gather(s, b, to_parts, to_count, arrived);
        ck_assert_mem_eq(arrived, sent, LENGTH);
    }
    scenario_destroy(s);
}
END_TEST

START_TEST(faults_name_their_side_IPC_14)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 1, NULL, NULL);
    uint64_t good = VECTOR(s, thread, {DATA, 100});
    uint64_t half = VECTOR(s, thread, {DATA + 200, 50}, {NOWHERE, 50});
    uint64_t read_only = VECTOR(s, thread, {READ_ONLY, 100});
    struct cursor from, to;
    struct copy_result result;

    cursor_init(&from, thread->space, half, 2, ACCESS_READ);
    cursor_init(&to, thread->space, good, 1, ACCESS_WRITE);
    result = copy_vectors(s->kernel, &to, &from);
    ck_assert_uint_eq(result.bytes, 50);
    ck_assert_int_eq(result.from_error, -E_FAULT);
    ck_assert_int_eq(result.to_error, 0);
    cursor_init(&from, thread->space, good, 1, ACCESS_READ);
    cursor_init(&to, thread->space, read_only, 1, ACCESS_WRITE);
    result = copy_vectors(s->kernel, &to, &from);
    ck_assert_int_eq(result.from_error, 0);
    ck_assert_int_eq(result.to_error, -E_FAULT);
    scenario_destroy(s);
}
END_TEST

START_TEST(what_has_no_room_is_not_touched_IPC_5)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 1, NULL, NULL);
    uint64_t bad = VECTOR(s, thread, {NOWHERE, 100});
    uint64_t empty = VECTOR(s, thread, {DATA, 0});
    struct cursor from, to;
    struct copy_result result;

    cursor_init(&from, thread->space, bad, 1, ACCESS_READ);
    cursor_init(&to, thread->space, empty, 1, ACCESS_WRITE);
    result = copy_vectors(s->kernel, &to, &from);
    ck_assert_int_eq(result.from_error | result.to_error, 0);
    ck_assert_uint_eq(result.bytes, 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(vectors_too_long_are_refused)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 1, NULL, NULL);
    uint64_t huge = VECTOR(s, thread, {DATA, MESSAGE_BYTES_MAX}, {DATA, 1});
    uint64_t wrapping = VECTOR(s, thread, {DATA, 2}, {DATA, UINT64_MAX});
    uint64_t bytes;

    ck_assert_int_eq(vector_length(s->kernel, thread->space, huge, 1, &bytes), 0);
    ck_assert_int_eq(vector_length(s->kernel, thread->space, huge, 2, &bytes), -E_INVAL);
    ck_assert_int_eq(vector_length(s->kernel, thread->space, wrapping, 2, &bytes), -E_INVAL);
    ck_assert_int_eq(vector_length(s->kernel, thread->space, huge, PARTS_MAX + 1, &bytes), -E_INVAL);
    ck_assert_int_eq(vector_length(s->kernel, thread->space, UINT64_MAX - 3, 1, &bytes), -E_FAULT);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_vector_is_measured_wherever_it_lies_IPC_2)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *thread = thread_add(&process, 1, NULL, NULL);
    static struct part parts[PARTS_MAX];
    uint64_t end = DATA + DATA_PAGES * PAGE_BYTES;
    uint64_t bytes, sum = 0;

    for (unsigned i = 0; i < PARTS_MAX; i++) {
        parts[i] = (struct part){.base = NOWHERE, .length_bytes = i * i};
        sum += parts[i].length_bytes;
    }
    for (uint64_t at = DATA; at <= DATA + 2 * sizeof(struct part); at++) {
        put(s, thread, at, parts, sizeof(parts));
        ck_assert_int_eq(vector_length(s->kernel, thread->space, at, PARTS_MAX, &bytes), 0);
        ck_assert_uint_eq(bytes, sum);
    }
    /* Refused for what is read first. */
    parts[0].length_bytes = MESSAGE_BYTES_MAX;
    for (uint64_t at = end - 3 * sizeof(struct part); at < end; at++) {
        uint64_t readable = (end - at) / sizeof(struct part);

        put(s, thread, at, parts, end - at);
        ck_assert_int_eq(vector_length(s->kernel, thread->space, at, 10, &bytes),
                         readable >= 2 ? -E_INVAL : -E_FAULT);
    }
    scenario_destroy(s);
}
END_TEST

START_TEST(a_large_call_needs_no_kernel_memory_IPC_3)
{
    struct scenario *s = scenario_create();
    struct process a_process = process_create(s), b_process = process_create(s);
    struct thread *client = thread_add(&a_process, 1, NULL, NULL);
    struct thread *server = thread_add(&b_process, 1, NULL, NULL);
    int channel = channel_add(s, server, 0, 0);
    int connection = connection_add(s, server, channel, client, 1);
    uint64_t length = (DATA_PAGES - 8u) * (uint64_t)PAGE_BYTES;
    uint64_t send = VECTOR(s, client, {DATA, length});
    uint64_t receive = VECTOR(s, server, {DATA, length});
    static uint8_t bytes[(DATA_PAGES - 8u) * PAGE_BYTES], arrived[sizeof(bytes)];
    uint64_t free_pages;

    random_fill(bytes, sizeof(bytes), 3);
    put(s, client, DATA, bytes, sizeof(bytes));
    put(s, server, DATA, arrived, sizeof(arrived));
    free_pages = s->kernel->frames.free_count;
    ACT(s, client, CALL, (uint64_t)connection, send, 0, 1, DEADLINE_NONE);
    ck_assert_uint_eq(s->kernel->frames.free_count, free_pages);
    ck_assert_int_eq(ACT(s, server, RECEIVE, (uint64_t)channel, receive, 1, DEADLINE_NONE), 0);
    ck_assert_uint_eq(s->kernel->frames.free_count, free_pages);
    ck_assert_uint_eq(server->control->info.received_bytes, length);
    get(s, server, DATA, arrived, sizeof(arrived));
    ck_assert_mem_eq(arrived, bytes, sizeof(bytes));
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("copy", bytes_arrive_for_any_split_and_alignment_IPC_2, faults_name_their_side_IPC_14,
          what_has_no_room_is_not_touched_IPC_5, vectors_too_long_are_refused,
          a_vector_is_measured_wherever_it_lies_IPC_2, a_large_call_needs_no_kernel_memory_IPC_3)
