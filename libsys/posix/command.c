/* What a process is called, and its command line, as the root server is told. Pure. */
#include "command.h"

#include "request.h"

static void command_add(struct command *command, const char *string, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes && command->all_bytes < sizeof command->bytes; i++) {
        command->bytes[command->all_bytes++] = string[i];
    }
}

void command_make(struct command *command, const struct program *program, const char *path, char *const argv[])
{
    const char *name = path_last(path);
    uint64_t bytes = string_length(name);
    command->all_bytes = 0;
    command_add(command, name, bytes > NAME_OF_PROCESS_BYTES ? NAME_OF_PROCESS_BYTES : bytes);
    command->name_bytes = command->all_bytes;
    uint32_t first = 0;
    if (program->script != NULL) {
        command_add(command, program->interpreter, string_length(program->interpreter) + 1);
        if (program->interpreter_argument != NULL) {
            command_add(command, program->interpreter_argument, string_length(program->interpreter_argument) + 1);
        }
        command_add(command, program->script, string_length(program->script) + 1);
        first = argv != NULL && argv[0] != NULL ? 1 : 0;
    }
    for (uint32_t i = first; argv != NULL && argv[i] != NULL && command->all_bytes < sizeof command->bytes; i++) {
        command_add(command, argv[i], string_length(argv[i]) + 1);
    }
}
