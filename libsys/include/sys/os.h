/* POSIX-like services of the system library, for native programs and for the personality. All return >= 0 or -error
 * (abi/errno.h). Strings are NUL-terminated. Flags and modes: proto/file.h, proto/root.h. `at` is a directory
 * descriptor or OS_AT_CWD. Calls to servers block; those marked [i] end with -E_INTR when a signal wants in. */
#ifndef SYS_OS_H
#define SYS_OS_H

#include <proto/file.h>
#include <proto/port.h>
#include <proto/root.h>
#include <sys/call.h>

#define OS_AT_CWD (-100)

/* Descriptors. Lowest free number, as POSIX says. */
int os_open(int at, const char *path, uint32_t flags, uint32_t mode); /* [i] */
int os_close(int fd);
int64_t os_read(int fd, void *buffer, uint64_t length_bytes);              /* [i] */
int64_t os_write(int fd, const void *buffer, uint64_t length_bytes);       /* [i] */
int64_t os_pread(int fd, void *buffer, uint64_t length_bytes, uint64_t offset_bytes);
int64_t os_pwrite(int fd, const void *buffer, uint64_t length_bytes, uint64_t offset_bytes);
int64_t os_readv(int fd, const struct part *parts, uint32_t count);  /* [i] */
int64_t os_writev(int fd, const struct part *parts, uint32_t count); /* [i] */
int64_t os_seek(int fd, int64_t offset_bytes, uint32_t whence);
int os_fstat(int fd, struct file_stat *stat);
int os_truncate_fd(int fd, uint64_t size_bytes);
int os_sync(int fd);
/* Terminal and device controls; in and out as the number says, at most FILE_CONTROL_BYTES_MAX each way. */
int64_t os_control(int fd, uint32_t number, const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes);
int os_flags(int fd, uint32_t mask, uint32_t flags); /* fcntl F_GETFL (mask 0), F_SETFL */
/* mode: DUPLICATE_LOWEST, DUPLICATE_EXACT. Any handle may become a descriptor; `at` must be a descriptor's number. */
int os_duplicate(int fd, int at, uint32_t mode, uint32_t handle_flags);
int os_pipe(int fds[2], uint32_t flags);
int64_t os_directory_read(int fd, void *buffer, uint64_t length_bytes); /* struct directory_record ... */
struct os_poll {
    int32_t fd;
    int16_t events;
    int16_t result;
};
int os_poll(struct os_poll *polls, uint32_t count, uint64_t deadline_ns); /* [i] */
/* What of `events` holds now, or errors and hang-up. If nothing does, the server signals `bits` of the notification
 * once something does; the latest request per descriptor and process counts. notification 0: only asks. For waiting
 * for several things at once: bits for each of them in one notification (docs/abi.md). */
int os_poll_ask(int fd, int16_t events, int notification, uint32_t bits);

/* Paths. */
int os_stat(int at, const char *path, uint32_t flags, struct file_stat *stat); /* flags: ROOT_NO_FOLLOW */
int os_access(int at, const char *path, uint32_t mask);
int os_mkdir(int at, const char *path, uint32_t mode);
int os_unlink(int at, const char *path, uint32_t flags); /* ROOT_DIRECTORY: rmdir */
int os_rename(int at, const char *path, int new_at, const char *new_path);
int os_link(int at, const char *path, int new_at, const char *new_path, uint32_t flags);
int os_symlink(const char *target, int at, const char *path);
int64_t os_readlink(int at, const char *path, char *buffer, uint64_t length_bytes);
/* mask: PORT_SET_*; the fields of *stat that it names. path NULL: the open file `at`. */
int os_setattr(int at, const char *path, uint32_t flags, uint32_t mask, const struct file_stat *stat);
int os_statfs(int at, const char *path, struct port_statfs *statfs);
int os_chdir(int at, const char *path); /* path NULL: fchdir(at) */
int64_t os_getcwd(char *buffer, uint64_t length_bytes);
uint32_t os_umask(uint32_t mask);
int os_mknod(int at, const char *path, uint32_t mode);
int os_mount(const char *path, const char *port, uint64_t inode, uint32_t flags);
int os_unmount(const char *path);

/* Processes. argv and envp end with NULL. */
int os_fork(void); /* pid in the parent, 0 in the child */
int os_exec(const char *path, char *const argv[], char *const envp[]); /* returns only on error */
struct os_file_action { /* done in the child in order: from >= 0: duplicate `from` to `to`; from -1: close `to` */
    int32_t from;
    int32_t to;
};
int os_spawn(const char *path, const struct os_file_action *actions, uint32_t action_count, char *const argv[],
             char *const envp[]); /* pid */
/* The same from an ELF image in memory: for init, before there is a file system. */
int os_spawn_memory(int memory, uint64_t offset_bytes, uint64_t size_bytes, const char *name,
                    const struct os_file_action *actions, uint32_t action_count, char *const argv[],
                    char *const envp[]);
/* Fills a blank address space with the library, an ELF image in memory and its stack, by kernel calls alone: for the
 * root server, which starts the first process. On success the caller closes control_memory after ROOT_PROCESS_START's
 * equivalent. -E_NOEXEC, -E_NOMEM, -E_2BIG; what was done stays for the space's end to undo. */
struct os_fill {
    int grant;  /* what it is paid from */
    int space;  /* blank */
    int memory; /* holds the image */
    uint64_t offset_bytes, size_bytes;
    int control_memory;                         /* out: memory of the first thread's control page */
    uint64_t pc, sp, argument, control_address; /* out: how it starts */
};
int os_fill_memory(struct os_fill *fill, char *const argv[], char *const envp[]);
int os_wait(int pid, struct wait_result *result, uint32_t flags); /* [i] pid, 0 with WAIT_NO_HANG */
_Noreturn void os_exit(int status);
int os_kill(int pid, int signal);
int os_ids(struct process_ids *ids);
int os_setpgid(int pid, int group);
int os_getpgid(int pid);
int os_setsid(void);
int os_shutdown(int status);

/* Threads of this process: entry(argument) on a fresh stack of stack_bytes (0: 64 KiB); returning ends the thread. */
int os_thread_create(void (*entry)(void *), void *argument, uint64_t stack_bytes); /* tid */
_Noreturn void os_thread_exit(void);

/* Memory of this process. */
int64_t os_memory_map(uint64_t address, uint64_t size_bytes, uint32_t prot_flags); /* anonymous; the address */
int os_memory_unmap(uint64_t address, uint64_t size_bytes);

/* Text. %s %d %u %x %c %p %l.. %%, widths and zero padding; longer output is cut. Returns the length written. */
int os_format(char *buffer, uint64_t length_bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));
int os_print(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
void os_log(const char *format, ...) __attribute__((format(printf, 1, 2))); /* machine log */

#endif
