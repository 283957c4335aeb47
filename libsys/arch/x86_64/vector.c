/* Which vector components signal frames save. Asked of the processor once per process: under a hypervisor that is slow.
 */
#include "vector.h"

#include "state.h"

#define VECTOR_LEGACY_BYTES 512u
#define VECTOR_HEADER_BYTES 64u
#define VECTOR_COMPONENTS 0xe7ull /* x87, SSE, AVX, AVX-512: what programs compute with */

struct processor_answer {
    uint32_t a, b, c, d;
};

static struct processor_answer processor_ask(uint32_t leaf, uint32_t part)
{
    struct processor_answer answer;
    __asm__ volatile("cpuid" : "=a"(answer.a), "=b"(answer.b), "=c"(answer.c), "=d"(answer.d) : "a"(leaf), "c"(part));
    return answer;
}

static uint64_t components_enabled(void)
{
    uint32_t low, high;
    if ((processor_ask(1, 0).c & 1u << 27) == 0) {
        return 0;
    }
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32 | low) & VECTOR_COMPONENTS;
}

uint64_t vector_mask(uint64_t *bytes)
{
    struct process_state *state = process_state();
    if (state->vector_bytes == 0) {
        uint64_t mask = components_enabled();
        uint64_t end = VECTOR_LEGACY_BYTES + (mask != 0 ? VECTOR_HEADER_BYTES : 0);
        for (uint32_t i = 2; i < 8; i++) {
            if ((mask >> i & 1) != 0) {
                struct processor_answer answer = processor_ask(13, i);
                end = answer.a + answer.b > end ? answer.a + answer.b : end;
            }
        }
        state->vector_mask = mask;
        __atomic_store_n(&state->vector_bytes, end, __ATOMIC_RELEASE);
    }
    *bytes = state->vector_bytes;
    return state->vector_mask;
}
