/* init: the first program. Starts the servers, mounts their trees, runs the foreground program, reaps what nobody waits
 * for, and stops the machine with the program's status. */
#include <string.h>

#include <abi/errno.h>

#include "archive/archive.h"
#include "init.h"

#define CONFIG_PATH "boot/config"

_Noreturn static void machine_stop(int status)
{
    os_shutdown(status);
    os_log("init: the machine does not stop\n");
    os_exit(status);
}

/* Reads boot/config out of the archive and fills in what it leaves open. 0 or -error. */
static int config_read(struct init *init)
{
    static const char *const defaults[] = {
        "PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "TERM=dumb"};
    static const char *const shell[] = {"sh", "-l", "-i"};
    struct config *config = &init->config;
    uint64_t offset = 0;
    uint64_t length = 0;
    int error = 0;
    if (archive_find(init->archive, init->archive_bytes, CONFIG_PATH, &offset, &length)) {
        error = config_parse(config, (const char *)init->archive + offset, length);
    }
    for (uint32_t i = 0; error == 0 && i < sizeof defaults / sizeof defaults[0]; i++) {
        error = config_default(config, (char *)(uintptr_t)defaults[i]);
    }
    config->interactive = config->interactive || config->argument_count == 0;
    config_streams(config);
    if (config->argument_count == 0) {
        uint32_t words = config->is_terminal[0] ? 3 : 1;
        for (uint32_t i = 0; i < words; i++) {
            config->arguments[config->argument_count++] = (char *)(uintptr_t)shell[i];
        }
    }
    return error;
}

static int archive_map(struct init *init)
{
    int64_t size_bytes = sys_memory_info(HANDLE_ARCHIVE);
    if (size_bytes < 0) {
        return (int)size_bytes;
    }
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, (uint64_t)size_bytes, HANDLE_ARCHIVE, 0, PROT_R);
    if (address < 0) {
        return (int)address;
    }
    init->archive = (const uint8_t *)(uintptr_t)address;
    init->archive_bytes = (uint64_t)size_bytes;
    return 0;
}

/* Opens descriptors 0, 1 and 2. */
static int streams_open(const struct config *config)
{
    static const char *const paths[3] = {"/dev/con/in", "/dev/con/out", "/dev/con/err"};
    static const uint32_t flags[3] = {OPEN_READ_ONLY, OPEN_WRITE_ONLY, OPEN_WRITE_ONLY};
    for (int i = 0; i < 3; i++) {
        int fd = config->is_terminal[i] ? os_open(OS_AT_CWD, "/dev/con/tty", OPEN_READ_WRITE | OPEN_NO_TERMINAL, 0)
                                        : os_open(OS_AT_CWD, paths[i], flags[i], 0);
        if (fd < 0) {
            os_log("init: %s: error %d\n", paths[i], -fd);
            return fd;
        }
        if (fd != i) {
            os_duplicate(fd, i, DUPLICATE_EXACT, 0);
            os_close(fd);
        }
    }
    return 0;
}

static void start(struct init *init)
{
    int error = archive_map(init);
    if (error == 0) {
        error = config_read(init);
    }
    if (error < 0) {
        os_log("init: the boot archive or its %s is damaged: error %d\n", CONFIG_PATH, -error);
        machine_stop(INIT_MACHINE_FAILED);
    }
    if (services_start(init) < 0 || streams_open(&init->config) < 0) {
        machine_stop(INIT_MACHINE_FAILED);
    }
    const char *home = init->config.interactive ? config_variable(init->config.variables, "HOME") : "/";
    if (os_chdir(OS_AT_CWD, init->config.cwd != NULL ? init->config.cwd : home) < 0) {
        os_chdir(OS_AT_CWD, "/");
    }
    init->job = job_start(init);
    if (init->job < 0) {
        os_log("init: the foreground program cannot be started: error %d\n", -init->job);
        machine_stop(INIT_MACHINE_FAILED);
    }
}

/* Lets the host take all output, then stops. */
_Noreturn static void finish(int status)
{
    for (int fd = 0; fd < 3; fd++) {
        os_sync(fd);
    }
    machine_stop(status);
}

/* The machine's status for a wait status. */
static int status_of(int wait_status)
{
    int signal = wait_status & 0x7f;
    return signal != 0 ? 128 + signal : (wait_status >> 8) & 0xff;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--job") == 0) {
        job_main(argc, argv);
    }
    struct init *init = server_memory(sizeof *init);
    signals_init();
    start(init);
    for (;;) {
        struct wait_result result;
        int pid = os_wait(-1, &result, WAIT_EXITED);
        if (pid > 0 && pid == init->job) {
            finish(status_of(result.status));
        }
        if (pid > 0) {
            services_reap(init, pid, result.status);
            continue;
        }
        int status = signals_take();
        if (status == 0) {
            finish(status);
        }
        if (status > 0) {
            machine_stop(status);
        }
        if (pid != -E_INTR) {
            os_log("init: wait: error %d\n", -pid);
            machine_stop(INIT_MACHINE_FAILED);
        }
    }
}
