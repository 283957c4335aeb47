/* Which ELF files are programs, and what is wrong with the others. */
#include "unit.h"

#include "elf_image.h"

#include <abi/errno.h>
#include <abi/types.h>
#include <elf.h>
#include <string.h>

#define FILE_BYTES 0x5000u

struct file {
    Elf64_Ehdr header;
    Elf64_Phdr segments[4];
    uint8_t rest[ELF_HEAD_BYTES - sizeof(Elf64_Ehdr) - 4 * sizeof(Elf64_Phdr)];
};

static void file_make(struct file *file)
{
    memset(file, 0, sizeof *file);
    memcpy(file->header.e_ident, "\177ELF\2\1\1", 7);
    file->header.e_type = ET_EXEC;
    file->header.e_machine = EM_X86_64;
    file->header.e_version = 1;
    file->header.e_entry = 0x401010;
    file->header.e_phoff = sizeof file->header;
    file->header.e_phentsize = sizeof file->segments[0];
    file->header.e_phnum = 3;
    file->segments[0] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr = 0x400000, .p_filesz = 0x300,
                                     .p_memsz = 0x300};
    file->segments[1] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = 0x1000,
                                     .p_vaddr = 0x401000, .p_filesz = 0x2000, .p_memsz = 0x2000};
    file->segments[2] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0x3010,
                                     .p_vaddr = 0x404010, .p_filesz = 0x100, .p_memsz = 0x3000};
}

static int check(const struct file *file, struct elf_image *image)
{
    return elf_check(file, sizeof *file, FILE_BYTES, image);
}

START_TEST(a_good_program_is_cut_into_segments)
{
    struct file file;
    struct elf_image image;
    file_make(&file);
    ck_assert_int_eq(check(&file, &image), 0);
    ck_assert_uint_eq(image.segment_count, 3);
    ck_assert_uint_eq(image.entry, 0x401010);
    ck_assert_uint_eq(image.headers, 0x400040);
    ck_assert_uint_eq(image.end, 0x408000);
    ck_assert_uint_eq(image.segments[1].prot, PROT_R | PROT_X);
    ck_assert_uint_eq(image.segments[2].address, 0x404000);
    ck_assert_uint_eq(image.segments[2].offset, 0x3000);
    ck_assert_uint_eq(image.segments[2].file_bytes, 0x110);
    ck_assert_uint_eq(image.segments[2].memory_bytes, 0x4000);
    ck_assert_uint_eq(image.interpreter, 0);
}
END_TEST

START_TEST(a_position_independent_program_gets_the_base)
{
    struct file file;
    struct elf_image image;
    file_make(&file);
    file.header.e_type = ET_DYN;
    file.header.e_entry = 0x1010;
    for (int i = 0; i < 3; i++) {
        file.segments[i].p_vaddr -= 0x400000;
    }
    ck_assert_int_eq(check(&file, &image), 0);
    ck_assert_uint_eq(image.entry, ELF_DYNAMIC_BASE + 0x1010);
    ck_assert_uint_eq(image.segments[0].address, ELF_DYNAMIC_BASE);
}
END_TEST

START_TEST(an_interpreter_is_noticed)
{
    struct file file;
    struct elf_image image;
    file_make(&file);
    file.header.e_phnum = 4;
    file.segments[3].p_type = PT_INTERP;
    ck_assert_int_eq(check(&file, &image), 0);
    ck_assert_uint_ne(image.interpreter, 0);
}
END_TEST

/* One wrong field at a time: where it is in the file, how wide, and the wrong value. */
struct wrong {
    size_t offset;
    size_t bytes;
    uint64_t value;
};
#define HEADER(field, value) {offsetof(struct file, header.field), sizeof(((struct file *)0)->header.field), value}
#define SEGMENT(i, field, value) \
    {offsetof(struct file, segments[i].field), sizeof(((struct file *)0)->segments[i].field), value}

static const struct wrong wrongs[] = {
    HEADER(e_ident[0], 'E'),
    HEADER(e_ident[EI_CLASS], ELFCLASS32),
    HEADER(e_ident[EI_DATA], ELFDATA2MSB),
    HEADER(e_type, ET_REL),
    HEADER(e_type, ET_CORE),
    HEADER(e_machine, EM_386),
    HEADER(e_version, 2),
    HEADER(e_phoff, UINT64_MAX - 7),
    HEADER(e_phoff, ELF_HEAD_BYTES),
    HEADER(e_phoff, 65),
    HEADER(e_phentsize, 32),
    HEADER(e_phnum, 0),
    HEADER(e_phnum, 0xffff),
    HEADER(e_entry, 0),
    HEADER(e_entry, 0x404010),
    HEADER(e_entry, UINT64_MAX),
    SEGMENT(1, p_offset, 0x1001),
    SEGMENT(1, p_offset, UINT64_MAX - 0xfff),
    SEGMENT(1, p_offset, 0x6000),
    SEGMENT(1, p_filesz, 0x4001),
    SEGMENT(1, p_filesz, UINT64_MAX),
    SEGMENT(1, p_memsz, 0x1fff),
    SEGMENT(1, p_memsz, UINT64_MAX),
    SEGMENT(2, p_memsz, UINT64_MAX - 0xf),
    SEGMENT(0, p_vaddr, 0),
    SEGMENT(0, p_vaddr, 0x401000),
    SEGMENT(2, p_vaddr, 0x400010),
    SEGMENT(2, p_vaddr, 0xffffffffffff0010),
    SEGMENT(2, p_vaddr, 0x600000000010),
};

START_TEST(each_bad_field_is_refused_PRC_5)
{
    struct elf_image image;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct file file;
        file_make(&file);
        memcpy((uint8_t *)&file + wrongs[i].offset, &wrongs[i].value, wrongs[i].bytes);
        ck_assert_msg(check(&file, &image) == -E_NOEXEC, "wrong field %zu was accepted", i);
    }
}
END_TEST

START_TEST(a_short_file_is_refused)
{
    struct file file;
    struct elf_image image;
    file_make(&file);
    for (uint64_t bytes = 0; bytes < sizeof file.header + 3 * sizeof file.segments[0]; bytes++) {
        ck_assert_int_eq(elf_check(&file, bytes, bytes, &image), -E_NOEXEC);
    }
}
END_TEST

UNIT_MAIN("elf", a_good_program_is_cut_into_segments, a_position_independent_program_gets_the_base,
          an_interpreter_is_noticed, each_bad_field_is_refused_PRC_5, a_short_file_is_refused)
