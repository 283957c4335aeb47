/* Assertions about the kernel's own state, always on. Never for input of programs. */
#ifndef KERNEL_ASSERT_H
#define KERNEL_ASSERT_H

#include <kernel/platform.h>

#define KERNEL_ASSERT_TEXT_2(x) #x
#define KERNEL_ASSERT_TEXT(x) KERNEL_ASSERT_TEXT_2(x)

/* Stops the machine with file, line and text of the condition if it is false. */
#define KERNEL_ASSERT(kernel, condition)                                                           \
    ((condition) ? (void)0                                                                         \
                 : plat_panic((kernel), __FILE__ ":" KERNEL_ASSERT_TEXT(__LINE__) ": " #condition))

#endif
