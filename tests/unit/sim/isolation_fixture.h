/* An isolation without a kernel, for tests of programs in it. */
#ifndef UNIT_SIM_ISOLATION_FIXTURE_H
#define UNIT_SIM_ISOLATION_FIXTURE_H

#include <isolation.h>

#define CODE_ADDRESS 0x400000ull
#define TEST_BYTES 0x10000ull /* of the memory file, from its start: the test's */

/* Makes one; *memory are the test's bytes of its memory file. Foreign calls go to CODE_ADDRESS. */
struct isolation *isolation_begin(char **memory);

#endif
