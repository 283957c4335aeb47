/* The process lock: one word, waited for in the kernel when contended. */
#include "state.h"

enum { LOCK_FREE, LOCK_HELD, LOCK_CONTENDED };

void process_lock(void)
{
    uint32_t *lock = &process_state()->lock;
    uint32_t seen = LOCK_FREE;
    if (__atomic_compare_exchange_n(lock, &seen, LOCK_HELD, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return;
    }
    while (__atomic_exchange_n(lock, LOCK_CONTENDED, __ATOMIC_ACQUIRE) != LOCK_FREE) {
        /* An interrupt ends the wait early: look again, the signal stays noted. */
        if (sys_address_wait(lock, LOCK_CONTENDED, DEADLINE_NONE) == -E_INTR) {
            sys_thread_yield();
        }
    }
}

void process_unlock(void)
{
    uint32_t *lock = &process_state()->lock;
    if (__atomic_exchange_n(lock, LOCK_FREE, __ATOMIC_RELEASE) == LOCK_CONTENDED) {
        sys_address_wake(lock, 1);
    }
}
