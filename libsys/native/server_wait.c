/* Kept messages: see sys/server_wait.h. Tests: tests/unit/libsys/server_wait_test.c. */
#include <string.h>

#include <sys/server.h>
#include <sys/server_wait.h>

static struct server_wait *place_take(struct server_waits *waits)
{
    struct server_wait *wait = waits->free;
    if (wait != NULL) {
        waits->free = wait->next;
    } else if (waits->used < waits->count) {
        wait = (void *)((uint8_t *)waits->places + (uint64_t)waits->used++ * waits->place_bytes);
    }
    return wait;
}

/* Takes out and frees what comes behind `before`, or first if that is NULL. */
static void wait_remove(struct server_waits *waits, struct server_queue *queue, struct server_wait *before)
{
    struct server_wait **link = before != NULL ? &before->next : &queue->first;
    struct server_wait *wait = *link;
    *link = wait->next;
    if (queue->last == wait) {
        queue->last = before;
    }
    wait->id = 0;
    wait->next = waits->free;
    waits->free = wait;
}

struct server_wait *server_wait_add(struct server_waits *waits, struct server_queue *queue, uint64_t id,
                                    uint64_t length_bytes)
{
    struct server_wait *wait = place_take(waits);
    if (wait == NULL) {
        return NULL;
    }
    memset(wait, 0, waits->place_bytes);
    wait->id = id;
    wait->length_bytes = length_bytes;
    if (queue->last != NULL) {
        queue->last->next = wait;
    } else {
        queue->first = wait;
    }
    queue->last = wait;
    return wait;
}

void server_wait_shift(struct server_waits *waits, struct server_queue *queue)
{
    wait_remove(waits, queue, NULL);
}

bool server_wait_unblock(struct server_waits *waits, struct server_queue *queue, uint64_t id)
{
    struct server_wait *before = NULL;
    for (struct server_wait *wait = queue->first; wait != NULL; before = wait, wait = wait->next) {
        if (wait->id == id) {
            server_reply(id, wait->done_bytes > 0 ? (int64_t)wait->done_bytes : -E_INTR, NULL, 0, NULL, 0);
            wait_remove(waits, queue, before);
            return true;
        }
    }
    return false;
}

void server_wait_prune(struct server_waits *waits, struct server_queue *queue)
{
    struct server_wait *before = NULL;
    for (struct server_wait *wait = queue->first; wait != NULL;) {
        struct server_wait *next = wait->next;
        if (server_waiting(wait->id)) {
            before = wait;
        } else {
            wait_remove(waits, queue, before);
        }
        wait = next;
    }
}
