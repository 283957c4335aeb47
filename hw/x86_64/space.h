/* User spaces, beyond what arch.h says, and the segments beneath them. */
#ifndef HW_X86_64_SPACE_H
#define HW_X86_64_SPACE_H

#include <stdbool.h>
#include <stdint.h>

struct plat_space;

/* boot.S: the tables of the kernel itself. */
extern uint64_t table_top[512], table_window[512], table_low[512], table_image[512];

/* The one that was switched to; NULL: none. */
struct plat_space *space_current(void);
/* Are ports mapped there? No access to that address is ever good. */
bool space_shows_ports(const struct plat_space *space, uint64_t address);

/* segments.c: descriptor tables, vectors; may programs use the eight ports from port_page * 8 on? */
void segments_init(void);
void segments_ports_show(unsigned port_page, bool show);

#endif
