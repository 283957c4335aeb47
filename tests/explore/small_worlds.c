/* See small_worlds.h. */
#include "small_worlds.h"

#define RAW(place) (HANDLE_RAW + (place))

/* Vectors: 0x05 is 8 bytes, 0x15 is 64. */
static const struct operation plain_moves[] = {
    {.kind = OP_CALL, .handle = 0, .send = 0x05, .receive = 0x15},
    {.kind = OP_CALL, .handle = 0, .send = 0x05, .receive = 0x15, .deadline = 4},
    {.kind = OP_CALL, .handle = 1, .send = 0x05, .receive = 0x15, .flags = 1},
    {.kind = OP_CALL, .handle = 0, .send = 0x29, .receive = 0x15}, /* cannot be read */
    {.kind = OP_RECEIVE, .handle = 0, .receive = 0x15},
    {.kind = OP_RECEIVE, .handle = 0, .receive = 0x15, .deadline = 2},
    {.kind = OP_RECEIVE, .handle = 0, .receive = 0x15, .deadline = 4},
    {.kind = OP_REPLY, .message = 0, .send = 0x05, .value = 1},
    {.kind = OP_REPLY, .message = 1, .send = 0x05, .value = 1},
    {.kind = OP_REPLY, .message = MESSAGE_RAW, .send = 0x05, .value = 1}, /* the last one received by anyone */
    {.kind = OP_REPLY_RECEIVE, .message = 0, .handle = 0, .send = 0x05, .receive = 0x15},
    {.kind = OP_PULSE, .handle = 0, .value = 1},
    {.kind = OP_EXCEPTION},
    {.kind = OP_INTERRUPT, .other = 0},
    {.kind = OP_INTERRUPT, .other = 1},
    {.kind = OP_SEEN},
    {.kind = OP_SUSPEND, .other = 0},
    {.kind = OP_RESUME, .other = 0},
    {.kind = OP_CLOSE, .handle = RAW(0)},
    {.kind = OP_CLOSE, .handle = RAW(1)},
    {.kind = OP_EXIT},
};

/* Vectors: 0x4106 is 8 bytes, then 20 over two pages of the first paged object; 0x8005 and 0x8015 are 8 and 64 bytes in
 * a page of it to be read, of the second to be written. A supply brings what the first fault asks for. */
static const struct operation paged_moves[] = {
    {.kind = OP_CALL, .handle = 0, .send = 0x4106, .receive = 0x8005},
    {.kind = OP_CALL, .handle = 1, .send = 0x4106, .receive = 0x15, .deadline = 4},
    {.kind = OP_RECEIVE, .handle = 0, .receive = 0x15},
    {.kind = OP_RECEIVE, .handle = 0, .receive = 0x8015, .deadline = 4},
    {.kind = OP_REPLY, .message = 0, .send = 0x05},
    {.kind = OP_REPLY, .message = 1, .send = 0x05},
    {.kind = OP_REPLY, .message = 0, .send = 0x8005, .value = 1}, /* refuses, if it is a fault */
    {.kind = OP_REPLY_RECEIVE, .message = 0, .handle = 0, .receive = 0x8015},
    {.kind = OP_MESSAGE_READ, .message = 0, .receive = 0x8015},
    {.kind = OP_SUPPLY, .value = 16},
    {.kind = OP_TOUCH, .flags = 1},
    {.kind = OP_NOTIFICATION_WAIT, .handle = 0, .flags = 2},
    {.kind = OP_SIGNAL, .handle = 0, .value = 1},
    {.kind = OP_INTERRUPT, .other = 1},
    {.kind = OP_CLOSE, .handle = RAW(0)},
};

#define PLAIN .moves = plain_moves, .move_count = sizeof(plain_moves) / sizeof(plain_moves[0])
#define PAGED .moves = paged_moves, .move_count = sizeof(paged_moves) / sizeof(paged_moves[0])

/* Places of handles: channel 0 in table 0, its connection in each, the same of channel 1, the notification. */
const struct small_world small_worlds[] = {
    {"pair", "2 threads, 1 channel", 60, PLAIN,
     {.threads = 2, .tables = 1, .channels = 1, .pulse_slots = 1, .priorities = {10, 11}}},
    {"unblock", "2 threads in 2 tables, 1 channel with notice of clients that want out", 60, PLAIN,
     {.threads = 2, .tables = 2, .channels = 1, .pulse_slots = 1, .unblock = 1, .priorities = {10, 11}}},
    {"ring", "2 threads in 2 tables, 2 channels, each serving one", 60, PLAIN,
     {.threads = 2, .tables = 2, .channels = 2, .unblock = 2, .priorities = {10, 11}}},
    {"three", "3 threads, 1 channel", 60, PLAIN,
     {.threads = 3, .tables = 1, .channels = 1, .unblock = 1, .exceptions = 4, .priorities = {10, 11, 12}}},
    {"tables", "3 threads in 2 tables, 1 channel", 6, PLAIN,
     {.threads = 3, .tables = 2, .channels = 1, .pulse_slots = 1, .unblock = 1, .priorities = {10, 12, 11}}},
    {"four", "4 threads in 2 tables, 2 channels", 5, PLAIN,
     {.threads = 4, .tables = 2, .channels = 2, .unblock = 1, .priorities = {10, 11, 11, 12}}},
    {"pagers", "2 threads in 2 tables, 2 channels, each pages and serves the other", 60, PAGED,
     {.threads = 2, .tables = 2, .channels = 2, .exceptions = 2, .paged = true, .whole = true, .priorities = {10, 11}}},
    {"paged", "3 threads in 2 tables, 1 channel, where two page and serve", 9, PAGED,
     {.threads = 3, .tables = 2, .channels = 1, .unblock = 1, .paged = true, .whole = true,
      .priorities = {11, 10, 12}}},
};
const unsigned small_world_count = sizeof(small_worlds) / sizeof(small_worlds[0]);

const struct operation small_machine_moves[] = {
    {.kind = OP_TIME, .deadline = 4},
    {.kind = OP_LOST, .other = 0},
    {.kind = OP_LOST, .other = 1},
    {.kind = OP_LOST, .other = 2},
    {.kind = OP_LOST, .other = 3},
};
