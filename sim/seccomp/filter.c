/* The seccomp filters of an address space, in raw BPF, and the stub page that holds them. */
#include "stub.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>

#define ADDRESS_LOW offsetof(struct seccomp_data, instruction_pointer)
#define ADDRESS_HIGH (ADDRESS_LOW + 4)
#define ARGUMENT_LOW(n) (offsetof(struct seccomp_data, args) + (n) * 8)
#define HIGH(address) ((uint32_t)((address) >> 32))

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define IF_ABOVE(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)(value), yes, no)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (uint32_t)(action))

/* The instruction pointer that a filter sees is the address after the two bytes of `syscall`, so a call from
 * [base, base + bytes) has it in [base + 2, base + bytes]. Both bases have a low half of zero. */
_Static_assert((uint32_t)LIBSYS_BASE == 0 && (uint32_t)STUB_CODE == 0, "the filters test high halves for equality");
_Static_assert(STUB_CODE == 0x6fff00000000 && STUB_RING == 0x6fff00001000 && SLOT_BYTES == 0x8000, "as in stub.S");

/* Programs' threads: calls from the system library and from the stub are notified, all others trap. The stub's one call
 * that the host serves unblocks signals, and can do nothing else with this mask, whatever its other arguments. */
static const struct sock_filter filter_thread[] = {
    LOAD(offsetof(struct seccomp_data, arch)),
    IF_EQUAL(AUDIT_ARCH_X86_64, 0, 16),
    LOAD(ADDRESS_HIGH),
    IF_EQUAL(HIGH(LIBSYS_BASE), 0, 3),
    LOAD(ADDRESS_LOW),
    IF_ABOVE(LIBSYS_BYTES_MAX, 12, 0),
    IF_ABOVE(1, 9, 11),
    IF_EQUAL(HIGH(STUB_CODE), 0, 10),
    LOAD(ADDRESS_LOW),
    IF_ABOVE(STUB_BYTES, 8, 0),
    LOAD(offsetof(struct seccomp_data, nr)),
    IF_EQUAL(SYS_rt_sigprocmask, 0, 4),
    LOAD(ARGUMENT_LOW(1)),
    IF_EQUAL(STUB_MASK_NONE, 0, 2),
    LOAD(ARGUMENT_LOW(1) + 4),
    IF_EQUAL(HIGH(STUB_CODE), 1, 0),
    RETURN(SECCOMP_RET_USER_NOTIF),
    RETURN(SECCOMP_RET_ALLOW),
    RETURN(SECCOMP_RET_TRAP),
};

/* The manager: changes mappings of the memory file and waits, from the stub only. Anything else ends the space. */
static const struct sock_filter filter_manager[] = {
    LOAD(offsetof(struct seccomp_data, arch)),
    IF_EQUAL(AUDIT_ARCH_X86_64, 0, 11),
    LOAD(ADDRESS_HIGH),
    IF_EQUAL(HIGH(STUB_CODE), 0, 9),
    LOAD(ADDRESS_LOW),
    IF_ABOVE(STUB_BYTES, 7, 0),
    LOAD(offsetof(struct seccomp_data, nr)),
    IF_EQUAL(SYS_mmap, 3, 0),
    IF_EQUAL(SYS_munmap, 2, 0),
    IF_EQUAL(SYS_mprotect, 1, 0),
    IF_EQUAL(STUB_WAIT, 1, 2),
    RETURN(SECCOMP_RET_ALLOW),
    RETURN(SECCOMP_RET_USER_NOTIF),
    RETURN(SECCOMP_RET_KILL_PROCESS),
};

#define FILTER_LENGTH(filter) (sizeof(filter) / sizeof((filter)[0]))
_Static_assert(STUB_FILTERS + sizeof(filter_thread) + sizeof(filter_manager) <= STUB_SCRUB, "the stub is one page");

static void program_write(char *page, size_t program_offset, const struct sock_filter *filter, size_t length,
                          size_t filter_offset)
{
    struct sock_fprog program = {.len = (unsigned short)length,
                                 .filter = (struct sock_filter *)(uintptr_t)(STUB_CODE + filter_offset)};
    memcpy(page + filter_offset, filter, length * sizeof(*filter));
    memcpy(page + program_offset, &program, sizeof(program));
}

void stub_write(void *page, uint64_t entry_foreign)
{
    size_t code_bytes = (size_t)(stub_end - stub_begin);
    size_t scrub_bytes = (size_t)(scrub_end - scrub_begin);
    if (code_bytes > STUB_MASK_NONE || scrub_bytes > STUB_BYTES - STUB_SCRUB) {
        __builtin_trap();
    }
    memset(page, 0xcc, STUB_BYTES);
    memcpy(page, stub_begin, code_bytes);
    memcpy((char *)page + STUB_SCRUB, scrub_begin, scrub_bytes);
    memset((char *)page + STUB_MASK_NONE, 0, sizeof(uint64_t));
    memcpy((char *)page + STUB_ENTRY_FOREIGN, &entry_foreign, sizeof(entry_foreign));
    program_write(page, STUB_PROGRAM_THREAD, filter_thread, FILTER_LENGTH(filter_thread), STUB_FILTERS);
    program_write(page, STUB_PROGRAM_MANAGER, filter_manager, FILTER_LENGTH(filter_manager),
                  STUB_FILTERS + sizeof(filter_thread));
}
