/* Included before everything in the image: all of it is one piece, so no reference goes through a table of addresses.
 */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif
