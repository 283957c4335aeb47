/* Handles every process finds at fixed places in its table, put there by its creator. */
#ifndef ABI_HANDLES_H
#define ABI_HANDLES_H

#define HANDLE_TABLE 65536   /* its own handle table */
#define HANDLE_SPACE 65537   /* its own address space */
#define HANDLE_GRANT 65538   /* what its objects are paid from */
#define HANDLE_LIBSYS 65539  /* memory: the system library's image, read and execute */
#define HANDLE_ROOT 65540    /* connection to the root server; its cookie names the process */
#define HANDLE_PIPE 65541    /* connection to the pipe server's control session, if there is one */
#define HANDLE_ARCHIVE 65542 /* memory: the boot archive, read (root and init only) */
#define HANDLE_AUTHORITY 65543 /* the authority over the machine (root only) */
#define HANDLE_DYNAMIC 65600 /* handles from here on are free for any use */

#endif
