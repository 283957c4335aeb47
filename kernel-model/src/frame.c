/* Page frames: a bitmap of free ones, searched from both ends, and a count of references for each. */
#include "frame.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kernel/kernel.h>

#include "assert.h"
#include "kernel_state.h"

#define WORD_BITS 64u
#define FRAME_COUNT_MAX (1ull << 36) /* 48 bits of physical address */
#define FRAMES_MIN 16u
#define RUN_FRAMES FAULT_AROUND_PAGES /* runs of this size are what is asked for most */
#define FRAMES_SHORT 64u
#define TRIES_MAX 64u /* words looked at for a run; scattered frames only cost more calls to the platform */

static uint64_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
}

/* Are the neighbours that an aligned run of RUN_FRAMES has in common with this frame free, and it too? */
static bool run_is_free(const struct frames *frames, uint64_t index)
{
    uint64_t mask = (1ull << RUN_FRAMES) - 1;

    return (frames->free_bits[index / WORD_BITS] >> (index % WORD_BITS / RUN_FRAMES * RUN_FRAMES) & mask) == mask;
}

static void bit_free(struct frames *frames, uint64_t index)
{
    uint64_t word = index / WORD_BITS;

    frames->free_bits[word] |= 1ull << (index % WORD_BITS);
    if (word < frames->low_word)
        frames->low_word = word;
    if (word < frames->run_word && run_is_free(frames, index))
        frames->run_word = word;
    if (word > frames->high_word)
        frames->high_word = word;
    frames->free_count++;
}

static void bits_take(struct frames *frames, uint64_t index, uint64_t count)
{
    uint64_t end = index + count;

    frames->free_count -= count;
    for (uint64_t i = index; i < end; i++)
        frames->frames[i].references = 1;
    while (index < end) {
        uint64_t bit = index % WORD_BITS;
        uint64_t here = end - index < WORD_BITS - bit ? end - index : WORD_BITS - bit;

        frames->free_bits[index / WORD_BITS] &= ~(UINT64_MAX >> (WORD_BITS - here) << bit);
        index += here;
    }
}

static int config_check(const struct kernel_config *config)
{
    uint64_t end = config->first_frame + config->frame_count;

    if (config->frame_count > FRAME_COUNT_MAX || config->first_frame > FRAME_COUNT_MAX)
        return -E_INVAL;
    if (config->frame_count < FRAMES_MIN)
        return -E_NOMEM;
    if (config->archive_frame == 0)
        return 0;
    if (config->archive_frame < config->first_frame || config->archive_frame > end ||
        config->archive_pages > end - config->archive_frame)
        return -E_INVAL;
    return 0;
}

/* All frames are free; then the kernel's own and the archive's are not. */
static void bits_init(struct frames *frames)
{
    __builtin_memset(frames->free_bits, 0xff, frames->words * sizeof(uint64_t));
    if (frames->count % WORD_BITS != 0)
        frames->free_bits[frames->words - 1] = (1ull << (frames->count % WORD_BITS)) - 1;
    frames->free_count = frames->count;
    frames->high_word = frames->words - 1;
}

static void frames_keep(struct frames *frames, uint64_t index, uint64_t count)
{
    bits_take(frames, index, count);
    for (uint64_t i = index; i < index + count; i++)
        frames->frames[i].references = FRAME_PERMANENT;
}

int frame_init(struct kernel *kernel, const struct kernel_config *config)
{
    struct frames *frames = &kernel->frames;
    int error = config_check(config);
    uint64_t words = (config->frame_count + WORD_BITS - 1) / WORD_BITS;
    uint64_t counts_pages = pages_of(config->frame_count * sizeof(struct frame));
    uint64_t table_pages = counts_pages + pages_of(words * sizeof(uint64_t));
    uint64_t archive = config->archive_frame == 0 ? 0 : config->archive_frame - config->first_frame;
    uint64_t tables = 0; /* at the start, or behind the archive if that is in the way */
    uint8_t *bytes;

    if (error != 0)
        return error;
    if (config->archive_frame != 0 && archive < table_pages)
        tables = archive + config->archive_pages;
    if (table_pages >= config->frame_count - tables)
        return -E_NOMEM;
    *frames = (struct frames){.first = config->first_frame, .count = config->frame_count, .words = words,
                              .archive_first = config->archive_frame,
                              .archive_count = config->archive_frame == 0 ? 0 : config->archive_pages};
    frames->bytes = plat_frame_bytes(kernel, frames->first);
    KERNEL_ASSERT(kernel, frames->bytes != NULL && ((uintptr_t)frames->bytes & (PAGE_BYTES - 1)) == 0);
    bytes = frames->bytes + (tables << PAGE_SHIFT);
    __builtin_memset(bytes, 0, table_pages << PAGE_SHIFT);
    frames->frames = (struct frame *)(void *)bytes;
    frames->free_bits = (uint64_t *)(void *)(bytes + (counts_pages << PAGE_SHIFT));
    bits_init(frames);
    frames_keep(frames, tables, table_pages);
    frames_keep(frames, archive, frames->archive_count);
    return 0;
}

static struct frame *frame_find(struct kernel *kernel, uint64_t frame)
{
    KERNEL_ASSERT(kernel, frame_is_ram(kernel, frame));
    return &kernel->frames.frames[frame - kernel->frames.first];
}

/* Makes low_word the first word with a free frame, and high_word the last. */
static void ends_adjust(struct frames *frames)
{
    while (frames->low_word < frames->words && frames->free_bits[frames->low_word] == 0)
        frames->low_word++;
    while (frames->high_word > 0 && frames->free_bits[frames->high_word] == 0)
        frames->high_word--;
}

uint64_t frame_allocate(struct kernel *kernel)
{
    uint64_t frame;

    return frame_allocate_run(kernel, 1, &frame) == 0 ? FRAME_NONE : frame;
}

/* The lowest place in `bits` where `wanted` (a power of two) neighbouring bits, aligned to wanted, are set; or -1. */
static int run_find(uint64_t bits, uint64_t wanted)
{
    uint64_t mask = wanted >= WORD_BITS ? UINT64_MAX : (1ull << wanted) - 1;

    for (uint64_t place = 0; place < WORD_BITS; place += wanted) {
        if (((bits >> place) & mask) == mask)
            return (int)place;
    }
    return -1;
}

/* Largest power of two up to `wanted` and to a word's bits. */
static uint64_t run_size(uint64_t wanted)
{
    uint64_t size = 1;

    while (size * 2 <= wanted && size < WORD_BITS)
        size *= 2;
    return size;
}

/* The lowest run of `size` frames that a short search finds; FRAME_NONE. */
static uint64_t run_search(struct frames *frames, uint64_t size)
{
    uint64_t first = size < RUN_FRAMES || frames->run_word < frames->low_word ? frames->low_word : frames->run_word;

    for (uint64_t word = first; word < frames->words && word - first < TRIES_MAX; word++) {
        int place = run_find(frames->free_bits[word], size);

        if (size == RUN_FRAMES)
            frames->run_word = word;
        if (place >= 0)
            return word * WORD_BITS + (uint64_t)place;
    }
    return FRAME_NONE;
}

/* Where frames run short, what large objects left behind comes in: a little, or as much as it takes to get one. */
static void remains_use(struct kernel *kernel)
{
    const struct frames *frames = &kernel->frames;

    do
        remains_step(kernel);
    while (frames->free_count == 0 && kernel->memory.remains.first != NULL);
}

uint64_t frame_allocate_run(struct kernel *kernel, uint64_t wanted, uint64_t *frame)
{
    struct frames *frames = &kernel->frames;
    uint64_t size = run_size(wanted);
    uint64_t index = FRAME_NONE;

    if (frames->free_count < FRAMES_SHORT && kernel->memory.remains.first != NULL)
        remains_use(kernel);
    if (frames->free_count == 0)
        return 0;
    ends_adjust(frames);
    if (size > 1)
        index = run_search(frames, size);
    if (index == FRAME_NONE) {
        size = 1;
        index = frames->low_word * WORD_BITS + (uint64_t)__builtin_ctzll(frames->free_bits[frames->low_word]);
    }
    bits_take(frames, index, size);
    *frame = frames->first + index;
    return size;
}

void *frame_allocate_table(struct kernel *kernel)
{
    struct frames *frames = &kernel->frames;
    uint64_t index;
    void *bytes;

    if (frames->free_count < FRAMES_SHORT && kernel->memory.remains.first != NULL)
        remains_use(kernel);
    if (frames->free_count == 0)
        return NULL;
    ends_adjust(frames);
    index = frames->high_word * WORD_BITS + WORD_BITS - 1 -
            (uint64_t)__builtin_clzll(frames->free_bits[frames->high_word]);
    bits_take(frames, index, 1);
    bytes = frame_bytes(kernel, frames->first + index);
    __builtin_memset(bytes, 0, PAGE_BYTES);
    return bytes;
}

void frame_reference(struct kernel *kernel, uint64_t frame)
{
    struct frame *found = frame_find(kernel, frame);

    KERNEL_ASSERT(kernel, found->references != 0);
    if (found->references == FRAME_PERMANENT)
        return;
    found->references++;
    KERNEL_ASSERT(kernel, found->references != FRAME_PERMANENT);
}

void frame_release(struct kernel *kernel, uint64_t frame)
{
    struct frame *found = frame_find(kernel, frame);

    KERNEL_ASSERT(kernel, found->references != 0);
    if (found->references == FRAME_PERMANENT)
        return;
    found->references--;
    if (found->references == 0)
        bit_free(&kernel->frames, frame - kernel->frames.first);
}

bool frame_is_private(struct kernel *kernel, uint64_t frame)
{
    return frame_find(kernel, frame)->references == 1;
}

bool frame_is_ram(struct kernel *kernel, uint64_t frame)
{
    return frame >= kernel->frames.first && frame - kernel->frames.first < kernel->frames.count;
}

void *frame_bytes(struct kernel *kernel, uint64_t frame)
{
    return kernel->frames.bytes + ((frame - kernel->frames.first) << PAGE_SHIFT);
}

uint64_t frame_of_bytes(struct kernel *kernel, const void *bytes)
{
    return kernel->frames.first + ((uint64_t)((const uint8_t *)bytes - kernel->frames.bytes) >> PAGE_SHIFT);
}

void frame_check_begin(struct kernel *kernel)
{
    for (uint64_t i = 0; i < kernel->frames.count; i++)
        kernel->frames.frames[i].recount = 0;
}

void frame_recount(struct kernel *kernel, uint64_t frame)
{
    frame_find(kernel, frame)->recount++;
}

void frame_check_end(struct kernel *kernel)
{
    struct frames *frames = &kernel->frames;
    uint64_t free_count = 0;

    for (uint64_t i = 0; i < frames->count; i++) {
        bool is_free = (frames->free_bits[i / WORD_BITS] >> (i % WORD_BITS)) & 1;

        free_count += is_free;
        KERNEL_ASSERT(kernel, is_free == (frames->frames[i].references == 0));
        KERNEL_ASSERT(kernel, i / WORD_BITS >= frames->run_word || !run_is_free(frames, i));
        KERNEL_ASSERT(kernel, frames->frames[i].references == FRAME_PERMANENT ||
                                  frames->frames[i].references == frames->frames[i].recount);
    }
    KERNEL_ASSERT(kernel, free_count == frames->free_count);
}
