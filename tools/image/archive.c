/* Builder of the boot archive. Tests: tests/unit/image/archive_test.c. */
#include "archive.h"

#include <abi/archive.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u

struct item {
    char *path;      /* without leading slash; "" is the root */
    char *host_path; /* files from the host */
    char *bytes;     /* files from memory, links' targets */
    uint64_t size_bytes;
    uint64_t data_offset;
    uint64_t mtime_ns;
    uint32_t mode;
    uint32_t order; /* later ones win */
};

struct archive {
    struct item *items;
    size_t count;
    size_t capacity;
    uint64_t strings_bytes;
    uint64_t size_bytes;
    char error[ARCHIVE_ERROR_BYTES];
};

struct archive *archive_create(void)
{
    return calloc(1, sizeof(struct archive));
}

static void item_free(struct item *item)
{
    free(item->path);
    free(item->host_path);
    free(item->bytes);
}

void archive_destroy(struct archive *archive)
{
    for (size_t i = 0; i < archive->count; i++) {
        item_free(&archive->items[i]);
    }
    free(archive->items);
    free(archive);
}

const char *archive_error(const struct archive *archive)
{
    return archive->error;
}

static int fail(struct archive *archive, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(archive->error, sizeof archive->error, format, list);
    va_end(list);
    return -1;
}

/* Copy of an absolute or relative OS path without leading, doubled or trailing slashes; NULL for "." and "..". */
static char *path_normalise(const char *path)
{
    char *copy = malloc(strlen(path) + 1);
    size_t length = 0;
    while (copy != NULL && *path != '\0') {
        size_t part = strcspn(path, "/");
        if ((part == 1 && path[0] == '.') || (part == 2 && path[0] == '.' && path[1] == '.')) {
            free(copy);
            return NULL;
        }
        if (part != 0) {
            if (length != 0) {
                copy[length++] = '/';
            }
            memcpy(copy + length, path, part);
            length += part;
        }
        path += part + (path[part] == '/');
    }
    if (copy != NULL) {
        copy[length] = '\0';
    }
    return copy;
}

/* Appends an item for `os_path`; NULL with the error set. */
static struct item *item_add(struct archive *archive, const char *os_path, uint32_t mode)
{
    char *path = path_normalise(os_path);
    if (path == NULL || strlen(path) >= ARCHIVE_PATH_MAX) {
        free(path);
        fail(archive, "%s: not a path for the boot archive (too long, or with . or ..)", os_path);
        return NULL;
    }
    if (archive->count == archive->capacity) {
        size_t capacity = archive->capacity == 0 ? 256 : archive->capacity * 2;
        struct item *items = realloc(archive->items, capacity * sizeof *items);
        if (items == NULL) {
            free(path);
            fail(archive, "no memory for the boot archive");
            return NULL;
        }
        archive->items = items;
        archive->capacity = capacity;
    }
    struct item *item = &archive->items[archive->count];
    *item = (struct item){.path = path, .mode = mode, .order = (uint32_t)archive->count};
    archive->count++;
    return item;
}

static int item_bytes_set(struct archive *archive, struct item *item, const void *bytes, size_t size_bytes)
{
    item->bytes = malloc(size_bytes + 1);
    if (item->bytes == NULL) {
        return fail(archive, "no memory for the boot archive");
    }
    memcpy(item->bytes, bytes, size_bytes);
    item->bytes[size_bytes] = '\0';
    item->size_bytes = size_bytes;
    return 0;
}

int archive_add_bytes(struct archive *archive, const char *os_path, const void *bytes, size_t size_bytes, uint32_t mode)
{
    struct item *item = item_add(archive, os_path, S_IFREG | mode);
    return item == NULL ? -1 : item_bytes_set(archive, item, bytes, size_bytes);
}

int archive_add_link(struct archive *archive, const char *os_path, const char *target)
{
    struct item *item = item_add(archive, os_path, S_IFLNK | 0777);
    return item == NULL ? -1 : item_bytes_set(archive, item, target, strlen(target));
}

int archive_add_directory(struct archive *archive, const char *os_path, uint32_t mode)
{
    return item_add(archive, os_path, S_IFDIR | mode) == NULL ? -1 : 0;
}

static int host_file_add(struct archive *archive, const char *os_path, const char *host_path, const struct stat *info,
                         uint32_t mode)
{
    int fd = open(host_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(archive, "%s: %s; give a file that can be read", host_path, strerror(errno));
    }
    close(fd);
    struct item *item = item_add(archive, os_path, S_IFREG | (mode != 0 ? mode : info->st_mode & 07777));
    if (item == NULL) {
        return -1;
    }
    item->host_path = strdup(host_path);
    item->size_bytes = (uint64_t)info->st_size;
    item->mtime_ns = (uint64_t)info->st_mtim.tv_sec * 1000000000u + (uint64_t)info->st_mtim.tv_nsec;
    return item->host_path == NULL ? fail(archive, "no memory for the boot archive") : 0;
}

static int host_directory_add(struct archive *archive, const char *os_path, const char *host_path, uint32_t mode)
{
    DIR *directory = opendir(host_path);
    if (directory == NULL) {
        return fail(archive, "%s: %s", host_path, strerror(errno));
    }
    int status = archive_add_directory(archive, os_path, mode);
    for (struct dirent *entry; status == 0 && (entry = readdir(directory)) != NULL;) {
        char host[PATH_MAX], os[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (snprintf(host, sizeof host, "%s/%s", host_path, entry->d_name) >= (int)sizeof host ||
            snprintf(os, sizeof os, "%s/%s", os_path, entry->d_name) >= (int)sizeof os) {
            status = fail(archive, "%s/%s: path too long", host_path, entry->d_name);
            break;
        }
        status = archive_add_host(archive, os, host, 0);
    }
    closedir(directory);
    return status;
}

int archive_add_host(struct archive *archive, const char *os_path, const char *host_path, uint32_t mode)
{
    struct stat info;
    if (stat(host_path, &info) != 0) {
        return fail(archive, "%s: %s", host_path, strerror(errno));
    }
    if (S_ISREG(info.st_mode)) {
        return host_file_add(archive, os_path, host_path, &info, mode);
    }
    if (S_ISDIR(info.st_mode)) {
        return host_directory_add(archive, os_path, host_path, info.st_mode & 07777);
    }
    return fail(archive, "%s: neither a file nor a directory", host_path);
}

static int list_line_add(struct archive *archive, char *line, const char *folder)
{
    char *save = NULL;
    const char *kind = strtok_r(line, " \n", &save);
    if (kind == NULL || kind[0] == '#') {
        return 0;
    }
    const char *os_path = strtok_r(NULL, " \n", &save);
    const char *third = strtok_r(NULL, " \n", &save);
    const char *host = strtok_r(NULL, "\n", &save);
    if (os_path != NULL && third != NULL && strcmp(kind, "link") == 0) {
        return archive_add_link(archive, os_path, third);
    }
    if (os_path != NULL && third != NULL && strcmp(kind, "dir") == 0) {
        return archive_add_directory(archive, os_path, (uint32_t)strtoul(third, NULL, 8));
    }
    if (host != NULL && strcmp(kind, "file") == 0) {
        char path[2 * PATH_MAX];
        bool in_folder = host[0] != '/';
        if (snprintf(path, sizeof path, "%s%s%s", in_folder ? folder : "", in_folder ? "/" : "", host) >= PATH_MAX) {
            return fail(archive, "%s: path too long", host);
        }
        return archive_add_host(archive, os_path, path, (uint32_t)strtoul(third, NULL, 8));
    }
    return fail(archive, "bad line that starts with \"%s\"", kind);
}

int archive_add_list(struct archive *archive, const char *list_path)
{
    char line[3 * PATH_MAX], folder[PATH_MAX];
    FILE *file = fopen(list_path, "re");
    if (file == NULL) {
        return fail(archive, "%s: %s; build the project first (./dev run does)", list_path, strerror(errno));
    }
    snprintf(folder, sizeof folder, "%s", list_path);
    char *slash = strrchr(folder, '/');
    snprintf(slash != NULL ? slash : folder, 2, "%s", slash != NULL ? "" : ".");
    int status = 0;
    unsigned number = 0;
    while (status == 0 && fgets(line, sizeof line, file) != NULL) {
        number++;
        status = list_line_add(archive, line, folder);
    }
    fclose(file);
    if (status != 0) {
        char inner[ARCHIVE_ERROR_BYTES];
        memcpy(inner, archive->error, sizeof inner);
        return fail(archive, "%.200s:%u: %.290s", list_path, number, inner);
    }
    return 0;
}

static int item_compare(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    return order != 0 ? order : (int)b->order - (int)a->order;
}

/* Adds directories that are somebody's parent and nobody's own. */
static void parents_add(struct archive *archive)
{
    size_t count = archive->count;
    for (size_t i = 0; i < count; i++) {
        char path[ARCHIVE_PATH_MAX];
        snprintf(path, sizeof path, "%s", archive->items[i].path);
        for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
            *slash = '\0';
            struct item *item = item_add(archive, path, S_IFDIR | 0755);
            if (item != NULL) {
                item->order = 0; /* named ones win, and come later */
            }
        }
    }
}

uint64_t archive_layout(struct archive *archive)
{
    for (size_t i = 0; i < archive->count; i++) {
        archive->items[i].order++;
    }
    parents_add(archive);
    qsort(archive->items, archive->count, sizeof(struct item), item_compare);
    size_t kept = 0;
    for (size_t i = 0; i < archive->count; i++) {
        if (kept != 0 && strcmp(archive->items[kept - 1].path, archive->items[i].path) == 0) {
            item_free(&archive->items[i]);
        } else {
            archive->items[kept++] = archive->items[i];
        }
    }
    archive->count = kept;
    archive->strings_bytes = 0;
    for (size_t i = 0; i < kept; i++) {
        archive->strings_bytes += strlen(archive->items[i].path) + 1;
        if (S_ISLNK(archive->items[i].mode)) {
            archive->strings_bytes += archive->items[i].size_bytes + 1;
        }
    }
    uint64_t offset = sizeof(struct archive_header) + kept * sizeof(struct archive_entry) + archive->strings_bytes;
    for (size_t i = 0; i < kept; i++) {
        struct item *item = &archive->items[i];
        offset = (offset + PAGE - 1) & ~(uint64_t)(PAGE - 1);
        if (S_ISREG(item->mode)) {
            item->data_offset = offset;
            offset += item->size_bytes;
        }
    }
    archive->size_bytes = (offset + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    return archive->size_bytes;
}

static int host_file_read(struct archive *archive, const struct item *item, char *to)
{
    int fd = open(item->host_path, O_RDONLY | O_CLOEXEC);
    uint64_t done = 0;
    while (fd >= 0 && done < item->size_bytes) {
        ssize_t got = pread(fd, to + done, item->size_bytes - done, (off_t)done);
        if (got <= 0) {
            break;
        }
        done += (uint64_t)got;
    }
    if (fd >= 0) {
        close(fd);
    }
    return done == item->size_bytes ? 0
                                    : fail(archive, "%s: changed while it was read, or unreadable", item->host_path);
}

int archive_write(struct archive *archive, void *to)
{
    char *base = to;
    struct archive_header *header = to;
    struct archive_entry *entries = (struct archive_entry *)(header + 1);
    uint64_t strings = sizeof *header + archive->count * sizeof *entries;
    uint64_t used = 0;
    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .size_bytes = archive->size_bytes,
                                      .entry_count = (uint32_t)archive->count, .entries_offset = sizeof *header,
                                      .strings_offset = strings, .strings_bytes = archive->strings_bytes};
    for (size_t i = 0; i < archive->count; i++) {
        struct item *item = &archive->items[i];
        entries[i] = (struct archive_entry){.path_offset = used,
                                            .data_offset = item->data_offset,
                                            .size_bytes = item->size_bytes,
                                            .mtime_ns = item->mtime_ns,
                                            .mode = item->mode};
        memcpy(base + strings + used, item->path, strlen(item->path) + 1);
        used += strlen(item->path) + 1;
        if (S_ISLNK(item->mode)) {
            entries[i].data_offset = used;
            memcpy(base + strings + used, item->bytes, item->size_bytes + 1);
            used += item->size_bytes + 1;
        } else if (S_ISREG(item->mode) && item->host_path == NULL) {
            memcpy(base + item->data_offset, item->bytes, item->size_bytes);
        } else if (S_ISREG(item->mode) && host_file_read(archive, item, base + item->data_offset) != 0) {
            return -1;
        }
    }
    return 0;
}
