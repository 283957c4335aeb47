/* Pipes as programs see them: order, atomic writes, ends, polling, waiting. */
#include "test.h"

#include <string.h>

#include <proto/pipe.h>
#include <sys/os.h>

#define POLL_IN 1
#define POLL_OUT 4
#define POLL_ERROR 8
#define POLL_HANG_UP 16
#define SIGNAL_KILL 9
#define LARGE_BYTES (5u * PIPE_BYTES + 77u)

static uint8_t large[LARGE_BYTES];

static int child_wait(int pid)
{
    struct wait_result result;
    return os_wait(pid, &result, 0) == pid ? result.status : -1;
}

static int poll_now(int fd, int events)
{
    struct os_poll poll = {.fd = fd, .events = (int16_t)events};
    return os_poll(&poll, 1, 0) < 0 ? -1 : poll.result;
}

/* Fills the pipe without waiting; the bytes that went in. */
static int64_t fill(int fd)
{
    int64_t total = 0;
    int64_t written = 0;
    os_flags(fd, OPEN_NONBLOCK, OPEN_NONBLOCK);
    while ((written = os_write(fd, large, PIPE_ATOMIC_BYTES)) > 0) {
        total += written;
    }
    os_flags(fd, OPEN_NONBLOCK, 0);
    return total;
}

TEST(large_write_waits_for_its_reader_and_arrives_whole_VFS_12)
{
    int fds[2];
    EXPECT_EQ(os_pipe(fds, 0), 0);
    for (uint32_t i = 0; i < LARGE_BYTES; i++) {
        large[i] = (uint8_t)(i * 31 >> 3);
    }
    int pid = os_fork();
    if (pid == 0) {
        os_close(fds[0]);
        os_exit(os_write(fds[1], large, LARGE_BYTES) == LARGE_BYTES ? 0 : 1);
    }
    os_close(fds[1]);
    uint32_t at = 0;
    bool right = true;
    uint8_t bytes[1000];
    for (int64_t count = 0; (count = os_read(fds[0], bytes, sizeof bytes)) > 0; at += (uint32_t)count) {
        right = right && at + count <= LARGE_BYTES && memcmp(bytes, large + at, (size_t)count) == 0;
    }
    EXPECT(right);
    EXPECT_EQ(at, LARGE_BYTES);
    EXPECT_EQ(child_wait(pid), 0);
    os_close(fds[0]);
}

TEST(small_writes_of_many_writers_are_not_mixed_VFS_12)
{
    enum { WRITERS = 8, WRITES = 40, BYTES = 3000 };
    int fds[2];
    EXPECT_EQ(os_pipe(fds, 0), 0);
    int pids[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = os_fork();
        if (pids[i] == 0) {
            memset(large, 'a' + i, BYTES);
            for (int j = 0; j < WRITES; j++) {
                os_write(fds[1], large, BYTES);
            }
            os_exit(0);
        }
    }
    os_close(fds[1]);
    static uint8_t block[BYTES];
    uint64_t blocks = 0;
    bool whole = true;
    for (;;) {
        uint32_t have = 0;
        int64_t count = 0;
        while (have < BYTES && (count = os_read(fds[0], block + have, BYTES - have)) > 0) {
            have += (uint32_t)count;
        }
        if (have == 0) {
            break;
        }
        whole = whole && have == BYTES && memcmp(block, block + 1, BYTES - 1) == 0;
        blocks++;
    }
    EXPECT(whole);
    EXPECT_EQ(blocks, WRITERS * WRITES);
    for (int i = 0; i < WRITERS; i++) {
        EXPECT_EQ(child_wait(pids[i]), 0);
    }
    os_close(fds[0]);
}

TEST(without_blocking_empty_and_full_are_told_VFS_12)
{
    int fds[2];
    uint8_t byte = 0;
    EXPECT_EQ(os_pipe(fds, OPEN_NONBLOCK), 0);
    EXPECT_EQ(os_read(fds[0], &byte, 1), -E_AGAIN);
    EXPECT_EQ(fill(fds[1]), PIPE_BYTES);
    os_flags(fds[1], OPEN_NONBLOCK, OPEN_NONBLOCK);
    EXPECT_EQ(os_write(fds[1], &byte, 1), -E_AGAIN);
    EXPECT_EQ(os_read(fds[0], &byte, 1), 1);
    EXPECT_EQ(os_write(fds[1], &byte, 1), 1);
    os_close(fds[0]);
    os_close(fds[1]);
}

TEST(poll_tells_bytes_room_and_closed_ends_VFS_12)
{
    int fds[2];
    EXPECT_EQ(os_pipe(fds, 0), 0);
    EXPECT_EQ(poll_now(fds[0], POLL_IN), 0);
    EXPECT_EQ(poll_now(fds[1], POLL_OUT), POLL_OUT);
    EXPECT_EQ(os_write(fds[1], "x", 1), 1);
    EXPECT_EQ(poll_now(fds[0], POLL_IN), POLL_IN);
    fill(fds[1]);
    EXPECT_EQ(poll_now(fds[1], POLL_OUT), 0);
    os_close(fds[0]);
    EXPECT((poll_now(fds[1], POLL_OUT) & POLL_ERROR) != 0);
    os_close(fds[1]);
    EXPECT_EQ(os_pipe(fds, 0), 0);
    os_close(fds[1]);
    EXPECT_EQ(poll_now(fds[0], POLL_IN) & POLL_HANG_UP, POLL_HANG_UP);
    os_close(fds[0]);
}

TEST(poll_wakes_when_a_byte_comes_VFS_12_IPC_23)
{
    int fds[2];
    EXPECT_EQ(os_pipe(fds, 0), 0);
    int pid = os_fork();
    if (pid == 0) {
        struct os_poll poll = {.fd = fds[0], .events = POLL_IN};
        os_exit(os_poll(&poll, 1, DEADLINE_NONE) == 1 && poll.result == POLL_IN ? 0 : 1);
    }
    for (int i = 0; i < 20; i++) {
        sys_thread_yield(); /* most often the child waits by now; right either way */
    }
    EXPECT_EQ(os_write(fds[1], "x", 1), 1);
    EXPECT_EQ(child_wait(pid), 0);
    os_close(fds[0]);
    os_close(fds[1]);
}

TEST(killed_reader_takes_no_bytes_along_VFS_12_IPC_17)
{
    int fds[2];
    uint8_t byte = 0;
    EXPECT_EQ(os_pipe(fds, 0), 0);
    int pid = os_fork();
    if (pid == 0) {
        os_read(fds[0], &byte, 1);
        os_exit(1);
    }
    for (int i = 0; i < 20; i++) {
        sys_thread_yield();
    }
    EXPECT_EQ(os_kill(pid, SIGNAL_KILL), 0);
    EXPECT_EQ(child_wait(pid), SIGNAL_KILL);
    EXPECT_EQ(os_write(fds[1], "y", 1), 1);
    EXPECT_EQ(os_read(fds[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    os_close(fds[0]);
    os_close(fds[1]);
}

TEST(hundreds_of_pipes_come_and_go_VFS_12)
{
    int fds[2];
    for (int round = 0; round < 2000; round++) {
        EXPECT_EQ(os_pipe(fds, 0), 0);
        os_close(fds[0]);
        os_close(fds[1]);
    }
    int many[300][2];
    for (int i = 0; i < 300; i++) {
        EXPECT_EQ(os_pipe(many[i], 0), 0);
        EXPECT_EQ(os_write(many[i][1], &i, sizeof i), (int64_t)sizeof i);
    }
    for (int i = 0; i < 300; i++) {
        int got = -1;
        EXPECT_EQ(os_read(many[i][0], &got, sizeof got), (int64_t)sizeof got);
        EXPECT_EQ(got, i);
        os_close(many[i][0]);
        os_close(many[i][1]);
    }
}

TEST_MAIN(large_write_waits_for_its_reader_and_arrives_whole_VFS_12,
          small_writes_of_many_writers_are_not_mixed_VFS_12, without_blocking_empty_and_full_are_told_VFS_12,
          poll_tells_bytes_room_and_closed_ends_VFS_12, poll_wakes_when_a_byte_comes_VFS_12_IPC_23,
          killed_reader_takes_no_bytes_along_VFS_12_IPC_17, hundreds_of_pipes_come_and_go_VFS_12)
