/* What a program keeps in its registers survives calls and signal handlers. */
#include "kept.h"
#include "show.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS 1000

static volatile sig_atomic_t alarms;

static void spoil(int signal)
{
    (void)signal;
    vectors_spoil();
    alarms++;
}

/* Computes, without calls, until a signal has come: it arrives at some instruction or other. */
static int interrupted_computation_kept(void)
{
    struct itimerval timer = {.it_value = {.tv_usec = 1000}};
    sig_atomic_t before = alarms;
    signal(SIGALRM, spoil);
    setitimer(ITIMER_REAL, &timer, NULL);
    return vectors_kept_while(&alarms, before);
}

int main(void)
{
    int general = 0, vectors = 0, wide = 0, interrupted = 0;
    for (int i = 0; i < CALLS; i++) {
        general += general_kept();
        vectors += vectors_kept();
        wide += wide_vectors_kept();
    }
    for (int i = 0; i < 20; i++) {
        interrupted += interrupted_computation_kept();
    }
    SHOW(general);
    SHOW(vectors);
    SHOW(wide);
    SHOW(interrupted);
    SHOW(alarms);
    return 0;
}
