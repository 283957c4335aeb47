/* Files and pipes through the native interface. */
#include "test.h"

#include <string.h>
#include <sys/os.h>

static const char text[] = "the quick brown fox";

static int fresh(const char *path)
{
    os_unlink(OS_AT_CWD, path, 0);
    return os_open(OS_AT_CWD, path, OPEN_READ_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE, 0644);
}

TEST(written_bytes_are_read_back_VFS_2_VFS_4)
{
    char back[64] = {0};
    int fd = fresh("/tmp/t1");
    EXPECT(fd >= 0);
    EXPECT_EQ(os_write(fd, text, sizeof text), sizeof text);
    EXPECT_EQ(os_seek(fd, 4, 0), 4);
    EXPECT_EQ(os_read(fd, back, sizeof back), sizeof text - 4);
    EXPECT(memcmp(back, text + 4, sizeof text - 4) == 0);
    EXPECT_EQ(os_read(fd, back, sizeof back), 0);
    EXPECT_EQ(os_pread(fd, back, 5, 4), 5);
    EXPECT(memcmp(back, "quick", 5) == 0);
    struct file_stat stat;
    EXPECT_EQ(os_fstat(fd, &stat), 0);
    EXPECT_EQ(stat.size_bytes, sizeof text);
    EXPECT_EQ(stat.mode & 0777, 0644);
    EXPECT_EQ(os_close(fd), 0);
    EXPECT_EQ(os_close(fd), -E_BADF);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/t1", 0), 0);
}

TEST(descriptors_are_lowest_first_and_share_their_position_OBJ_2)
{
    int fd = fresh("/tmp/t2");
    EXPECT(fd >= 0);
    int other = os_duplicate(fd, 0, DUPLICATE_LOWEST, 0);
    EXPECT_EQ(other, fd + 1);
    EXPECT_EQ(os_write(fd, text, 10), 10);
    EXPECT_EQ(os_seek(other, 0, 1), 10);
    EXPECT_EQ(os_close(fd), 0);
    EXPECT_EQ(os_write(other, text, 1), 1);
    EXPECT_EQ(os_duplicate(other, 0, DUPLICATE_LOWEST, 0), fd);
    EXPECT_EQ(os_close(fd), 0);
    EXPECT_EQ(os_close(other), 0);
}

TEST(read_only_descriptor_cannot_write_even_by_hand_OBJ_2)
{
    int made = fresh("/tmp/t3");
    EXPECT(made >= 0);
    EXPECT_EQ(os_close(made), 0);
    int fd = os_open(OS_AT_CWD, "/tmp/t3", OPEN_READ_ONLY, 0);
    EXPECT(fd >= 0);
    EXPECT_EQ(os_write(fd, text, 4), -E_BADF);
    struct file_request request = {.operation = FILE_WRITE, .offset = 0, .length = 4};
    struct part parts[] = {{(uintptr_t)&request, sizeof request}, {(uintptr_t)text, 4}};
    EXPECT_EQ(sys_call(fd, parts, 2, NULL, 0, 0, DEADLINE_NONE), -E_BADF);
    request = (struct file_request){.operation = FILE_TRUNCATE, .length = 100};
    EXPECT(sys_call(fd, parts, 1, NULL, 0, 0, DEADLINE_NONE) < 0);
    struct file_stat stat;
    EXPECT_EQ(os_fstat(fd, &stat), 0);
    EXPECT_EQ(stat.size_bytes, 0);
    EXPECT_EQ(os_close(fd), 0);
}

TEST(directories_links_and_renames_VFS_11)
{
    struct file_stat stat;
    EXPECT_EQ(os_mkdir(OS_AT_CWD, "/tmp/d1", 0755), 0);
    EXPECT_EQ(os_mkdir(OS_AT_CWD, "/tmp/d1", 0755), -E_EXIST);
    int fd = fresh("/tmp/d1/a");
    EXPECT(fd >= 0);
    EXPECT_EQ(os_close(fd), 0);
    EXPECT_EQ(os_rename(OS_AT_CWD, "/tmp/d1/a", OS_AT_CWD, "/tmp/d1/b"), 0);
    EXPECT_EQ(os_stat(OS_AT_CWD, "/tmp/d1/a", 0, &stat), -E_NOENT);
    EXPECT_EQ(os_link(OS_AT_CWD, "/tmp/d1/b", OS_AT_CWD, "/tmp/d1/c", 0), 0);
    EXPECT_EQ(os_stat(OS_AT_CWD, "/tmp/d1/c", 0, &stat), 0);
    EXPECT_EQ(stat.link_count, 2);
    EXPECT_EQ(os_symlink("b", OS_AT_CWD, "/tmp/d1/s"), 0);
    char target[16] = {0};
    EXPECT_EQ(os_readlink(OS_AT_CWD, "/tmp/d1/s", target, sizeof target), 1);
    EXPECT_EQ(target[0], 'b');
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/d1", ROOT_DIRECTORY), -E_NOTEMPTY);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/d1", 0), -E_ISDIR);
    for (const char *const *name = (const char *const[]){"/tmp/d1/b", "/tmp/d1/c", "/tmp/d1/s", NULL}; *name; name++) {
        EXPECT_EQ(os_unlink(OS_AT_CWD, *name, 0), 0);
    }
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/d1", ROOT_DIRECTORY), 0);
}

TEST(unlinked_open_file_lives_on_VFS_11)
{
    char back[8] = {0};
    int fd = fresh("/tmp/t4");
    EXPECT(fd >= 0);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/t4", 0), 0);
    EXPECT_EQ(os_write(fd, text, 4), 4);
    EXPECT_EQ(os_pread(fd, back, 4, 0), 4);
    EXPECT(memcmp(back, text, 4) == 0);
    EXPECT_EQ(os_close(fd), 0);
}

TEST(path_errors_are_told_apart_VFS_11)
{
    int fd = fresh("/tmp/t5");
    EXPECT(fd >= 0);
    EXPECT_EQ(os_close(fd), 0);
    EXPECT_EQ(os_open(OS_AT_CWD, "/tmp/none", OPEN_READ_ONLY, 0), -E_NOENT);
    EXPECT_EQ(os_open(OS_AT_CWD, "/tmp/t5/x", OPEN_READ_ONLY, 0), -E_NOTDIR);
    EXPECT_EQ(os_open(OS_AT_CWD, "/tmp", OPEN_WRITE_ONLY, 0), -E_ISDIR);
    EXPECT_EQ(os_open(OS_AT_CWD, "", OPEN_READ_ONLY, 0), -E_NOENT);
    EXPECT_EQ(os_open(OS_AT_CWD, "/tmp/t5", OPEN_READ_ONLY | OPEN_DIRECTORY, 0), -E_NOTDIR);
    EXPECT_EQ(os_open(OS_AT_CWD, "/tmp/t5", OPEN_WRITE_ONLY | OPEN_CREATE | OPEN_EXCLUSIVE, 0600), -E_EXIST);
    EXPECT_EQ(os_unlink(OS_AT_CWD, "/tmp/t5", 0), 0);
}

TEST(ports_and_devices_are_made_nowhere_else_VFS_1_VFS_8)
{
    EXPECT_EQ(os_mknod(OS_AT_CWD, "/tmp/dev", 0020666), -E_PERM);
    EXPECT_EQ(os_mknod(OS_AT_CWD, "/tmp/blk", 0060666), -E_PERM);
}

TEST(pipe_carries_bytes_and_ends_with_its_writer_VFS_12)
{
    int fds[2];
    char back[32] = {0};
    EXPECT_EQ(os_pipe(fds, 0), 0);
    EXPECT_EQ(os_write(fds[1], text, sizeof text), sizeof text);
    EXPECT_EQ(os_read(fds[0], back, 3), 3);
    EXPECT_EQ(os_read(fds[0], back, sizeof back), sizeof text - 3);
    EXPECT_EQ(os_close(fds[1]), 0);
    EXPECT_EQ(os_read(fds[0], back, sizeof back), 0);
    EXPECT_EQ(os_close(fds[0]), 0);
}

TEST_MAIN(written_bytes_are_read_back_VFS_2_VFS_4, descriptors_are_lowest_first_and_share_their_position_OBJ_2,
          read_only_descriptor_cannot_write_even_by_hand_OBJ_2, directories_links_and_renames_VFS_11,
          unlinked_open_file_lives_on_VFS_11, path_errors_are_told_apart_VFS_11,
          ports_and_devices_are_made_nowhere_else_VFS_1_VFS_8, pipe_carries_bytes_and_ends_with_its_writer_VFS_12)
