/* What compilers, the core and libfdt call of string.h. Words where both sides
 * allow it: messages pass here. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <string.h>

#define WORD_BYTES sizeof(uint64_t)
#define RUN_WORDS 8u

/* Eight bytes of whatever type they are. */
struct word {
    uint64_t value;
} __attribute__((may_alias));

static size_t misalignment(const void *bytes)
{
    return (uintptr_t)bytes % WORD_BYTES;
}

static void words_copy(struct word *to, const struct word *from, size_t count)
{
    for (; count >= RUN_WORDS; count -= RUN_WORDS, to += RUN_WORDS, from += RUN_WORDS) {
        struct word a = from[0], b = from[1], c = from[2], d = from[3];
        struct word e = from[4], f = from[5], g = from[6], h = from[7];
        to[0] = a, to[1] = b, to[2] = c, to[3] = d;
        to[4] = e, to[5] = f, to[6] = g, to[7] = h;
    }
    for (; count > 0; count--) {
        *to++ = *from++;
    }
}

/* The source's words lie across the target's: never reads a word that holds no byte of the source. Little-endian. */
__attribute__((no_sanitize_address)) static void words_shift(struct word *to, const uint8_t *from, size_t count)
{
    unsigned bits = (unsigned)misalignment(from) * 8;
    const struct word *word = (const struct word *)(const void *)(from - misalignment(from));
    uint64_t low = word->value >> bits;
    for (; count > 0; count--) {
        uint64_t next = (++word)->value;
        (to++)->value = low | next << (64 - bits);
        low = next >> bits;
    }
}

/* Also right for ranges that overlap, if the target is the lower one: whatever is written has been read before. */
static void bytes_copy(uint8_t *to, const uint8_t *from, size_t length)
{
    while (length > 0 && misalignment(to) != 0) {
        *to++ = *from++;
        length--;
    }
    size_t words = length / WORD_BYTES;
    if (words > 0 && misalignment(from) == 0) {
        words_copy((struct word *)(void *)to, (const struct word *)(const void *)from, words);
    } else if (words > 0) {
        words_shift((struct word *)(void *)to, from, words);
    }
    to += words * WORD_BYTES;
    from += words * WORD_BYTES;
    for (length %= WORD_BYTES; length > 0; length--) {
        *to++ = *from++;
    }
}

/* These two are weak because an arch may have its own. */
__attribute__((weak)) void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    bytes_copy(to, from, length);
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *target = to;
    const uint8_t *source = from;
    size_t ahead = (uintptr_t)target - (uintptr_t)source;
    if (ahead >= length && -ahead >= length) {
        return memcpy(to, from, length);
    }
    if (ahead >= length) {
        bytes_copy(target, source, length);
        return to;
    }
    while (length > 0) {
        length--;
        target[length] = source[length];
    }
    return to;
}

__attribute__((weak)) void *memset(void *to, int byte, size_t length)
{
    uint8_t *target = to;
    uint64_t value = (uint8_t)byte * 0x101010101010101u;
    while (length > 0 && misalignment(target) != 0) {
        *target++ = (uint8_t)byte;
        length--;
    }
    struct word *word = (struct word *)(void *)target;
    for (; length >= RUN_WORDS * WORD_BYTES; length -= RUN_WORDS * WORD_BYTES, word += RUN_WORDS) {
        word[0].value = word[1].value = word[2].value = word[3].value = value;
        word[4].value = word[5].value = word[6].value = word[7].value = value;
    }
    for (target = (uint8_t *)word; length > 0; length--) {
        *target++ = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const uint8_t *x = a, *y = b;
    for (; length > 0; length--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

void *memchr(const void *bytes, int byte, size_t length)
{
    const uint8_t *at = bytes;
    for (; length > 0; length--, at++) {
        if (*at == (uint8_t)byte) {
            return (void *)(uintptr_t)at;
        }
    }
    return NULL;
}

size_t strnlen(const char *text, size_t limit)
{
    size_t length = 0;
    while (length < limit && text[length] != '\0') {
        length++;
    }
    return length;
}

size_t strlen(const char *text)
{
    return strnlen(text, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t limit)
{
    for (; limit > 0; limit--, a++, b++) {
        if (*a != *b || *a == '\0') {
            return (uint8_t)*a - (uint8_t)*b;
        }
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *text, int byte)
{
    return memchr(text, byte, strlen(text) + 1);
}

char *strrchr(const char *text, int byte)
{
    const char *found = NULL;
    for (; (text = strchr(text, byte)) != NULL && *text != '\0'; text++) {
        found = text;
    }
    return text != NULL ? (char *)(uintptr_t)text : (char *)(uintptr_t)found;
}
