/* Bounds of signal frames: x86_64. */
#ifndef SIGNAL_FRAME_H
#define SIGNAL_FRAME_H

#define ALTSTACK_BYTES_MIN 2048u /* Linux's MINSIGSTKSZ */

#endif
