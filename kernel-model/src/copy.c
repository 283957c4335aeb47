/* Vector to vector copies, one contiguous piece of both sides at a time. */
#include "copy.h"

#include "memory.h"
#include "thread.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kernel/canary.h>
#include <kernel/platform.h>

#define COPY_STEP_PIECES 64u /* most contiguous pieces moved between two preemption points */

void *memmove(void *to, const void *from, size_t length);

void cursor_init(struct cursor *cursor, struct space *space, uint64_t parts, uint32_t count, uint32_t access)
{
    *cursor = (struct cursor){.space = space, .parts = parts, .parts_left = count, .access = access};
}

void cursor_init_run(struct cursor *cursor, struct space *space, uint64_t address, uint64_t length, uint32_t access,
                     bool force)
{
    *cursor = (struct cursor){
        .space = space, .base = address, .base_left = length, .access = access, .force = force};
}

void cursor_init_bytes(struct cursor *cursor, void *bytes, uint64_t length)
{
    *cursor = (struct cursor){.view = bytes, .view_left = length};
}

/* Moves on to the next part that is not empty. 1: there is one, 0: the vector ends here, or an error. */
static int cursor_part(struct kernel *kernel, struct cursor *cursor)
{
    while (cursor->base_left == 0) {
        struct part part;
        int error;

        if (cursor->parts_left == 0)
            return 0;
        error = space_copy_in(kernel, cursor->space, &part, cursor->parts, sizeof(part));
        if (error != 0)
            return error;
        cursor->parts += sizeof(part);
        cursor->parts_left--;
        if (canary(PART_SKIPPED) && part.length_bytes == 0 && cursor->parts_left > 1) {
            cursor->parts += sizeof(part);
            cursor->parts_left--;
        }
        cursor->base = part.base;
        cursor->base_left = part.length_bytes;
    }
    return 1;
}

/* Whether there are more bytes: 1, 0: the vector ends here, or an error. */
static int cursor_more(struct kernel *kernel, struct cursor *cursor)
{
    if (cursor->view_left != 0)
        return 1;
    return cursor->space == NULL ? 0 : cursor_part(kernel, cursor);
}

/* Given that there are more bytes, makes sure that the view has some. 0 or an error. */
static int cursor_view(struct kernel *kernel, struct cursor *cursor)
{
    void *bytes;
    uint64_t length = cursor->base_left;
    int error;

    if (cursor->view_left != 0)
        return 0;
    error = space_access(kernel, cursor->space, cursor->base, cursor->access, cursor->force, &bytes, &length);
    if (error != 0)
        return error;
    if (length > cursor->base_left)
        length = cursor->base_left;
    cursor->view = bytes;
    cursor->view_left = length;
    cursor->base += length;
    cursor->base_left -= length;
    return 0;
}

static void cursor_advance(struct cursor *cursor, uint64_t bytes)
{
    cursor->view += bytes;
    cursor->view_left -= bytes;
}

int cursor_skip(struct kernel *kernel, struct cursor *cursor, uint64_t bytes)
{
    while (bytes != 0) {
        uint64_t step;

        if (cursor->view_left != 0) {
            step = cursor->view_left < bytes ? cursor->view_left : bytes;
            cursor_advance(cursor, step);
        } else {
            int status = cursor_more(kernel, cursor);

            if (status != 1)
                return status;
            step = cursor->base_left < bytes ? cursor->base_left : bytes;
            cursor->base += step;
            cursor->base_left -= step;
        }
        bytes -= step;
    }
    return 0;
}

/* Finds the next bytes of both sides. 1: there are some, 0: one side has ended or failed. */
static int copy_prepare(struct kernel *kernel, struct cursor *to, struct cursor *from, struct copy_result *result)
{
    int from_status = cursor_more(kernel, from);
    int to_status = cursor_more(kernel, to);

    if (from_status == 1 && to_status == 1) {
        from_status = cursor_view(kernel, from);
        to_status = cursor_view(kernel, to);
        if (from_status == 0 && to_status == 0)
            return 1;
    }
    if (from_status < 0)
        result->from_error = from_status;
    if (to_status < 0)
        result->to_error = to_status;
    return 0;
}

/* One contiguous piece of at most that many bytes. True: there may be more. */
static bool copy_piece(struct kernel *kernel, struct cursor *to, struct cursor *from, uint64_t bytes,
                       struct copy_result *result)
{
    if (copy_prepare(kernel, to, from, result) != 1)
        return false;
    if (bytes > from->view_left)
        bytes = from->view_left;
    if (bytes > to->view_left)
        bytes = to->view_left;
    memmove(to->view, from->view, bytes); /* the ends may share memory */
    cursor_advance(from, bytes);
    cursor_advance(to, bytes);
    result->bytes += bytes;
    return true;
}

struct copy_result copy_vectors(struct kernel *kernel, struct cursor *to, struct cursor *from)
{
    struct copy_result result = {0};

    while (copy_piece(kernel, to, from, UINT64_MAX, &result))
        ;
    return result;
}

/* Lets go of the bytes in view, unless they are words of a call: those stay where they are until it ends. */
static void cursor_stop(struct cursor *cursor)
{
    if (cursor->space == NULL)
        return;
    if (!canary(CURSOR_LOST))
        cursor->base -= cursor->view_left;
    cursor->base_left += cursor->view_left;
    cursor->view = NULL;
    cursor->view_left = 0;
}

/* Up to the next preemption point. True: there may be more. */
static bool copy_step(struct kernel *kernel, struct copy *copy)
{
    uint64_t end = copy->result.bytes + COPY_STEP_BYTES;
    unsigned pieces = 0;

    while (copy->result.bytes < end && pieces++ < COPY_STEP_PIECES) {
        if (!copy_piece(kernel, &copy->to, &copy->from, end - copy->result.bytes, &copy->result))
            return false;
    }
    return true;
}

int64_t copy_run(struct kernel *kernel, struct copy *copy)
{
    struct copy_result *result = &copy->result;
    int64_t stopped = 0;

    while (stopped == 0 && copy_step(kernel, copy)) {
        if (plat_preempt_pending(kernel, 0))
            stopped = SYSCALL_PREEMPTED;
    }
    if (result->from_error == PAGE_ABSENT || result->to_error == PAGE_ABSENT) {
        result->from_error = result->to_error = 0; /* what else failed is found again */
        stopped = PAGE_ABSENT;
    }
    if (stopped != 0) {
        cursor_stop(&copy->to);
        cursor_stop(&copy->from);
    }
    return stopped;
}

int vector_length(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count, uint64_t *bytes)
{
    uint64_t sum = 0;

    if (count > PARTS_MAX)
        return -E_INVAL;
    for (uint32_t i = 0; i < count; i++) {
        struct part part;
        int error = space_copy_in(kernel, space, &part, parts + i * sizeof(part), sizeof(part));

        if (error != 0)
            return error;
        if (part.length_bytes > MESSAGE_BYTES_MAX - sum)
            return -E_INVAL;
        sum += part.length_bytes;
    }
    *bytes = sum;
    return 0;
}
