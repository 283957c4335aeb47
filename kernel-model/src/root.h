/* The root server's death, which is the machine's. */
#ifndef KERNEL_ROOT_H
#define KERNEL_ROOT_H

struct kernel;
struct table;

/* The last thread of `table` has died, and nobody may look into it any more: if it is the root server's, says so in the
 * log and stops the machine. */
void root_table_gone(struct kernel *kernel, const struct table *table);

#endif
