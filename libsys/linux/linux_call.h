/* The Linux personality: foreign system calls of static programs, served in the process itself by the system library's
 * os_* services. A handler takes the six arguments as the program gave them and returns >= 0 or -error, Linux's
 * numbers. Pointers are the program's: what is only passed on is checked by the kernel (-E_FAULT); what is read here
 * and is bad is a fault of the program. Handlers are named linux_NAME after the call. linux_table.c (per architecture)
 * gives them their numbers. */
#ifndef LINUX_CALL_H
#define LINUX_CALL_H

#include <sys/os.h>

struct foreign_frame;

typedef int64_t linux_handler(struct foreign_frame *frame,
                              const uint64_t a[6]); /* the one typedef: C has no other word for it */

#define LINUX_CALLS(C)                                                                                                 \
    /* linux_io.c */                                                                                                   \
    C(read) C(write) C(readv) C(writev) C(pread64) C(pwrite64) C(preadv) C(pwritev) C(lseek) C(fsync) C(sendfile)      \
    C(ftruncate) C(fallocate)                                                                                          \
    /* linux_descriptor.c */                                                                                           \
    C(close) C(close_range) C(dup) C(dup2) C(dup3) C(fcntl) C(pipe) C(pipe2) C(flock)                                  \
    /* linux_control.c */                                                                                              \
    C(ioctl)                                                                                                           \
    /* linux_path.c */                                                                                                 \
    C(open) C(openat) C(creat) C(access) C(faccessat) C(mkdir) C(mkdirat) C(rmdir) C(unlink) C(unlinkat) C(rename)     \
    C(renameat) C(renameat2) C(link) C(linkat) C(symlink) C(symlinkat) C(readlink) C(readlinkat) C(chdir) C(fchdir)    \
    C(getcwd) C(umask) C(mknod) C(mknodat) C(getdents64) C(mount) C(umount2)                                           \
    /* linux_stat.c */                                                                                                 \
    C(stat) C(lstat) C(fstat) C(newfstatat) C(statx) C(statfs) C(fstatfs)                                              \
    /* linux_attribute.c */                                                                                            \
    C(chmod) C(fchmod) C(fchmodat) C(chown) C(lchown) C(fchown) C(fchownat) C(utimensat) C(utimes) C(utime)            \
    C(truncate)                                                                                                        \
    /* linux_poll.c */                                                                                                 \
    C(poll) C(ppoll) C(select) C(pselect6)                                                                             \
    /* linux_memory.c */                                                                                               \
    C(brk) C(mmap) C(munmap) C(mprotect) C(mremap) C(madvise) C(msync) C(mlock)                                        \
    /* linux_process.c */                                                                                              \
    C(getpid) C(getppid) C(gettid) C(getuid) C(geteuid) C(getgid) C(getegid) C(getresuid) C(getresgid) C(setuid)       \
    C(setgid) C(setreuid) C(setregid) C(setresuid) C(setresgid) C(getgroups) C(setgroups) C(setpgid) C(getpgid)        \
    C(getpgrp) C(setsid) C(getsid) C(exit) C(exit_group) C(fork) C(vfork) C(clone) C(execve) C(wait4) C(waitid)        \
    C(kill) C(tkill) C(tgkill) C(reboot) C(set_tid_address) C(futex)                                                   \
    /* linux_system.c */                                                                                               \
    C(uname) C(sysinfo) C(getrlimit) C(setrlimit) C(prlimit64) C(getrusage) C(times) C(sched_yield)                    \
    C(sched_getaffinity) C(getpriority) C(setpriority) C(prctl) C(getrandom) C(sync) C(getcpu) C(sethostname)          \
    C(set_robust_list) C(rseq)                                                                                         \
    /* linux_signal.c */                                                                                               \
    C(rt_sigaction) C(rt_sigprocmask) C(rt_sigreturn) C(rt_sigsuspend) C(rt_sigpending) C(rt_sigtimedwait)             \
    C(sigaltstack) C(pause) C(alarm) C(setitimer) C(getitimer)                                                         \
    /* linux_time.c */                                                                                                 \
    C(clock_gettime) C(clock_getres) C(clock_settime) C(gettimeofday) C(time) C(nanosleep) C(clock_nanosleep)          \
    /* per architecture */                                                                                             \
    C(arch_prctl)

#define LINUX_DECLARE(name) linux_handler linux_##name;
LINUX_CALLS(LINUX_DECLARE)
#undef LINUX_DECLARE

/* Handler of a call number, NULL: unknown. Per architecture. */
linux_handler *linux_find(uint64_t number);

#define LINUX_AT_FDCWD (-100)

/* CPU time of the caller's process (who 0) or of its children (1). */
int os_usage(uint32_t who, struct usage_record *usage);
/* Writes it as Linux's struct rusage to the program's memory. */
void linux_usage_put(uint64_t address, const struct usage_record *usage);

/* Linux's timespec and timeval. */
struct linux_time {
    int64_t seconds;
    int64_t fraction; /* ns or us */
};
#define LINUX_NS_PER_S 1000000000ull

/* Absolute monotonic deadline of a relative time of ns; DEADLINE_NONE stays. */
uint64_t linux_deadline(uint64_t relative_ns);
/* Realtime is monotonic plus this. */
uint64_t linux_realtime_offset(void);
/* -E_INVAL: not a time. */
int linux_time_ns(const struct linux_time *time, uint64_t *ns);

#endif
