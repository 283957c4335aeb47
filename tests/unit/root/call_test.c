/* Messages to the root server: whatever their bytes say, they are understood or refused. */
#include "fake_sys.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

static struct root_call *deliver(struct root *root, struct process *from, uint64_t cookie, const void *bytes,
                                 uint64_t size)
{
    struct fake_sys *fake = fake_sys();
    fake->message = bytes;
    fake->message_bytes = size;
    fake->control.info = (struct receive_info){
        .kind = RECEIVED_MESSAGE,
        .message_id = 500,
        .cookie = cookie,
        .identity = (uint64_t)from->pid << 32 | from->pid,
    };
    return call_receive(root);
}

struct message {
    struct root_request request;
    char bytes[2 * PATH_BYTES_MAX + 512];
};

START_TEST(path_and_data_are_separated)
{
    struct root *root = fake_root();
    struct process *p = process_find(root, 1);
    struct message message = {.request = {.operation = ROOT_RENAME, .path_bytes = 3, .data_bytes = 2}};
    memcpy(message.bytes, "abcxy", 5);
    struct root_call *call = deliver(root, p, process_cookie(p), &message, sizeof message.request + 5);
    ck_assert(call_decode(root, call));
    ck_assert_str_eq(call->path, "abc");
    ck_assert_str_eq(call->data, "xy");
    ck_assert_uint_eq((uintptr_t)call->data % 8, 0);
    ck_assert_ptr_eq(call->process, p);
    root_reply(root, call, 0, NULL, 0);
    ck_assert_uint_eq(p->calls, 0);
}
END_TEST

static int64_t refusal(struct root *root, struct message *message, uint64_t size)
{
    struct process *p = process_find(root, 1);
    struct root_call *call = deliver(root, p, process_cookie(p), message, size);
    ck_assert(!call_decode(root, call));
    ck_assert_int_eq(call->state, CALL_FREE);
    ck_assert_uint_eq(p->calls, 0);
    root_flush(root);
    return fake_sys()->replies[fake_sys()->reply_count - 1].status;
}

START_TEST(bad_lengths_are_refused)
{
    struct root *root = fake_root();
    struct message message = {.request = {.operation = ROOT_STAT, .path_bytes = 6}};
    ck_assert_int_eq(refusal(root, &message, sizeof message.request + 5), -E_INVAL);
    ck_assert_int_eq(refusal(root, &message, 63), -E_INVAL);
    ck_assert_int_eq(refusal(root, &message, 0), -E_INVAL);
    message.request.path_bytes = UINT32_MAX;
    message.request.data_bytes = UINT32_MAX;
    ck_assert_int_eq(refusal(root, &message, sizeof message.request + 5), -E_INVAL);
    message.request.path_bytes = PATH_BYTES_MAX;
    message.request.data_bytes = 0;
    ck_assert_int_eq(refusal(root, &message, sizeof message.request + PATH_BYTES_MAX), -E_NAMETOOLONG);
    ck_assert_int_eq(refusal(root, &message, sizeof message), -E_MSGSIZE);
    message.request.path_bytes = 2; /* holds a NUL */
    ck_assert_int_eq(refusal(root, &message, sizeof message.request + 2), -E_INVAL);
}
END_TEST

START_TEST(longest_path_and_data_fit)
{
    struct root *root = fake_root();
    struct process *p = process_find(root, 1);
    struct message message = {
        .request = {.operation = ROOT_SYMLINK, .path_bytes = PATH_BYTES_MAX - 1, .data_bytes = PATH_BYTES_MAX}};
    memset(message.bytes, 'a', PATH_BYTES_MAX - 1);
    memset(message.bytes + PATH_BYTES_MAX - 1, 'b', PATH_BYTES_MAX);
    struct root_call *call =
        deliver(root, p, process_cookie(p), &message, sizeof message.request + 2 * PATH_BYTES_MAX - 1);
    ck_assert(call_decode(root, call));
    ck_assert_uint_eq(strlen(call->path), PATH_BYTES_MAX - 1);
    ck_assert_uint_eq(strlen(call->data), PATH_BYTES_MAX);
    ck_assert_int_eq(call->data[0], 'b');
}
END_TEST

START_TEST(a_directory_session_gets_file_requests)
{
    struct root *root = fake_root();
    struct process *p = process_find(root, 1);
    struct {
        struct file_request request;
        char bytes[100];
    } message = {.request = {.operation = FILE_WRITE}, .bytes = "text"};
    struct root_call *call = deliver(root, p, COOKIE(COOKIE_DIRECTORY, 3), &message, sizeof message.request + 4);
    ck_assert(call_decode(root, call));
    ck_assert_str_eq(call->data, "text");
    ck_assert_uint_eq(call->data_bytes, 4);
    ck_assert_ptr_eq(call->process, p);
}
END_TEST

START_TEST(a_kept_reply_goes_out_before_the_next_message)
{
    struct root *root = fake_root();
    struct process *p = process_find(root, 1);
    struct root_request request = {.operation = ROOT_IDS};
    struct root_call *call = deliver(root, p, process_cookie(p), &request, sizeof request);
    ck_assert(call_decode(root, call));
    root_reply(root, call, 42, "data", 5);
    ck_assert_uint_eq(fake_sys()->reply_count, 0);
    deliver(root, p, process_cookie(p), &request, sizeof request);
    ck_assert_uint_eq(fake_sys()->reply_count, 1);
    ck_assert_int_eq(fake_sys()->replies[0].status, 42);
    ck_assert_mem_eq(fake_sys()->replies[0].data, "data", 5);
}
END_TEST

START_TEST(the_last_free_call_is_kept)
{
    struct root *root = fake_root();
    struct process *p = process_find(root, 1);
    struct root_request request = {.operation = ROOT_IDS};
    for (uint32_t i = 0; i < ROOT_CALLS_MAX - 1; i++) {
        struct root_call *call = deliver(root, p, process_cookie(p), &request, sizeof request);
        ck_assert(call_decode(root, call));
    }
    struct root_call *call = deliver(root, p, process_cookie(p), &request, sizeof request);
    ck_assert(!call_decode(root, call));
    root_flush(root);
    ck_assert_int_eq(fake_sys()->replies[0].status, -E_AGAIN);
}
END_TEST

UNIT_MAIN("call", path_and_data_are_separated, bad_lengths_are_refused, longest_path_and_data_fit,
          a_directory_session_gets_file_requests,
          a_kept_reply_goes_out_before_the_next_message, the_last_free_call_is_kept)
