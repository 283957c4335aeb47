/* Page frames of the machine's RAM: which are free, how often each is referenced. Frames for programs are taken from
 * the low end, so that neighbouring pages get neighbouring frames and can be mapped as one run; pages of kernel tables
 * from the high end. Frames carry no charge: grants see to that, and to there always being a free one. */
#ifndef KERNEL_FRAME_H
#define KERNEL_FRAME_H

#include <abi/types.h>

struct kernel;
struct kernel_config;

#define FRAME_NONE UINT64_MAX
/* References of frames that never go back: the kernel's own and the archive's. They count as shared for ever. */
#define FRAME_PERMANENT UINT32_MAX

struct frame {
    uint32_t references; /* 0: free */
    uint32_t recount;    /* frame_check's */
};

struct frames {
    struct frame *frames;   /* one for each frame from `first` on */
    uint64_t *free_bits;    /* a set bit: free */
    uint8_t *bytes;         /* of the first frame */
    uint64_t first;
    uint64_t count;
    uint64_t words;         /* of free_bits */
    uint64_t free_count;
    uint64_t low_word;      /* no free frame is in a word below */
    uint64_t run_word;      /* no word below has a run of the usual size */
    uint64_t high_word;     /* no free frame is in a word above */
    uint64_t archive_first; /* permanent frames that programs may see */
    uint64_t archive_count;
};

/* Takes over the frames of the configuration; the first of them, or those behind the archive if that is there, hold the
 * tables. -E_INVAL: the archive is not inside, or the frames are beyond reach; -E_NOMEM: too few frames. */
int frame_init(struct kernel *kernel, const struct kernel_config *config);
/* A frame with one reference, contents undefined; FRAME_NONE: none left. */
uint64_t frame_allocate(struct kernel *kernel);
/* Up to `wanted` (at most 64) neighbouring frames, each with one reference, contents undefined. Returns how many there
 * are from *frame on: fewer than wanted if no such run is free, 0 if no frame is. */
uint64_t frame_allocate_run(struct kernel *kernel, uint64_t wanted, uint64_t *frame);
/* A zeroed frame for the kernel's own tables, from the high end; NULL: none left. Freed by frame_release. */
void *frame_allocate_table(struct kernel *kernel);
void frame_reference(struct kernel *kernel, uint64_t frame);
/* Drops a reference; the last one frees. */
void frame_release(struct kernel *kernel, uint64_t frame);
/* Is this the only reference? */
bool frame_is_private(struct kernel *kernel, uint64_t frame);
/* Is it RAM that this allocator manages? Any number may be asked about. */
bool frame_is_ram(struct kernel *kernel, uint64_t frame);
/* The bytes of a RAM frame, without asking the platform, and back. */
void *frame_bytes(struct kernel *kernel, uint64_t frame);
uint64_t frame_of_bytes(struct kernel *kernel, const void *bytes);

/* Recount of all references: begin, then one frame_recount for every reference found, then end, which panics on any
 * difference. */
void frame_check_begin(struct kernel *kernel);
void frame_recount(struct kernel *kernel, uint64_t frame);
void frame_check_end(struct kernel *kernel);

#endif
