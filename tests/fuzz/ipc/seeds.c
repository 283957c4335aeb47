/* seeds_ipc DIRECTORY: writes the hand-written programs that the corpus began with, each in several worlds. */
#include "world.h"

#include <stdio.h>

#define WORLDS 4

struct seed {
    const char *name;
    struct operation operations[10];
};

#define CALL(who) {.kind = OP_CALL, .thread = who, .send = 1, .receive = 1}
#define RECEIVE(who) {.kind = OP_RECEIVE, .thread = who, .receive = 1}
#define REPLY(who) {.kind = OP_REPLY, .thread = who, .send = 1}
#define PAGE(who) {.kind = OP_SUPPLY, .thread = who, .value = 16} /* the one that is asked for */
#define IN_PAGED 0x4106 /* a part in a window, and one over two pages */
#define TO_PAGED 0x8015
#define DO(what, who, ...) {.kind = OP_##what, .thread = who, __VA_ARGS__}

static const struct seed seeds[] = {
    {"reply", {RECEIVE(0), CALL(0), REPLY(0)}},
    {"queue", {CALL(1), CALL(1), RECEIVE(0), REPLY(0), RECEIVE(0), REPLY(0)}},
    {"reply_receive", {CALL(1), DO(REPLY_RECEIVE, 0, .message = 255), DO(REPLY_RECEIVE, 0, .message = 0), CALL(1)}},
    {"read_write", {CALL(1), RECEIVE(0), DO(MESSAGE_READ, 0, .receive = 2), DO(MESSAGE_WRITE, 0, .send = 3), REPLY(0)}},
    {"transfer", {DO(CALL, 1, .transfer = 0x85), RECEIVE(0), DO(REPLY, 0, .transfer = 1)}},
    {"pulse", {DO(PULSE, 1, .value = 1), DO(PULSE, 0, .value = 2), RECEIVE(0), DO(PULSE, 1, .value = 3), RECEIVE(0)}},
    {"timeout", {DO(CALL, 1, .deadline = 3), DO(TIME, 0, .deadline = 200), CALL(0), RECEIVE(1)}},
    {"kill", {CALL(1), RECEIVE(0), DO(KILL, 0, .other = 1), DO(KILL, 0, .other = 0), DO(LOST, 0, .other = 2)}},
    {"interrupt", {CALL(1), RECEIVE(0), DO(INTERRUPT, 0, .other = 1), RECEIVE(0), REPLY(0), DO(SEEN, 0, .other = 1)}},
    {"priority", {CALL(1), RECEIVE(0), DO(PRIORITY, 0, .other = 1, .value = 3), CALL(0), DO(YIELD, 0, .other = 0)}},
    {"suspend", {CALL(1), DO(SUSPEND, 0, .other = 1), RECEIVE(0), REPLY(0), DO(RESUME, 0, .other = 1)}},
    {"close", {CALL(1), RECEIVE(0), DO(CLOSE, 1, .handle = 1), DO(CLOSE, 0, .handle = 0), DO(CLOSE, 0, .handle = 2)}},
    {"create", {DO(CHANNEL, 0, .value = 2), DO(CONNECTION, 0, .value = 255), DO(DUPLICATE, 0, .value = 255), CALL(0)}},
    {"timer", {DO(TIMER, 0, .value = 3), DO(TIMER_SET, 0, .deadline = 2), RECEIVE(1), DO(TIME, 0, .deadline = 200)}},
    {"wait", {DO(NOTIFICATION_WAIT, 0, .deadline = 255), DO(SIGNAL, 0, .value = 3), 
              DO(ADDRESS_WAIT, 0, .deadline = 255), DO(WORD, 0, .value = 1), DO(ADDRESS_WAKE, 0, .value = 1),
              DO(SLEEP, 0, .deadline = 3)}},
    {"exception", {DO(EXCEPTION, 1, .value = 1), RECEIVE(0), REPLY(0), DO(EXIT, 0, .other = 0)}},
};

/* For worlds with paged memory. */
static const struct seed paged_seeds[] = {
    {"page", {DO(TOUCH, 1, .flags = 1), DO(RECEIVE, 0, .receive = 0x15), PAGE(0), REPLY(0), RECEIVE(0)}},
    {"page_refused", {DO(TOUCH, 1, .flags = 1), RECEIVE(0), DO(REPLY, 0, .value = 1), RECEIVE(0)}},
    {"page_in_copy", {DO(CALL, 1, .send = IN_PAGED), DO(RECEIVE, 0, .receive = 0x15), RECEIVE(0), PAGE(0), REPLY(0),
                      RECEIVE(0), DO(REPLY, 0, .value = 1)}},
    {"page_of_answer", {DO(CALL, 1, .send = 5, .receive = TO_PAGED), RECEIVE(0), DO(REPLY, 0, .send = IN_PAGED),
                        RECEIVE(0), PAGE(0), REPLY(0), RECEIVE(0), PAGE(0), REPLY(0)}},
    {"page_of_bits", {DO(NOTIFICATION_WAIT, 1, .flags = 2), DO(SIGNAL, 0, .value = 3), RECEIVE(0), PAGE(0), REPLY(0)}},
    {"pager_dies", {DO(TOUCH, 1, .flags = 0), RECEIVE(0), DO(CALL, 0, .send = IN_PAGED), DO(LOST, 0, .other = 0),
                    DO(LOST, 0, .other = 1)}},
};

static bool seed_write(const char *directory, const struct seed *seed, uint8_t world)
{
    size_t count = sizeof(seed->operations) / sizeof(seed->operations[0]);
    char path[4096];
    FILE *file;

    while (count > 1 && seed->operations[count - 1].kind == 0 && seed->operations[count - 1].send == 0)
        count--;
    snprintf(path, sizeof(path), "%s/%s_%u", directory, seed->name, world);
    file = fopen(path, "wb");
    if (file != NULL && fwrite(&world, 1, 1, file) == 1 &&
        fwrite(seed->operations, sizeof(struct operation), count, file) == count && fclose(file) == 0)
        return true;
    fprintf(stderr, "seeds_ipc: cannot write %s\n", path);
    return false;
}

/* Every third world has paged memory, from the second on (world_config_of). */
static bool seeds_write(const char *directory, const struct seed *list, size_t count, uint8_t first_world)
{
    bool written = true;

    for (size_t i = 0; written && i < WORLDS * count; i++)
        written = seed_write(directory, &list[i / WORLDS], (uint8_t)(first_world + i % WORLDS * 3));
    return written;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: seeds_ipc DIRECTORY\n");
        return 2;
    }
    return seeds_write(argv[1], seeds, sizeof(seeds) / sizeof(seeds[0]), 0) &&
                   seeds_write(argv[1], paged_seeds, sizeof(paged_seeds) / sizeof(paged_seeds[0]), 1)
               ? 0
               : 1;
}
