/* What the memory side of the kernel keeps besides its frames; a member of struct kernel, set up by memory_state_init.
 */
#ifndef KERNEL_MEMORY_STATE_H
#define KERNEL_MEMORY_STATE_H

#include <abi/types.h>

#include "list.h"
#include "remains.h"

struct grant;
struct memory;
struct kernel;
struct kernel_config;

struct memory_state {
    struct list objects;       /* every live object, by object.link */
    struct list dead;          /* objects without references, waiting for their destruction */
    bool destroying;           /* object_release is emptying `dead` */
    uint64_t pager_serial;     /* of the paged object made last */
    uint64_t clone_serial;     /* of the clone of a space begun last */
    uint64_t random_state;     /* for the balance of region trees */
    uint64_t view_serial;      /* never 0: grows when what is known of pages ends (space_view.h) */
    struct grant *root_grant;  /* everything is charged to it in the end; never destroyed */
    struct memory *archive;    /* NULL: there is none */
    struct remains remains;    /* of large memory objects */
    uint64_t object_count[OBJECT_TYPE_COUNT];
};

/* Frames, root grant and archive object. Called first by kernel_init, on zeroed state. Errors as kernel_init. */
int memory_state_init(struct kernel *kernel, const struct kernel_config *config);

/* Checks frames, grants, tables, memory objects and spaces, and recounts the references of objects that these hold.
 * Called between object_check_begin and object_check_end. Panics on the first difference. */
void memory_state_check(struct kernel *kernel);

#endif
