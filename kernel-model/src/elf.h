/* Static ELF64 programs: checked, then loaded into an address space. The kernel loads one only, the root server. */
#ifndef KERNEL_ELF_H
#define KERNEL_ELF_H

#include <abi/types.h>

struct kernel;
struct space;
struct grant;

struct elf_program {
    uint64_t entry;
    uint64_t end; /* page-aligned end of its highest segment */
};

/* Loads the program of `size_bytes` at `bytes` (8-byte aligned) into private memory of the grant. -E_NOEXEC: not a
 * sound static program of this machine; -E_NOMEM. On an error segments loaded before stay mapped. */
int elf_load(struct kernel *kernel, struct space *space, struct grant *grant, const uint8_t *bytes,
             uint64_t size_bytes, struct elf_program *program);

#endif
