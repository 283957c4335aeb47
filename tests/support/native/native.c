/* System tests as native programs: output and threads by the system library. */
#include "test.h"

#include <string.h>
#include <sys/os.h>

const bool test_is_linked = false;

void test_print(const char *line)
{
    os_write(1, line, strlen(line));
}

void test_check(bool each_step)
{
    (void)each_step;
}

int test_thread(void (*entry)(void *), void *argument)
{
    int tid = os_thread_create(entry, argument, 0);
    return tid < 0 ? tid : 0;
}
