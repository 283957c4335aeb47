/* The entry of libFuzzer and AFL++. */
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    target_prepare();
    target_run(bytes, size, false);
    return 0;
}
