/* Vector to vector copies, one contiguous piece of both sides at a time. */
#include "copy.h"

#include "kernel_state.h"
#include "memory.h"
#include "region.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kernel/canary.h>
#include <kernel/platform.h>

#define COPY_STEP_PIECES 64u /* most contiguous pieces moved between two preemption points */

void *memmove(void *to, const void *from, size_t length);

/* Member by member: as one value, compilers call memset for it. */
static void cursor_clear(struct cursor *cursor, struct space *space, uint32_t access)
{
    cursor->space = space;
    cursor->parts = 0;
    cursor->parts_left = 0;
    cursor->access = access;
    cursor->force = false;
    cursor->base = 0;
    cursor->base_left = 0;
    cursor->view = NULL;
    cursor->view_left = 0;
}

void cursor_init(struct cursor *cursor, struct space *space, uint64_t parts, uint32_t count, uint32_t access)
{
    cursor_clear(cursor, space, access);
    cursor->parts = parts;
    cursor->parts_left = count;
}

void cursor_init_run(struct cursor *cursor, struct space *space, uint64_t address, uint64_t length, uint32_t access,
                     bool force)
{
    cursor_clear(cursor, space, access);
    cursor->base = address;
    cursor->base_left = length;
    cursor->force = force;
}

void cursor_init_bytes(struct cursor *cursor, void *bytes, uint64_t length)
{
    cursor_clear(cursor, NULL, 0);
    cursor->view = bytes;
    cursor->view_left = length;
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

/* The next bytes, if their page is known. */
static uint8_t *cursor_known(const struct kernel *kernel, const struct cursor *cursor)
{
    return space_view_known(&cursor->space->views, kernel->memory.view_serial, cursor->base,
                            cursor->access == ACCESS_WRITE);
}

/* The next bytes of a part, as many as lie in pages with neighbouring frames. 0 or an error. */
static int cursor_show(struct kernel *kernel, struct cursor *cursor)
{
    uint64_t length = cursor->base_left;
    void *bytes = NULL;
    int error;

    if (!cursor->force)
        bytes = cursor_known(kernel, cursor);
    if (bytes != NULL) {
        length = PAGE_BYTES - (cursor->base & (PAGE_BYTES - 1));
    } else {
        error = space_access(kernel, cursor->space, cursor->base, cursor->access, cursor->force, &bytes, &length);
        if (error != 0)
            return error;
    }
    if (length > cursor->base_left)
        length = cursor->base_left;
    cursor->view = bytes;
    cursor->view_left = length;
    cursor->base += length;
    cursor->base_left -= length;
    return 0;
}

/* Given that there are more bytes, makes sure that the view has some. 0 or an error. */
static int cursor_view(struct kernel *kernel, struct cursor *cursor)
{
    return cursor->view_left != 0 ? 0 : cursor_show(kernel, cursor);
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

/* What of both sides is in view. */
static uint64_t piece_bytes(const struct cursor *to, const struct cursor *from)
{
    return from->view_left < to->view_left ? from->view_left : to->view_left;
}

static void piece_move(struct cursor *to, struct cursor *from, uint64_t bytes, struct copy_result *result)
{
    memmove(to->view, from->view, bytes); /* the ends may share memory */
    cursor_advance(from, bytes);
    cursor_advance(to, bytes);
    result->bytes += bytes;
}

struct copy_result copy_vectors(struct kernel *kernel, struct cursor *to, struct cursor *from)
{
    struct copy_result result = {0};

    while (copy_prepare(kernel, to, from, &result) == 1)
        piece_move(to, from, piece_bytes(to, from), &result);
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

/* Up to the next preemption point. True: there may be more. What does not fit any more is left whole for the next step,
 * so that pages are copied as they lie. */
static bool copy_step(struct kernel *kernel, struct copy *copy)
{
    uint64_t room = COPY_STEP_BYTES;
    unsigned pieces = 0;

    while (room != 0 && pieces++ < COPY_STEP_PIECES) {
        uint64_t bytes;

        if (copy_prepare(kernel, &copy->to, &copy->from, &copy->result) != 1)
            return false;
        bytes = piece_bytes(&copy->to, &copy->from);
        if (bytes > room && room != COPY_STEP_BYTES)
            return true;
        bytes = bytes < room ? bytes : room;
        piece_move(&copy->to, &copy->from, bytes, &copy->result);
        room -= bytes;
    }
    return true;
}

/* The same for bytes that are not in view. */
static void cursor_pass(struct cursor *cursor, uint64_t bytes)
{
    cursor->base += bytes;
    cursor->base_left -= bytes;
}

/* Whether the current part goes on for long. */
static bool cursor_is_long(const struct cursor *cursor)
{
    return cursor->space != NULL && cursor->base_left + cursor->view_left >= COPY_STEP_BYTES;
}

/* Goes on to the end of one of both parts, or to a page that is not known, by pieces that lie in a page each, with a
 * preemption point behind each. True: the platform wants to be heard. */
static bool copy_known(struct kernel *kernel, struct copy *copy)
{
    struct cursor *to = &copy->to;
    struct cursor *from = &copy->from;
    const uint64_t serial = kernel->memory.view_serial;
    const uint64_t bytes = from->base_left < to->base_left ? from->base_left : to->base_left;
    uint64_t target_at = to->base;
    uint64_t source_at = from->base;
    uint64_t left = bytes;
    bool pending = false;

    while (left != 0 && !pending) {
        const uint8_t *source = space_view_known(&from->space->views, serial, source_at, false);
        uint8_t *target = space_view_known(&to->space->views, serial, target_at, true);
        uint64_t source_in = source_at & (PAGE_BYTES - 1);
        uint64_t target_in = target_at & (PAGE_BYTES - 1);
        uint64_t here = PAGE_BYTES - (source_in > target_in ? source_in : target_in);

        if (source == NULL || target == NULL)
            break;
        here = here < left ? here : left;
        if (((uintptr_t)target ^ (uintptr_t)source) >> PAGE_SHIFT == 0)
            memmove(target, source, here);
        else
            __builtin_memcpy(target, source, here);
        target_at += here;
        source_at += here;
        left -= here;
        pending = plat_preempt_pending(kernel, 0);
    }
    cursor_pass(to, bytes - left);
    cursor_pass(from, bytes - left);
    copy->result.bytes += bytes - left;
    return pending;
}

/* Up to the next preemption point at which the platform wants to be heard, or to the end. True: there may be more. */
static bool copy_steps(struct kernel *kernel, struct copy *copy)
{
    for (;;) {
        if (cursor_more(kernel, &copy->from) == 1 && cursor_is_long(&copy->from) &&
            cursor_more(kernel, &copy->to) == 1 && cursor_is_long(&copy->to)) {
            cursor_stop(&copy->to);
            cursor_stop(&copy->from);
            if (copy_known(kernel, copy))
                return true;
        }
        if (!copy_step(kernel, copy))
            return false;
        if (plat_preempt_pending(kernel, 0))
            return true;
    }
}

/* Whether a page has to be waited for. Not if the other side has failed for good: two pagers that refuse a page each
 * would be asked in turn for ever. */
static bool copy_waits(struct copy_result *result)
{
    bool absent = result->from_error == PAGE_ABSENT || result->to_error == PAGE_ABSENT;

    if (result->from_error == PAGE_ABSENT)
        result->from_error = 0;
    if (result->to_error == PAGE_ABSENT)
        result->to_error = 0;
    return absent && result->from_error == 0 && result->to_error == 0;
}

int64_t copy_run(struct kernel *kernel, struct copy *copy)
{
    int64_t stopped = copy_steps(kernel, copy) ? SYSCALL_PREEMPTED : 0;

    if (copy_waits(&copy->result))
        stopped = PAGE_ABSENT;
    if (stopped != 0) {
        cursor_stop(&copy->to);
        cursor_stop(&copy->from);
    }
    return stopped;
}

/* Adds up parts that lie side by side in `view`, from wherever they begin. */
static int parts_add(const uint8_t *view, uint64_t count, uint64_t *sum)
{
    for (; count > 0; count--, view += sizeof(struct part)) {
        uint64_t length;

        __builtin_memcpy(&length, view + offsetof(struct part, length_bytes), sizeof(length));
        if (length > MESSAGE_BYTES_MAX - *sum)
            return -E_INVAL;
        *sum += length;
    }
    return 0;
}

int vector_length(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count, uint64_t *bytes)
{
    uint64_t sum = 0;

    if (count > PARTS_MAX)
        return -E_INVAL;
    while (count > 0) {
        uint64_t length = count * sizeof(struct part);
        uint64_t whole;
        struct part part;
        void *view;
        int error = space_access(kernel, space, parts, ACCESS_READ, false, &view, &length);

        whole = length / sizeof(part) < count ? length / sizeof(part) : count;
        if (error == 0 && whole == 0) { /* the part goes on in another page */
            error = space_copy_in(kernel, space, &part, parts, sizeof(part));
            view = &part;
            whole = 1;
        }
        if (error == 0)
            error = parts_add(view, whole, &sum);
        if (error != 0)
            return error;
        parts += whole * sizeof(part);
        count -= (uint32_t)whole;
    }
    *bytes = sum;
    return 0;
}
