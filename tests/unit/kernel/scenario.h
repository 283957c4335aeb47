/* Threads of several processes under a test's hand: it says which thread makes which system call, whatever the
 * scheduler would have chosen, and the whole kernel state is checked after every step. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "channel.h"
#include "connection.h"
#include "fake_platform.h"
#include "memory.h"
#include "table.h"

#include <abi/errno.h>
#include <abi/handles.h>

/* Every process has these: DATA_PAGES pages to read and write, and READ_ONLY_PAGES to read. */
#define DATA 0x200000ull
#define DATA_PAGES 64u
#define READ_ONLY 0x400000ull
#define READ_ONLY_PAGES 4u
#define NOWHERE 0x900000ull /* nothing is mapped here */
/* Where vectors are put; each call of `vector` takes the next place. */
#define VECTORS (DATA + (DATA_PAGES - 8u) * PAGE_BYTES)
#define CONTROL 0x600000ull /* control pages, one after another */

struct scenario {
    struct fake_platform *fake;
    struct kernel *kernel;
    uint64_t now_ns;
    uint64_t vectors_used;
    uint64_t controls_used;
    bool unchecked; /* no check after each step: for tests with very many objects */
};

struct process {
    struct scenario *scenario;
    struct space *space;
    struct table *table;
};

struct scenario *scenario_create(void);
/* With that much RAM. */
struct scenario *scenario_create_frames(uint64_t frames);
/* Checks the state once more and frees it. */
void scenario_destroy(struct scenario *scenario);

/* With the handles TABLE, SPACE and GRANT. The test holds no reference: it lives as long as its threads. */
struct process process_create(struct scenario *scenario);
/* A started thread; its identity is 1000 + the number of threads before it. *handle (if not NULL): in its own table. */
struct thread *thread_add(const struct process *process, uint8_t priority, int *handle, struct connection *exceptions);

/* `thread` makes a call: its result, or SYSCALL_BLOCKED. */
int64_t act_do(struct scenario *scenario, struct thread *thread, uint64_t number, const uint64_t argument[6]);
#define ACT(scenario, thread, number, ...) \
    act_do((scenario), (thread), SYS_##number, (const uint64_t[6]){__VA_ARGS__})
/* What a thread that was blocked got; fails the test if it got none since its last call. */
int64_t result_of(struct thread *thread);
bool has_result(struct thread *thread);
/* Time passes, up to `now_ns`, and the timer fires. */
void time_pass(struct scenario *scenario, uint64_t now_ns);
/* Whom the scheduler picks. */
struct thread *next_of(struct scenario *scenario);
/* kernel_check, allowing for nothing held by the test. */
void scenario_check(struct scenario *scenario);

/* Bytes in a process. */
void put(struct scenario *scenario, struct thread *thread, uint64_t address, const void *bytes, uint64_t length);
void get(struct scenario *scenario, struct thread *thread, uint64_t address, void *bytes, uint64_t length);
/* Stores a vector of `count` parts: its address. */
uint64_t vector_put(struct scenario *scenario, struct thread *thread, const struct part *parts, uint32_t count);
#define VECTOR(scenario, thread, ...)                                                              \
    vector_put((scenario), (thread), (const struct part[]){__VA_ARGS__},                           \
               sizeof((const struct part[]){__VA_ARGS__}) / sizeof(struct part))

/* A channel in `server`'s table, with `pulses` slots; its handle. */
int channel_add(struct scenario *scenario, struct thread *server, uint32_t pulses, uint32_t flags);
/* A connection to it made by the server, given to the client's table (the server keeps none): the client's handle. */
int connection_add(struct scenario *scenario, struct thread *server, int channel, struct thread *client,
                   uint64_t cookie);
struct object *object_of(struct thread *thread, int handle);

#endif
