/* pthreads: creation, join, mutexes, condition variables, thread-local storage, and their end by exec. */
#include "show.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
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

static int ends[2];

/* Soon waits in a full pipe. */
static void *write_on(void *argument)
{
    while (write(ends[1], ".", 1) == 1) {
    }
    return argument;
}

static void *exec_now(void *argument)
{
    char *const arguments[] = {"sh", "-c", "exit 9", NULL}, *const environment[] = {NULL};
    execve("/bin/sh", arguments, environment);
    return argument;
}

/* The pipe ends for its reader when the last who could write to it is gone: the new program and all old threads. */
static void replaced(int by_other)
{
    pthread_t writer, other;
    char bytes[4096];
    long got;
    int status = 0;
    SHOW(pipe(ends));
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_create(&writer, NULL, write_on, NULL);
        if (by_other == 0) {
            exec_now(NULL);
        } else if (pthread_create(&other, NULL, exec_now, NULL) == 0) {
            cancel_me(NULL);
        }
        _exit(1);
    }
    SHOW(close(ends[1]));
    while ((got = read(ends[0], bytes, sizeof bytes)) > 0) {
    }
    SHOW(got);
    SHOW(waitpid(pid, &status, 0) == pid);
    SHOW(WIFEXITED(status));
    SHOW(WEXITSTATUS(status));
    SHOW(close(ends[0]));
}

int main(void)
{
    many();
    conditions();
    cancellation();
    replaced(0);
    replaced(1);
    return 0;
}
