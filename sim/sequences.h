/* Restartable sequences: an area of the thread that the host writes to at each switch, registered by the C library. */
#ifndef SIM_SEQUENCES_H
#define SIM_SEQUENCES_H

/* Drops the current thread's: nobody here has any. Does nothing if there is none. */
void sequences_drop(void);

#endif
