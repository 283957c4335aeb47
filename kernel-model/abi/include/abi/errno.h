/* Errors, one list: name, number, meaning. Numbers are Linux's, so that the personality need not translate.
 * Every call of the kernel and of every protocol returns >= 0 or the negated number. */
#ifndef ABI_ERRNO_H
#define ABI_ERRNO_H

#define ABI_ERRORS(E)                                                                            \
    E(PERM, 1, "not permitted")                                                                  \
    E(NOENT, 2, "no such file or entry")                                                         \
    E(SRCH, 3, "no such thread, process or message")                                             \
    E(INTR, 4, "interrupted")                                                                    \
    E(IO, 5, "input or output error")                                                            \
    E(NXIO, 6, "no such device or its other end is gone")                                        \
    E(2BIG, 7, "argument list too long")                                                         \
    E(NOEXEC, 8, "not an executable")                                                            \
    E(BADF, 9, "bad handle")                                                                     \
    E(CHILD, 10, "no child processes")                                                           \
    E(AGAIN, 11, "would block")                                                                  \
    E(NOMEM, 12, "grant exhausted")                                                              \
    E(ACCES, 13, "rights do not allow it")                                                       \
    E(FAULT, 14, "bad address")                                                                  \
    E(BUSY, 16, "in use")                                                                        \
    E(EXIST, 17, "exists already")                                                               \
    E(XDEV, 18, "across file systems")                                                           \
    E(NODEV, 19, "no such device")                                                               \
    E(NOTDIR, 20, "not a directory")                                                             \
    E(ISDIR, 21, "is a directory")                                                               \
    E(INVAL, 22, "bad argument")                                                                 \
    E(NFILE, 23, "too many open files in the server")                                            \
    E(MFILE, 24, "handle table full")                                                            \
    E(NOTTY, 25, "not a terminal")                                                               \
    E(TXTBSY, 26, "text file busy")                                                              \
    E(FBIG, 27, "file too large")                                                                \
    E(NOSPC, 28, "no space left")                                                                \
    E(SPIPE, 29, "cannot seek")                                                                  \
    E(ROFS, 30, "read-only file system")                                                         \
    E(MLINK, 31, "too many links")                                                               \
    E(PIPE, 32, "broken pipe")                                                                   \
    E(DOM, 33, "out of domain")                                                                  \
    E(RANGE, 34, "out of range")                                                                 \
    E(DEADLK, 35, "would deadlock")                                                              \
    E(NAMETOOLONG, 36, "name too long")                                                          \
    E(NOSYS, 38, "no such call")                                                                 \
    E(NOTEMPTY, 39, "directory not empty")                                                       \
    E(LOOP, 40, "too many symbolic links")                                                       \
    E(OVERFLOW, 75, "value too large")                                                           \
    E(MSGSIZE, 90, "message too long")                                                           \
    E(NOTSUP, 95, "not supported")                                                               \
    E(TIMEDOUT, 110, "timed out")                                                                \
    E(CANCELED, 125, "cancelled")

enum abi_error {
#define ABI_ERROR_MEMBER(name, number, text) E_##name = number,
    ABI_ERRORS(ABI_ERROR_MEMBER)
#undef ABI_ERROR_MEMBER
};

#endif
