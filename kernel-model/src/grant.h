/* Grants: the right to use memory. A grant has a limit in pages; what is charged to it is charged to every grant above
 * it too, so nothing is used that nobody was given. Objects live in slab pages of their grant (power-of-two size
 * classes from 32 bytes), memory objects charge a page per page they hold. */
#ifndef KERNEL_GRANT_H
#define KERNEL_GRANT_H

#include "object.h"

struct grant;

#define GRANT_DEPTH_MAX 16u /* grants above one another: bounds what a charge costs */

/* The one at the top, charged with everything. Made once; lives for ever in a frame of its own. */
struct grant *grant_create_root(struct kernel *kernel);
/* A grant under `parent`, paid from it. limit_pages may be more than the parent has. -E_NOMEM, -E_INVAL (too deep). */
int grant_create(struct kernel *kernel, struct grant *parent, uint64_t limit_pages, struct grant **grant);
/* Charges pages without taking frames. -E_NOMEM: this grant or one above it is at its limit; nothing is changed. */
int grant_charge(struct kernel *kernel, struct grant *grant, uint64_t pages);
void grant_uncharge(struct kernel *kernel, struct grant *grant, uint64_t pages);
/* One zeroed frame, charged. -E_NOMEM. For page-sized kernel tables; returned by grant_page_free. */
int grant_page_allocate(struct kernel *kernel, struct grant *grant, void **page);
void grant_page_free(struct kernel *kernel, struct grant *grant, void *page);
/* Zeroed memory of any size up to a page, from a slab of the grant; given back with the same size. -E_NOMEM. */
int grant_slab_allocate(struct kernel *kernel, struct grant *grant, size_t size_bytes, void **bytes);
void grant_slab_free(struct kernel *kernel, struct grant *grant, void *bytes, size_t size_bytes);
void grant_info_get(struct grant *grant, struct grant_info *info);
struct object *grant_object(struct grant *grant);

/* Recount of charges, for kernel_check: begin (all to 0), grant_recount for pages found charged (not to slabs), then
 * check, which panics if the grants' slabs, pages and sums differ from what is charged. Slab frames are recounted. */
void grant_check_begin(struct kernel *kernel);
void grant_recount(struct grant *grant, uint64_t pages);
void grant_check(struct kernel *kernel);

#endif
