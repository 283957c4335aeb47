/* build/pack: writes the image of a bare machine, a kernel and its boot archive in one file (kernel_file.h). */
#include "kernel_file.h"

#include <archive.h>
#include <boot_config.h>

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SEED_BYTES 32u
#define EXIT_BAD 1

struct pack {
    const char *kernel, *list, *output, *seed, *words;
    struct boot_config config;
    struct archive *archive;
};

static const char help[] =
    "usage: pack --list FILE -o IMAGE [OPTION]... [-- PROGRAM ARG...]\n"
    "Writes the image of a bare machine that runs PROGRAM, or a shell, and then stops.\n"
    "  --list FILE      boot list: \"file OS MODE HOST\", \"link OS TARGET\", \"dir OS MODE\" a line\n"
    "  --kernel FILE    linked kernel; without one, the image is the bare boot archive\n"
    "  --add HOST:OS    puts a host file or directory into the archive at OS\n"
    "  --terminal 012   which of the three standard streams are a terminal, default none\n"
    "  --term NAME      kind of terminal\n"
    "  --config LINES   further lines of boot/config, each with its newline\n"
    "  --words TEXT     words for the kernel itself (hw/common/boot_words.h)\n"
    "  --seed TEXT      the same random numbers each time; default: the host's\n";

static int refuse(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("pack: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    return EXIT_BAD;
}

static int add_option(struct pack *pack, char *value)
{
    char *colon = strrchr(value, ':');
    if (colon == NULL || colon == value || colon[1] != '/') {
        return refuse("--add %s: wants HOST:OS with OS an absolute path", value);
    }
    *colon = '\0';
    return archive_add_host(pack->archive, colon + 1, value, 0) == 0 ? 0
                                                                     : refuse("--add %s", archive_error(pack->archive));
}

static int option_apply(struct pack *pack, int option, char *value)
{
    switch (option) {
    case 'k':
        pack->kernel = value;
        return 0;
    case 'l':
        pack->list = value;
        return archive_add_list(pack->archive, value) == 0 ? 0 : refuse("%s", archive_error(pack->archive));
    case 'a':
        return add_option(pack, value);
    case 't':
        for (int i = 0; i < 3; i++) {
            pack->config.is_terminal[i] = strchr(value, '0' + i) != NULL;
        }
        return 0;
    case 'T':
        pack->config.term = value;
        return 0;
    case 'c':
        pack->config.lines = value;
        return 0;
    case 's':
        pack->seed = value;
        return 0;
    case 'w':
        pack->words = value;
        return 0;
    case 'o':
        pack->output = value;
        return 0;
    default:
        return refuse("see pack --help");
    }
}

static int options_apply(struct pack *pack, int argc, char *argv[])
{
    static const struct option options[] = {
        {"kernel", required_argument, NULL, 'k'}, {"list", required_argument, NULL, 'l'},
        {"add", required_argument, NULL, 'a'},    {"terminal", required_argument, NULL, 't'},
        {"term", required_argument, NULL, 'T'},   {"seed", required_argument, NULL, 's'},
        {"words", required_argument, NULL, 'w'},  {"config", required_argument, NULL, 'c'},
        {0}};
    int option, status = 0;
    while (status == 0 && (option = getopt_long(argc, argv, "+o:", options, NULL)) != -1) {
        status = option_apply(pack, option, optarg);
    }
    pack->config.program = argv + optind;
    pack->config.program_count = (size_t)(argc - optind);
    if (status == 0 && (pack->list == NULL || pack->output == NULL)) {
        return refuse("--list and -o are needed; see pack --help");
    }
    return status;
}

/* What init and the kernel are told: boot/config, boot/seed and boot/kernel. */
static int boot_files_add(struct pack *pack)
{
    unsigned char seed[SEED_BYTES] = {0};
    if (pack->seed != NULL) {
        memcpy(seed, pack->seed, strnlen(pack->seed, sizeof seed));
    } else if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        return refuse("the host gives no random bytes");
    }
    size_t length = 0;
    char *text = boot_config_make(&pack->config, &length);
    int status = text != NULL ? archive_add_bytes(pack->archive, "boot/config", text, length, 0444) : -1;
    free(text);
    if (status != 0 || archive_add_bytes(pack->archive, "boot/seed", seed, sizeof seed, 0400) != 0) {
        return refuse("no memory for the boot archive");
    }
    if (pack->words != NULL &&
        archive_add_bytes(pack->archive, "boot/kernel", pack->words, strlen(pack->words), 0444) != 0) {
        return refuse("%s", archive_error(pack->archive));
    }
    return 0;
}

static int file_write(const char *path, const void *bytes, size_t size_bytes)
{
    FILE *file = fopen(path, "wbe");
    if (file == NULL) {
        return refuse("%s: %s", path, strerror(errno));
    }
    size_t done = fwrite(bytes, 1, size_bytes, file);
    return fclose(file) == 0 && done == size_bytes ? 0 : refuse("%s: cannot be written whole", path);
}

static int image_write(const struct pack *pack, const void *bytes, uint64_t size_bytes)
{
    struct kernel_file kernel;
    size_t image_bytes = 0;
    if (pack->kernel == NULL) {
        return file_write(pack->output, bytes, size_bytes);
    }
    uint8_t *image = NULL;
    if (kernel_file_open(&kernel, pack->kernel) == 0) {
        image = kernel_file_image(&kernel, bytes, size_bytes, &image_bytes);
    }
    int status = image != NULL ? file_write(pack->output, image, image_bytes)
                               : refuse("%s: %s", pack->kernel, kernel.error);
    free(image);
    kernel_file_close(&kernel);
    return status;
}

static int pack_run(struct pack *pack, int argc, char *argv[])
{
    int status = options_apply(pack, argc, argv);
    if (status == 0) {
        status = boot_files_add(pack);
    }
    if (status != 0) {
        return status;
    }
    uint64_t size_bytes = archive_layout(pack->archive);
    void *bytes = calloc(1, size_bytes);
    if (bytes == NULL) {
        return refuse("no memory for the boot archive");
    }
    status = archive_write(pack->archive, bytes) == 0 ? image_write(pack, bytes, size_bytes)
                                                      : refuse("%s", archive_error(pack->archive));
    free(bytes);
    return status;
}

int main(int argc, char *argv[])
{
    struct pack pack = {.archive = archive_create()};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return 0;
    }
    if (pack.archive == NULL) {
        return refuse("no memory");
    }
    int status = pack_run(&pack, argc, argv);
    archive_destroy(pack.archive);
    return status;
}
