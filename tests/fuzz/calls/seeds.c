/* fuzz_seeds DIRECTORY: writes the hand-written programs that the corpus began with, one file each. */
#include "program.h"

#include <abi/syscall.h>

#include <stdio.h>

struct seed {
    const char *name;
    struct record records[16];
};

/* Threads 0 and 1 serve the first two channels, 2 and 6 the third, 3 to 5 are clients. Arguments are those of the
 * call: `0` is the first handle of the type wanted; see value.h. */
static const struct seed seeds[] = {
    {"call_reply", {{SYS_RECEIVE, 0, {0, 1, 2}}, {SYS_CALL, 3, {0, 1, 1, 0x12}}, {SYS_REPLY, 0, {0, 0, 1, 2}}}},
    {"call_first", {{SYS_CALL, 3, {0, 1, 1, 0x12}}, {SYS_CALL, 4, {0, 2, 2, 0x12}}, {SYS_RECEIVE, 0, {0, 1, 2}},
                    {SYS_RECEIVE, 1, {0, 1, 2}}, {SYS_REPLY, 1, {1, 0, 1, 2}}, {SYS_REPLY, 0, {0, 0, 1, 2}}}},
    {"reply_receive", {{SYS_REPLY_RECEIVE, 0, {0xf0, 0, 1, 0x12, 1, 0}}, {SYS_CALL, 3, {0, 1, 1, 0x12}},
                       {SYS_REPLY_RECEIVE, 0, {0, 3, 1, 0x12, 1, 0}}, {SYS_CALL, 4, {0, 1, 1, 0x12}}}},
    {"read_write", {{SYS_CALL, 3, {0, 5, 5, 0x24}}, {SYS_RECEIVE, 0, {0, 1, 1}}, {SYS_MESSAGE_READ, 0, {0, 0x61, 2, 3}},
                    {SYS_MESSAGE_WRITE, 0, {0, 0x62, 3, 2}}, {SYS_MESSAGE_WRITE, 0, {0x80, 0, 3, 2}},
                    {SYS_REPLY, 0, {0, 0, 1, 2}}}},
    {"transfer", {{EVENT_TRANSFER, 3, {2, 1, 2}}, {SYS_CALL, 3, {0, 1, 1, 0x12}}, {SYS_RECEIVE, 0, {0, 1, 2}},
                  {EVENT_TRANSFER, 0, {1, 0x42}}, {SYS_REPLY, 0, {0, 0, 1, 2}}}},
    {"pulses", {{SYS_PULSE, 3, {0, 1, 2, 0x80}}, {SYS_PULSE, 4, {0, 3, 4, 2}}, {SYS_PULSE, 7, {0, 1, 2, 0x80}},
                {SYS_PULSE, 3, {0, 1, 2, 0x80}}, {SYS_RECEIVE, 0, {0, 1, 2}}, {SYS_RECEIVE, 0, {0, 1, 2, 0x80}},
                {SYS_RECEIVE, 1, {0, 1, 2}}}},
    {"timeout", {{SYS_CALL, 3, {0, 1, 1, 0x12, 0x90}}, {EVENT_TIME, 0, {255}}, {SYS_CALL, 3, {0, 1, 1, 0x12, 0xb0}},
                 {SYS_RECEIVE, 0, {0, 1, 2}}, {EVENT_TIME, 0, {255, 1}}, {SYS_RECEIVE, 0, {0, 1, 2}},
                 {SYS_REPLY, 0, {0, 0, 1, 2}}}},
    {"deaths", {{SYS_CALL, 3, {0, 1, 1, 0x12}}, {SYS_CALL, 4, {0, 1, 1, 0x12}}, {SYS_RECEIVE, 0, {0, 1, 2}},
                {EVENT_LOST, 3, {0}}, {SYS_RECEIVE, 1, {0, 1, 2}}, {SYS_THREAD_EXIT, 0, {0}}, {EVENT_LOST, 1, {0}}}},
    {"chain", {{SYS_RECEIVE, 0, {0, 1, 2}}, {SYS_RECEIVE, 2, {0, 1, 2}}, {SYS_CALL, 5, {0, 1, 1, 0x12}},
               {SYS_CALL, 0, {1, 2, 2, 0x12}}, {SYS_THREAD_SET, 2, {0, 1, 3}}, {SYS_REPLY, 2, {1, 0, 1, 2}},
               {SYS_REPLY, 0, {0, 0, 1, 2}}}},
    {"exception", {{SYS_RECEIVE, 0, {0, 5, 2}}, {EVENT_NEXT, 0, {0}}, {EVENT_FAULT, 3, {0, 0xa1}},
                   {SYS_REPLY, 0, {0, 0, 1, 0}}, {EVENT_EXCEPTION, 0, {1, 1}}, {SYS_RECEIVE, 0, {0, 5, 2}},
                   {SYS_REPLY, 0, {0, 1, 1, 0}}}},
    {"timers", {{SYS_TIMER_SET, 0, {0, 0x90, 0x80}}, {EVENT_TIME, 0, {200}}, {SYS_RECEIVE, 0, {0, 1, 2}},
                {EVENT_TIME, 0, {200}}, {SYS_HANDLE_CLOSE, 0, {0, 20}}, {EVENT_TIME, 0, {200}}}},
    {"waiting", {{SYS_NOTIFICATION_WAIT, 0, {0, 1, 0}}, {SYS_NOTIFICATION_SIGNAL, 1, {0, 3}},
                 {SYS_ADDRESS_WAIT, 3, {0, 0, 0}}, {SYS_ADDRESS_WAIT, 4, {0, 0, 0x90}}, {SYS_ADDRESS_WAKE, 5, {0, 1}},
                 {EVENT_WORD, 5, {0, 7}}, {SYS_THREAD_SLEEP, 5, {0x90}}, {EVENT_TIME, 0, {255}}}},
    {"interrupts", {{SYS_CALL, 3, {0, 1, 1, 0x12}}, {SYS_RECEIVE, 0, {0, 1, 2}}, {SYS_THREAD_INTERRUPT, 1, {3}},
                    {SYS_RECEIVE, 0, {0, 1, 2}}, {SYS_THREAD_SUSPEND, 1, {3}}, {SYS_REPLY, 0, {0, 0, 1, 2}},
                    {SYS_THREAD_RESUME, 1, {3}}, {EVENT_SEEN, 3, {0}}}},
    {"closing", {{SYS_CALL, 3, {1, 1, 1, 0x12}}, {SYS_RECEIVE, 0, {1, 1, 2}}, {SYS_HANDLE_CLOSE, 0, {0, 5}},
                 {SYS_HANDLE_CLOSE, 0, {0, 6}}, {SYS_HANDLE_CLOSE, 3, {0, 4}}, {SYS_HANDLE_CLOSE, 3, {0, 5}}}},
    {"memory", {{SYS_SPACE_MAP, 0, {0, 0xa0, 4, 0, 0, 3}}, {SYS_MEMORY_CLONE, 0, {0, 0, 0, 4}},
                {SYS_SPACE_WRITE, 0, {0, 0xa0, 0, 0x70}}, {SYS_SPACE_CREATE, 0, {0}}, {SYS_SPACE_CLONE, 0, {3, 0, 0}},
                {SYS_SPACE_PROTECT, 0, {0, 0xa0, 2, 1}}, {SYS_SPACE_UNMAP, 0, {0, 0xa1, 1}},
                {SYS_SPACE_READ, 0, {3, 0, 1, 0x90}}}},
    {"threads", {{SYS_TABLE_CREATE, 0, {0}}, {SYS_SPACE_CREATE, 0, {0}}, {SYS_THREAD_CREATE, 0, {0, 0, 0, 0, 0xb0, 0}},
                 {SYS_THREAD_START, 0, {5, 0, 0, 0}}, {SYS_RECEIVE, 8, {0, 1, 2}}, {SYS_CALL, 3, {0, 1, 1, 0x12}},
                 {SYS_THREAD_KILL, 0, {5}}, {SYS_TABLE_COPY, 0, {2, 0, 0, 200}}}},
    {"devices", {{SYS_INTERRUPT_CREATE, 0, {0, 3, 0, 1, 1}}, {EVENT_INTERRUPT, 0, {3}}, {SYS_RECEIVE, 0, {0, 1, 2}},
                 {SYS_INTERRUPT_ACK, 0, {0}}, {SYS_KERNEL_INFO, 0, {0}}, {SYS_GRANT_CREATE, 0, {0, 20}},
                 {SYS_CHANNEL_CREATE, 0, {1, 3, 1}}, {SYS_CONNECTION_CREATE, 0, {1, 2, 7, 0}}}},
    {"short", {{SYS_CALL_SHORT, 3, {0, 1, 2, 3, 4, 0x12}}, {SYS_RECEIVE, 0, {0, 1, 2}},
               {SYS_REPLY_SHORT, 0, {0, 2, 5, 6}}, {SYS_CALL_SHORT, 4, {0, 1, 2, 3, 4, 0x24}},
               {SYS_REPLY_RECEIVE_SHORT, 0, {0xf0, 0}}, {SYS_CALL, 5, {0, 1, 1, 0x12}},
               {SYS_REPLY_RECEIVE_SHORT, 0, {0, 3, 1, 2, 3, 4}}}},
    {"pager", {{SYS_MEMORY_PAGED, 0, {0, 4, 0, 7}}, {SYS_SPACE_MAP, 0, {0, 0xa0, 4, 1, 0, 3}},
               {SYS_SPACE_WRITE, 0, {0, 0xa0, 0, 0x70}}, {SYS_RECEIVE, 1, {0, 1, 2}},
               {SYS_MEMORY_SUPPLY, 1, {1, 0, 0, 0, 1}}, {SYS_REPLY, 1, {0, 0, 1, 0}},
               {SYS_SPACE_READ, 0, {0, 0xa1, 0, 0x70}}, {SYS_RECEIVE, 1, {0, 1, 2}}, {SYS_REPLY, 1, {0, 1, 1, 0}}}},
    {"budgets", {{SYS_SCHEDULING_CREATE, 0, {0, 1, 4, 0, 5, 6}}, {SYS_SCHEDULING_BIND, 0, {0, 3, 1}},
                 {SYS_CALL, 3, {0, 1, 1, 0x12}}, {SYS_RECEIVE, 0, {0, 1, 2}}, {EVENT_TIME, 0, {200, 1}},
                 {SYS_REPLY, 0, {0, 0, 1, 2}}, {EVENT_TIME, 0, {0, 2}}, {SYS_SCHEDULING_SET, 0, {0, 2, 3}},
                 {EVENT_TIME, 0, {0, 2}}, {SYS_SCHEDULING_BIND, 0, {0, 3, 0}}}},
    {"revoke", {{SYS_GRANT_CREATE, 0, {0, 20}}, {SYS_CHANNEL_CREATE, 0, {1, 3, 1}},
                {SYS_CONNECTION_CREATE, 0, {1, 2, 7, 0}}, {SYS_MEMORY_CREATE, 0, {1, 2}},
                {SYS_SPACE_MAP, 0, {0, 0xa0, 2, 1, 0, 3}}, {EVENT_TRANSFER, 0, {1, 20}},
                {SYS_CALL, 0, {0, 1, 1, 0x12}}, {SYS_RECEIVE, 1, {0, 1, 2}}, {SYS_GRANT_REVOKE, 1, {1}},
                {SYS_REPLY, 1, {0, 0, 1, 2}}}},
    {"preempted", {{EVENT_PART, 3, {0, 1, 0, 0, 0x30}}, {EVENT_PART, 0, {0, 1, 0, 0, 0x30}}, {EVENT_PREEMPT, 0, {0}},
                   {SYS_RECEIVE, 0, {0, 0, 1}}, {SYS_CALL, 3, {0, 0, 0, 0x9}}, {EVENT_NEXT, 0, {0}},
                   {EVENT_PREEMPT, 0, {0}}, {SYS_REPLY, 0, {0, 0, 0, 1}}, {EVENT_LOST, 3, {0}}, {EVENT_NEXT, 0, {0}}}},
    {"bound", {{SYS_NOTIFICATION_BIND, 0, {0, 0, 3}}, {SYS_NOTIFICATION_WAIT, 0, {0, 1, 0}},
               {SYS_CALL, 3, {0, 1, 1, 0x12}}, {SYS_RECEIVE, 0, {0, 1, 2}}, {SYS_REPLY, 0, {0, 0, 1, 2}},
               {SYS_NOTIFICATION_BIND, 0, {0, 0, 0}}}},
};

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: fuzz_seeds DIRECTORY\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
        char path[4096];
        size_t count = sizeof(seeds[i].records) / sizeof(seeds[i].records[0]);
        FILE *file;

        while (count != 0 && seeds[i].records[count - 1].operation == 0)
            count--;
        snprintf(path, sizeof(path), "%s/%s", argv[1], seeds[i].name);
        file = fopen(path, "wb");
        if (file == NULL || fwrite(seeds[i].records, RECORD_BYTES, count, file) != count || fclose(file) != 0) {
            fprintf(stderr, "fuzz_seeds: cannot write %s\n", path);
            return 1;
        }
    }
    return 0;
}
