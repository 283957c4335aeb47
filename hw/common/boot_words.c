/* Words for the kernel. Tests: tests/unit/hw/boot_words_test.c. */
#include "boot_words.h"

#include <abi/archive.h>
#include <string.h>

#define WORDS_PATH "boot/kernel"
#define NUMBER_MAX (UINT64_MAX / 100)

struct boot_words boot_words_find(const uint8_t *archive, uint64_t archive_bytes)
{
    const struct archive_header *header = (const void *)archive;
    if (archive_bytes < sizeof(*header) || header->strings_bytes > archive_bytes ||
        header->strings_offset > archive_bytes - header->strings_bytes || header->entries_offset > archive_bytes ||
        header->entries_offset % 8 != 0 ||
        header->entry_count > (archive_bytes - header->entries_offset) / sizeof(struct archive_entry)) {
        return (struct boot_words){.text = NULL};
    }
    const struct archive_entry *entries = (const void *)(archive + header->entries_offset);
    for (uint32_t low = 0, high = header->entry_count; low < high;) {
        uint32_t middle = (low + high) / 2;
        const struct archive_entry *entry = &entries[middle];
        if (entry->path_offset >= header->strings_bytes) {
            break;
        }
        uint64_t left = header->strings_bytes - entry->path_offset;
        bool whole = left >= sizeof(WORDS_PATH);
        int order = memcmp(archive + header->strings_offset + entry->path_offset, WORDS_PATH,
                           whole ? sizeof(WORDS_PATH) : left);
        if (order == 0 && whole && entry->data_offset <= archive_bytes &&
            entry->size_bytes <= archive_bytes - entry->data_offset) {
            return (struct boot_words){.text = (const char *)archive + entry->data_offset,
                                       .length = entry->size_bytes};
        }
        if (order == 0) {
            break;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return (struct boot_words){.text = NULL};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

/* Where the word that begins with `name` goes on; NULL: there is none. */
static const char *word_find(const struct boot_words *words, const char *name)
{
    size_t length = strlen(name);
    for (size_t at = 0; words->text != NULL && at + length <= words->length; at++) {
        if ((at == 0 || is_blank(words->text[at - 1])) && memcmp(words->text + at, name, length) == 0) {
            return words->text + at + length;
        }
    }
    return NULL;
}

bool boot_words_have(const struct boot_words *words, const char *word)
{
    const char *end = word_find(words, word);
    return end != NULL && (end == words->text + words->length || is_blank(*end));
}

uint64_t boot_words_number(const struct boot_words *words, const char *name)
{
    const char *at = word_find(words, name);
    uint64_t number = 0;
    for (; at != NULL && at < words->text + words->length && *at >= '0' && *at <= '9'; at++) {
        if (number > NUMBER_MAX) {
            return 0;
        }
        number = number * 10 + (uint64_t)(*at - '0');
    }
    return number;
}
