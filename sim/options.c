/* Options of the baton command. Tests: tests/unit/sim/options_test.c. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char options_help[] =
    "usage: baton run [OPTION]... [-- PROGRAM ARG...]\n"
    "Runs the operating system as a Linux process: a shell on this terminal, or PROGRAM with this\n"
    "command's standard streams; the exit status is the program's (128+N for a signal).\n"
    "  --ram SIZE            memory of the machine, default 256M (suffixes K, M, G)\n"
    "  --add HOST:OS         puts a host file or directory into the boot archive at OS\n"
    "  --image FILE          boot list to use instead of the one beside this command\n"
    "  --isolation seccomp   how address spaces are kept apart; ptrace is not available yet\n"
    "  --realtime            ask the host for real-time priority (needs the permission)\n"
    "  --trace FILE          records each decision of the kernel in FILE; see baton trace --help\n"
    "  -v, --verbose         show boot messages on standard error\n"
    "Exit status 125: the machine could not start.\n";

int options_size_parse(const char *text, uint64_t *size_bytes)
{
    char *end;
    unsigned shift = 0;
    if (text[0] < '0' || text[0] > '9') {
        return -1;
    }
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*end == 'K' || *end == 'k') {
        shift = 10;
    } else if (*end == 'M' || *end == 'm') {
        shift = 20;
    } else if (*end == 'G' || *end == 'g') {
        shift = 30;
    }
    if (shift != 0) {
        end++;
    }
    if (errno != 0 || *end != '\0' || number > (OPTIONS_RAM_MAX >> shift)) {
        return -1;
    }
    *size_bytes = (number << shift) & ~(uint64_t)4095;
    return 0;
}

static int add_parse(struct options *options, const char *value, char *error)
{
    const char *colon = strrchr(value, ':');
    if (colon == NULL || colon == value || colon[1] != '/') {
        snprintf(error, OPTIONS_ERROR_BYTES,
                 "--add %s: wants HOST:OS with OS an absolute path, e.g. ./a.out:/bin/a.out", value);
        return -1;
    }
    if (options->add_count == OPTIONS_ADDS_MAX) {
        snprintf(error, OPTIONS_ERROR_BYTES, "--add %s: more than %u; add a directory instead", value,
                 OPTIONS_ADDS_MAX);
        return -1;
    }
    struct add_option *add = &options->add[options->add_count++];
    add->host_path = value;
    add->host_path_bytes = (size_t)(colon - value);
    add->os_path = colon + 1;
    return 0;
}

static int value_apply(struct options *options, const char *name, const char *value, char *error)
{
    if (strcmp(name, "--ram") == 0) {
        if (options_size_parse(value, &options->ram_bytes) != 0) {
            snprintf(error, OPTIONS_ERROR_BYTES,
                     "--ram %s: not a size; give a number with K, M or G, at most 64G, e.g. 256M", value);
            return -1;
        }
        return 0;
    }
    if (strcmp(name, "--add") == 0) {
        return add_parse(options, value, error);
    }
    if (strcmp(name, "--image") == 0) {
        options->image = value;
        return 0;
    }
    if (strcmp(name, "--trace") == 0) {
        options->trace = value;
        return 0;
    }
    if (strcmp(value, "seccomp") != 0) {
        snprintf(error, OPTIONS_ERROR_BYTES, "--isolation %s: only seccomp is available in this version", value);
        return -1;
    }
    return 0;
}

/* Is argv[i] the option `name`, as "--name VALUE" or "--name=VALUE"? Sets *value (NULL: none given) and steps over it.
 */
static bool value_match(const char *name, int argc, char *const argv[], int *index, const char **value)
{
    const char *argument = argv[*index];
    size_t length = strlen(name);
    if (strncmp(argument, name, length) != 0) {
        return false;
    }
    if (argument[length] == '=') {
        *value = argument + length + 1;
        return true;
    }
    if (argument[length] != '\0') {
        return false;
    }
    *value = *index + 1 < argc ? argv[++*index] : NULL;
    return true;
}

static bool flag_apply(struct options *options, const char *argument)
{
    if (strcmp(argument, "-v") == 0 || strcmp(argument, "--verbose") == 0) {
        options->verbose = true;
    } else if (strcmp(argument, "--realtime") == 0) {
        options->realtime = true;
    } else if (strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0) {
        options->help = true;
    } else {
        return false;
    }
    return true;
}

int options_parse(struct options *options, int argc, char *const argv[], char error[OPTIONS_ERROR_BYTES])
{
    static const char *const names[] = {"--ram", "--add", "--image", "--isolation", "--trace"};
    *options = (struct options){.ram_bytes = OPTIONS_RAM_DEFAULT};
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            options->program = argv + i + 1;
            options->program_count = (size_t)(argc - i - 1);
            if (options->program_count == 0) {
                snprintf(error, OPTIONS_ERROR_BYTES, "--: a program must follow; leave it out for a shell");
                return -1;
            }
            return 0;
        }
        bool known = flag_apply(options, argv[i]);
        for (size_t n = 0; n < sizeof names / sizeof names[0] && !known; n++) {
            const char *value = NULL;
            known = value_match(names[n], argc, argv, &i, &value);
            if (known && value == NULL) {
                snprintf(error, OPTIONS_ERROR_BYTES, "%s: a value must follow", names[n]);
                return -1;
            }
            if (known && value_apply(options, names[n], value, error) != 0) {
                return -1;
            }
        }
        if (!known) {
            snprintf(error, OPTIONS_ERROR_BYTES, "%s: no such option; programs follow \"--\"; see baton run --help",
                     argv[i]);
            return -1;
        }
    }
    return 0;
}
