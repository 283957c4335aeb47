/* What a program is told of its processor in the auxiliary vector: aarch64. */
#ifndef PROGRAM_LAYOUT_H
#define PROGRAM_LAYOUT_H

#define PROGRAM_CAPABILITIES 3u /* AT_HWCAP: floating point and vectors, which every board has */

#endif
