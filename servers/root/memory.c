/* Memory: the part that is kept back for the root server itself, whose records grow as they are used, and who must go
 * when the rest is exhausted. */
#include "root.h"

#define RESERVE_BYTES (32ull << 20) /* more than all records of this server at their limits */
#define RESERVE_SHARE 8u            /* at most this part of a small machine */

int memory_init(struct root *root)
{
    struct grant_info info;
    int result = sys_grant_info(root->grant, &info);
    if (result < 0) {
        return result;
    }
    uint64_t reserve = RESERVE_BYTES / PAGE_BYTES;
    if (reserve > info.limit_pages / RESERVE_SHARE) {
        reserve = info.limit_pages / RESERVE_SHARE;
    }
    root->programs_pages = info.limit_pages - reserve;
    root->programs = sys_grant_create(root->grant, root->programs_pages);
    return root->programs < 0 ? root->programs : 0;
}

struct process *memory_victim(struct root *root)
{
    const struct process *init = process_find(root, PID_INIT);
    struct process *victim = NULL;
    uint64_t most = 0;
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        struct grant_info info;
        if (p->state == PROCESS_ALIVE && (init == NULL || p->session != init->session) &&
            sys_grant_info(p->grant, &info) == 0 && info.used_pages > most) {
            most = info.used_pages;
            victim = p;
        }
    }
    return victim;
}
