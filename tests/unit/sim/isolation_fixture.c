/* The isolation is on a memory file of its own. */
#include "isolation_fixture.h"

#include "unit.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_uint changes;

struct isolation *isolation_begin(char **memory)
{
    struct isolation *isolation;
    const char *error = NULL;
    int fd = memfd_create("isolation_test", 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)(TEST_BYTES + ISOLATION_MEMORY_BYTES)), 0);
    *memory = mmap(NULL, TEST_BYTES + ISOLATION_MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(*memory, MAP_FAILED);
    const struct isolation_config config = {.memory_fd = fd,
                                            .own_offset = TEST_BYTES,
                                            .own_bytes = *memory + TEST_BYTES,
                                            .entry_foreign = CODE_ADDRESS,
                                            .changes = &changes};
    ck_assert_msg(isolation_create(&isolation, &config, &error) == 0, "%s", error);
    return isolation;
}
