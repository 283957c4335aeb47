/* The foreground program: started through a second run of init's own image, which sets up session and terminal before
 * it becomes the program. So nothing of it runs before it owns the terminal. */
#include <string.h>
#include <sys/ioctl.h>

#include <abi/errno.h>

#include "init.h"

#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND 127
#define STREAM_ERROR 2

int job_start(struct init *init)
{
    char *argv[CONFIG_ARGUMENTS_MAX + 4] = {(char *)(uintptr_t) "init", (char *)(uintptr_t) "--job",
                                            (char *)(uintptr_t) "-"};
    static const char *const streams[3] = {"0", "1", "2"};
    for (uint32_t i = 3; i-- > 0;) {
        if (init->config.is_terminal[i]) {
            argv[2] = (char *)(uintptr_t)streams[i];
        }
    }
    memcpy(&argv[3], init->config.arguments, init->config.argument_count * sizeof argv[0]);
    return archive_spawn(init, "sbin/init", argv, init->config.variables);
}

static void terminal_take(int fd)
{
    struct process_ids ids;
    int32_t group = os_ids(&ids) < 0 ? 0 : (int32_t)ids.pid;
    int32_t steal = 0;
    int64_t status = os_control(fd, TIOCSCTTY, &steal, sizeof steal, NULL, 0);
    if (status >= 0) {
        status = os_control(fd, TIOCSPGRP, &group, sizeof group, NULL, 0);
    }
    if (status < 0) {
        os_log("init: the terminal: error %d\n", (int)-status);
    }
}

/* Tries one path after the other of PATH; the error that tells most. */
static int path_exec(const char *name, const char *path, char **argv, char **envp)
{
    int worst = -E_NOENT;
    while (*path != '\0') {
        char file[PATH_BYTES_MAX];
        size_t length = strcspn(path, ":");
        int written = os_format(file, sizeof file, "%.*s/%s", (int)length, path, name);
        if (written > 0 && (size_t)written < sizeof file - 1) {
            int status = os_exec(file, argv, envp);
            if (status != -E_NOENT && status != -E_NOTDIR) {
                worst = status;
            }
            if (worst != -E_NOENT && worst != -E_ACCES) {
                return worst;
            }
        }
        path += length;
        path += *path == ':';
    }
    return worst;
}

_Noreturn static void job_failed(const char *name, int status)
{
    if (status == -E_NOENT || status == -E_NOTDIR) {
        os_print(STREAM_ERROR, "baton: %s: not found\n", name);
        os_exit(STATUS_NOT_FOUND);
    }
    const char *why = status == -E_ACCES    ? "permission denied"
                      : status == -E_NOEXEC ? "not an executable file"
                      : status == -E_ISDIR  ? "is a directory"
                      : status == -E_NOMEM  ? "not enough memory"
                                            : NULL;
    if (why != NULL) {
        os_print(STREAM_ERROR, "baton: %s: %s\n", name, why);
    } else {
        os_print(STREAM_ERROR, "baton: %s: error %d\n", name, -status);
    }
    os_exit(STATUS_CANNOT_RUN);
}

_Noreturn void job_main(int argc, char **argv)
{
    char **program = argv + 3;
    char **envp = argv + argc + 1;
    const char *path = config_variable(envp, "PATH");
    os_setsid();
    if (argv[2][0] >= '0' && argv[2][0] <= '2') {
        terminal_take(argv[2][0] - '0');
    }
    int status = 0;
    if (strchr(program[0], '/') != NULL) {
        status = os_exec(program[0], program, envp);
    } else {
        status = program[0][0] == '\0' ? -E_NOENT : path_exec(program[0], path != NULL ? path : "", program, envp);
    }
    job_failed(program[0], status);
}
