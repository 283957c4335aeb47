/* What a process is called, and its command line, as the root server is told (ROOT_PROCESS_EXEC, ROOT_SET_NAME). */
#ifndef POSIX_COMMAND_H
#define POSIX_COMMAND_H

#include "loader.h"

#include <proto/file.h>

#define NAME_OF_PROCESS_BYTES 15u

/* The name, then the arguments with their NULs, cut. */
struct command {
    char bytes[PATH_BYTES_MAX];
    uint32_t name_bytes, all_bytes;
};

/* path: as the caller gave it. A script's command line begins with its interpreter. */
void command_make(struct command *command, const struct program *program, const char *path, char *const argv[]);
/* The part of a path after its last slash. */
const char *path_last(const char *path);
/* The path from the top, in `buffer` if it was relative. As given if it would be too long. Asks the root server. */
const char *path_absolute(const char *path, char buffer[PATH_BYTES_MAX]);

#endif
