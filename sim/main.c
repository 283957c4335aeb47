/* The baton command: makes the machine, packs the boot archive into its memory, boots, and exits with its status. */
#include "archive.h"
#include "boot_config.h"
#include "console.h"
#include "machine.h"
#include "options.h"
#include "trace.h"
#include "trace_file.h"

#include <abi/console.h>

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define EXIT_NO_START 125
#define LOG_LINE_BYTES 1024u
#define RAM_BESIDES_ARCHIVE (16ull << 20) /* least memory for kernel, servers and a program */

struct run {
    struct options options;
    struct machine *machine;
    struct console *console;
    struct trace_file trace;
    char line[LOG_LINE_BYTES]; /* of the log, not yet ended */
    size_t line_bytes;
};

static int refuse(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("baton: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    return EXIT_NO_START;
}

/* The machine's log: everything with -v, else only lines that report a crash or a failure. */
static void log_line(struct run *run)
{
    static const char *const always[] = {"crash:", "failure:"};
    bool wanted = run->options.verbose;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        wanted = wanted || strncmp(run->line, always[i], strlen(always[i])) == 0;
    }
    if (wanted) {
        bool raw = run->console != NULL && console_is_terminal(run->console);
        fprintf(stderr, "%s%s", run->line, raw ? "\r\n" : "\n");
    }
}

static void log_bytes(void *argument, const char *bytes, size_t length)
{
    struct run *run = argument;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n' && run->line_bytes + 1 < LOG_LINE_BYTES) {
            run->line[run->line_bytes++] = bytes[i];
            continue;
        }
        run->line[run->line_bytes] = '\0';
        log_line(run);
        run->line_bytes = 0;
    }
}

static void trace_records(void *argument, const struct trace_record *records, size_t count)
{
    struct run *run = argument;
    trace_file_write(&run->trace, records, count);
}

static void machine_panicked(void *argument)
{
    struct run *run = argument;
    trace_file_close(&run->trace);
    if (run->console != NULL) {
        console_restore(run->console);
    }
}

static int list_path_find(const struct options *options, char path[PATH_MAX])
{
    if (options->image != NULL) {
        return snprintf(path, PATH_MAX, "%s", options->image) < PATH_MAX ? 0 : -1;
    }
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - sizeof "boot.list");
    if (length <= 0) {
        return -1;
    }
    path[length] = '\0';
    strcpy(strrchr(path, '/') + 1, "boot.list");
    return 0;
}

static int adds_collect(struct archive *archive, const struct options *options)
{
    for (size_t i = 0; i < options->add_count; i++) {
        const struct add_option *add = &options->add[i];
        char host[PATH_MAX];
        if (add->host_path_bytes >= sizeof host) {
            return refuse("--add: host path too long");
        }
        memcpy(host, add->host_path, add->host_path_bytes);
        host[add->host_path_bytes] = '\0';
        if (archive_add_host(archive, add->os_path, host, 0) != 0) {
            return refuse("--add %s", archive_error(archive));
        }
    }
    return 0;
}

/* Everything that goes into the archive but boot/config, which needs the console's answer on terminals. */
static int archive_collect(struct archive *archive, const struct options *options)
{
    char list[PATH_MAX];
    unsigned char seed[32];
    if (list_path_find(options, list) != 0) {
        return refuse("cannot tell where the boot list is; name it with --image FILE");
    }
    if (archive_add_list(archive, list) != 0) {
        return refuse("%s", archive_error(archive));
    }
    int status = adds_collect(archive, options);
    if (status != 0) {
        return status;
    }
    if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed ||
        archive_add_bytes(archive, "boot/seed", seed, sizeof seed, 0400) != 0) {
        return refuse("the host gives no random bytes");
    }
    struct boot_config config = {.program = options->program, .program_count = options->program_count,
                                 .is_terminal = {isatty(0), isatty(0) && isatty(1), isatty(0) && isatty(2)},
                                 .term = isatty(0) ? getenv("TERM") : NULL};
    size_t length = 0;
    char *text = boot_config_make(&config, &length);
    status = text != NULL ? archive_add_bytes(archive, "boot/config", text, length, 0444) : -1;
    free(text);
    return status == 0 ? 0 : refuse("no memory for the boot archive");
}

/* Puts the archive at the end of the machine's memory. */
static int archive_place(struct run *run, struct archive *archive, uint64_t size, uint64_t *offset)
{
    *offset = run->options.ram_bytes - size;
    return archive_write(archive, (char *)machine_ram(run->machine) + *offset) == 0
               ? 0
               : refuse("%s", archive_error(archive));
}

static int machine_start(struct run *run, struct archive *archive)
{
    const char *error = NULL;
    uint64_t size = archive_layout(archive), offset = 0;
    if (size + RAM_BESIDES_ARCHIVE > run->options.ram_bytes) {
        return refuse("--ram %lluK: too small; the boot archive takes %lluK, give at least --ram %lluM",
                      (unsigned long long)run->options.ram_bytes >> 10, (unsigned long long)size >> 10,
                      (unsigned long long)((size + RAM_BESIDES_ARCHIVE + (1u << 20) - 1) >> 20));
    }
    struct machine_config config = {.ram_bytes = run->options.ram_bytes,
                                    .device_bytes = CONSOLE_DEVICE_BYTES,
                                    .realtime = run->options.realtime,
                                    .verbose = run->options.verbose,
                                    .log = log_bytes,
                                    .panic = machine_panicked,
                                    .argument = run};
    if (run->options.trace != NULL) {
        int opened = trace_file_open(&run->trace, run->options.trace);
        if (opened != 0) {
            return refuse("--trace %s: %s", run->options.trace, strerror(-opened));
        }
        config.trace = trace_records;
    }
    if (machine_create(&run->machine, &config, &error) != 0) {
        return refuse("%s", error);
    }
    int status = archive_place(run, archive, size, &offset);
    if (status != 0) {
        return status;
    }
    if (console_create(&run->console, run->machine, &error) != 0) {
        return refuse("%s", error);
    }
    if (machine_boot(run->machine, offset, size, &error) != 0) {
        console_restore(run->console);
        return refuse("%s", error);
    }
    return 0;
}

/* What went wrong with the trace is told, and changes nothing else. */
static void trace_end(struct run *run)
{
    uint64_t lost = machine_trace_lost(run->machine);
    int error = trace_file_close(&run->trace);
    if (error != 0) {
        refuse("--trace %s: %s", run->options.trace, strerror(-error));
    } else if (lost > 0) {
        refuse("--trace %s: %llu records were lost", run->options.trace, (unsigned long long)lost);
    }
}

static int run_command(int argc, char *argv[])
{
    static struct run run;
    char error[OPTIONS_ERROR_BYTES];
    if (options_parse(&run.options, argc, argv, error) != 0) {
        return refuse("%s", error);
    }
    if (run.options.help) {
        fputs(options_help, stdout);
        return 0;
    }
    console_signals_block();
    struct archive *archive = archive_create();
    if (archive == NULL) {
        return refuse("no memory");
    }
    int status = archive_collect(archive, &run.options);
    if (status == 0) {
        status = machine_start(&run, archive);
    }
    archive_destroy(archive);
    if (status != 0) {
        return status;
    }
    status = machine_run(run.machine);
    if (console_stop_signal(run.console) != 0) {
        status = 128 + console_stop_signal(run.console);
    }
    trace_end(&run);
    console_destroy(run.console);
    machine_destroy(run.machine);
    return status;
}

int main(int argc, char *argv[])
{
    if (argc >= 2 && strcmp(argv[1], "run") == 0) {
        return run_command(argc - 2, argv + 2);
    }
    if (argc >= 2 && strcmp(argv[1], "trace") == 0) {
        return trace_command(argc - 2, argv + 2);
    }
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(options_help, stdout);
        return 0;
    }
    fputs(options_help, stderr);
    return EXIT_NO_START;
}
