/* Images of bare machines: where the archive comes to lie, and what is refused. HW-6. */
#include "kernel_file.h"
#include "unit.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define BASE 0xffff000000000000ull
#define PHYSICAL 0x80000ull
#define IMAGE_END 0x3000u /* from the base on */

/* A kernel file: a segment of 0x1100 bytes at the base, then a bss up to 0x2800. */
struct file {
    Elf64_Ehdr header;
    Elf64_Phdr segments[2];
    Elf64_Shdr sections[2];
    Elf64_Sym symbols[2];
    char strings[16];
    _Alignas(16) uint8_t code[0x1100];
};

static struct file file;
static struct kernel_file kernel;
static const char archive[4096] = "archive";

static void setup(uint16_t machine)
{
    file = (struct file){
        .header = {.e_machine = machine, .e_phoff = offsetof(struct file, segments), .e_phnum = 2,
                   .e_phentsize = sizeof(Elf64_Phdr), .e_shoff = offsetof(struct file, sections), .e_shnum = 2},
        .segments = {{.p_type = PT_NOTE},
                     {.p_type = PT_LOAD, .p_offset = offsetof(struct file, code), .p_vaddr = BASE, .p_paddr = PHYSICAL,
                      .p_filesz = 0x1100, .p_memsz = 0x2800}},
        .sections = {{.sh_type = SHT_SYMTAB, .sh_link = 1, .sh_offset = offsetof(struct file, symbols),
                      .sh_size = 2 * sizeof(Elf64_Sym)},
                     {.sh_offset = offsetof(struct file, strings), .sh_size = sizeof file.strings}},
        .symbols = {{0}, {.st_name = 1, .st_value = BASE + IMAGE_END}},
        .strings = "\0image_end"};
    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = ELFCLASS64;
    file.header.e_ident[EI_DATA] = ELFDATA2LSB;
    file.code[0] = 0x55;
    memcpy(file.code + 56, "ARM\x64", 4);
}

static int check(void)
{
    return kernel_file_check(&kernel, (uint8_t *)&file, sizeof file);
}

START_TEST(flat_image_has_the_archive_at_image_end_HW_6)
{
    setup(EM_AARCH64);
    ck_assert_msg(check() == 0, "%s", kernel.error);
    size_t size = 0;
    uint8_t *image = kernel_file_image(&kernel, archive, sizeof archive, &size);
    ck_assert_uint_eq(size, IMAGE_END + sizeof archive);
    ck_assert_uint_eq(image[0], 0x55);
    ck_assert_uint_eq(image[0x1100], 0);
    ck_assert_mem_eq(image + IMAGE_END, archive, sizeof archive);
    uint64_t told;
    memcpy(&told, image + 16, sizeof told);
    ck_assert_uint_eq(told, size);
    free(image);
}
END_TEST

START_TEST(elf_image_has_a_segment_more_HW_6)
{
    setup(EM_X86_64);
    ck_assert_int_eq(check(), 0);
    size_t size = 0;
    uint8_t *image = kernel_file_image(&kernel, archive, sizeof archive, &size);
    const Elf64_Ehdr *header = (const void *)image;
    const Elf64_Phdr *segments = (const void *)(image + header->e_phoff);
    ck_assert_uint_eq(header->e_phnum, 3);
    ck_assert_mem_eq(segments, file.segments, sizeof file.segments);
    ck_assert_uint_eq(segments[2].p_type, PT_LOAD);
    ck_assert_uint_eq(segments[2].p_paddr, PHYSICAL + IMAGE_END);
    ck_assert_uint_eq(segments[2].p_filesz, sizeof archive);
    ck_assert_uint_le(segments[2].p_offset + sizeof archive, size);
    ck_assert_mem_eq(image + segments[2].p_offset, archive, sizeof archive);
    free(image);
}
END_TEST

START_TEST(bad_kernels_are_refused_in_words)
{
    setup(EM_AARCH64);
    file.header.e_ident[0] = 0;
    ck_assert(check() != 0 && strstr(kernel.error, "no ELF file") != NULL);
    setup(EM_AARCH64);
    file.strings[1] = 'x';
    ck_assert(check() != 0 && strstr(kernel.error, "no symbol image_end") != NULL);
    setup(EM_AARCH64);
    file.symbols[1].st_value = BASE + 0x2000;
    ck_assert(check() != 0 && strstr(kernel.error, "not past") != NULL);
    setup(EM_AARCH64);
    file.symbols[1].st_value++;
    ck_assert(check() != 0 && strstr(kernel.error, "does not begin a page") != NULL);
    setup(EM_AARCH64);
    file.segments[1].p_filesz = sizeof file;
    ck_assert(check() != 0 && strstr(kernel.error, "segment 1") != NULL);
    setup(EM_AARCH64);
    file.header.e_phnum = 10000;
    ck_assert(check() != 0 && strstr(kernel.error, "table of segments") != NULL);
    ck_assert_int_ne(kernel_file_open(&kernel, "/no/such/kernel"), 0);
    ck_assert_str_eq(kernel.error, "No such file or directory");
    kernel_file_close(&kernel);
}
END_TEST

UNIT_MAIN("kernel_file", flat_image_has_the_archive_at_image_end_HW_6, elf_image_has_a_segment_more_HW_6,
          bad_kernels_are_refused_in_words)
