/* AFL++ in persistent mode: many programs a process, given in shared memory. */
#include "target.h"

#include <unistd.h>

__AFL_FUZZ_INIT();

int main(void)
{
    const uint8_t *bytes;

    target_prepare();
    __AFL_INIT();
    bytes = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(1000000))
        LLVMFuzzerTestOneInput(bytes, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    return 0;
}
