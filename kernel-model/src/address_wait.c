/* Hash buckets of threads that wait for a word. */
#include "address_wait.h"

#include "kernel_state.h"
#include "memory.h"

#include <abi/errno.h>

void address_wait_init(struct kernel *kernel)
{
    for (unsigned i = 0; i < ADDRESS_BUCKETS; i++)
        list_init(&kernel->address_waits.buckets[i]);
}

static struct list *address_bucket(struct kernel *kernel, const struct memory *memory, uint64_t offset)
{
    uint64_t hash = ((uint64_t)(uintptr_t)memory ^ (offset << 7)) * 0x9e3779b97f4a7c15ull;

    return &kernel->address_waits.buckets[hash >> 56];
}

int64_t address_wait(struct kernel *kernel, struct thread *thread, uint64_t address, uint32_t expected,
                     uint64_t deadline_ns)
{
    struct memory *memory;
    uint64_t offset;
    uint32_t value;
    int error;

    if (address % sizeof(value) != 0)
        return -E_INVAL;
    error = space_copy_in(kernel, thread->space, &value, address, sizeof(value));
    if (error == 0)
        error = space_key(thread->space, address, &memory, &offset);
    if (error == 0 && value != expected)
        error = -E_AGAIN;
    if (error == 0)
        error = thread_may_block(kernel, thread, deadline_ns);
    if (error != 0)
        return error;
    thread_block(kernel, thread, THREAD_ADDRESS_WAIT, deadline_ns);
    thread->key_memory = memory;
    thread->key_offset = offset;
    object_reference((struct object *)memory);
    list_push_back(address_bucket(kernel, memory, offset), &thread->wait_link);
    return SYSCALL_BLOCKED;
}

int64_t address_wake(struct kernel *kernel, struct thread *thread, uint64_t address, uint64_t count)
{
    struct memory *memory;
    uint64_t offset;
    int64_t woken = 0;
    int error;

    if (address % sizeof(uint32_t) != 0)
        return -E_INVAL;
    error = space_key(thread->space, address, &memory, &offset);
    if (error != 0)
        return error;
    object_reference((struct object *)memory);
    LIST_EACH_SAFE (entry, after, address_bucket(kernel, memory, offset)) {
        struct thread *waiter = LIST_ENTRY(entry, struct thread, wait_link);

        if ((uint64_t)woken >= count)
            break;
        if (waiter->key_memory != memory || waiter->key_offset != offset)
            continue;
        thread_wake(kernel, waiter, 0);
        woken++;
    }
    object_release(kernel, (struct object *)memory);
    return woken;
}

unsigned address_wait_check(struct kernel *kernel)
{
    for (unsigned i = 0; i < ADDRESS_BUCKETS; i++) {
        LIST_EACH (entry, &kernel->address_waits.buckets[i]) {
            const struct thread *thread = LIST_ENTRY(entry, struct thread, wait_link);

            if (thread->state != THREAD_ADDRESS_WAIT || thread->key_memory == NULL)
                return 1001;
            if (address_bucket(kernel, thread->key_memory, thread->key_offset) != &kernel->address_waits.buckets[i])
                return 1002;
        }
    }
    return 0;
}
