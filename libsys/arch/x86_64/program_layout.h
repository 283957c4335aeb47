/* What a program is told of its processor in the auxiliary vector: x86_64, where it asks by itself. */
#ifndef PROGRAM_LAYOUT_H
#define PROGRAM_LAYOUT_H

#define PROGRAM_CAPABILITIES 0u /* AT_HWCAP */

#endif
