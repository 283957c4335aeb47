/* The initial stack of a program, laid out as on Linux. Pure. */
#include "loader.h"

#include "program_layout.h"

#include <abi/errno.h>
#include <abi/limits.h>

#include <stdbool.h>
#include <stddef.h>

enum auxiliary {
    AUX_NULL = 0,
    AUX_HEADERS = 3,
    AUX_HEADER_BYTES = 4,
    AUX_HEADER_COUNT = 5,
    AUX_PAGE_BYTES = 6,
    AUX_BASE = 7,
    AUX_ENTRY = 9,
    AUX_UID = 11,
    AUX_EUID = 12,
    AUX_GID = 13,
    AUX_EGID = 14,
    AUX_CAPABILITIES = 16,
    AUX_CLOCK_TICKS = 17,
    AUX_SECURE = 23,
    AUX_RANDOM = 25,
    AUX_EXECUTABLE = 31
};
#define AUX_PAIRS 16u
#define CLOCK_TICKS 100u

/* Strings go to the top, growing down; then the vectors below, growing up. */
struct stack_writer {
    uint8_t *buffer;
    uint64_t address; /* of buffer[0] in the program */
    uint64_t top;     /* offset of the lowest string */
    uint64_t bottom;  /* offset of where the vectors end */
    bool full;
};

static uint64_t string_push(struct stack_writer *writer, const char *string)
{
    uint64_t bytes = 0;
    while (string[bytes++] != '\0') {
    }
    if (writer->full || bytes > writer->top - writer->bottom) {
        writer->full = true;
        return 0;
    }
    writer->top -= bytes;
    for (uint64_t i = 0; i < bytes; i++) {
        writer->buffer[writer->top + i] = (uint8_t)string[i];
    }
    return writer->address + writer->top;
}

static uint32_t vector_count(char *const strings[])
{
    uint32_t count = 0;
    while (strings != NULL && strings[count] != NULL && count <= ARGUMENTS_MAX) {
        count++;
    }
    return count;
}

/* What comes before the caller's own arguments if a script is run: interpreter, its argument, the script, in place of
 * argv[0]. */
static uint32_t prefix_make(const struct program *program, const char *prefix[3])
{
    uint32_t count = 0;
    if (program->script != NULL) {
        prefix[count++] = program->interpreter;
        if (program->interpreter_argument != NULL) {
            prefix[count++] = program->interpreter_argument;
        }
        prefix[count++] = program->script;
    }
    return count;
}

static void auxiliary_write(uint64_t *place, const struct program *program, const struct stack_words *words,
                            uint64_t random, uint64_t executable)
{
    const uint64_t values[AUX_PAIRS][2] = {
        {AUX_HEADERS, program->image.headers},
        {AUX_HEADER_BYTES, program->image.header_bytes},
        {AUX_HEADER_COUNT, program->image.header_count},
        {AUX_PAGE_BYTES, PAGE_BYTES},
        {AUX_BASE, 0},
        {AUX_ENTRY, program->image.entry},
        {AUX_UID, words->uid},
        {AUX_EUID, words->euid},
        {AUX_GID, words->gid},
        {AUX_EGID, words->egid},
        {AUX_CAPABILITIES, PROGRAM_CAPABILITIES},
        {AUX_CLOCK_TICKS, CLOCK_TICKS},
        {AUX_SECURE, words->uid != words->euid || words->gid != words->egid},
        {AUX_RANDOM, random},
        {AUX_EXECUTABLE, executable},
        {AUX_NULL, 0},
    };
    for (uint32_t i = 0; i < AUX_PAIRS; i++) {
        *place++ = values[i][0];
        *place++ = values[i][1];
    }
}

static uint64_t *strings_write(struct stack_writer *writer, uint64_t *place, char *const strings[], uint32_t first,
                               uint32_t count)
{
    for (uint32_t i = first; i < count; i++) {
        *place++ = string_push(writer, strings[i]);
    }
    *place++ = 0;
    return place;
}

static uint64_t strings_bytes(const char *const strings[], uint32_t first, uint32_t count)
{
    uint64_t bytes = 0;
    for (uint32_t i = first; i < count; i++) {
        for (const char *c = strings[i]; *c != '\0'; c++) {
            bytes++;
        }
        bytes++;
    }
    return bytes;
}

int arguments_check(char *const argv[], char *const envp[])
{
    uint32_t argc = vector_count(argv), envc = vector_count(envp);
    if (argc > ARGUMENTS_MAX || envc > ARGUMENTS_MAX) {
        return -E_2BIG;
    }
    uint64_t bytes =
        strings_bytes((const char *const *)argv, 0, argc) + strings_bytes((const char *const *)envp, 0, envc);
    return bytes > ARGUMENT_BYTES_MAX ? -E_2BIG : 0;
}

/* How many words the vectors take. */
static uint64_t words_count(uint64_t argc, uint64_t envc)
{
    return 1 + argc + 1 + envc + 1 + 2 * AUX_PAIRS;
}

int64_t stack_build(uint8_t *buffer, uint64_t buffer_bytes, uint64_t address, const struct program *program,
                    char *const argv[], char *const envp[], const struct stack_words *words)
{
    const char *prefix[3];
    uint32_t prefix_count = prefix_make(program, prefix);
    uint32_t argc = vector_count(argv), envc = vector_count(envp);
    uint32_t skipped = prefix_count != 0 && argc != 0 ? 1 : 0;
    if (argc > ARGUMENTS_MAX || envc > ARGUMENTS_MAX) {
        return -E_2BIG;
    }
    uint64_t all = prefix_count + argc - skipped;
    uint64_t bytes = strings_bytes(prefix, 0, prefix_count) + strings_bytes((const char *const *)argv, skipped, argc) +
                     strings_bytes((const char *const *)envp, 0, envc) + strings_bytes(&program->path, 0, 1);
    uint64_t needed = bytes + 8 * words_count(all, envc) + sizeof words->random + 3 * 16;
    if (needed > buffer_bytes) {
        return -E_2BIG;
    }
    uint64_t start = (buffer_bytes - needed) & ~15ull;
    uint64_t *place = (uint64_t *)(void *)(buffer + start);
    struct stack_writer writer = {buffer, address, buffer_bytes - 16, start + 8 * words_count(all, envc), false};
    uint64_t executable = string_push(&writer, program->path);
    writer.top = (writer.top - sizeof words->random) & ~15ull;
    uint64_t *random = (uint64_t *)(void *)(buffer + writer.top);
    random[0] = words->random[0];
    random[1] = words->random[1];
    uint64_t random_address = address + writer.top;
    *place++ = all;
    for (uint32_t i = 0; i < prefix_count; i++) {
        *place++ = string_push(&writer, prefix[i]);
    }
    place = strings_write(&writer, place, argv, skipped, argc);
    place = strings_write(&writer, place, envp, 0, envc);
    auxiliary_write(place, program, words, random_address, executable);
    return writer.full ? -E_2BIG : (int64_t)start;
}
