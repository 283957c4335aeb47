/* Open files: vectors, limits, broken pipes. */
#include "unit.h"

#include "fake_gate.h"
#include "signals.h"

#include <string.h>
#include <sys/os.h>

#define PARTS 20u

static int64_t answers[4];
static size_t answer_next;

static void answer(void)
{
    const struct file_request *request = (const struct file_request *)(const void *)fake.message;
    fake.status = answers[answer_next] != 0 ? answers[answer_next] : (int64_t)request->length;
    answer_next++;
}

static void answers_set(int64_t first, int64_t second)
{
    fake_reset();
    memset(answers, 0, sizeof answers);
    answers[0] = first;
    answers[1] = second;
    answer_next = 0;
    fake.on_message = answer;
}

static void parts_make(struct part parts[PARTS], uint8_t bytes[PARTS])
{
    for (unsigned i = 0; i < PARTS; i++) {
        bytes[i] = (uint8_t)i;
        parts[i] = (struct part){(uintptr_t)&bytes[i], 1};
    }
}

START_TEST(long_vectors_are_written_in_several_messages)
{
    struct part parts[PARTS];
    uint8_t bytes[PARTS];
    parts_make(parts, bytes);
    answers_set(0, 0);
    ck_assert_int_eq(os_writev(3, parts, PARTS), PARTS);
    ck_assert_uint_eq(fake.message_count, 3);
    ck_assert_uint_eq(fake.message[fake.message_bytes - 1], PARTS - 1);
}
END_TEST

START_TEST(a_short_write_ends_a_long_vector)
{
    struct part parts[PARTS];
    uint8_t bytes[PARTS];
    parts_make(parts, bytes);
    answers_set(0, 3);
    ck_assert_int_eq(os_writev(3, parts, PARTS), 10);
    answers_set(0, -E_IO);
    ck_assert_int_eq(os_writev(3, parts, PARTS), 7);
    answers_set(-E_IO, 0);
    ck_assert_int_eq(os_writev(3, parts, PARTS), -E_IO);
}
END_TEST

START_TEST(broken_pipe_raises_its_signal_PRC_9)
{
    fake_reset();
    fake.status = -E_PIPE;
    ck_assert_int_eq(os_write(3, "x", 1), -E_PIPE);
    ck_assert_uint_eq(fake_root_request()->operation, ROOT_KILL_THREAD);
    ck_assert_uint_eq(fake_root_request()->argument[0], 7);
    ck_assert_uint_eq(fake_root_request()->argument[2], SIGNAL_PIPE);
}
END_TEST

START_TEST(lengths_that_wrap_are_refused)
{
    struct part parts[2] = {{1, INT64_MAX}, {1, 2}};
    fake_reset();
    ck_assert_int_eq(os_readv(3, parts, 2), -E_INVAL);
    ck_assert_int_eq(os_readv(3, parts, PARTS_MAX + 1), -E_INVAL);
    ck_assert_int_eq(os_pread(3, parts, 1, UINT64_MAX), -E_INVAL);
    ck_assert_uint_eq(fake.message_count, 0);
}
END_TEST

START_TEST(only_descriptors_are_files)
{
    char byte;
    fake_reset();
    ck_assert_int_eq(os_read(-1, &byte, 1), -E_BADF);
    ck_assert_int_eq(os_read(HANDLE_ROOT, &byte, 1), -E_BADF);
    ck_assert_int_eq(os_close(HANDLE_ROOT), -E_BADF);
    ck_assert_uint_eq(fake.call_count, 0);
}
END_TEST

START_TEST(controls_are_bounded)
{
    static char bytes[FILE_CONTROL_BYTES_MAX + 1];
    fake_reset();
    ck_assert_int_eq(os_control(3, 1, bytes, sizeof bytes, NULL, 0), -E_INVAL);
    ck_assert_int_eq(os_control(3, 1, NULL, 0, bytes, sizeof bytes), -E_INVAL);
    ck_assert_int_eq(os_control(3, 1, bytes, FILE_CONTROL_BYTES_MAX, NULL, 0), 0);
}
END_TEST

UNIT_MAIN("file", long_vectors_are_written_in_several_messages, a_short_write_ends_a_long_vector,
          broken_pipe_raises_its_signal_PRC_9, lengths_that_wrap_are_refused, only_descriptors_are_files,
          controls_are_bounded)
