/* Commands to an emulator's monitor; see monitor.h. */
#include "monitor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PROMPT "(qemu) "
#define COMMAND_BYTES 256u

/* What comes between the first line, which is an echo, and the prompt goes to standard output if `shown`. */
static bool prompt_await(int monitor, bool shown)
{
    size_t matched = 0;
    bool echoed = false;
    for (char byte; matched < sizeof PROMPT - 1;) {
        ssize_t got = read(monitor, &byte, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got != 1) {
            return false;
        }
        if (shown && echoed && byte != '\r' && byte != PROMPT[matched]) {
            printf("%.*s%c", (int)matched, PROMPT, byte);
        }
        echoed = echoed || byte == '\n';
        matched = byte == PROMPT[matched] ? matched + 1 : byte == PROMPT[0];
    }
    return true;
}

int monitor_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return -1;
    }
    strcpy(address.sun_path, path);
    int monitor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (monitor >= 0 && connect(monitor, (const struct sockaddr *)&address, sizeof address) == 0 &&
        prompt_await(monitor, false)) {
        return monitor;
    }
    close(monitor);
    return -1;
}

bool monitor_do(int monitor, const char *command, bool shown)
{
    char line[COMMAND_BYTES];
    int length = snprintf(line, sizeof line, "%s\n", command);
    return length < (int)sizeof line && send(monitor, line, (size_t)length, MSG_NOSIGNAL) == length &&
           prompt_await(monitor, shown);
}

bool monitor_read(int monitor, bool physical, uint64_t address, void *to, uint64_t size_bytes)
{
    char path[] = "/tmp/baton-memory-XXXXXX", command[COMMAND_BYTES - 1];
    int file = mkstemp(path);
    snprintf(command, sizeof command, "%s 0x%llx %llu \"%s\"", physical ? "pmemsave" : "memsave",
             (unsigned long long)address, (unsigned long long)size_bytes, path);
    bool good = file >= 0 && monitor_do(monitor, command, false);
    for (uint64_t done = 0; good && done < size_bytes;) {
        ssize_t got = pread(file, (char *)to + done, size_bytes - done, (off_t)done);
        good = got > 0;
        done += good ? (uint64_t)got : 0;
    }
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    return good;
}
