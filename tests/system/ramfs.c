/* The writable ramfs as programs see it: sparse and large files, appends, times, space that comes back. */
#include "test.h"

#include <string.h>

#include <sys/os.h>

#define MEGABYTE (1u << 20)

static uint8_t bytes[3 * MEGABYTE + 5];
static uint8_t back[3 * MEGABYTE + 5];

static int file_open(const char *path, uint32_t flags)
{
    return os_open(OS_AT_CWD, path, flags, 0644);
}

static uint64_t blocks_free(void)
{
    struct port_statfs statfs;
    return os_statfs(OS_AT_CWD, "/tmp", &statfs) < 0 ? 0 : statfs.blocks_free;
}

TEST(large_writes_at_odd_places_are_read_back_VFS_11)
{
    uint64_t seed = 7;
    int fd = file_open("/tmp/ramfs.large", OPEN_CREATE | OPEN_READ_WRITE | OPEN_TRUNCATE);
    EXPECT(fd >= 0);
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 2654435761u >> 24);
    }
    for (int i = 0; i < 100; i++) {
        uint64_t offset = test_random(&seed) % sizeof bytes;
        uint64_t length = test_random(&seed) % (sizeof bytes - offset);
        EXPECT_EQ(os_pwrite(fd, bytes + offset, length, offset), (int64_t)length);
    }
    EXPECT_EQ(os_pwrite(fd, bytes, sizeof bytes, 0), (int64_t)sizeof bytes);
    EXPECT_EQ(os_pread(fd, back, sizeof back, 0), (int64_t)sizeof back);
    EXPECT(memcmp(bytes, back, sizeof bytes) == 0);
    for (int i = 0; i < 100; i++) {
        uint64_t offset = test_random(&seed) % sizeof bytes;
        uint64_t length = test_random(&seed) % (sizeof bytes - offset);
        EXPECT_EQ(os_pread(fd, back, length, offset), (int64_t)length);
        EXPECT(memcmp(bytes + offset, back, length) == 0);
    }
    os_close(fd);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/ramfs.large", 0), 0);
}

TEST(holes_read_as_zeros_and_take_no_space_VFS_11)
{
    uint64_t before = blocks_free();
    int fd = file_open("/tmp/ramfs.sparse", OPEN_CREATE | OPEN_READ_WRITE | OPEN_TRUNCATE);
    EXPECT(fd >= 0);
    EXPECT_EQ(os_pwrite(fd, "end", 3, 1ull << 32), 3);
    EXPECT(before - blocks_free() < 10);
    memset(back, 1, 5000);
    EXPECT_EQ(os_pread(fd, back, 5000, 1000000), 5000);
    bool zeros = true;
    for (int i = 0; i < 5000; i++) {
        zeros = zeros && back[i] == 0;
    }
    EXPECT(zeros);
    EXPECT_EQ(os_seek(fd, 0, 2), (int64_t)((1ull << 32) + 3));
    os_close(fd);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/ramfs.sparse", 0), 0);
}

TEST(space_comes_back_when_the_last_user_goes_VFS_11)
{
    uint64_t before = blocks_free();
    int fd = file_open("/tmp/ramfs.space", OPEN_CREATE | OPEN_READ_WRITE);
    EXPECT_EQ(os_write(fd, bytes, MEGABYTE), MEGABYTE);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/ramfs.space", 0), 0);
    EXPECT_EQ(os_pread(fd, back, 100, 1000), 100);
    EXPECT(blocks_free() < before);
    os_close(fd);
    struct port_statfs statfs;
    uint64_t after = 0;
    for (int i = 0; i < 1000 && after != before; i++) { /* the close is told by a pulse */
        EXPECT_EQ(os_statfs(OS_AT_CWD, "/tmp", &statfs), 0);
        after = statfs.blocks_free;
    }
    EXPECT_EQ(after, before);
}

TEST(appends_go_to_the_end_whoever_wrote_before_VFS_11)
{
    int a = file_open("/tmp/ramfs.append", OPEN_CREATE | OPEN_WRITE_ONLY | OPEN_APPEND);
    int b = file_open("/tmp/ramfs.append", OPEN_WRITE_ONLY | OPEN_APPEND);
    EXPECT(a >= 0 && b >= 0);
    EXPECT_EQ(os_write(a, "one", 3), 3);
    EXPECT_EQ(os_write(b, "two", 3), 3);
    EXPECT_EQ(os_write(a, "three", 5), 5);
    int fd = file_open("/tmp/ramfs.append", OPEN_READ_ONLY);
    EXPECT_EQ(os_read(fd, back, 100), 11);
    EXPECT(memcmp(back, "onetwothree", 11) == 0);
    os_close(a);
    os_close(b);
    os_close(fd);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/ramfs.append", 0), 0);
}

TEST(a_cut_file_grows_with_zeros_VFS_11)
{
    int fd = file_open("/tmp/ramfs.cut", OPEN_CREATE | OPEN_READ_WRITE | OPEN_TRUNCATE);
    memset(bytes, 'x', 10000);
    EXPECT_EQ(os_write(fd, bytes, 10000), 10000);
    EXPECT_EQ(os_truncate_fd(fd, 4100), 0);
    EXPECT_EQ(os_truncate_fd(fd, 9000), 0);
    EXPECT_EQ(os_pread(fd, back, 10000, 0), 9000);
    EXPECT_EQ(back[4099], 'x');
    EXPECT_EQ(back[4100], 0);
    EXPECT_EQ(back[8999], 0);
    os_close(fd);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/ramfs.cut", 0), 0);
}

TEST(a_full_file_system_is_a_clear_error_and_can_be_emptied_VFS_11)
{
    uint64_t before = blocks_free();
    int fd = file_open("/tmp/ramfs.full", OPEN_CREATE | OPEN_READ_WRITE);
    int64_t written = 0;
    uint64_t total = 0;
    while ((written = os_write(fd, bytes, MEGABYTE)) > 0 && total <= before * 4096) {
        total += (uint64_t)written;
    }
    EXPECT_EQ(written, -E_NOSPC);
    EXPECT(total > before * 4096 / 10 * 9);
    EXPECT_EQ(os_truncate_fd(fd, 0), 0);
    EXPECT_EQ(os_pwrite(fd, "x", 1, 0), 1);
    os_close(fd);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/ramfs.full", 0), 0);
}

TEST_MAIN(large_writes_at_odd_places_are_read_back_VFS_11, holes_read_as_zeros_and_take_no_space_VFS_11,
          space_comes_back_when_the_last_user_goes_VFS_11, appends_go_to_the_end_whoever_wrote_before_VFS_11,
          a_cut_file_grows_with_zeros_VFS_11, a_full_file_system_is_a_clear_error_and_can_be_emptied_VFS_11)
