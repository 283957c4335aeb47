/* Options of the baton command: what to run and on what machine. Pure: no host calls but reading its arguments. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_ADDS_MAX 256u
#define OPTIONS_RAM_DEFAULT (256ull << 20)
#define OPTIONS_RAM_MAX (64ull << 30)
#define OPTIONS_ERROR_BYTES 512u

struct add_option {
    const char *host_path;
    size_t host_path_bytes;
    const char *os_path;
};

struct options {
    uint64_t ram_bytes;
    bool verbose;
    bool realtime;           /* ask for SCHED_FIFO */
    const char *trace;       /* file for the event trace; NULL: none */
    const char *image;       /* boot list; NULL: the one beside the command */
    struct add_option add[OPTIONS_ADDS_MAX];
    size_t add_count;
    char *const *program;    /* argv of the program, NULL: a shell */
    size_t program_count;
    bool help;
};

/* Parses the arguments after `run`. 0, or -1 with a line for the user in error. Strings are not copied. */
int options_parse(struct options *options, int argc, char *const argv[], char error[OPTIONS_ERROR_BYTES]);

/* "256M", "1G", "65536K", "1048576": bytes, a multiple of the page size. 0 or -1. */
int options_size_parse(const char *text, uint64_t *size_bytes);

extern const char options_help[];

#endif
