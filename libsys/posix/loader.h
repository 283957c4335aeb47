/* Filling a blank address space: the library, a program, its stack. Used by spawn and exec. */
#ifndef POSIX_LOADER_H
#define POSIX_LOADER_H

#include "elf_image.h"

#include <stdint.h>

#define ARGUMENT_BYTES_MAX (1ull << 20) /* strings and pointers of argv, envp and the auxiliary vector */
#define ARGUMENTS_MAX 65536u            /* strings */
#define SCRIPT_DEPTH_MAX 2u
#define SCRIPT_LINE_BYTES 256u

/* A program's file as a memory object. */
struct program {
    int memory;            /* a handle of ours, or -1 */
    int fd;                /* open file behind it, or -1 */
    uint64_t offset_bytes; /* of the file's first byte in the object */
    uint64_t file_bytes;
    struct elf_image image;
    const char *path;                    /* what is executed in the end: AT_EXECFN */
    const char *script;                  /* set if it is the interpreter of this script */
    char interpreter[SCRIPT_LINE_BYTES]; /* "#!" line, cut into two strings */
    const char *interpreter_argument;    /* or NULL */
};

/* What is being filled. */
struct load {
    int grant;
    int space;
    int control_memory; /* out: a handle of ours, the caller closes it */
    uint64_t stack;     /* out: the program's stack pointer */
};

/* Opens an executable, following "#!", and checks it. On success the caller must program_close. Errors: of open,
 * -E_ACCES, -E_NOEXEC, -E_NOENT: an interpreter is missing, -E_NOMEM. Blocks. */
int program_open(const char *path, struct program *program);
/* The same for one in memory; the handle stays the caller's. */
int program_from_memory(int memory, uint64_t offset_bytes, uint64_t size_bytes, struct program *program);
void program_close(struct program *program);
/* Cuts "#!interpreter [argument]" at the start of a file into program->interpreter and interpreter_argument. Pure.
 * -E_NOEXEC: no interpreter named, or the line is longer than SCRIPT_LINE_BYTES. */
int script_parse(const uint8_t *head, uint64_t head_bytes, struct program *program);

/* Fills the space with everything that sys/start.h names; signals stay ignored and blocked as they are. Errors:
 * -E_2BIG, -E_NOMEM. What was done stays for the space's end to undo. */
int load_process(struct load *load, const struct program *program, char *const argv[], char *const envp[],
                 uint32_t start_flags);

/* Looks at every byte of the arguments, so that bad addresses show before anything has been done. -E_2BIG. */
int arguments_check(char *const argv[], char *const envp[]);

/* The initial stack, on its own: writes strings, vectors and auxiliary values into `buffer`, which will be seen at
 * `address` in the program, downwards from its end. Returns the offset of argc in the buffer, or -E_2BIG. Pure but for
 * random bytes in *random. */
struct stack_words {
    uint64_t uid, euid, gid, egid;
    uint64_t random[2];
};
int64_t stack_build(uint8_t *buffer, uint64_t buffer_bytes, uint64_t address, const struct program *program,
                    char *const argv[], char *const envp[], const struct stack_words *words);

#endif
