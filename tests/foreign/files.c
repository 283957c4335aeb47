/* Files, directories and descriptors, as POSIX says. */
#include "show.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static char buffer[256];

static void basics(void)
{
    int fd;
    SHOW((fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640)) >= 0);
    SHOW(open("a", O_RDWR | O_CREAT | O_EXCL, 0640));
    SHOW(write(fd, "hello world", 11));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(lseek(fd, -5, SEEK_END));
    SHOW(read(fd, buffer, sizeof buffer));
    SHOW(memcmp(buffer, "world", 5));
    SHOW(read(fd, buffer, sizeof buffer));
    SHOW(lseek(fd, -1, SEEK_SET));
    SHOW(lseek(fd, 20, SEEK_SET));
    SHOW(write(fd, "x", 1));
    SHOW(pread(fd, buffer, 10, 11));
    SHOW(memcmp(buffer, "\0\0\0\0\0\0\0\0\0x", 10));
    SHOW(ftruncate(fd, 5));
    SHOW(lseek(fd, 0, SEEK_END));
    struct iovec parts[] = {{"ab", 2}, {"", 0}, {"cde", 3}};
    SHOW(writev(fd, parts, 3));
    SHOW(pread(fd, buffer, sizeof buffer, 0));
    SHOW(memcmp(buffer, "helloabcde", 10));
    SHOW(close(fd));
    SHOW(close(fd));
    SHOW(write(fd, "x", 1));
    SHOW(read(-1, buffer, 1));
}

static void modes(void)
{
    struct stat st;
    int fd;
    SHOW(stat("a", &st));
    SHOW(st.st_size);
    SHOW(st.st_mode & 07777);
    SHOW(S_ISREG(st.st_mode));
    SHOW(chmod("a", 0604));
    SHOW(stat("a", &st));
    SHOW(st.st_mode & 07777);
    SHOW((fd = open("a", O_WRONLY | O_APPEND)) >= 0);
    SHOW(read(fd, buffer, 1));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(write(fd, "end", 3));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(close(fd));
    SHOW((fd = open("a", O_RDONLY)) >= 0);
    SHOW(write(fd, "x", 1));
    SHOW(ftruncate(fd, 1));
    SHOW(close(fd));
    SHOW((fd = open("a", O_RDWR | O_TRUNC)) >= 0);
    SHOW(fstat(fd, &st));
    SHOW(st.st_size);
    SHOW(close(fd));
    SHOW(access("a", R_OK | W_OK));
    SHOW(access("none", F_OK));
}

static void names(void)
{
    struct stat st;
    SHOW(mkdir("d", 0755));
    SHOW(mkdir("d", 0755));
    SHOW(mkdir("none/d", 0755));
    SHOW(link("a", "d/b"));
    SHOW(stat("d/b", &st));
    SHOW(st.st_nlink);
    SHOW(symlink("d/b", "s"));
    SHOW(readlink("s", buffer, sizeof buffer));
    SHOW(lstat("s", &st));
    SHOW(S_ISLNK(st.st_mode));
    SHOW(open("s", O_RDONLY | O_NOFOLLOW));
    SHOW(symlink("loop", "loop"));
    SHOW(open("loop", O_RDONLY));
    SHOW(rename("d/b", "d/c"));
    SHOW(rename("none", "x"));
    SHOW(rename("a", "d"));
    SHOW(rename("d", "a"));
    SHOW(mkdir("e", 0700));
    SHOW(rename("e", "d"));
    SHOW(rename("d", "d/e/f"));
    SHOW(rename("d", "d/inside"));
    SHOW(rmdir("d"));
    SHOW(rmdir("a"));
    SHOW(unlink("d"));
    SHOW(unlink("none"));
    SHOW(open("a/x", O_RDONLY));
    SHOW(open("d", O_WRONLY));
    SHOW(open("", O_RDONLY));
    char longest[300];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    SHOW(open(longest, O_RDONLY));
    SHOW(stat("d/../d/./c", &st));
    SHOW(rename("d/c", "a"));
    SHOW(unlink("s"));
    SHOW(unlink("loop"));
    SHOW(rmdir("e"));
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void listing(const char *path)
{
    char *list[64];
    int count = 0;
    DIR *directory = opendir(path);
    SHOW(directory != NULL);
    for (struct dirent *entry; directory != NULL && count < 64 && (entry = readdir(directory)) != NULL;) {
        list[count++] = strdup(entry->d_name);
    }
    qsort(list, (size_t)count, sizeof list[0], by_name);
    for (int i = 0; i < count; i++) {
        printf("entry %s\n", list[i]);
        free(list[i]);
    }
    SHOW(directory == NULL ? 0 : closedir(directory));
}

static void directories(void)
{
    char here[256];
    int fd, file;
    SHOW(mkdir("d/one", 0755));
    SHOW((fd = open("d", O_RDONLY | O_DIRECTORY)) >= 0);
    SHOW((file = openat(fd, "two", O_CREAT | O_WRONLY, 0600)) >= 0);
    SHOW(close(file));
    listing("d");
    SHOW(read(fd, buffer, 1));
    SHOW(unlinkat(fd, "two", 0));
    SHOW(unlinkat(fd, "one", AT_REMOVEDIR));
    SHOW(chdir("d"));
    SHOW(getcwd(here, sizeof here) != NULL);
    printf("in %s\n", strrchr(here, '/'));
    SHOW(chdir(".."));
    SHOW(fchdir(fd));
    SHOW(chdir("/"));
    SHOW(fchdir(fd));
    SHOW(chdir(".."));
    SHOW(close(fd));
    SHOW(open("a", O_RDONLY | O_DIRECTORY));
    listing(".");
}

static void descriptors(void)
{
    int fd, other;
    SHOW((fd = open("a", O_RDWR | O_CREAT, 0600)));
    SHOW((other = dup(fd)));
    SHOW(write(fd, "123456", 6));
    SHOW(lseek(other, 0, SEEK_CUR));
    SHOW(dup2(fd, 20));
    SHOW(dup2(fd, fd));
    SHOW(dup2(77, 21));
    SHOW(fcntl(fd, F_DUPFD, 30));
    SHOW(close(fd));
    SHOW(open("a", O_RDONLY));
    SHOW(close(fd));
    SHOW(close(other));
    SHOW(close(20));
    SHOW(close(30));
    SHOW(unlink("d/c"));
    SHOW(unlink("a"));
}

int main(void)
{
    char place[] = "/tmp/files-XXXXXX"; /* of its own: on the host, several may run at once */
    umask(022);
    SHOW(mkdtemp(place) != NULL);
    SHOW(chdir(place));
    basics();
    modes();
    names();
    directories();
    descriptors();
    SHOW(rmdir("d"));
    SHOW(chdir("/"));
    SHOW(rmdir(place));
    return 0;
}
