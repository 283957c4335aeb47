/* What the image's packer tells the kernel itself: the boot archive's file boot/kernel, words with blanks between them.
 *   verbose          the whole log goes to the console, not only what went wrong
 *   general          calls take no short ways (kernel_fast_set)
 *   trace=RECORDS    the first so many decisions of the kernel are recorded (trace.h)
 * The archive is not trusted yet: what is not whole is taken as absent. */
#ifndef HW_BOOT_WORDS_H
#define HW_BOOT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct boot_words {
    const char *text; /* NULL: there is no such file */
    size_t length;
};

struct boot_words boot_words_find(const uint8_t *archive, uint64_t archive_bytes);
bool boot_words_have(const struct boot_words *words, const char *word);
/* The number after `name`, "trace=" for one; 0: there is none, or it is too large to be meant. */
uint64_t boot_words_number(const struct boot_words *words, const char *name);

#endif
