/* mmap, mprotect, brk, malloc, faults that a handler catches, floating point across calls. */
#include "show.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L

static sigjmp_buf back;
static void *volatile fault_address;
static volatile int fault_signal;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    fault_signal = number;
    fault_address = info->si_addr;
    siglongjmp(back, 1);
}

/* 0: the write went through; else the signal. */
static int write_to(volatile char *address)
{
    fault_signal = 0;
    if (sigsetjmp(back, 1) == 0) {
        *address = 1;
    }
    return fault_signal;
}

static void maps(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    SHOW(sigaction(SIGSEGV, &action, NULL));
    char *area = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW(area != MAP_FAILED);
    SHOW(area[3 * PAGE + 7]);
    SHOW(write_to(area + 3 * PAGE));
    SHOW(mprotect(area + 2 * PAGE, 2 * PAGE, PROT_READ));
    SHOW(area[3 * PAGE]);
    SHOW(write_to(area + 3 * PAGE));
    SHOW((char *)fault_address - area == 3 * PAGE);
    SHOW(write_to(area + 4 * PAGE));
    SHOW(munmap(area + 5 * PAGE, PAGE));
    SHOW(write_to(area + 5 * PAGE));
    SHOW(write_to(area + 6 * PAGE));
    SHOW(mprotect(area + 5 * PAGE, PAGE, PROT_READ));
    SHOW(mmap(area + 5 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
         area + 5 * PAGE);
    SHOW(write_to(area + 5 * PAGE));
    SHOW(munmap(area + 1, PAGE));
    SHOW(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    SHOW(munmap(area, 8 * PAGE));
    SHOW(write_to(area));
    SHOW(write_to((char *)8));
}

static void heap(void)
{
    char *before = sbrk(0);
    SHOW(before != (char *)-1);
    long wrong = 0;
    for (int round = 0; round < 3; round++) {
        char *blocks[200];
        for (int i = 0; i < 200; i++) {
            size_t size = (size_t)(i * 997 % 60000 + 1);
            blocks[i] = malloc(size);
            memset(blocks[i], i, size);
        }
        for (int i = 0; i < 200; i++) {
            wrong += blocks[i][i * 997 % 60000] != (char)i;
            free(blocks[i]);
        }
    }
    SHOW(wrong);
    char *large = calloc(1, 40000000);
    SHOW(large != NULL);
    SHOW(large[39999999]);
    large = realloc(large, 50000000);
    SHOW(large != NULL);
    free(large);
}

static void shared(void)
{
    int *word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *word = 1;
    *own = 1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        *word = 2;
        *own = 2;
        _exit(0);
    }
    int status;
    SHOW(waitpid(pid, &status, 0) == pid);
    SHOW(*word);
    SHOW(*own);
}

static void floating(void)
{
    double x = 1.0;
    for (int i = 1; i < 1000; i++) {
        x = x * 1.001 + 1.0 / i;
        if (i % 100 == 0) {
            getppid();
            sched_yield();
        }
    }
    printf("x %.12f\n", x);
}

int main(void)
{
    maps();
    heap();
    shared();
    floating();
    return 0;
}
