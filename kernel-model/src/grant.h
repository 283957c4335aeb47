/* Grants: the right to use memory. A grant has a limit in pages; what is charged to it is charged to every grant above
 * it too, so nothing is used that nobody was given. Objects live in slab pages of their grant (power-of-two size
 * classes from 32 bytes), memory objects charge a page per page they hold. */
#ifndef KERNEL_GRANT_H
#define KERNEL_GRANT_H

#include "object.h"

struct grant;

int grant_create(struct kernel *kernel, struct grant *parent, uint64_t limit_pages, struct grant **grant);
/* Charges pages without taking frames. -E_NOMEM: this grant or one above it is at its limit; nothing is changed. */
int grant_charge(struct kernel *kernel, struct grant *grant, uint64_t pages);
void grant_uncharge(struct kernel *kernel, struct grant *grant, uint64_t pages);
/* One zeroed frame, charged. -E_NOMEM. For page-sized kernel tables; returned by grant_page_free. */
int grant_page_allocate(struct kernel *kernel, struct grant *grant, void **page);
void grant_page_free(struct kernel *kernel, struct grant *grant, void *page);
void grant_info_get(struct grant *grant, struct grant_info *info);

#endif
