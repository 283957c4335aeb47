/* hw/common/string.c under other names, beside the host's. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unit.h>

void *tested_memcpy(void *restrict to, const void *restrict from, size_t length);
void *tested_memmove(void *to, const void *from, size_t length);
void *tested_memset(void *to, int byte, size_t length);
int tested_memcmp(const void *a, const void *b, size_t length);
void *tested_memchr(const void *bytes, int byte, size_t length);
size_t tested_strlen(const char *text);
size_t tested_strnlen(const char *text, size_t limit);
int tested_strcmp(const char *a, const char *b);
int tested_strncmp(const char *a, const char *b, size_t limit);
char *tested_strchr(const char *text, int byte);
char *tested_strrchr(const char *text, int byte);
#define memcpy tested_memcpy
#define memmove tested_memmove
#define memset tested_memset
#define memcmp tested_memcmp
#define memchr tested_memchr
#define strlen tested_strlen
#define strnlen tested_strnlen
#define strcmp tested_strcmp
#define strncmp tested_strncmp
#define strchr tested_strchr
#define strrchr tested_strrchr
#include "../../../hw/common/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

#define ROOM 640u

static void pattern_put(uint8_t *bytes, unsigned seed)
{
    for (unsigned i = 0; i < ROOM; i++) {
        bytes[i] = (uint8_t)(i * 7 + (i >> 5) + seed);
    }
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

START_TEST(copies_of_all_alignments_and_lengths_are_exact)
{
    static _Alignas(8) uint8_t from[ROOM], to[ROOM], wanted[ROOM];
    for (unsigned at = 0; at < 64; at += 1 + (at & 1)) {
        for (unsigned length = 0; length < 180; length += 1 + length / 20) {
            pattern_put(from, 1), pattern_put(to, 99), pattern_put(wanted, 99);
            ck_assert_ptr_eq(tested_memcpy(to + at % 8 + 8, from + at / 8 + 8, length), to + at % 8 + 8);
            memcpy(wanted + at % 8 + 8, from + at / 8 + 8, length);
            ck_assert_mem_eq(to, wanted, ROOM);
        }
    }
}
END_TEST

/* A block that begins and ends where the source does: tools see a byte read beyond it. */
START_TEST(a_copy_reads_no_word_without_a_byte_of_the_source)
{
    for (size_t length = 1; length < 40; length++) {
        uint8_t *from = malloc(length), *to = malloc(length + 8);
        memset(from, (int)length, length);
        tested_memcpy(to, from, length);
        ck_assert_mem_eq(to, from, length);
        free(from);
        free(to);
    }
}
END_TEST

START_TEST(moves_between_overlapping_places_are_exact)
{
    static _Alignas(8) uint8_t bytes[ROOM], wanted[ROOM];
    for (unsigned from = 0; from < 300; from += 1 + from / 20) {
        for (unsigned to = 0; to < 300; to += 1 + to / 20) {
            for (unsigned length = 0; length < 300; length += 1 + length / 9) {
                pattern_put(bytes, 3), pattern_put(wanted, 3);
                ck_assert_ptr_eq(tested_memmove(bytes + to, bytes + from, length), bytes + to);
                memmove(wanted + to, wanted + from, length);
                ck_assert_mem_eq(bytes, wanted, ROOM);
            }
        }
    }
}
END_TEST

START_TEST(set_fills_its_range_only)
{
    static _Alignas(8) uint8_t bytes[ROOM], wanted[ROOM];
    for (unsigned at = 0; at < 16; at++) {
        for (unsigned length = 0; length < 300; length++) {
            pattern_put(bytes, 5), pattern_put(wanted, 5);
            ck_assert_ptr_eq(tested_memset(bytes + at, 0x1c3, length), bytes + at);
            memset(wanted + at, 0xc3, length);
            ck_assert_mem_eq(bytes, wanted, ROOM);
        }
    }
}
END_TEST

START_TEST(texts_are_compared_and_searched_as_by_the_host)
{
    static const char *const texts[] = {"", "a", "ab", "abc", "abd", "b", "/soc/uart@0", "/soc", "\xff", "aXbXc"};
    size_t count = sizeof(texts) / sizeof(texts[0]);
    for (size_t i = 0; i < count; i++) {
        const char *text = texts[i];
        ck_assert_uint_eq(tested_strlen(text), strlen(text));
        ck_assert_uint_eq(tested_strnlen(text, 2), strnlen(text, 2));
        for (int byte = 0; byte < 256; byte++) {
            ck_assert_ptr_eq(tested_strchr(text, byte), strchr(text, byte));
            ck_assert_ptr_eq(tested_strrchr(text, byte), strrchr(text, byte));
            ck_assert_ptr_eq(tested_memchr(text, byte, strlen(text)), memchr(text, byte, strlen(text)));
        }
        for (size_t j = 0; j < count; j++) {
            size_t shorter = strlen(text) < strlen(texts[j]) ? strlen(text) : strlen(texts[j]);
            ck_assert_int_eq(sign(tested_strcmp(text, texts[j])), sign(strcmp(text, texts[j])));
            ck_assert_int_eq(sign(tested_strncmp(text, texts[j], 2)), sign(strncmp(text, texts[j], 2)));
            ck_assert_int_eq(sign(tested_memcmp(text, texts[j], shorter)), sign(memcmp(text, texts[j], shorter)));
        }
    }
}
END_TEST

UNIT_MAIN("string", copies_of_all_alignments_and_lengths_are_exact,
          a_copy_reads_no_word_without_a_byte_of_the_source, moves_between_overlapping_places_are_exact,
          set_fills_its_range_only, texts_are_compared_and_searched_as_by_the_host)
