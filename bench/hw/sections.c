/* build/sections.so: counts the kernel's instructions from outside, as a plugin of the emulator, exactly and without a
 * change to the kernel. Arguments: elf=FILE (the kernel; more for other symbols) and out=FILE.
 *
 * A section is a stretch of kernel instructions in which no interrupt would be looked for: it begins with the way out
 * of a program, with a preemption point or with the end of idling, and ends with the next of them or the way back. For
 * each kind of entry (system call, fault, interrupt...) the longest one is kept, with the functions it spent itself in.
 * Instructions are counted by blocks that the emulator runs whole; what an exception cuts off in the kernel itself,
 * which happens only when the kernel panics, is counted too much.
 *
 * Lines of the output: `boot COUNT`, `section KIND LONGEST ENTRIES TOTAL FROM TO FUNCTION=COUNT...`,
 * `function NAME COUNT`. */
#include "plugin.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY_BASE 0x600000000000ull
#define KERNEL_BASE 0x8000000000000000ull
#define SYMBOLS_MAX 16384u
#define KINDS_MAX 256u
#define TOP_FUNCTIONS 10u
#define NAME_BYTES 64u

QEMU_PLUGIN_VISIBLE int qemu_plugin_version = PLUGIN_VERSION;

enum landmark { LANDMARK_NONE, LANDMARK_KIND, LANDMARK_SYSCALL, LANDMARK_POINT };

struct symbol {
    uint64_t address;
    char name[NAME_BYTES];
    enum landmark landmark;
    uint64_t total; /* instructions in the whole run */
    uint64_t here;  /* in this section */
};

struct block {
    struct symbol *symbol;
    uint64_t address;
    uint64_t instructions;
    bool is_first; /* of its function */
    bool idles;    /* waits for an interrupt, as its last instruction */
};

struct kind {
    const char *name;
    uint64_t longest, entries, total;
    const struct symbol *from, *to;
    struct {
        const struct symbol *symbol;
        uint64_t count;
    } top[TOP_FUNCTIONS];
};

static struct symbol symbols[SYMBOLS_MAX];
static size_t symbol_count;
static struct {
    uint64_t start, end;
} image[16]; /* physical: where the kernel runs before it has mapped itself */
static size_t image_count;
static struct kind kinds[KINDS_MAX];
static size_t kind_count;
static char output[4096];

static struct symbol outside = {.name = "(program)"};
static struct symbol *touched[SYMBOLS_MAX];
static size_t touched_count;
static struct {
    bool booted, in_kernel;
    uint64_t boot, count;
    const struct symbol *from, *last;
    struct kind *kind;
} now;

static struct kind idle_kind = {.name = "(idling)"}, *const idle = &idle_kind;

static struct kind *kind_find(const char *name)
{
    for (size_t i = 0; i < kind_count; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    if (kind_count == KINDS_MAX) {
        return &kinds[KINDS_MAX - 1];
    }
    kinds[kind_count].name = name;
    return &kinds[kind_count++];
}

static void kind_keep(struct kind *kind, const struct symbol *to)
{
    kind->longest = now.count;
    kind->from = now.from;
    kind->to = to;
    memset(kind->top, 0, sizeof kind->top);
    for (size_t i = 0; i < touched_count; i++) {
        size_t place = TOP_FUNCTIONS;
        while (place > 0 && touched[i]->here > kind->top[place - 1].count) {
            place--;
        }
        if (place < TOP_FUNCTIONS) {
            memmove(&kind->top[place + 1], &kind->top[place], (TOP_FUNCTIONS - 1 - place) * sizeof kind->top[0]);
            kind->top[place].symbol = touched[i];
            kind->top[place].count = touched[i]->here;
        }
    }
}

static void section_end(const struct symbol *to)
{
    if (now.kind != NULL) {
        now.kind->total += now.count;
        if (now.count > now.kind->longest) {
            kind_keep(now.kind, to);
        }
    }
    for (size_t i = 0; i < touched_count; i++) {
        touched[i]->here = 0;
    }
    touched_count = 0;
    now.count = 0;
    now.from = to;
}

static void section_count(const struct block *block)
{
    if (block->symbol->here == 0) {
        touched[touched_count++] = block->symbol;
    }
    block->symbol->here += block->instructions;
    now.count += block->instructions;
    now.last = block->symbol;
}

static void landmark_pass(const struct block *block)
{
    switch (block->symbol->landmark) {
    case LANDMARK_POINT:
        section_end(now.last);
        break;
    case LANDMARK_KIND:
        if (now.kind == NULL || now.kind == idle) {
            now.kind = kind_find(block->symbol->name);
            now.kind->entries++;
        }
        break;
    case LANDMARK_SYSCALL:
        if (now.kind != NULL && strcmp(now.kind->name, "kernel_syscall") == 0) {
            now.kind->entries--;
            now.kind = kind_find(block->symbol->name);
            now.kind->entries++;
        }
        break;
    case LANDMARK_NONE:
        break;
    }
}

static bool in_image(uint64_t address)
{
    for (size_t i = 0; i < image_count; i++) {
        if (address >= image[i].start && address < image[i].end) {
            return true;
        }
    }
    return false;
}

static void block_run(unsigned cpu, void *argument)
{
    struct block *block = argument;
    (void)cpu;
    block->symbol->total += block->instructions;
    if (!now.booted) {
        now.booted = block->address >= LIBRARY_BASE && block->address < KERNEL_BASE;
        now.boot += block->address >= KERNEL_BASE || in_image(block->address) ? block->instructions : 0;
        return;
    }
    if (block->address < KERNEL_BASE) {
        if (now.in_kernel) {
            section_end(&outside);
            now.in_kernel = false;
        }
        return;
    }
    if (!now.in_kernel) {
        now.in_kernel = true;
        now.kind = NULL;
        now.from = &outside;
    }
    if (block->is_first) {
        landmark_pass(block);
    }
    section_count(block);
    if (block->idles) {
        section_end(block->symbol);
        now.kind = idle; /* until it is known what ended it */
    }
}

static struct symbol *symbol_of(uint64_t address)
{
    size_t low = 0, high = symbol_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (symbols[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    /* A program's addresses are below all symbols, or between the library's and the kernel's. */
    if (low == 0 || address - symbols[low - 1].address > (1u << 24)) {
        return &outside;
    }
    return &symbols[low - 1];
}

static bool idles(const struct qemu_plugin_insn *instruction)
{
    static const uint8_t wfi[] = {0x7f, 0x20, 0x03, 0xd5}, hlt[] = {0xf4};
    size_t length = qemu_plugin_insn_size(instruction);
    const void *bytes = qemu_plugin_insn_data(instruction);
    return (length == sizeof wfi && memcmp(bytes, wfi, sizeof wfi) == 0) ||
           (length == sizeof hlt && memcmp(bytes, hlt, sizeof hlt) == 0);
}

static void block_translated(uint64_t id, struct qemu_plugin_tb *translated)
{
    struct block *block = malloc(sizeof *block);
    (void)id;
    if (block == NULL) {
        abort();
    }
    block->address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(translated, 0));
    block->instructions = qemu_plugin_tb_n_insns(translated);
    block->symbol = symbol_of(block->address);
    block->idles = block->address >= KERNEL_BASE &&
                   idles(qemu_plugin_tb_get_insn(translated, block->instructions - 1));
    block->is_first = block->symbol->address == block->address;
    qemu_plugin_register_vcpu_tb_exec_cb(translated, block_run, PLUGIN_CB_NO_REGISTERS, block);
}

static enum landmark landmark_of(const char *name)
{
    static const char *const entries[] = {"kernel_syscall", "kernel_fault", "kernel_exception", "kernel_interrupt",
                                          "kernel_timer", "kernel_thread_lost"};
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (strcmp(name, entries[i]) == 0) {
            return LANDMARK_KIND;
        }
    }
    if (strcmp(name, "plat_preempt_pending") == 0) {
        return LANDMARK_POINT;
    }
    return strncmp(name, "syscall_", 8) == 0 && strcmp(name, "syscall_dispatch") != 0 ? LANDMARK_SYSCALL
                                                                                       : LANDMARK_NONE;
}

static void symbol_add(uint64_t address, const char *name)
{
    if (symbol_count == SYMBOLS_MAX || name[0] == '\0' || name[0] == '$' || name[0] == '.') {
        return;
    }
    struct symbol *symbol = &symbols[symbol_count++];
    symbol->address = address;
    /* What the compiler makes of a function has its name and a suffix. */
    snprintf(symbol->name, sizeof symbol->name, "%.*s", (int)strcspn(name, "."), name);
    symbol->landmark = landmark_of(symbol->name);
}

static void symbols_add(const char *bytes, const Elf64_Shdr *sections, size_t section_count)
{
    for (size_t i = 0; i < section_count; i++) {
        if (sections[i].sh_type != SHT_SYMTAB) {
            continue;
        }
        const Elf64_Sym *table = (const void *)(bytes + sections[i].sh_offset);
        const char *names = bytes + sections[sections[i].sh_link].sh_offset;
        for (size_t k = 0; k < sections[i].sh_size / sizeof *table; k++) {
            unsigned type = ELF64_ST_TYPE(table[k].st_info), section = table[k].st_shndx;
            if ((type == STT_FUNC || type == STT_NOTYPE) && section < section_count && section != SHN_UNDEF &&
                (sections[section].sh_flags & SHF_EXECINSTR) != 0) {
                symbol_add(table[k].st_value, names + table[k].st_name);
            }
        }
    }
}

static int elf_add(const char *path)
{
    FILE *file = fopen(path, "rbe");
    long size = file != NULL && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    char *bytes = size > (long)sizeof(Elf64_Ehdr) ? malloc((size_t)size) : NULL;
    if (bytes == NULL || fseek(file, 0, SEEK_SET) != 0 || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        fprintf(stderr, "sections: %s: cannot be read\n", path);
        return -1;
    }
    fclose(file);
    const Elf64_Ehdr *header = (const void *)bytes;
    const Elf64_Phdr *segments = (const void *)(bytes + header->e_phoff);
    symbols_add(bytes, (const void *)(bytes + header->e_shoff), header->e_shnum);
    for (size_t i = 0; i < header->e_phnum && image_count < sizeof image / sizeof image[0]; i++) {
        if (segments[i].p_type == PT_LOAD) {
            image[image_count].start = segments[i].p_paddr;
            image[image_count++].end = segments[i].p_paddr + segments[i].p_memsz;
        }
    }
    free(bytes);
    return 0;
}

static int symbol_compare(const void *left, const void *right)
{
    const struct symbol *a = left, *b = right;
    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    return (int)a->landmark - (int)b->landmark; /* the last of several names is the one that is found */
}

static void results_write(uint64_t id, void *argument)
{
    FILE *file = fopen(output, "we");
    (void)id, (void)argument;
    if (file == NULL) {
        fprintf(stderr, "sections: %s: cannot be written\n", output);
        return;
    }
    fprintf(file, "boot %llu\n", (unsigned long long)now.boot);
    for (size_t i = 0; i < kind_count; i++) {
        const struct kind *kind = &kinds[i];
        fprintf(file, "section %s %llu %llu %llu %s %s", kind->name, (unsigned long long)kind->longest,
                (unsigned long long)kind->entries, (unsigned long long)kind->total,
                kind->from != NULL ? kind->from->name : "-", kind->to != NULL ? kind->to->name : "-");
        for (size_t k = 0; k < TOP_FUNCTIONS && kind->top[k].count != 0; k++) {
            fprintf(file, " %s=%llu", kind->top[k].symbol->name, (unsigned long long)kind->top[k].count);
        }
        fputc('\n', file);
    }
    for (size_t i = 0; i < symbol_count; i++) {
        if (symbols[i].total != 0) {
            fprintf(file, "function %s %llu\n", symbols[i].name, (unsigned long long)symbols[i].total);
        }
    }
    fprintf(file, "function %s %llu\n", outside.name, (unsigned long long)outside.total);
    fclose(file);
}

QEMU_PLUGIN_VISIBLE int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "elf=", 4) == 0 && elf_add(argv[i] + 4) != 0) {
            return -1;
        }
        if (strncmp(argv[i], "out=", 4) == 0) {
            snprintf(output, sizeof output, "%s", argv[i] + 4);
        }
    }
    qsort(symbols, symbol_count, sizeof symbols[0], symbol_compare);
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    qemu_plugin_register_atexit_cb(id, results_write, NULL);
    return 0;
}
