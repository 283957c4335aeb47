/* Segments, the task segment with its bitmap of ports, and the table of vectors. */
#ifndef HW_X86_64_SEGMENTS_H
#define HW_X86_64_SEGMENTS_H

#include <stdbool.h>

void segments_init(void);
/* May programs use the eight ports from port_page * 8 on? */
void segments_ports_show(unsigned port_page, bool show);

#endif
