/* The workers of the kill storm (tests/system/kills.c): clients and servers that do all that a thread can block in,
 * until they are killed. They use native calls only, and take nothing that their own death would not give back. */
#ifndef SUPPORT_WORKER_H
#define SUPPORT_WORKER_H

#include <stdint.h>

#define SERVERS 3u
#define CLIENTS 8u
#define WORKERS (SERVERS + CLIENTS) /* servers come first */

/* Descriptors of a worker. */
#define FD_CONNECTION 200 /* to server i: FD_CONNECTION + i */
#define FD_NOTIFICATION 210
#define FD_CHANNEL 211 /* servers only */
#define FD_LIMIT 212

/* What a worker tells the driver. */
struct record {
    uint64_t seed;
    uint64_t calls_begun, calls_ended;
    int64_t bad_status;
    uint32_t bad; /* line of the first thing that went wrong */
    uint32_t owns_space;
    uint32_t faults; /* its exceptions go to the driver */
    uint32_t finished; /* saw `stop` and is about to end */
};

/* Shared by all spaces. */
struct ledger {
    uint32_t stop; /* clients end when they see it */
    uint32_t never; /* a word that nobody wakes */
    struct record records[WORKERS];
};

/* The ledger is mapped before the first worker starts. Each is called once, in the worker's own thread. */
extern struct ledger *worker_ledger;
void worker_prepare(void); /* in the driver, first: touches what workers will */
void worker_client(unsigned index); /* returns when it sees `stop` */
void worker_server(unsigned index); /* returns when its channel is gone */

#endif
