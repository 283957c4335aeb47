/* Numbers of Linux's system calls on aarch64. */
#include "linux_call.h"

#define LINUX_CALL_LIMIT 512u

#define NUMBER(number, name) [number] = linux_##name
static linux_handler *const table[LINUX_CALL_LIMIT] = {
    NUMBER(17, getcwd), NUMBER(23, dup), NUMBER(24, dup3), NUMBER(25, fcntl), NUMBER(29, ioctl), NUMBER(32, flock),
    NUMBER(33, mknodat), NUMBER(34, mkdirat), NUMBER(35, unlinkat), NUMBER(36, symlinkat), NUMBER(37, linkat),
    NUMBER(38, renameat), NUMBER(39, umount2), NUMBER(40, mount), NUMBER(43, statfs), NUMBER(44, fstatfs),
    NUMBER(45, truncate), NUMBER(46, ftruncate), NUMBER(47, fallocate), NUMBER(48, faccessat), NUMBER(49, chdir),
    NUMBER(50, fchdir), NUMBER(52, fchmod), NUMBER(53, fchmodat), NUMBER(54, fchownat), NUMBER(55, fchown),
    NUMBER(56, openat), NUMBER(57, close), NUMBER(59, pipe2), NUMBER(61, getdents64), NUMBER(62, lseek),
    NUMBER(63, read), NUMBER(64, write), NUMBER(65, readv), NUMBER(66, writev), NUMBER(67, pread64),
    NUMBER(68, pwrite64), NUMBER(69, preadv), NUMBER(70, pwritev), NUMBER(71, sendfile), NUMBER(72, pselect6),
    NUMBER(73, ppoll), NUMBER(78, readlinkat), NUMBER(79, newfstatat), NUMBER(80, fstat), NUMBER(81, sync),
    NUMBER(82, fsync), NUMBER(83, fsync), NUMBER(88, utimensat), NUMBER(93, exit), NUMBER(94, exit_group),
    NUMBER(95, waitid), NUMBER(96, set_tid_address), NUMBER(98, futex), NUMBER(99, set_robust_list),
    NUMBER(101, nanosleep), NUMBER(102, getitimer), NUMBER(103, setitimer), NUMBER(112, clock_settime),
    NUMBER(113, clock_gettime), NUMBER(114, clock_getres), NUMBER(115, clock_nanosleep), NUMBER(123, sched_getaffinity),
    NUMBER(124, sched_yield), NUMBER(129, kill), NUMBER(130, tkill), NUMBER(131, tgkill), NUMBER(132, sigaltstack),
    NUMBER(133, rt_sigsuspend), NUMBER(134, rt_sigaction), NUMBER(135, rt_sigprocmask), NUMBER(136, rt_sigpending),
    NUMBER(137, rt_sigtimedwait), NUMBER(139, rt_sigreturn), NUMBER(140, setpriority), NUMBER(141, getpriority),
    NUMBER(142, reboot), NUMBER(143, setregid), NUMBER(144, setgid), NUMBER(145, setreuid), NUMBER(146, setuid),
    NUMBER(147, setresuid), NUMBER(148, getresuid), NUMBER(149, setresgid), NUMBER(150, getresgid), NUMBER(153, times),
    NUMBER(154, setpgid), NUMBER(155, getpgid), NUMBER(156, getsid), NUMBER(157, setsid), NUMBER(158, getgroups),
    NUMBER(159, setgroups), NUMBER(160, uname), NUMBER(161, sethostname), NUMBER(163, getrlimit),
    NUMBER(164, setrlimit), NUMBER(165, getrusage), NUMBER(166, umask), NUMBER(167, prctl), NUMBER(168, getcpu),
    NUMBER(169, gettimeofday), NUMBER(172, getpid), NUMBER(173, getppid), NUMBER(174, getuid), NUMBER(175, geteuid),
    NUMBER(176, getgid), NUMBER(177, getegid), NUMBER(178, gettid), NUMBER(179, sysinfo), NUMBER(214, brk),
    NUMBER(215, munmap), NUMBER(216, mremap), NUMBER(220, clone), NUMBER(221, execve), NUMBER(222, mmap),
    NUMBER(226, mprotect), NUMBER(227, msync), NUMBER(228, mlock), NUMBER(229, mlock), NUMBER(230, mlock),
    NUMBER(231, mlock), NUMBER(233, madvise), NUMBER(260, wait4), NUMBER(261, prlimit64), NUMBER(276, renameat2),
    NUMBER(278, getrandom), NUMBER(291, statx), NUMBER(293, rseq), NUMBER(436, close_range), NUMBER(439, faccessat),
};
#undef NUMBER

linux_handler *linux_find(uint64_t number)
{
    return number < LINUX_CALL_LIMIT ? table[number] : NULL;
}
