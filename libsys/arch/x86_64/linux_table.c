/* Numbers of Linux's system calls on x86_64. */
#include "linux_call.h"

#define LINUX_CALL_LIMIT 512u

#define NUMBER(number, name) [number] = linux_##name
static linux_handler *const table[LINUX_CALL_LIMIT] = {
    NUMBER(0, read), NUMBER(1, write), NUMBER(2, open), NUMBER(3, close), NUMBER(4, stat), NUMBER(5, fstat),
    NUMBER(6, lstat), NUMBER(7, poll), NUMBER(8, lseek), NUMBER(9, mmap), NUMBER(10, mprotect), NUMBER(11, munmap),
    NUMBER(12, brk), NUMBER(13, rt_sigaction), NUMBER(14, rt_sigprocmask), NUMBER(15, rt_sigreturn), NUMBER(16, ioctl),
    NUMBER(17, pread64), NUMBER(18, pwrite64), NUMBER(19, readv), NUMBER(20, writev), NUMBER(21, access),
    NUMBER(22, pipe), NUMBER(23, select), NUMBER(24, sched_yield), NUMBER(25, mremap), NUMBER(26, msync),
    NUMBER(28, madvise), NUMBER(32, dup), NUMBER(33, dup2), NUMBER(34, pause), NUMBER(35, nanosleep),
    NUMBER(36, getitimer), NUMBER(37, alarm), NUMBER(38, setitimer), NUMBER(39, getpid), NUMBER(40, sendfile),
    NUMBER(56, clone), NUMBER(57, fork), NUMBER(58, vfork), NUMBER(59, execve), NUMBER(60, exit), NUMBER(61, wait4),
    NUMBER(62, kill), NUMBER(63, uname), NUMBER(72, fcntl), NUMBER(73, flock), NUMBER(74, fsync), NUMBER(75, fsync),
    NUMBER(76, truncate), NUMBER(77, ftruncate), NUMBER(79, getcwd), NUMBER(80, chdir), NUMBER(81, fchdir),
    NUMBER(82, rename), NUMBER(83, mkdir), NUMBER(84, rmdir), NUMBER(85, creat), NUMBER(86, link), NUMBER(87, unlink),
    NUMBER(88, symlink), NUMBER(89, readlink), NUMBER(90, chmod), NUMBER(91, fchmod), NUMBER(92, chown),
    NUMBER(93, fchown), NUMBER(94, lchown), NUMBER(95, umask), NUMBER(96, gettimeofday), NUMBER(97, getrlimit),
    NUMBER(98, getrusage), NUMBER(99, sysinfo), NUMBER(100, times), NUMBER(102, getuid), NUMBER(104, getgid),
    NUMBER(105, setuid), NUMBER(106, setgid), NUMBER(107, geteuid), NUMBER(108, getegid), NUMBER(109, setpgid),
    NUMBER(110, getppid), NUMBER(111, getpgrp), NUMBER(112, setsid), NUMBER(113, setreuid), NUMBER(114, setregid),
    NUMBER(115, getgroups), NUMBER(116, setgroups), NUMBER(117, setresuid), NUMBER(118, getresuid),
    NUMBER(119, setresgid), NUMBER(120, getresgid), NUMBER(121, getpgid), NUMBER(124, getsid),
    NUMBER(127, rt_sigpending), NUMBER(128, rt_sigtimedwait), NUMBER(130, rt_sigsuspend), NUMBER(131, sigaltstack),
    NUMBER(132, utime), NUMBER(133, mknod), NUMBER(137, statfs), NUMBER(138, fstatfs), NUMBER(140, getpriority),
    NUMBER(141, setpriority), NUMBER(149, mlock), NUMBER(150, mlock), NUMBER(151, mlock), NUMBER(152, mlock),
    NUMBER(157, prctl), NUMBER(158, arch_prctl), NUMBER(160, setrlimit), NUMBER(162, sync), NUMBER(165, mount),
    NUMBER(166, umount2), NUMBER(169, reboot), NUMBER(170, sethostname), NUMBER(186, gettid), NUMBER(200, tkill),
    NUMBER(201, time), NUMBER(202, futex), NUMBER(204, sched_getaffinity), NUMBER(217, getdents64),
    NUMBER(218, set_tid_address), NUMBER(227, clock_settime), NUMBER(228, clock_gettime), NUMBER(229, clock_getres),
    NUMBER(230, clock_nanosleep), NUMBER(231, exit_group), NUMBER(234, tgkill), NUMBER(235, utimes),
    NUMBER(247, waitid), NUMBER(257, openat), NUMBER(258, mkdirat), NUMBER(259, mknodat), NUMBER(260, fchownat),
    NUMBER(262, newfstatat), NUMBER(263, unlinkat), NUMBER(264, renameat), NUMBER(265, linkat), NUMBER(266, symlinkat),
    NUMBER(267, readlinkat), NUMBER(268, fchmodat), NUMBER(269, faccessat), NUMBER(270, pselect6), NUMBER(271, ppoll),
    NUMBER(273, set_robust_list), NUMBER(280, utimensat), NUMBER(285, fallocate), NUMBER(292, dup3), NUMBER(293, pipe2),
    NUMBER(295, preadv), NUMBER(296, pwritev), NUMBER(302, prlimit64), NUMBER(309, getcpu), NUMBER(316, renameat2),
    NUMBER(318, getrandom), NUMBER(332, statx), NUMBER(334, rseq), NUMBER(436, close_range), NUMBER(439, faccessat),
};
#undef NUMBER

linux_handler *linux_find(uint64_t number)
{
    return number < LINUX_CALL_LIMIT ? table[number] : NULL;
}
