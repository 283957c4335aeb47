/* pthreads: creation, join, mutexes, condition variables, thread-local storage. */
#include "show.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS 64
#define ROUNDS 100

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int counter, inits, turn, turns;
static _Thread_local int mine = 5;
static __thread double my_float = 1.5;

static void init(void)
{
    inits++;
}

static void *count_up(void *argument)
{
    long number = (long)argument;
    mine += (int)number;
    my_float *= (double)number;
    pthread_once(&once, init);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    return (void *)(long)(mine == 5 + number && my_float == 1.5 * (double)number ? number : -1);
}

static void many(void)
{
    pthread_t threads[THREADS];
    long sum = 0;
    SHOW(pthread_barrier_init(&barrier, NULL, THREADS));
    int started = 0;
    for (long i = 0; i < THREADS; i++) {
        started += pthread_create(&threads[i], NULL, count_up, (void *)i) == 0;
    }
    SHOW(started);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    SHOW(sum);
    SHOW(counter);
    SHOW(inits);
    SHOW(mine);
}

static void *ping_pong(void *argument)
{
    int me = argument != NULL;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        while (turn != me) {
            pthread_cond_wait(&change, &lock);
        }
        turns++;
        turn = !me;
        pthread_cond_broadcast(&change);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void conditions(void)
{
    pthread_t one, two;
    SHOW(pthread_create(&one, NULL, ping_pong, NULL));
    SHOW(pthread_create(&two, NULL, ping_pong, &turn));
    SHOW(pthread_join(one, NULL));
    SHOW(pthread_join(two, NULL));
    SHOW(turns);
}

static void *cancel_me(void *argument)
{
    for (;;) {
        pause();
    }
    return argument;
}

static void cancellation(void)
{
    pthread_t thread;
    void *result = NULL;
    SHOW(pthread_create(&thread, NULL, cancel_me, NULL));
    SHOW(pthread_cancel(thread));
    SHOW(pthread_join(thread, &result));
    SHOW(result == PTHREAD_CANCELED);
}

int main(void)
{
    many();
    conditions();
    cancellation();
    return 0;
}
