/* Bounds of signal frames: aarch64. */
#ifndef SIGNAL_FRAME_H
#define SIGNAL_FRAME_H

#define ALTSTACK_BYTES_MIN 5120u /* Linux's MINSIGSTKSZ */

#endif
